"""Reports as files: CSV and JSON line by line, PDF up to what somebody would read, and the file that the server signs."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from calvox.common.clock import DAY, show_date, show_time, utc
from calvox.common.errors import BadInput
from calvox.common.i18n import current_language, t
from calvox.common.papers import Paper, typeset
from calvox.common.spreadsheets import csv_lines
from calvox.journal.interface import Reader
from calvox.server.report_tables import REPORTS, Column, Kind, Report, report_named, said
from calvox.server.store import LicenceServer
from calvox.trust.signed_reports import Cell, Origin, TableLine, line, signed

TEMPLATE = Path(__file__).parent / "papers" / "report"
PAPER_ROWS = 1_000
"""Rows of a PDF, at most; the rest is in the other files."""
SIGNED_ROWS = 250_000
"""Rows of a signed file, at most."""


def as_csv(server: LicenceServer, reader: Reader, report: Report, month: str) -> Iterator[bytes]:
    """Write CSV: machine words, dates in the site's zone, moments in UTC."""
    rows = report.rows(server, reader, month)
    header = [column.name for column in report.columns]
    plain = ([_for_sheet(c, cell, server.zone) for c, cell in zip(report.columns, row, strict=True)] for row in rows)
    return csv_lines(header, plain)


def as_json(server: LicenceServer, reader: Reader, report: Report, month: str) -> Iterator[bytes]:
    """Write one JSON object with a list of rows; times are seconds UTC."""
    names = [column.name for column in report.columns]
    about = {"report": report.name, "month": month, "made": server.world.now(), "entries": reader.head.position}
    yield msgspec.json.encode(about)[:-1] + b',"rows":['
    for number, row in enumerate(report.rows(server, reader, month)):
        yield (b",\n" if number else b"\n") + msgspec.json.encode(dict(zip(names, row, strict=True)))
    yield b"\n]}\n"


def as_paper(server: LicenceServer, reader: Reader, report: Report, month: str) -> bytes:
    """Typeset a PDF in the reader's language.

    Raises:
        NotFound: typst is not installed.
    """
    rows = list(islice(report.rows(server, reader, month), PAPER_ROWS + 1))
    now, zone = server.world.now(), server.zone
    cut = t("These are the first {count} rows; CSV and JSON have all.", count=PAPER_ROWS)
    data: dict[str, Any] = {
        "about": f"{server.card.name} · {month}" if month else server.card.name,
        "lead": report.about,
        "columns": [column.label for column in report.columns],
        "right": [column.kind is Kind.NUMBER for column in report.columns],
        "rows": [
            [said(column, cell, zone) for column, cell in zip(report.columns, row, strict=True)]
            for row in rows[:PAPER_ROWS]
        ],
        "none": t("There is nothing to report."),
        "cut": cut if len(rows) > PAPER_ROWS else "",
    }
    server_id = t("Server ID {id}", id=server.keys.identity.server_id.hex())
    foot = (server_id, t("Entry {number} of the ledger", number=reader.head.position), show_time(now, zone))
    return typeset(Paper(TEMPLATE, data, current_language(), report.title, foot, now))


def as_signed(server: LicenceServer, reader: Reader, reports: Sequence[Report], month: str, by: str) -> Iterator[bytes]:
    """Write the file that the server signs: one view of the ledger, however many tables.

    Raises:
        BadInput: it would have too many rows.
    """
    return signed(_lines(server, reader, reports, month, by), server.keys.signing)


def _lines(server: LicenceServer, reader: Reader, reports: Sequence[Report], month: str, by: str) -> Iterator[bytes]:
    identity, head = server.keys.identity, reader.head
    yield line(
        Origin(
            server_id=identity.server_id.hex(),
            epoch=identity.epoch,
            generation=identity.generation,
            centre=server.card.name,
            made=server.world.now(),
            position=head.position,
            head=head.hash.hex(),
            by=by,
        )
    )
    count = 0
    for report in reports:
        yield line(TableLine(report.name, month if report.monthly else "", [c.name for c in report.columns]))
        for row in report.rows(server, reader, month):
            count += 1
            if count > SIGNED_ROWS:
                raise BadInput(
                    t("A signed report has at most {most} rows", most=SIGNED_ROWS),
                    hint=t("Choose fewer reports; CSV and JSON have no such limit."),
                )
            yield line(list(row))


def chosen(names: Sequence[str], month: str) -> list[Report]:
    """Choose reports by name, or all that can be made: the one of a month needs a month.

    Raises:
        BadInput: there is no such report.
    """
    wanted = [report_named(name) for name in names] or [one for one in REPORTS.values() if month or not one.monthly]
    if any(one.monthly for one in wanted) and not month:
        raise BadInput(t("The report on authorised users needs a month"), hint=t("Write it as 2027-06."))
    return wanted


def _for_sheet(column: Column, cell: Cell, zone: ZoneInfo) -> Cell:
    """Write a cell for a spreadsheet, in machine words."""
    if cell is None:
        return cell
    match column.kind:
        case Kind.MOMENT:
            return utc(int(cell))
        case Kind.DATE:
            return show_date(int(cell), zone)
        case Kind.DAY:
            return utc(int(cell) * DAY)[:10]
        case Kind.YES:
            return "yes" if cell else "no"
        case _:
            return cell
