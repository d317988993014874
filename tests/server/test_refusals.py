"""Refusals are recorded: the first at once, equal ones of an hour together."""

from dataclasses import replace

import pytest

from calvox.core.products import CalType
from calvox.server.issue import acquire
from calvox.server.report import refusals_report
from tests.world import Site

SESSION = CalType.SESSION
HOUR = 3600


@pytest.fixture
def full(stocked: Site) -> Site:
    """Give a site whose two session CALs are out, at the beginning of an hour."""
    host = stocked.enrol("rdsh-1", "2022")
    for n in range(2):
        host.cal(SESSION, f"s-{n}")
    return stocked


def counts(site: Site) -> list[tuple[int, int]]:
    """Give hour and count of each refusal that was entered."""
    facts = site.read(lambda reader: [reader.fact(e) for e in reader.entries() if e.kind == "CalRefused"])
    return [(fact.hour, fact.count) for fact in facts]


def reported(site: Site) -> list[tuple[str, str, str, int]]:
    """Give the report's lines."""
    lines = site.read(refusals_report)
    return [(line.holder, line.host, line.reason, line.count) for line in lines]


def test_the_first_is_entered_at_once_and_equal_ones_once_an_hour(full: Site) -> None:
    """Ten within the hour are two entries, and the report counts ten at any moment."""
    host, hour = full.enrol("rdsh-2", "2022"), full.clock() // HOUR
    for _ in range(10):
        host.acquire(SESSION, "s-9")
    assert counts(full) == [(hour, 1)]
    assert reported(full) == [("s-9", "rdsh-2", "pool-used-up", 10)]
    full.clock.later(seconds=HOUR)
    full.sweep()
    assert counts(full) == [(hour, 1), (hour, 9)]
    assert reported(full) == [("s-9", "rdsh-2", "pool-used-up", 10)]
    full.sweep()
    assert len(counts(full)) == 2


def test_the_next_hour_begins_anew(full: Site) -> None:
    """The rest of the hour before is entered first, even when no sweep came between."""
    host, hour = full.enrol("rdsh-2", "2022"), full.clock() // HOUR
    full.restart(lease_seconds=10 * HOUR)
    for n in range(2):
        host.cal(SESSION, f"s-{n}")
    for _ in range(3):
        host.acquire(SESSION, "s-9")
    full.clock.later(seconds=HOUR)
    host.acquire(SESSION, "s-9")
    assert counts(full) == [(hour, 1), (hour, 2), (hour + 1, 1)]


def test_others_are_counted_by_themselves(full: Site) -> None:
    """Another holder, another host, another reason."""
    one, two = full.enrol("rdsh-2", "2022"), full.enrol("rdsh-3", "2025")
    for host, name in ((one, "s-8"), (one, "s-9"), (two, "s-9")):
        host.acquire(SESSION, name)
    assert [count for _, count in counts(full)] == [1, 1, 1]
    assert sorted(reported(full)) == [
        ("s-8", "rdsh-2", "pool-used-up", 1),
        ("s-9", "rdsh-2", "pool-used-up", 1),
        ("s-9", "rdsh-3", "no-fitting-pack", 1),
    ]


def test_types_are_counted_apart(full: Site) -> None:
    """One key may ask for a device and for a session; each is refused for itself."""
    host = full.enrol("rdsh-2", "2025")
    asks = {kind: replace(host.ask(kind, "x", authenticated=True), holder=b"x" * 32) for kind in CalType}
    full.run(acquire(full.server, asks[CalType.DEVICE]))
    full.clock.later(days=91)
    for kind in (SESSION, CalType.DEVICE, SESSION, CalType.DEVICE, SESSION):
        full.run(acquire(full.server, asks[kind]))
    full.clock.later(seconds=HOUR)
    full.sweep()
    told = {(line.cal_type, line.count) for line in full.read(refusals_report)}
    assert told == {("session", 3), ("device", 2)}


def test_counts_survive_a_restart(full: Site) -> None:
    """What has not been entered yet lies among the working rows."""
    host = full.enrol("rdsh-2", "2022")
    for _ in range(5):
        host.acquire(SESSION, "s-9")
    full.restart()
    assert reported(full)[0][3] == 5
    full.clock.later(seconds=2 * HOUR)
    full.sweep()
    assert sum(count for _, count in counts(full)) == 5
    full.server.journal.verify()


def test_a_clock_that_was_set_back_loses_no_refusal(full: Site) -> None:
    """The hour before counts as another hour."""
    host = full.enrol("rdsh-2", "2022")
    for _ in range(3):
        host.acquire(SESSION, "s-9")
    full.clock.later(seconds=-HOUR)
    for _ in range(2):
        host.acquire(SESSION, "s-9")
    full.clock.later(seconds=3 * HOUR)
    full.sweep()
    assert sum(count for _, count in counts(full)) == 5
