"""What is measured: lines in groups, and the rows that come of them.

Rules: the lines of a group are measured in turn (A B C A B C …), so that a noisy machine disturbs all of them; a ratio is
the median of the ratios within each turn, never one of two medians; the first line named in `against` is the floor.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import median

import msgspec

Lap = Callable[[], float]
"""Measures once; gives a number in its line's unit."""


class Unit(StrEnum):
    """What a line's numbers are."""

    RATE = "/s"
    TIME = "ms"
    MEMORY = "MiB"
    COUNT = "entries"
    SIZE = "kB"


@dataclass(frozen=True, slots=True)
class Scale:
    """How long to measure."""

    repeats: int
    """Turns of each group."""
    seconds: float
    """Length of a lap that only computes."""
    disk_seconds: float
    """Length of a lap that waits for the disk."""
    entries: int
    """Entries of the journal that is verified."""
    cals: int
    """CALs of the licence server whose pages are measured."""
    hosts: int
    """Its session hosts."""


FULL = Scale(repeats=7, seconds=0.12, disk_seconds=0.5, entries=20_000, cals=1_000_000, hosts=1_000)
QUICK = Scale(repeats=2, seconds=0.01, disk_seconds=0.08, entries=1_500, cals=1_000, hosts=10)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is measured."""

    name: str
    unit: Unit
    against: tuple[str, ...] = ()
    """Names of lines in its group that it is compared with."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that are measured in turn."""

    suite: str
    lines: tuple[Line, ...]
    prepare: Callable[[Path, Scale], AbstractContextManager[Sequence[Lap]]]
    """Sets up in an empty folder; gives a lap for each line."""


class Row(msgspec.Struct, frozen=True):
    """What was measured of one line."""

    suite: str
    name: str
    unit: str
    median: float
    least: float
    most: float
    repeats: int
    ratios: dict[str, float]
    """How fast it is compared with others: 0.5 is half their speed. Of memory: how many times theirs."""


def rows_of(group: Group, values: dict[str, list[float]]) -> list[Row]:
    """Sum up a group; lines that were never measured are left out."""
    units = {line.name: line.unit for line in group.lines}
    rows = []
    for line in group.lines:
        found = values[line.name]
        if not found:
            continue
        ratios = {name: _ratio(line.unit, found, units[name], values[name]) for name in line.against if values[name]}
        rows.append(Row(group.suite, line.name, line.unit, median(found), min(found), max(found), len(found), ratios))
    return rows


def _ratio(unit: Unit, ours: list[float], other: Unit, theirs: list[float]) -> float:
    return median(_speed(unit, a) / _speed(other, b) for a, b in zip(ours, theirs, strict=False))


def _speed(unit: Unit, value: float) -> float:
    return 1_000 / value if unit is Unit.TIME else value
