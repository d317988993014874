"""New hardware, an upgrade in place, a new installation: written down before, compared after."""

import msgspec
import pytest

from calvox.doctor.facts import Backup, Site
from calvox.windows.plans.hardware import machine_change
from calvox.windows.plans.plan import PlanView
from calvox.windows.record import Plan
from tests.doctor.sites import READ, V2025, built_in_pack, cal, healthy, with_machine, with_packs, with_server
from tests.windows.plans.playing import HOUR, OLD, PLAN, case, read_in_turn, states_of, vouching
from tests.windows.plans.test_migrate import commands, line_states

HARDWARE = msgspec.structs.replace(PLAN, kind="hardware", new=OLD)
UPGRADE = msgspec.structs.replace(HARDWARE, kind="upgrade")
REINSTALL = msgspec.structs.replace(HARDWARE, kind="reinstall")
SAID = READ + 120
"""When somebody said that it was done, before the second reading."""


def done(plan: Plan) -> Plan:
    """Let somebody say that the change was made."""
    return vouching("change/done", plan=plan, time=SAID)


def after(reading: int, site: Site | None = None) -> Site:
    """Give the site after the change, with CALs issued anew at each reading and a new backup in the end."""
    rows = tuple(cal(f"CORP\\user{n}", per_user=True) for n in range(3 + reading))
    backup = Backup(time=READ + 9 * HOUR, folder=True, system_state=True, tested=True)
    return with_server(site or healthy(), 0, user_report=rows, **({"backup": backup} if reading else {}))


def see(plan: Plan, *later: Site) -> PlanView:
    """See the plan after a healthy reading and these."""
    return machine_change(case(read_in_turn([healthy(), *later]), plan))


@pytest.mark.parametrize("plan", [HARDWARE, REINSTALL])
def test_the_change_is_somebodys_word(plan: Plan) -> None:
    """Without it nothing that is read counts as read after it."""
    view = see(plan, after(0), after(1))
    assert (view.next and view.next.name) == "change"
    assert line_states(view, "activation") == {"activated": "not-collected"}
    assert f"change {plan.kind} --server {OLD} --confirm change/done" in commands(view, "change")
    view = see(done(plan), after(0), after(1))
    assert states_of(view)["change"] == "vouched"
    assert view.complete


def test_an_upgrade_is_proven_by_its_version() -> None:
    """The same version is open, a newer one proven; what was read before it does not count."""
    newer = with_machine(healthy(), "ls1", version=V2025)
    assert states_of(see(UPGRADE, after(0)))["change"] == "open"
    view = see(UPGRADE, after(0, newer))
    assert states_of(view) | {"change": "proven", "activation": "proven", "packs": "proven"} == states_of(view)
    assert states_of(view)["hosts"] == "not-collected"
    assert see(UPGRADE, after(0, newer), after(1, newer)).complete


def test_a_word_for_an_upgrade_counts_where_no_version_is_known() -> None:
    """Facts that say otherwise outweigh it."""
    unknown = with_machine(healthy(), "ls1", version=None)
    assert states_of(see(done(UPGRADE), after(0, unknown)))["change"] == "vouched"
    assert states_of(see(done(UPGRADE), after(0)))["change"] == "open"


def test_a_reading_from_before_the_change_does_not_count() -> None:
    """Said after the second reading: everything must be read again."""
    plan = vouching("change/done", plan=HARDWARE, time=READ + HOUR + 60)
    view = see(plan, after(0))
    assert line_states(view, "change") == {"done": "vouched", "service": "not-collected"}
    assert line_states(view, "packs") == {"pack-2": "not-collected", "pack-3": "not-collected"}
    assert states_of(see(plan, after(0), after(0)))["packs"] == "proven"


@pytest.mark.parametrize(("plan", "kind"), [(HARDWARE, "reactivate"), (UPGRADE, "reactivate"), (REINSTALL, "activate")])
def test_which_call_activates(plan: Plan, kind: str) -> None:
    """A new installation is activated, a changed one reactivated."""
    site = with_server(with_machine(healthy(), "ls1", version=V2025), 0, activated=False)
    view = see(done(plan), site)
    assert states_of(view)["activation"] == "open"
    assert f"call open {kind} --server {OLD}" in commands(view, "activation")


def test_ids_are_compared() -> None:
    """The same, or another one that must be said in the call."""
    notes = see(done(HARDWARE), after(0)).step("activation").notes  # type: ignore[union-attr]
    assert [str(note) for note in notes] == [
        "The Product ID is the same as before.",
        "The licence server ID is the same as before.",
    ]
    other = with_server(after(0), 0, product_id="00000-000-0000000-00000")
    notes = see(done(HARDWARE), other).step("activation").notes  # type: ignore[union-attr]
    assert "is 00000-000-0000000-00000: say the new one" in str(notes[0])
    assert see(HARDWARE, other).step("activation").notes == ()  # type: ignore[union-attr]


def test_lost_packs_are_installed_again() -> None:
    """A new installation has none."""
    view = see(done(REINSTALL), with_packs(healthy(), 0, built_in_pack()))
    assert line_states(view, "packs") == {"pack-2": "open", "pack-3": "open"}
    assert f"call open reinstall --purchase 2 --server {OLD}" in commands(view, "packs")
    assert "KB953918" in str(view.step("packs").notes[0])  # type: ignore[union-attr]


def test_what_is_not_written_down_holds_the_change_up() -> None:
    """IDs, packs, backup, hosts."""
    for changes in ({"product_id": None}, {"server_id": None}, {"packs": None}, {"issued": None}, {"backup": False}):
        view = machine_change(case(read_in_turn([with_server(healthy(), 0, **changes)]), HARDWARE))
        assert (view.next and view.next.name) == "inventory", changes
