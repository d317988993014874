"""The use cases that every store with a journal has: list its entries, verify it."""

from typing import Any, Protocol

import msgspec

from calvox.apps.owner import UseCase
from calvox.journal.interface import Journal
from calvox.journal.listing import EntryShown, Verified, show_entries, verified


class HasJournal(Protocol):
    """A store."""

    @property
    def journal(self) -> Journal:
        """Its journal."""


class ListEntries(msgspec.Struct, frozen=True):
    """Which entries to show."""

    first: int = 0
    """From this one; 0: the latest."""
    last: int | None = None
    kind: str = ""
    """Only entries of this kind."""
    limit: int = 50


class VerifyJournal(msgspec.Struct, frozen=True):
    """Verify everything."""


def _list(store: HasJournal, asked: ListEntries, by: str) -> list[EntryShown]:
    with store.journal.read() as reader:
        return show_entries(reader, asked.first, asked.last, asked.kind, asked.limit)


def _verify(store: HasJournal, asked: VerifyJournal, by: str) -> Verified:
    return verified(store.journal)


JOURNAL_CASES: dict[str, UseCase[Any]] = {
    "journal-list": UseCase(ListEntries, list[EntryShown], _list, reads=True),
    "journal-verify": UseCase(VerifyJournal, Verified, _verify, reads=True),
}
