"""The pages of reports and advice, and the files that reports are taken along as.

CSV and JSON are sent while they are read, so that a million CALs need no memory; whoever takes them reads one view of the
ledger all the while. PDF and signed files have an end, and are made whole first.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from calvox.apps.browser import Endpoint, WithPeople
from calvox.apps.browser import Visit as AnyVisit
from calvox.apps.licence_server import exporting
from calvox.apps.licence_server.report_cases import AskAdvice, AskRows, Export, Rows
from calvox.apps.manager.sending import send
from calvox.common.errors import BadInput, NotFound
from calvox.common.i18n import t
from calvox.server.report_tables import Report, report_named
from calvox.web.manager import advice, menu, reports

Visit = AnyVisit[WithPeople]
MEDIA: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "signed": "application/jsonl",
}
STREAMS: Mapping[str, Callable[..., Iterator[bytes]]] = {"csv": exporting.as_csv, "json": exporting.as_json}


class AskedReport(msgspec.Struct, frozen=True):
    """What the page of reports is to show."""

    report: str = "packs"
    month: str = ""
    start: str = ""


class AskedFile(msgspec.Struct, frozen=True):
    """Of which month a file is to be."""

    month: str = ""


class AskedAdvice(msgspec.Struct, frozen=True):
    """What somebody says of users and devices; empty: nothing."""

    devices: str = ""
    users: str = ""


async def show_reports(visit: Visit) -> Response:
    """Show a page of a report; what cannot be read is told on it."""
    asked, server = visit.asked(AskedReport), visit.desk.people.store
    report = report_named(asked.report)
    read: Rows | BadInput = Rows([])
    if asked.month or not report.monthly:
        try:
            read = await visit.case("report-rows", AskRows(report.name, asked.month, asked.start))
        except BadInput as error:
            read = error
    further = "" if isinstance(read, BadInput) else read.further
    rows = read if isinstance(read, BadInput) else read.rows
    page = reports.reports(
        report,
        rows,
        zone=visit.desk.zone,
        key=server.keys.signing.public.hex(),
        month=asked.month,
        start=asked.start,
        further=further,
    )
    return visit.page(page, menu.REPORTS)


async def send_file(visit: Visit) -> Response:
    """Send a report as a file."""
    name, form = visit.request.path_params["name"], visit.request.path_params["form"]
    month = visit.asked(AskedFile).month
    if form not in MEDIA:
        raise NotFound(t("There is no page {path}", path=visit.request.url.path))
    wanted = () if name == "all" and form == "signed" else (report_named(name).name,)
    (report, *_) = exporting.chosen(wanted, month)
    about = "-".join(part for part in ("calvox", name if wanted else "report", month) if part)
    file_name = f"{about}.{form}"
    if form in STREAMS:
        pieces = _pieces(visit.desk.people.store, STREAMS[form], report, month)
        return await send(visit, pieces, file_name, MEDIA[form])
    made = await visit.case("report-export", Export(form, wanted, month))
    return visit.download(made.body, file_name, MEDIA[form])


async def show_advice(visit: Visit) -> Response:
    """Show the advice; a number that is none is told on the page."""
    asked = visit.asked(AskedAdvice)
    try:
        numbers = AskAdvice(_number(asked.devices), _number(asked.users))
        told = await visit.case("report-advice", numbers)
    except BadInput as error:
        told = await visit.case("report-advice", AskAdvice())
        page = advice.advice(told, asked.devices, asked.users, error)
        return visit.page(page, menu.ADVICE, status=422)
    return visit.page(advice.advice(told, asked.devices, asked.users), menu.ADVICE)


def _pieces(server: Any, write: Callable[..., Iterator[bytes]], report: Report, month: str) -> Iterator[bytes]:
    with server.journal.read() as reader:
        yield from write(server, reader, report, month)


def _number(text: str) -> int:
    plain = "".join(text.split())
    if not plain:
        return 0
    if not plain.isascii() or not plain.isdigit() or len(plain) > 8:
        raise BadInput(t("“{text}” is no number of users or devices", text=text[:40]))
    return int(plain)


ENDPOINTS = (
    Endpoint("GET", "/reports", show_reports),
    Endpoint("GET", "/reports/{name}.{form}", send_file),
    Endpoint("GET", "/advice", show_advice),
)
"""Their routes."""
