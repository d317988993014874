"""A lost or damaged database: first keep, then decide, then mend; what was read before the mending does not count."""

from typing import Any

import msgspec
import pytest

from calvox.doctor.facts import Backup, Event, Fact, Site
from calvox.windows.plans.database import course, database
from calvox.windows.plans.plan import PlanView
from calvox.windows.record import Plan
from tests.doctor.sites import (
    DAY,
    READ,
    built_in_pack,
    cal,
    device_pack,
    healthy,
    known,
    user_pack,
    with_packs,
    with_server,
    with_server_event,
)
from tests.windows.plans.playing import BOUGHT, HOUR, OLD, PLAN, case, read_at, read_in_turn, states_of, vouching
from tests.windows.plans.test_migrate import commands, line_states

OPENED = READ + HOUR + 60
LOST = msgspec.structs.replace(PLAN, kind="database-lost", new=OLD, opened=OPENED)
CORRUPT = msgspec.structs.replace(LOST, kind="database-corrupt")
KEPT, SAME, OTHER, UNUSABLE = "keep/copy", "decide/same-windows", "decide/other-windows", "decide/no-usable-backup"
RESTORED, REBUILT = "mend/restore", "mend/rebuild"
SAID = OPENED + 60
"""When somebody vouched for what is done before the next reading."""


def said(*keys: str, plan: Plan = LOST) -> Plan:
    """Let somebody vouch before the next reading."""
    return vouching(*keys, plan=plan, time=SAID)


def lost(*later: Site, **backup: Any) -> tuple[Site, ...]:
    """Play a loss: a healthy site, the same without its packs, and what comes later; each read an hour after the other."""
    site = healthy()
    if backup:
        made = Backup(**{"time": READ - DAY, "folder": True, "system_state": True, "tested": True, **backup})
        site = with_server(site, 0, backup=made)
    return read_in_turn([site, with_packs(site, 0, built_in_pack()), *later])


def recovered(reading: int) -> Site:
    """Give the site again as it was, with CALs that are issued anew."""
    rows = tuple(cal(f"CORP\\user{n}", per_user=True) for n in range(3 + reading))
    return with_server(healthy(), 0, user_report=rows)


def see(states: tuple[Site, ...], plan: Plan = LOST) -> PlanView:
    """See the plan, opened after the second reading."""
    return database(case(states, plan, begun=1))


# Restore or rebuild


@pytest.mark.parametrize(
    ("backup", "keys", "way", "row"),
    [
        ({}, (), "", None),
        ({}, (SAME,), "restore", 0),
        ({}, (OTHER,), "rebuild", 1),
        ({}, (SAME, OTHER), "rebuild", 1),
        ({}, (SAME, UNUSABLE), "rebuild", 2),
        ({"tested": False}, (SAME,), "restore", 0),
        ({"system_state": False}, (SAME,), "rebuild", 2),
        ({"folder": False}, (), "rebuild", 2),
        ({"time": OPENED + DAY}, (SAME,), "rebuild", 2),
        ({"time": OPENED + HOUR}, (SAME,), "restore", 0),
    ],
)
def test_the_decision(backup: dict[str, Any], keys: tuple[str, ...], way: str, row: int | None) -> None:
    """Folder and system state, of before the fault, on the same installation of Windows; else it is rebuilt."""
    states = lost(**backup)
    assert course(case(states, said(*keys), begun=1)) == way
    assert [choice.applies for choice in see(states, said(*keys)).table] == [at == row for at in range(3)]


@pytest.mark.parametrize(("value", "way", "state"), [(False, "rebuild", "proven"), (None, "", "not-collected")])
def test_no_backup_and_none_known(value: bool | None, way: str, state: str) -> None:
    """That there is none decides; that none is known does not."""
    fact: Fact[Any] = Fact(value, time=READ) if value is not None else Fact(why="not collected")
    states = tuple(with_server(site, 0, backup=fact) for site in lost())
    assert course(case(states, said(KEPT), begun=1)) == way
    assert states_of(see(states, said(KEPT)))["decide"] == state
    assert states_of(see(states, said(KEPT, UNUSABLE)))["decide"] in ("vouched", "proven")


def test_a_new_backup_does_not_change_the_course() -> None:
    """After the mending the newest backup is one of what was mended."""
    new = with_server(recovered(0), 0, backup=Backup(time=OPENED + DAY, folder=True, system_state=True, tested=True))
    assert course(case(lost(new), said(SAME), begun=1)) == "restore"


def test_which_installation_only_a_person_knows() -> None:
    """Without an answer the step is not collected; the command for each answer is there."""
    view = see(lost(), said(KEPT))
    assert line_states(view, "decide") == {"backup": "proven", "windows": "not-collected"}
    for key in (SAME, OTHER, UNUSABLE):
        assert f"recover lost --server {OLD} --confirm {key}" in commands(view, "decide")


# The steps


def test_nothing_is_mended_before_it_is_kept_and_decided() -> None:
    """Each waits for the one before."""
    view = see(lost())
    assert list(states_of(view)) == ["keep", "decide", "mend", "activation", "packs", "hosts", "backup"]
    assert view.next is not None
    assert view.next.name == "keep"
    assert "LServer" in " ".join(str(note) for note in view.next.notes)
    assert {state for name, state in states_of(view).items() if name != "keep"} == {"blocked"}


def test_what_was_read_before_the_mending_does_not_count() -> None:
    """The second reading shows an activated server; the database was mended later."""
    keys = (KEPT, SAME, RESTORED)
    view = see(lost(), said(*keys))
    assert line_states(view, "mend") == {"restore": "vouched", "service": "not-collected"}
    assert line_states(view, "activation") == {"activated": "not-collected"}
    view = see(lost(recovered(0)), said(*keys))
    assert states_of(view) | {"mend": "vouched", "activation": "proven", "packs": "proven"} == states_of(view)
    assert states_of(view)["hosts"] == "not-collected"


def test_a_whole_restore() -> None:
    """Two readings after it, and a new backup."""
    backup = Backup(time=OPENED + 5 * HOUR, folder=True, system_state=True, tested=True)
    states = lost(recovered(0), with_server(recovered(1), 0, backup=backup))
    view = see(states, said(KEPT, SAME, RESTORED))
    assert set(states_of(view).values()) == {"proven", "vouched"}
    assert view.complete
    old = lost(recovered(0), recovered(1))
    assert states_of(see(old, said(KEPT, SAME, RESTORED)))["backup"] == "open"


def test_a_word_for_another_course_does_not_count() -> None:
    """It was restored, which did not help; that it was rebuilt nobody said."""
    view = see(lost(recovered(0)), said(KEPT, SAME, RESTORED, UNUSABLE))
    assert line_states(view, "mend") == {"rebuild": "not-collected", "service": "not-collected"}
    assert states_of(view)["packs"] == "blocked"


def test_rebuilt_packs_are_installed_again_by_telephone() -> None:
    """What is missing, with its purchase; what it held is known from before the plan."""
    some = with_packs(healthy(), 0, built_in_pack(), device_pack(9))
    view = see(lost(some), said(KEPT, OTHER, REBUILT))
    assert line_states(view, "packs") == {"pack-2": "open", "pack-3": "proven"}
    assert f"call open reinstall --purchase 1 --server {OLD}" in commands(view, "packs")
    assert "--purchase 2" not in commands(view, "packs")


def test_a_lost_activation_is_called_for() -> None:
    """Reactivated, as somebody who had it before."""
    view = see(lost(with_server(healthy(), 0, activated=False)), said(KEPT, SAME, RESTORED))
    assert states_of(view)["activation"] == "open"
    assert f"call open reactivate --server {OLD}" in commands(view, "activation")
    assert "KB814593" in str(view.step("activation").notes[0])  # type: ignore[union-attr]


def test_a_server_that_was_never_read_is_expected_to_hold_what_was_bought() -> None:
    """The purchases stand in."""
    site = msgspec.structs.replace(healthy(), licence_servers=())
    view = database(case([site], LOST))
    assert list(line_states(view, "packs")) == ["purchase-1", "purchase-2"]
    assert BOUGHT[0].quantity == 50


def test_what_stays_is_said() -> None:
    """Device CALs run on, and event 26 tells what was removed."""
    site = with_server(healthy(), 0, issued=(cal("PC1", per_user=False),))
    states = read_in_turn([site, with_packs(site, 0, built_in_pack())])
    event = Event(id=26, source="TerminalServices-Licensing", time=OPENED + 5, text="17 licenses")
    last = with_server(read_at(healthy(), OPENED + HOUR), 0, events=known((event,)))
    notes = " ".join(str(note) for note in see((*states, last)).step("packs").notes)  # type: ignore[union-attr]
    assert "that run: 1" in notes
    assert "(inferred)" in notes
    assert "17 licenses" in notes


# Damage


@pytest.mark.parametrize(
    ("site", "line", "state"),
    [
        (with_server_event(healthy(), 0, 4100), "signs", "proven"),
        (with_server_event(healthy(), 0, 9), "signs", "proven"),
        (with_server_event(healthy(), 0, 9, source="Disk"), "signs", "not-collected"),
        (healthy(), "signs", "not-collected"),
        (with_server(healthy(), 0, events=None), "signs", "not-collected"),
        (with_server_event(healthy(), 0, 623, source="ESENT"), "version-store", "open"),
        (with_server_event(healthy(), 0, 623, source="Disk"), "version-store", "proven"),
        (healthy(), "version-store", "proven"),
        (with_server(healthy(), 0, database_free=1 << 20), "room", "open"),
        (healthy(), "room", "proven"),
        (with_server(healthy(), 0, database_free=None), "room", "not-collected"),
        (healthy(), "rights", "not-collected"),
    ],
)
def test_what_only_looks_like_damage(site: Site, line: str, state: str) -> None:
    """Rights, room and version store come first."""
    view = see(read_in_turn([healthy(), site]), CORRUPT)
    assert line_states(view, "look")[line] == state
    assert view.next is not None
    assert view.next.name == "look"


def test_a_fault_that_was_looked_into_stays_looked_into() -> None:
    """A later reading of the same full version store does not outweigh the word about it."""
    full = with_server_event(healthy(), 0, 623, source="ESENT")
    view = see(read_in_turn([healthy(), full, full]), said("look/version-store", plan=CORRUPT))
    assert line_states(view, "look")["version-store"] == "vouched"
    view = see(read_in_turn([healthy(), full, healthy()]), CORRUPT)
    assert line_states(view, "look")["version-store"] == "proven"


def test_a_reading_from_long_before_the_fault_rules_nothing_out() -> None:
    """That all was well a week ago is no news."""
    plan = msgspec.structs.replace(CORRUPT, opened=READ + 7 * DAY)
    states = set(line_states(database(case(read_in_turn([healthy()]), plan)), "look").values())
    assert states == {"not-collected"}


def test_an_ignorable_event_is_no_damage() -> None:
    """Microsoft says to ignore event 44 with -1316."""
    for text, state in (("error -1316", "not-collected"), ("error -1018", "proven")):
        event = Event(id=44, source="TerminalServices-Licensing", time=READ, text=text)
        site = with_server(healthy(), 0, events=known((event,)))
        assert line_states(see(read_in_turn([healthy(), site]), CORRUPT), "look")["signs"] == state


def test_packs_that_were_there_before_the_plan_are_wanted_back() -> None:
    """The newest reading at the opening already shows none; the one before counts."""
    view = see(lost())
    assert list(line_states(view, "packs")) == ["pack-2", "pack-3"]
    grown = with_packs(healthy(), 0, user_pack(2, total=60))
    view = database(case(read_in_turn([healthy(), grown, with_packs(grown, 0)]), LOST, begun=2))
    assert list(line_states(view, "packs")) == ["pack-2"]
