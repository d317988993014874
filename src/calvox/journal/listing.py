"""Show a journal to people and scripts: entries as plain values."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from calvox.common.clock import utc
from calvox.core.book import Fact, kind_of
from calvox.journal.entry import Entry
from calvox.journal.interface import Journal, Reader

LOOKED_THROUGH = 10_000
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


def show_entries(reader: Reader, first: int, last: int | None, kind: str, limit: int) -> list[EntryShown]:
    """Show entries, newest last; of the latest `limit`, if no first is given (0)."""
    start = first or max(1, reader.head.position - limit + 1)
    return list(_shown(reader, start, last, kind, limit))


def latest_entries(reader: Reader, before: int, kind: str, by: str, limit: int) -> Looked:
    """Show entries, the newest first, below `before` (0: from the head); of one kind and by one person, unless empty.

    What was looked through is bounded: a rare kind takes several calls, each of which begins where the last one ended.
    """
    found: list[EntryShown] = []
    place = min(before or reader.head.position + 1, reader.head.position + 1)
    floor = max(1, place - LOOKED_THROUGH)
    while place > floor:
        first = max(floor, place - CHUNK)
        for entry in reversed(list(reader.entries(first, place - 1))):
            fact = reader.fact(entry)
            if (kind and kind_of(fact) != kind) or (by and getattr(fact, "by", "") != by):
                continue
            found.append(show_entry(entry, fact))
            if len(found) == limit:
                return Looked(found, entry.sequence if entry.sequence > 1 else 0)
        place = first
    return Looked(found, place if place > 1 else 0)


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
