"""Show a journal to people and scripts: entries as plain values."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import msgspec

from calvox.common.clock import utc
from calvox.core.book import Fact, kind_of
from calvox.journal.entry import Entry
from calvox.journal.interface import Journal, Reader

LOOKED_THROUGH = 5_000
"""Entries that are looked through at a time, at most."""
CHUNK = 500
"""Entries that are read at a time."""


class EntryShown(msgspec.Struct, frozen=True):
    """One entry as it is shown."""

    sequence: int
    time: str
    """2026-11-24T10:59:00Z."""
    kind: str
    says: dict[str, Any]
    """The fact's fields; bytes in hexadecimal."""
    hash: str


class Looked(msgspec.Struct, frozen=True):
    """Entries that were found, the newest first."""

    entries: list[EntryShown]
    further: int
    """Below which entry to go on looking; 0: there is nothing more."""


class Verified(msgspec.Struct, frozen=True):
    """A journal that holds."""

    entries: int
    """Entries that were verified."""
    head: str
    """Hash of the last one."""


class Verification(msgspec.Struct, frozen=True):
    """How a verification aside stands."""

    state: Literal["none", "running", "holds", "broken"] = "none"
    part: float = 0.0
    """How much of the journal was looked at, 0 to 1."""
    entries: int = 0
    """Entries that hold."""
    head: str = ""
    """Hash of the last of them."""
    problem: str = ""
    """What does not hold, in the language of whoever asked."""
    hint: str = ""
    by: str = ""
    """Who asked."""


def show_entries(reader: Reader, first: int, last: int | None, kind: str, limit: int) -> list[EntryShown]:
    """Show entries, newest last; of the latest `limit`, if no first is given (0)."""
    start = first or max(1, reader.head.position - limit + 1)
    return list(_shown(reader, start, last, kind, limit))


class Chosen(msgspec.Struct, frozen=True):
    """Which entries are wanted; what is empty does not matter."""

    kind: str = ""
    by: str = ""
    """Who did it."""
    since: int = 0
    """Seconds UTC: from the first entry of this time on."""
    until: int = 0
    """Seconds UTC: before the first entry of this time."""

    def fits(self, entry: Entry) -> bool:
        """Tell whether the kind is right; what costs more is looked at later."""
        return not self.kind or entry.kind == self.kind

    @property
    def holding(self) -> tuple[bytes, ...]:
        """What the bodies must hold."""
        return (self.by.encode(),) if self.by else ()


def latest_entries(reader: Reader, before: int, chosen: Chosen, limit: int) -> Looked:
    """Show entries, the newest first, below `before` (0: from the head).

    What was looked through is bounded: a rare kind takes several calls, each of which begins where the last one ended.
    """
    found: list[EntryShown] = []
    start, end = bounds(reader, chosen)
    place = min(before or end, end)
    floor = max(start, place - LOOKED_THROUGH)
    while place > floor:
        first = max(floor, place - CHUNK)
        for entry in reversed(list(reader.entries(first, place - 1, chosen.holding))):
            shown = _chosen(reader, entry, chosen)
            if shown is not None:
                found.append(shown)
            if len(found) == limit:
                return Looked(found, entry.sequence if entry.sequence > start else 0)
        place = first
    return Looked(found, place if place > start else 0)


def chosen_entries(reader: Reader, first: int, last: int, chosen: Chosen) -> Iterator[EntryShown]:
    """Show entries from one to another that are wanted, oldest first; times are not looked at."""
    for entry in reader.entries(first, last, chosen.holding):
        shown = _chosen(reader, entry, chosen)
        if shown is not None:
            yield shown


def bounds(reader: Reader, chosen: Chosen) -> tuple[int, int]:
    """Tell the first entry that lies in the wanted time, and the first one after it.

    Times are looked for by halves, as if they never went back; where a clock was confirmed to an earlier time they do, and a
    few entries about that moment may be left out or be there.
    """
    end = reader.head.position + 1
    start = _first_at(reader, chosen.since, end) if chosen.since else 1
    return start, max(start, _first_at(reader, chosen.until, end)) if chosen.until else end


def _first_at(reader: Reader, moment: int, end: int) -> int:
    low, high = 1, end
    while low < high:
        middle = (low + high) // 2
        entry = next(reader.entries(middle, middle))
        low, high = (middle + 1, high) if entry.time < moment else (low, middle)
    return low


def _chosen(reader: Reader, entry: Entry, chosen: Chosen) -> EntryShown | None:
    if not chosen.fits(entry):
        return None
    fact = reader.fact(entry)
    return None if chosen.by and getattr(fact, "by", "") != chosen.by else show_entry(entry, fact)


def _shown(reader: Reader, first: int, last: int | None, kind: str, limit: int) -> Iterator[EntryShown]:
    found = 0
    for entry in reader.entries(first, last):
        fact = reader.fact(entry)
        if kind and kind_of(fact) != kind:
            continue
        found += 1
        if found > limit:
            return
        yield show_entry(entry, fact)


def show_entry(entry: Entry, fact: Fact) -> EntryShown:
    """Show one entry."""
    says = {name: _plain(getattr(fact, name)) for name in fact.__struct_fields__}
    return EntryShown(entry.sequence, utc(entry.time), entry.kind, says, entry.hash.hex())


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def verified(journal: Journal, progress: Callable[[float], None] = lambda _: None) -> Verified:
    """Verify a whole journal.

    Raises:
        Tampered: it names the first entry, batch or row that does not hold.
    """
    head = journal.verify(progress)
    return Verified(head.position, head.hash.hex())
