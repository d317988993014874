"""The reports: one table at a time on screen, each to take along as CSV, JSON or PDF, all of them signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.server import report_tables
from calvox.server.report_tables import Column, Kind, Report
from calvox.trust.signed_reports import Cell
from calvox.web.common.pages import Page, number
from calvox.web.manager.menu import REPORTS

FORMS: Mapping[str, Text] = {"csv": t("CSV"), "json": t("JSON"), "pdf": t("PDF"), "signed": t("Signed")}
"""The files that there are."""


@dataclass(frozen=True)
class ReportLink:
    """A report that may be chosen."""

    name: str
    title: Text
    path: str
    here: bool


@dataclass(frozen=True)
class CellShown:
    """A cell, as a person reads it."""

    column: Column
    cell: Cell
    zone: ZoneInfo

    @property
    def text(self) -> str:
        """Its text in the page's language."""
        if self.column.kind is Kind.NUMBER and isinstance(self.cell, int):
            return number(self.cell)
        return report_tables.said(self.column, self.cell, self.zone)

    @property
    def style(self) -> str:
        """How it stands in the table."""
        if self.column.kind is Kind.NUMBER:
            return "right excess" if self.column.name == "over_use" and self.cell else "right"
        if self.column.kind in (Kind.MOMENT, Kind.DATE, Kind.DAY):
            return "when"
        return "code any" if self.column.name in ("cal_id", "voucher") else ""


@dataclass(frozen=True)
class ReportsPage(Page):
    """A report."""

    template: ClassVar[str] = "manager/reports.html"
    title: ClassVar[Text] = t("Reports")
    words: ClassVar[Mapping[str, Text]] = {
        "reports": t("Reports"),
        "month": t("Month"),
        "month_help": t("As 2027-06"),
        "show": t("Show"),
        "making": t(
            "The whole ledger is looked through. That goes on while you do something else, or close this page."
        ),
        "look": t("How far is it?"),
        "made": t("As of"),
        "take": t("Take along"),
        "none": t("There is nothing to report."),
        "first": t("To the beginning"),
        "further": t("Further"),
        "signed": t("A file for an auditor"),
        "signed_what": t(
            "All reports in one view of the ledger, with its place in it, signed by this licence server. Whoever has the "
            "file checks it on any machine, without this server:"
        ),
        "key": t("Key of this licence server. Tell it to the auditor by another way than the file:"),
        "make": t("Make the signed file"),
        "with_month": t("Authorised users of the month (may stay empty)"),
    }

    report: Report
    links: tuple[ReportLink, ...]
    month: str
    rows: tuple[tuple[CellShown, ...], ...]
    files: tuple[tuple[Text, str], ...]
    """Each file's name and address; none where there is nothing to take."""
    newest: str
    """Address of the first page; empty: this is it."""
    further: str
    """Address of the next page; empty: there is none."""
    key: str
    """The server's public key, hexadecimal."""
    command: str
    """How an auditor checks the signed file."""
    trouble: CalvoxError | None = None
    """Why the report cannot be shown."""
    here: str = ""
    """Its own address, while it is being made; empty: it is there."""
    percent: int = 0
    """How far it is."""
    progress: Text | str = ""
    """The same in words."""
    made: int = 0
    """Of when it is, seconds UTC; 0: of now."""


def reports(
    report: Report,
    rows: Sequence[Sequence[Cell]] | CalvoxError,
    *,
    zone: ZoneInfo,
    key: str,
    month: str = "",
    start: str = "",
    further: str = "",
    part: float = 1.0,
    made: int = 0,
) -> ReportsPage:
    """Make the page.

    Args:
        report: Which one is shown.
        rows: A page of its rows, or why there are none.
        zone: The site's.
        key: The server's public key, hexadecimal.
        month: YYYY-MM, of a report that is of one.
        start: Where this page began.
        further: Where the next one begins; empty: there is none.
        part: How far it is, if it is being made.
        made: Of when it is, seconds UTC; 0: of now.
    """
    trouble = rows if isinstance(rows, CalvoxError) else None
    read = () if isinstance(rows, CalvoxError) else rows
    shown = tuple(tuple(CellShown(c, cell, zone) for c, cell in zip(report.columns, row, strict=True)) for row in read)
    takes = not trouble and part == 1 and bool(month or not report.monthly)
    files = tuple((name, _file(report.name, form, month)) for form, name in FORMS.items()) if takes else ()
    return ReportsPage(
        report=report,
        links=tuple(_link(one, one is report) for one in report_tables.REPORTS.values()),
        month=month,
        rows=shown,
        files=files,
        newest=_address(report.name, month, "") if start else "",
        further=_address(report.name, month, further) if further else "",
        key=key,
        command=f"calvox report verify calvox-report.signed --key {key}",
        trouble=trouble,
        here=_address(report.name, month, start) if part < 1 else "",
        percent=int(100 * part),
        progress=t("{percent} % of the ledger was looked at", percent=int(100 * part)),
        made=made,
    )


def _link(report: Report, here: bool) -> ReportLink:
    return ReportLink(report.name, report.title, _address(report.name, "", ""), here)


def _address(report: str, month: str, start: str) -> str:
    asked = {"report": report, "month": month, "start": start}
    return f"{REPORTS}?{urlencode({name: value for name, value in asked.items() if value})}"


def _file(report: str, form: str, month: str) -> str:
    asked = urlencode({"month": month} if month else {})
    return f"{REPORTS}/{report}.{form}" + (f"?{asked}" if asked else "")
