"""The use cases that every store with a journal has: list its entries, verify it, at once or aside.

A verification aside goes on while whoever asked for it does something else, and keeps to a share of the time. One at a time
for each journal; how the last one ended is known until the process ends. A verification that finds the journal changed ends a
process that serves it, whoever asked for it: as at a start, nothing more is issued on what does not hold.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import msgspec
import structlog

from calvox.apps.owner import UseCase
from calvox.apps.resting import sharing
from calvox.common.errors import CalvoxError, Tampered
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


_WATCHES: "WeakKeyDictionary[Journal, Callable[[Tampered], object]]" = WeakKeyDictionary()


async def until_tampered(journal: Journal) -> None:
    """Wait until a verification that somebody asked for finds the journal changed.

    Raises:
        Tampered: that is so, and the serving is to end.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Tampered] = loop.create_future()

    def take(error: Tampered) -> None:
        if not found.done():
            found.set_result(error)

    _WATCHES[journal] = lambda error: loop.call_soon_threadsafe(take, error)
    raise await found


def _tell(journal: Journal, error: Tampered) -> None:
    """Tell whoever serves the journal, from any thread; a loop that has ended needs no telling."""
    watch = _WATCHES.get(journal)
    if watch is not None:
        with suppress(RuntimeError):
            watch(error)


def _verify(store: HasJournal, asked: VerifyJournal, by: str) -> Verified:
    try:
        return verified(store.journal)
    except Tampered as error:
        _tell(store.journal, error)
        raise


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
            if isinstance(error, Tampered):
                _tell(journal, error)
        except Exception as error:
            log.error("the verification did not come to its end", why=str(error))
            aside.told = Verification()


JOURNAL_CASES: dict[str, UseCase[Any]] = {
    "journal-list": UseCase(ListEntries, list[EntryShown], _list, reads=True),
    "journal-verify": UseCase(VerifyJournal, Verified, _verify, reads=True),
    "journal-verify-begin": UseCase(VerifyJournal, Verification, begin_verification, reads=True),
    "journal-verification": UseCase(VerifyJournal, Verification, verification, reads=True),
}
