"""The journal: shown by kind, person and date, taken along as a file, verified aside."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from starlette.responses import Response

from calvox.apps.browser import MOST, Endpoint, WithPeople
from calvox.apps.browser import Visit as AnyVisit
from calvox.apps.journals import VerifyJournal
from calvox.apps.manager.sending import send
from calvox.common.errors import BadInput, NotFound
from calvox.common.i18n import t
from calvox.common.spreadsheets import csv_lines
from calvox.core.ledger import LEDGER
from calvox.journal.interface import Journal
from calvox.journal.listing import Chosen, EntryShown, Looked, bounds, chosen_entries, latest_entries
from calvox.web.common.journal import PAGE, Sought
from calvox.web.manager import journal, menu
from calvox.web.manager.verification import verification

Visit = AnyVisit[WithPeople]
KINDS = tuple({fact.__name__ for fact in LEDGER.facts})
"""The kinds of entries that the journal may be asked for."""
CHUNK = 2_000
"""Entries that a file is read in at a time: entries never change, so no view is held."""
MEDIA: Mapping[str, str] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


class AskedEntries(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """Which entries are wanted, as the form has it."""

    kind: str = ""
    by: str = ""
    since: str = ""
    """YYYY-MM-DD in the site's zone; its day is included."""
    until: str = ""
    """Likewise."""
    before: int = 0


async def show_journal(visit: Visit) -> Response:
    """Show a page of entries; what cannot be sought is told on it."""
    asked = visit.asked(AskedEntries)
    before = asked.before if 0 < asked.before <= MOST else 0
    looked: Looked | BadInput
    try:
        looked = await visit.read(latest_entries, before, chosen(asked, visit.desk.zone), PAGE)
    except BadInput as error:
        looked = error
    wanted = Sought(asked.kind, asked.by.strip(), asked.since, asked.until)
    page = journal.journal(looked, KINDS, wanted, before)
    return visit.page(page, menu.JOURNAL, status=422 if isinstance(looked, BadInput) else 200)


async def send_entries(visit: Visit) -> Response:
    """Send the wanted entries as a file, the oldest first."""
    form, asked = visit.request.path_params["form"], visit.asked(AskedEntries)
    if form not in MEDIA:
        raise NotFound(t("There is no page {path}", path=visit.request.url.path))
    entries = _entries(visit.desk.journal, chosen(asked, visit.desk.zone))
    lines = _csv(entries) if form == "csv" else (msgspec.json.encode(entry) + b"\n" for entry in entries)
    return await send(visit, lines, f"calvox-journal.{form}", MEDIA[form])


async def show_verification(visit: Visit) -> Response:
    """Show how the verification stands."""
    return visit.page(verification(await visit.case("journal-verification", VerifyJournal())), menu.JOURNAL)


async def begin_verification(visit: Visit) -> Response:
    """Begin to verify."""
    await visit.form()
    await visit.case("journal-verify-begin", VerifyJournal())
    return visit.go_to(menu.VERIFICATION)


def chosen(asked: AskedEntries, zone: ZoneInfo) -> Chosen:
    """Read what is wanted.

    Raises:
        BadInput: a date is none.
    """
    since = _midnight(asked.since, zone, 0) if asked.since else 0
    until = _midnight(asked.until, zone, 1) if asked.until else 0
    return Chosen(asked.kind, asked.by.strip(), since, until)


def _midnight(text: str, zone: ZoneInfo, later: int) -> int:
    try:
        day = date.fromisoformat(text) + timedelta(days=later)
        return max(1, int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()))
    except (ValueError, OverflowError) as error:
        raise BadInput(t("“{text}” is no date; write it as 2027-06-30", text=text[:40])) from error


def _entries(journal: Journal, wanted: Chosen) -> Iterator[EntryShown]:
    with journal.read() as reader:
        place, end = bounds(reader, wanted)
    while place < end:
        last = min(place + CHUNK, end) - 1
        with journal.read() as reader:
            found = list(chosen_entries(reader, place, last, wanted))
        yield from found
        place = last + 1


def _csv(entries: Iterator[EntryShown]) -> Iterator[bytes]:
    return csv_lines(("sequence", "time", "kind", "by", "says", "hash"), (_row(entry) for entry in entries))


def _row(entry: EntryShown) -> tuple[Any, ...]:
    says = msgspec.json.encode(entry.says).decode()
    return entry.sequence, entry.time, entry.kind, str(entry.says.get("by", "")), says, entry.hash


ENDPOINTS = (
    Endpoint("GET", "/journal", show_journal),
    Endpoint("GET", "/journal/entries.{form}", send_entries),
    Endpoint("GET", menu.VERIFICATION, show_verification),
    Endpoint("POST", menu.VERIFICATION, begin_verification),
)
"""Their routes."""
