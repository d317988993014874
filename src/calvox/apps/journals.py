"""The use cases that every store with a journal has: list its entries, verify it, at once or aside.

A verification aside goes on while whoever asked for it does something else, and keeps to a share of the time. One at a time
for each journal; how the last one ended is known until the process ends.
"""

import threading
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import msgspec
import structlog

from calvox.apps.owner import UseCase
from calvox.apps.resting import sharing
from calvox.common.errors import CalvoxError
from calvox.common.i18n import current_language, language_of
from calvox.journal.interface import Journal
from calvox.journal.listing import EntryShown, Verification, Verified, show_entries, verified

log = structlog.get_logger()


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


@dataclass
class _Aside:
    told: Verification


_ASIDE: "WeakKeyDictionary[Journal, _Aside]" = WeakKeyDictionary()
_DOOR = threading.Lock()


def begin_verification(store: HasJournal, asked: VerifyJournal, by: str) -> Verification:
    """Begin to verify aside, unless that goes on already."""
    with _DOOR:
        aside = _ASIDE.get(store.journal)
        if aside is None or aside.told.state != "running":
            aside = _ASIDE[store.journal] = _Aside(Verification("running", by=by))
            arguments = store.journal, aside, current_language()
            threading.Thread(target=_verify_aside, args=arguments, name="verification", daemon=True).start()
    return aside.told


def verification(store: HasJournal, asked: VerifyJournal, by: str) -> Verification:
    """Tell how the verification aside stands."""
    aside = _ASIDE.get(store.journal)
    return aside.told if aside else Verification()


def _verify_aside(journal: Journal, aside: _Aside, language: Any) -> None:
    by = aside.told.by

    def tell(part: float) -> None:
        aside.told = Verification("running", part, by=by)

    with language_of(language):
        try:
            told = verified(journal, sharing(tell))
            aside.told = Verification("holds", 1.0, told.entries, told.head, by=by)
        except CalvoxError as error:
            aside.told = Verification("broken", problem=str(error), hint=str(error.hint or ""), by=by)
        except Exception as error:
            log.error("the verification did not come to its end", why=str(error))
            aside.told = Verification()


JOURNAL_CASES: dict[str, UseCase[Any]] = {
    "journal-list": UseCase(ListEntries, list[EntryShown], _list, reads=True),
    "journal-verify": UseCase(VerifyJournal, Verified, _verify, reads=True),
    "journal-verify-begin": UseCase(VerifyJournal, Verification, begin_verification, reads=True),
    "journal-verification": UseCase(VerifyJournal, Verification, verification, reads=True),
}
