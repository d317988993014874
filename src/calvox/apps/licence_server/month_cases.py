"""A month's report on authorised users, made aside: it goes through the whole ledger, which takes a while at a million entries.

Rules:
- One at a time for each server. Whoever asks waits for a moment; a report that takes longer goes on while they do something
  else, and leaves half of the time to those who are being served.
- One that took long is kept for as many minutes as it took seconds, and says of when it is; another is made anew each time.
- Its rows lie in a file that has no name, and is gone with the report.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any, Literal
from weakref import WeakKeyDictionary, finalize

import msgspec
import structlog

from calvox.apps.owner import UseCase
from calvox.apps.resting import sharing
from calvox.common.errors import CalvoxError, TooMany
from calvox.common.i18n import t
from calvox.journal.interface import Journal
from calvox.server.authorise import month_of
from calvox.server.report_tables import authorised_rows
from calvox.server.search import PAGE
from calvox.server.store import LicenceServer
from calvox.trust.signed_reports import Cell

log = structlog.get_logger()
PATIENCE = 0.4
"""Seconds for which whoever asks waits."""
LONGEST = 8
"""Digits of a place in a report, and one more."""


class AskMonth(msgspec.Struct, frozen=True):
    """Read a page of a month's report, which is begun if need be."""

    month: str
    """YYYY-MM."""
    start: str = ""
    """Where to go on, as the page before told; empty: at the beginning."""


class MonthTold(msgspec.Struct, frozen=True):
    """A page of a month's report, or how far it is."""

    state: Literal["running", "ready"]
    part: float = 0.0
    """How much of the ledger was looked at, 0 to 1."""
    made: int = 0
    """Of when it is, seconds UTC."""
    rows: list[list[Cell]] = []
    further: str = ""
    """Where the next page begins; empty: there is none."""


@dataclass
class _Aside:
    """A report that is being made, or was."""

    month: str
    made: int
    part: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)
    failed: CalvoxError | None = None
    rows: "_Kept | None" = None
    keep_until: float = 0.0
    """By the machine's even clock."""


_ASIDE: "WeakKeyDictionary[Journal, _Aside]" = WeakKeyDictionary()
_DOOR = threading.Lock()


def month_report(server: LicenceServer, asked: AskMonth, by: str) -> MonthTold:
    """Read a page of the report, or tell how far it is.

    Raises:
        BadInput: it is no month.
        TooMany: that of another month is being made.
    """
    month_of(server, asked.month)
    aside = _begun(server, asked)
    if not aside.ended.wait(PATIENCE):
        return MonthTold("running", aside.part)
    if aside.rows is None:
        with _DOOR:
            _ASIDE.pop(server.journal, None)
        raise aside.failed or CalvoxError(
            t("The report was not made"), hint=t("The log of the serving process tells more.")
        )
    start = int(asked.start) if asked.start.isascii() and asked.start.isdigit() and len(asked.start) < LONGEST else 0
    rows, further = aside.rows.page(start)
    return MonthTold("ready", 1.0, aside.made, rows, str(further) if further else "")


def _begun(server: LicenceServer, asked: AskMonth) -> _Aside:
    """Find the report, or begin it."""
    with _DOOR:
        aside = _ASIDE.get(server.journal)
        going_on = aside is not None and not aside.ended.is_set()
        if aside is not None and aside.month == asked.month and (going_on or time.monotonic() < aside.keep_until):
            return aside
        if aside is not None and going_on:
            raise TooMany(
                t("The report of {month} is being made", month=aside.month),
                hint=t("Ask again once it is done."),
                wait=30,
            )
        aside = _ASIDE[server.journal] = _Aside(asked.month, server.world.now())
        threading.Thread(target=_make, args=(server, aside), name="month-report", daemon=True).start()
    return aside


def _make(server: LicenceServer, aside: _Aside) -> None:
    began = time.monotonic()

    def tell(part: float) -> None:
        aside.part = part

    try:
        with server.journal.read() as reader:
            aside.rows = _Kept(authorised_rows(server, reader, aside.month, sharing(tell)))
        took = time.monotonic() - began
        # Whoever waited in vain finds it when they look again.
        aside.keep_until = time.monotonic() + 60 * took if took > PATIENCE / 2 else 0.0
    except CalvoxError as error:
        aside.failed = error
    except Exception as error:
        log.error("a month's report was not made", why=str(error))
    finally:
        aside.ended.set()


class _Kept:
    """Rows in a file, of which any page is found at once."""

    def __init__(self, rows: Iterable[tuple[Cell, ...]]) -> None:
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - it lasts as long as the report, and closes with it.
        finalize(self, self._file.close)
        self._places: list[int] = []
        self._door = threading.Lock()
        for number, row in enumerate(rows):
            if number % PAGE == 0:
                self._places.append(self._file.tell())
            self._file.write(msgspec.json.encode(row) + b"\n")

    def page(self, start: int) -> tuple[list[list[Cell]], int]:
        """Read a page, and where the next one begins; 0: there is none."""
        number = start // PAGE
        if number >= len(self._places):
            return [], 0
        with self._door:
            self._file.seek(self._places[number])
            lines = [line for _ in range(PAGE) if (line := self._file.readline())]
        further = (number + 1) * PAGE if number + 1 < len(self._places) else 0
        return [msgspec.json.decode(line, type=list[Cell]) for line in lines], further


MONTH_CASES: dict[str, UseCase[Any]] = {"report-month": UseCase(AskMonth, MonthTold, month_report, reads=True)}
