"""Plans in a site's journal: opened, gone on with after a restart, vouched for, closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.apps.site.gathering import enter_backup, facts_of
from calvox.apps.site.plans import (
    close_plan,
    confirm_step,
    go_on,
    objection,
    open_plan,
    plan_of,
    plans_of,
    take_back,
    view_plan,
)
from calvox.apps.site.story import story
from calvox.common.clock import DAY, World
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.site.description import FILE
from calvox.site.folder import found_site, keep_bundle, open_site
from calvox.windows.bundle import read_bundle
from calvox.windows.plans.plan import StepState
from tests.windows.plans.bundling import HOST, NEW, NO_PACKS, OLD, moving, server

START = 1_793_620_800
"""2026-11-02 12:00 UTC: the first reading."""
HOUR = 3_600


class Bench:
    """A site folder whose clock stands where the last reading was made."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.time, self.carried = folder, START + 600, moving(START)
        found_site(folder, "Usine", "anne", self.world)
        with (folder / FILE).open("a") as file:
            file.write('\n[[purchases]]\nprogramme = "open"\ncal_type = "user"\nversion = "2022"\nquantity = 50\n')
        self.site = open_site(folder, self.world)

    @property
    def world(self) -> World:
        """Give a clock that stands still."""
        return World(now=lambda: self.time, random=lambda count: bytes(range(count)))

    def read(self, number: int) -> None:
        """Carry in what was read for the so-manieth time."""
        for data in self.carried[number]:
            self.bring(data)

    def bring(self, data: bytes) -> None:
        """Carry in one bundle, a little after it was read."""
        bundle = read_bundle(data)
        self.time = max(self.time, bundle.collected + 600)
        keep_bundle(self.site, data, bundle.machine, bundle.collected, "carried", "anne")

    def restart(self) -> None:
        """Let the process end, and begin anew."""
        self.site.close()
        self.site = open_site(self.folder, self.world)

    def states(self, number: int = 1) -> dict[str, str]:
        """Give each step's state."""
        return {step.name: step.state.value for step in view_plan(self.site, number, self.time).steps}

    def begin(self) -> int:
        """Read the old site, test its backup, and open the migration."""
        self.read(0)
        enter_backup(self.site, OLD, START, folder=True, system_state=True)
        return open_plan(self.site, "migrate", "lic01", NEW)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Give a new site folder."""
    bench = Bench(tmp_path / "site")
    yield bench
    bench.site.close()


def test_a_whole_migration_with_a_restart_after_each_reading(bench: Bench) -> None:
    """Each carried bundle proves its step; nothing but the journal is needed to go on."""
    assert bench.begin() == 1
    expected = ["fit", "activate", "packs", "repoint", "verify", "remove", "deactivate", None]
    for number, step in enumerate(expected):
        if number:
            bench.read(number)
        bench.restart()
        told = view_plan(bench.site, 1, bench.time)
        assert (told.next.name if told.next else None) == step, bench.states()
    assert told.complete
    close_plan(bench.site, 1, bench.time)
    assert plan_of(bench.site, 1).outcome == "done"


def test_names_are_those_that_were_collected(bench: Bench) -> None:
    """A short name becomes the collected one; one that was not collected stays as typed."""
    bench.begin()
    plan = plan_of(bench.site, 1)
    assert (plan.old, plan.new) == (OLD, NEW)


# Opening


def test_one_plan_of_a_kind_about_a_server_at_a_time(bench: Bench) -> None:
    """Another kind, or another server, may have its own."""
    bench.begin()
    with pytest.raises(Conflict, match="Plan 1"):
        open_plan(bench.site, "migrate", OLD, "lic03.corp.example")
    assert open_plan(bench.site, "hardware", OLD) == 2
    assert open_plan(bench.site, "migrate", NEW, "lic03.corp.example") == 3
    assert [plan.kind for plan in plans_of(bench.site)] == ["migrate", "hardware", "migrate"]


def test_a_plan_is_gone_on_with(bench: Bench) -> None:
    """By either name; a migration that leads elsewhere is told."""
    bench.begin()
    assert go_on(bench.site, "migrate", "lic01", "LIC02") == 1
    assert go_on(bench.site, "hardware", OLD) is None
    with pytest.raises(Conflict, match="leads from"):
        go_on(bench.site, "migrate", OLD, "lic09")


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("move", OLD, NEW),
        ("migrate", OLD, "LIC01"),
        ("migrate", OLD, ""),
        ("migrate", "two words", NEW),
        ("migrate", "\x1b[31m", NEW),
        ("hardware", "x" * 300, ""),
    ],
)
def test_what_is_not_well_formed_is_refused(bench: Bench, kind: str, old: str, new: str) -> None:
    """Kind and names; nothing is entered."""
    bench.read(0)
    with pytest.raises(BadInput):
        open_plan(bench.site, kind, old, new)
    assert plans_of(bench.site) == ()


def test_a_plan_that_is_none(bench: Bench) -> None:
    """By its number."""
    with pytest.raises(NotFound):
        view_plan(bench.site, 7, bench.time)


# Vouching


def test_a_word_is_kept_and_taken_back(bench: Bench) -> None:
    """With who and why."""
    bench.read(0)
    open_plan(bench.site, "hardware", OLD)
    enter_backup(bench.site, OLD, START, folder=True, system_state=True)
    assert confirm_step(bench.site, 1, "change", "new mainboard", bench.time) == "change/done"
    bench.restart()
    step = view_plan(bench.site, 1, bench.time).step("change")
    assert step is not None
    assert step.lines[0].state is StepState.VOUCHED
    assert (step.lines[0].vouched and step.lines[0].vouched.note) == "new mainboard"
    assert take_back(bench.site, 1, "change", "was another machine", bench.time) == "change/done"
    assert bench.states()["change"] == "not-collected"
    with pytest.raises(BadInput, match="Nobody vouches"):
        take_back(bench.site, 1, "change", "", bench.time)


def test_the_procedures_order_is_refused_with_the_reason(bench: Bench) -> None:
    """Nobody can say that the old server is deactivated before the new one works."""
    bench.begin()
    with pytest.raises(Conflict, match="waits for: fit") as told:
        confirm_step(bench.site, 1, "deactivate", "phoned", bench.time)
    assert "KB814593" in str(told.value.hint)


def test_facts_are_not_outvoted(bench: Bench) -> None:
    """Proven, or spoken against, or to be had."""
    bench.begin()
    for number in (1, 2):
        bench.read(number)
    for name, words in (
        ("inventory/packs", "is proven by facts"),
        ("fit/service-state", "is proven by facts"),
        ("packs/pack-3", "Facts speak against"),
    ):
        with pytest.raises(Conflict, match=words):
            confirm_step(bench.site, 1, name, "trust me", bench.time)
    with pytest.raises(BadInput, match="facts decide"):
        confirm_step(bench.site, 1, "activate", "trust me", bench.time)
    with pytest.raises(BadInput, match="does not say which"):
        confirm_step(bench.site, 1, "nonsense", "trust me", bench.time)


@pytest.mark.parametrize("note", ["", "   ", "x" * 1_001])
def test_a_word_needs_a_note(bench: Bench, note: str) -> None:
    """Neither empty nor a novel."""
    bench.read(0)
    open_plan(bench.site, "hardware", OLD)
    enter_backup(bench.site, OLD, START, folder=True, system_state=True)
    with pytest.raises(BadInput, match="note"):
        confirm_step(bench.site, 1, "change/done", note, bench.time)


def test_a_host_is_meant_by_its_short_name(bench: Bench) -> None:
    """Where several lines may be meant, they are listed."""
    bench.begin()
    for number in (1, 2, 3):
        bench.read(number)
    assert confirm_step(bench.site, 1, "repoint/rdsh01", "scrapped", bench.time) == f"repoint/{HOST}"
    assert bench.states()["repoint"] == "vouched"
    with pytest.raises(BadInput) as told:
        confirm_step(bench.site, 1, "remove", "all fine", bench.time)
    assert "remove/pack-3, remove/pack-4" in str(told.value.hint)


def test_answers_that_change_the_course_are_not_lines(bench: Bench) -> None:
    """The decision takes its own names alone."""
    bench.read(0)
    open_plan(bench.site, "database-lost", OLD)
    confirm_step(bench.site, 1, "keep", "copied to the safe", bench.time)
    with pytest.raises(BadInput) as told:
        confirm_step(bench.site, 1, "decide/backup", "none", bench.time)
    assert "decide/other-windows" in str(told.value.hint)
    assert confirm_step(bench.site, 1, "decide/other-windows", "new disk", bench.time) == "decide/other-windows"
    assert [row.applies for row in view_plan(bench.site, 1, bench.time).table] == [False, True, False]


# The story


def test_the_opening_parts_what_was_known_from_what_came(bench: Bench) -> None:
    """The last state before it is the beginning; packs that came later do not count as the new server's own."""
    bench.begin()
    for number in (1, 2, 3):
        bench.read(number)
    told = story(bench.site, 1)
    assert told.begun == len(bench.carried[0]) + 1
    assert told.states[-1] == facts_of(bench.site)
    assert told.states[0].licence_servers == ()


def test_a_backup_is_known_as_it_was_then(bench: Bench) -> None:
    """A later one does not hide the one that the decision rests on."""
    bench.read(0)
    enter_backup(bench.site, OLD, START - DAY, folder=True, system_state=True)
    open_plan(bench.site, "database-lost", OLD)
    confirm_step(bench.site, 1, "keep", "copied", bench.time)
    confirm_step(bench.site, 1, "decide/same-windows", "same disk", bench.time)
    assert view_plan(bench.site, 1, bench.time).table[0].applies
    bench.time += 9 * DAY
    enter_backup(bench.site, OLD, bench.time, folder=True, system_state=True)
    assert view_plan(bench.site, 1, bench.time).table[0].applies


def test_a_closed_plan_stays_as_it_was(bench: Bench) -> None:
    """What is read later changes nothing in it."""
    bench.begin()
    for number in range(1, 8):
        bench.read(number)
    close_plan(bench.site, 1, bench.time)
    bench.bring(server(NEW, bench.time + HOUR, win32_tslicensekeypack=NO_PACKS))
    assert view_plan(bench.site, 1, bench.time).complete


# Closing


def test_an_open_plan_is_not_closed(bench: Bench) -> None:
    """The open steps are named; given up it may be, with a note."""
    bench.begin()
    with pytest.raises(Conflict, match="fit, activate"):
        close_plan(bench.site, 1, bench.time)
    with pytest.raises(BadInput, match="note"):
        close_plan(bench.site, 1, bench.time, give_up=True)
    close_plan(bench.site, 1, bench.time, "no budget", give_up=True)
    plan = plan_of(bench.site, 1)
    assert (plan.outcome, plan.note) == ("given-up", "no budget")


def test_nothing_is_done_to_a_closed_plan(bench: Bench) -> None:
    """Neither vouched nor closed again; a new one may be opened."""
    bench.begin()
    close_plan(bench.site, 1, bench.time, "no budget", give_up=True)
    for again in (
        lambda: close_plan(bench.site, 1, bench.time, "x", give_up=True),
        lambda: confirm_step(bench.site, 1, "inventory", "x", bench.time),
        lambda: take_back(bench.site, 1, "inventory", "x", bench.time),
    ):
        with pytest.raises(Conflict, match="is closed"):
            again()
    assert go_on(bench.site, "migrate", OLD, NEW) is None
    assert open_plan(bench.site, "migrate", OLD, NEW) == 2


# For calls


def test_a_call_that_is_too_early_is_objected_to(bench: Bench) -> None:
    """The old server's deactivation waits for its step, packs for the activation; other calls are none of the plan's."""
    bench.begin()
    assert "plan 1" in str(objection(bench.site, "deactivate", "lic01", bench.time))
    assert "fit" in str(objection(bench.site, "migrate", NEW, bench.time))
    assert objection(bench.site, "activate", NEW, bench.time) is None
    assert objection(bench.site, "deactivate", NEW, bench.time) is None
    for number in (1, 2):
        bench.read(number)
    assert objection(bench.site, "migrate", NEW, bench.time) is None
    for number in range(3, 7):
        bench.read(number)
    assert objection(bench.site, "deactivate", OLD, bench.time) is None
