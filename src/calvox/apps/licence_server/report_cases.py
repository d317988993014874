"""The licence server's use cases about reports: as files, use over time with its forecast, per user or per device."""

from itertools import islice
from typing import Literal

import msgspec

from calvox.apps.licence_server import exporting
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.month_cases import LONGEST, MONTH_CASES
from calvox.apps.owner import UseCase
from calvox.common.clock import DAY
from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.advice import Advice, advise
from calvox.core.reports import RefusalReport
from calvox.core.usage import PoolUsage, pool_usage
from calvox.server.report import latest_refusals, packs_report
from calvox.server.report_tables import cal_cells
from calvox.server.search import PAGE, Wanted, find_cals
from calvox.server.store import LicenceServer
from calvox.trust.signed_reports import Cell

USAGE_DAYS = 183
"""Days of use over time that are told."""
LATEST = 5
"""Refusals that are told by name."""
MOST_SAID = 10_000_000
"""Users or devices that somebody may say there are."""
Form = Literal["csv", "json", "pdf", "signed"]


class Export(msgspec.Struct, frozen=True):
    """Make a file."""

    form: Form
    reports: tuple[str, ...] = ()
    """By name; only a signed file may have several, or none given: all."""
    month: str = ""
    """YYYY-MM, for the report on authorised users."""


class Exported(msgspec.Struct, frozen=True):
    """A file."""

    body: bytes


class AskAdvice(msgspec.Struct, frozen=True):
    """Ask for advice; numbers that are known may be said, 0: none."""

    devices: int = 0
    users: int = 0


class UsageTold(msgspec.Struct, frozen=True):
    """Use over time, and who was refused last."""

    pools: list[PoolUsage]
    refusals: list[RefusalReport] = []
    """The latest first."""


class AskRows(msgspec.Struct, frozen=True):
    """Read a page of a report."""

    report: str
    month: str = ""
    start: str = ""
    """Where to go on, as the page before told; empty: at the beginning."""


class Rows(msgspec.Struct, frozen=True):
    """A page of a report."""

    rows: list[list[Cell]]
    further: str = ""
    """Where the next page begins; empty: there is none."""


def rows(server: LicenceServer, asked: AskRows, by: str) -> Rows:
    """Read a page, of CALs in the order in which they lie, however many there are."""
    (report,) = exporting.chosen((asked.report,), asked.month)
    with server.journal.read() as reader:
        if report.cal_type is not None:
            found = find_cals(reader, Wanted(cal_type=report.cal_type.label, after=asked.start))
            return Rows([list(cal_cells(cal)) for cal in found.cals], found.after)
        start = (
            int(asked.start) if asked.start.isascii() and asked.start.isdigit() and len(asked.start) < LONGEST else 0
        )
        read = [list(row) for row in islice(report.rows(server, reader, asked.month), start, start + PAGE + 1)]
    return Rows(read[:PAGE], str(start + PAGE) if len(read) > PAGE else "")


def export(server: LicenceServer, asked: Export, by: str) -> Exported:
    """Make a file whole, in memory."""
    wanted = exporting.chosen(asked.reports, asked.month)
    if asked.form != "signed" and len(wanted) != 1:
        raise BadInput(t("This kind of file holds one report; name it"), hint=t("A signed file may hold several."))
    with server.journal.read() as reader:
        match asked.form:
            case "csv":
                return Exported(b"".join(exporting.as_csv(server, reader, wanted[0], asked.month)))
            case "json":
                return Exported(b"".join(exporting.as_json(server, reader, wanted[0], asked.month)))
            case "pdf":
                return Exported(exporting.as_paper(server, reader, wanted[0], asked.month))
            case "signed":
                return Exported(b"".join(exporting.as_signed(server, reader, wanted, asked.month, by)))


def usage(server: LicenceServer, asked: Nothing, by: str) -> UsageTold:
    """Tell use over time, a pool at a time."""
    now = server.world.now()
    bounds = {"day": (now // DAY - USAGE_DAYS, now // DAY + 1)}
    with server.journal.read() as reader:
        pools = pool_usage(reader.select("pack"), reader.select("usage", between=bounds), now, USAGE_DAYS)
        return UsageTold(pools, latest_refusals(reader, LATEST))


def advice(server: LicenceServer, asked: AskAdvice, by: str) -> Advice:
    """Advise: per user or per device."""
    if not 0 <= asked.devices <= MOST_SAID or not 0 <= asked.users <= MOST_SAID:
        raise BadInput(t("A number of users or devices lies between 0 and {most}", most=MOST_SAID))
    with server.journal.read() as reader:
        told = packs_report(reader, server.world.now())
        temporary = reader.count("cal", {"pack": 0, "temporary": 1})
    return advise(told.pools, temporary, told.without_pack, asked.devices, asked.users)


REPORT_CASES: dict[str, UseCase[LicenceServer]] = {
    "report-rows": UseCase(AskRows, Rows, rows, reads=True),
    "report-export": UseCase(Export, Exported, export, reads=True),
    "report-usage": UseCase(Nothing, UsageTold, usage, reads=True),
    "report-advice": UseCase(AskAdvice, Advice, advice, reads=True),
    **MONTH_CASES,
}
