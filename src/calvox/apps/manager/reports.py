"""The pages of reports and advice, and the files that reports are taken along as.

CSV and JSON are sent while they are read, so that a million CALs need no memory; whoever takes them reads one view of the
ledger all the while. PDF and signed files have an end, and are made whole first.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import msgspec
from starlette.responses import Response

from calvox.apps.browser import Endpoint, WithPeople
from calvox.apps.browser import Visit as AnyVisit
from calvox.apps.licence_server import exporting
from calvox.apps.licence_server.month_cases import AskMonth, MonthTold
from calvox.apps.licence_server.report_cases import AskAdvice, AskRows, Export, Rows
from calvox.apps.manager.sending import send
from calvox.common.errors import BadInput, CalvoxError, NotFound, TooMany
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
    told: Rows | MonthTold | None = None
    trouble: CalvoxError | None = None
    try:
        told = await _asked(visit, report, asked)
    except (BadInput, TooMany) as error:
        trouble = error
    month = told if isinstance(told, MonthTold) else None
    page = reports.reports(
        report,
        trouble or (told.rows if told else []),
        zone=visit.desk.zone,
        key=server.keys.signing.public.hex(),
        month=asked.month,
        start=asked.start,
        further=told.further if told else "",
        part=month.part if month and month.state == "running" else 1.0,
        made=month.made if month else 0,
    )
    return visit.page(page, menu.REPORTS)


async def _asked(visit: Visit, report: Report, asked: AskedReport) -> Rows | MonthTold | None:
    """Read a page of the report; of one that is of a month, or how far that is; None: no month was chosen."""
    if not report.monthly:
        return cast(Rows, await visit.case("report-rows", AskRows(report.name, asked.month, asked.start)))
    if not asked.month:
        return None
    return cast(MonthTold, await visit.case("report-month", AskMonth(asked.month, asked.start)))


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
