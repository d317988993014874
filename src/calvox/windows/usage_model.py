"""The report on use over time, as plain values, ready for JSON, tables and plots."""

import msgspec


class Struct(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the report: plain values, ready for JSON."""


class Pool(Struct, frozen=True):
    """The packs of one type and version on one licence server."""

    cal_type: str
    version: str
    total: int
    issued: int
    free: int
    """Total minus issued; below zero in over-use."""
    over_use: int


class Apart(Struct, frozen=True):
    """Rows that are no bought packs in force."""

    kind: str
    """built-in, temporary, ended or not-counted."""
    version: str
    issued: int


class PacksRead(Struct, frozen=True):
    """The packs of a licence server as they were once."""

    server: str
    time: int
    source: str
    pools: tuple[Pool, ...]
    apart: tuple[Apart, ...]


class HoldersRead(Struct, frozen=True):
    """Its rows of device CALs, or the entries of its newest per-user report, as they were once."""

    server: str
    time: int
    source: str
    cal_type: str
    rows: int
    temporary: int
    """Of these: temporary."""
    ended: int
    """Of these: their end was past."""


class Change(Struct, frozen=True):
    """What changed in a pool between two readings; a pool that is not there counts as 0."""

    server: str
    cal_type: str
    version: str
    since: int
    until: int
    total: int
    issued: int
    over_use: int


class Series(Struct, frozen=True):
    """A line of a plot."""

    server: str
    measure: str
    """total, issued, over-use or holders."""
    cal_type: str
    version: str
    """Empty for holders."""
    points: tuple[tuple[int, int], ...]
    """Time and value."""

    @property
    def values(self) -> tuple[int, ...]:
        """Give the values alone."""
        return tuple(value for _, value in self.points)


class Unknown(Struct, frozen=True):
    """Something that is not known at the end."""

    server: str
    fact: str
    why: str


class Usage(Struct, frozen=True):
    """The report."""

    site: str
    packs: tuple[PacksRead, ...]
    """By server, oldest first."""
    holders: tuple[HoldersRead, ...]
    """By server and type, oldest first."""
    changes: tuple[Change, ...]
    """From each reading to the next, where something changed."""
    overall: tuple[Change, ...]
    """From the first reading to the last, every pool."""
    series: tuple[Series, ...]
    unknown: tuple[Unknown, ...]

    @property
    def latest(self) -> tuple[PacksRead, ...]:
        """Give the newest packs of each server."""
        return tuple({read.server: read for read in self.packs}.values())

    @property
    def over_use(self) -> int:
        """Add up today's over-use of every type, version and server."""
        return sum(pool.over_use for read in self.latest for pool in read.pools)
