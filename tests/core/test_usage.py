"""Use over time, as the ledger's fold notes it, against a history that is simply kept."""

from collections import defaultdict

import apsw
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.clock import DAY
from calvox.core.book import Placed
from calvox.core.entries import CalIssued, CalReleased
from calvox.core.forecast import Outlook
from calvox.core.ledger import LEDGER
from calvox.core.usage import daily, pool_usage
from calvox.journal.tables import Tables, create_tables
from tests.core.in_memory import pack_installed

BEGIN = 20_000
"""The day on which the packs went in."""


def folded() -> Tables:
    """Give empty tables."""
    connection = apsw.Connection(":memory:")
    create_tables(connection, LEDGER, projections_only=True)
    return Tables(connection, LEDGER)


def apply(tables: Tables, fact: CalIssued | CalReleased, day: int, second: int = 0) -> None:
    """Fold one entry."""
    for change in LEDGER.changes(fact, Placed(1, day * DAY + second)):
        tables.apply(change)


def install(tables: Tables, pack: int, quantity: int = 10) -> None:
    """Install a pack of device CALs."""
    for change in LEDGER.changes(pack_installed(pack, 0, 7, quantity, 0), Placed(1, BEGIN * DAY)):
        tables.apply(change)


def issued(number: int, pack: int) -> CalIssued:
    """Say that a CAL was given out."""
    return CalIssued(
        cal_id=number.to_bytes(16, "big"),
        cal_type=0,
        version=7,
        holder=bytes(32),
        host=bytes(16),
        valid_until=0,
        temporary=False,
        pack=pack,
        replaces=b"",
        replaces_pack=0,
    )


def back(number: int, pack: int) -> CalReleased:
    """Say that it went back."""
    return CalReleased(cal_id=number.to_bytes(16, "big"), pack=pack, why="asked")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(1, 2)), max_size=60))
def test_each_day_s_peak_is_what_was_highest_on_it(steps: list[tuple[int, bool, int]]) -> None:
    """Days of any number of changes or none, two packs: the peaks are those of a history that is kept by the second."""
    tables, out, day = folded(), defaultdict[int, list[int]](list), BEGIN
    install(tables, 1)
    install(tables, 2)
    peaks: dict[int, dict[int, int]] = {1: {BEGIN: 0}, 2: {BEGIN: 0}}
    for number, (later, gives, pack) in enumerate(steps, start=1):
        for _ in range(later):
            day += 1
            for one, levels in peaks.items():
                levels[day] = len(out[one])
        if gives or not out[pack]:
            apply(tables, issued(number, pack), day)
            out[pack].append(number)
        else:
            apply(tables, back(out[pack].pop(), pack), day)
        peaks[pack][day] = max(peaks[pack][day], len(out[pack]))
    for pack, levels in peaks.items():
        noted = {row["day"]: row for row in tables.select("usage", {"pack": pack})}
        assert daily(noted, len(out[pack]), BEGIN, day) == [levels[one] for one in range(BEGIN, day + 1)]
    (pool,) = pool_usage(tables.select("pack", {}), tables.select("usage", {}), day * DAY, 5)
    assert pool.peaks == [sum(levels[one] for levels in peaks.values()) for one in range(pool.begin, day + 1)]


def test_a_pool_is_told_from_its_first_pack_on_and_no_further_back_than_is_asked() -> None:
    """The first day is that of the installation, or so many days ago; totals follow what was installed and what ended."""
    tables = folded()
    install(tables, 1, 10)
    late, over = pack_installed(2, 0, 7, 5, 0), pack_installed(3, 0, 7, 7, (BEGIN + 4) * DAY)
    for fact, day in ((late, BEGIN + 3), (over, BEGIN)):
        for change in LEDGER.changes(fact, Placed(1, day * DAY)):
            tables.apply(change)
    (pool,) = pool_usage(tables.select("pack", {}), [], (BEGIN + 5) * DAY, 100)
    assert (pool.begin, pool.totals) == (BEGIN, [17, 17, 17, 22, 15, 15])
    (pool,) = pool_usage(tables.select("pack", {}), [], (BEGIN + 5) * DAY, 2)
    assert (pool.begin, pool.totals, pool.peaks) == (BEGIN + 4, [15, 15], [0, 0])
    assert pool.forecast.outlook is Outlook.SHORT


def test_cals_from_no_pack_leave_no_trace() -> None:
    """A temporary CAL belongs to no pool."""
    tables = folded()
    apply(tables, issued(1, 0), BEGIN)
    assert tables.count("usage", {}) == 0
