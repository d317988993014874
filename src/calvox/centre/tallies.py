"""Calls counted day by day, so that a year of them is not read again each time somebody looks at the statistics.

A day that is over, and of which no call is open any more, never changes: what was counted of it is remembered while the
process serves. Everything follows from the register.
"""

from collections import Counter
from collections.abc import Collection, Iterable, MutableMapping
from dataclasses import dataclass, field

from calvox.common.clock import DAY, day_of
from calvox.journal.interface import Reader

Key = tuple[str, str, str]
"""Operator, outcome, and the form in which was read out."""


@dataclass(slots=True)
class Group:
    """Calls that are alike."""

    calls: int = 0
    misheard: int = 0
    """How often a line was heard wrongly in one of them."""
    seconds: list[int] = field(default_factory=list)
    """How long each took; 0: it was never ended."""


@dataclass(slots=True)
class Tally:
    """One day."""

    groups: dict[Key, Group] = field(default_factory=dict)
    open: int = 0
    """Calls that are still open, of those without an outcome."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Refusals by their reason."""


Kept = MutableMapping[int, Tally]
"""What was counted of days that are over."""


def tallies(reader: Reader, kept: Kept, days: range, still: Collection[bytes]) -> list[Tally]:
    """Count the calls and refusals of some days, the last of which is today.

    Args:
        reader: The register.
        kept: What was counted before; days that are over are added.
        days: Since 1970-01-01 UTC.
        still: Numbers of the calls that are open.
    """
    missing = [day for day in days if day not in kept]
    if not missing:
        return [kept[day] for day in days]
    counted = _counted(reader, range(missing[0], missing[-1] + 1), still)
    kept.update({day: tally for day, tally in counted.items() if day != days[-1] and not tally.open})
    return [counted.get(day) or kept[day] for day in days]


def together(groups: Iterable[Group]) -> Group:
    """Count groups as one."""
    whole = Group()
    for group in groups:
        whole.calls += group.calls
        whole.misheard += group.misheard
        whole.seconds += group.seconds
    return whole


def merged(told: Iterable[Tally]) -> dict[Key, Group]:
    """Count days as one."""
    alike: dict[Key, list[Group]] = {}
    for tally in told:
        for key, group in tally.groups.items():
            alike.setdefault(key, []).append(group)
    return {key: together(groups) for key, groups in alike.items()}


def _counted(reader: Reader, days: range, still: Collection[bytes]) -> dict[int, Tally]:
    told = {day: Tally() for day in days}
    within = days[0] * DAY, (days[-1] + 1) * DAY
    for row in reader.select("call", between={"opened": within}, order="opened"):
        tally, outcome = told[row["opened"] // DAY], row["outcome"]
        key = row["by"], outcome, row["form"]
        group = tally.groups.get(key)
        if group is None:
            group = tally.groups[key] = Group()
        group.calls += 1
        group.misheard += row["misheard"]
        group.seconds.append(row["ended"] - row["opened"] if outcome else 0)
        tally.open += not outcome and row["call"] in still
    for row in reader.select("refusal", between={"time": within}, order="time"):
        told[day_of(row["time"])].reasons[row["reason"]] += 1
    return told
