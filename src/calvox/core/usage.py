"""Use over time: how many CALs of each pool were out, day by day, as the ledger tells it.

A row of the table stands for a day on which the number of CALs of a pack changed: where it stood before, and the highest
that it came to. Days between are those on which nothing changed. Days are those of UTC, for the fold knows no zone.

A pool is the packs of one type and version. Its peak is the sum of its packs' peaks, which may have been hours apart: the
fittest pack is used up before the next is touched, so it is seldom more than what really was out at once.
"""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from calvox.common.clock import DAY
from calvox.core.book import Change, Level, Placed, Row, Table
from calvox.core.forecast import Forecast, forecast
from calvox.core.products import CalType, version_name

USAGE_TABLE = Table("usage", ("day", "pack"), {"day": int, "pack": int, "first": int, "peak": int}, index=(("pack",),))
"""`first` and `peak` count CALs of that pack."""


class PoolUsage(msgspec.Struct, frozen=True):
    """A pool's use over time."""

    cal_type: str
    version: str
    begin: int
    """The first day that is told, days since 1970-01-01 UTC."""
    peaks: list[int]
    """The highest number of CALs out on each day, the last of which is today."""
    totals: list[int]
    """CALs installed on each day."""
    forecast: Forecast


def usage_changes(pack: int, amount: int, placed: Placed) -> Iterable[Change]:
    """Tell what a change of a pack's CALs that are out, which has just been made, changes here."""
    if pack:
        yield Level("usage", (placed.time // DAY, pack), ("pack", (pack,), "issued"), amount)


def pool_usage(packs: Iterable[Row], noted: Iterable[Row], now: int, days: int) -> list[PoolUsage]:
    """Tell each pool's use on its last so many days at most, by type and version.

    Args:
        packs: Rows of the packs.
        noted: Rows of the table, of these days and later ones alone or of all.
        now: Seconds UTC.
        days: How far to look back, today included.
    """
    by_pack: dict[int, dict[int, Row]] = defaultdict(dict)
    for row in noted:
        by_pack[row["pack"]][row["day"]] = row
    pools: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for pack in packs:
        pools[pack["cal_type"], pack["version"]].append(pack)
    return [
        _pool(CalType(kind), version, of, by_pack, now, days) for (kind, version), of in sorted(pools.items()) if of
    ]


def _pool(
    kind: CalType, version: int, packs: list[Row], noted: dict[int, dict[int, Row]], now: int, days: int
) -> PoolUsage:
    today = now // DAY
    begin = max(today - days + 1, min(pack["installed"] // DAY for pack in packs))
    begin = min(begin, today)
    told = range(begin, today + 1)
    peaks, totals = [0] * len(told), [0] * len(told)
    for pack in packs:
        levels = daily(noted.get(pack["sequence"], {}), pack["issued"], begin, today)
        peaks = [sum(pair) for pair in zip(peaks, levels, strict=True)]
        totals = [total + _held(pack, day) for total, day in zip(totals, told, strict=True)]
    return PoolUsage(kind.label, version_name(version), begin, peaks, totals, forecast(peaks, totals[-1]))


def daily(noted: dict[int, Row], issued: int, begin: int, today: int) -> list[int]:
    """Tell one pack's peak on every day; days without a row stand where the next row began, or where it stands now."""
    level, found = issued, list[int]()
    for day in range(today, begin - 1, -1):
        row = noted.get(day)
        found.append(int(row["peak"]) if row else level)
        level = int(row["first"]) if row else level
    return found[::-1]


def _held(pack: Row, day: int) -> int:
    """Tell what a pack gives on a day; one that ends on it still counts."""
    there = pack["installed"] // DAY <= day and (not pack["ends"] or day * DAY < pack["ends"])
    return int(pack["quantity"] + pack["converted"]) if there else 0
