"""Show a journal to people and scripts: entries as plain values."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from calvox.common.clock import utc
from calvox.core.book import kind_of
from calvox.journal.interface import Journal, Reader


class EntryShown(msgspec.Struct, frozen=True):
    """One entry as it is shown."""

    sequence: int
    time: str
    """2026-11-24T10:59:00Z."""
    kind: str
    says: dict[str, Any]
    """The fact's fields; bytes in hexadecimal."""
    hash: str


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


def _shown(reader: Reader, first: int, last: int | None, kind: str, limit: int) -> Iterator[EntryShown]:
    found = 0
    for entry in reader.entries(first, last):
        fact = reader.fact(entry)
        if kind and kind_of(fact) != kind:
            continue
        found += 1
        if found > limit:
            return
        says = {name: _plain(getattr(fact, name)) for name in fact.__struct_fields__}
        yield EntryShown(entry.sequence, utc(entry.time), entry.kind, says, entry.hash.hex())


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
