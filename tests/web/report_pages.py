"""The pages of reports, advice, the journal, its verification and the overview's charts, with hostile names."""

from zoneinfo import ZoneInfo

from calvox.common.clock import DAY
from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.advice import advise
from calvox.core.forecast import Forecast, Outlook
from calvox.core.reports import PoolReport, RefusalReport
from calvox.core.usage import PoolUsage
from calvox.journal.listing import EntryShown, Looked, Verification
from calvox.server.report import Status
from calvox.server.report_tables import REPORTS, Kind, Report
from calvox.trust.signed_reports import Cell
from calvox.web.common.journal import Sought
from calvox.web.common.pages import Page
from calvox.web.manager.advice import advice
from calvox.web.manager.journal import journal
from calvox.web.manager.overview import overview
from calvox.web.manager.reports import reports
from calvox.web.manager.verification import verification

HOSTILE = "<img src=x onerror=alert(1)>'\"&{{ 7*7 }}\u202e"
NOON = 1_800_014_400
TODAY = NOON // DAY
ERROR = NotFound(t("{name}", name=HOSTILE), hint=t("{name}", name=HOSTILE))
ZONE, KEY = ZoneInfo("Europe/Paris"), "ab" * 32
ENTRY = EntryShown(
    7, "2027-01-15T12:00:00Z", "HostApproved", {"host": HOSTILE, HOSTILE: [HOSTILE], "by": HOSTILE}, "ab"
)
CELLS: dict[Kind, Cell] = {
    Kind.TEXT: HOSTILE,
    Kind.NUMBER: 1234,
    Kind.MOMENT: NOON,
    Kind.DATE: NOON,
    Kind.DAY: TODAY,
    Kind.TYPE: "device",
    Kind.REASON: "pool-used-up",
    Kind.YES: 1,
}
FORECASTS = (
    Forecast(Outlook.RUNS_OUT, 90, 20, 10, 40, 1.0),
    Forecast(Outlook.RUNS_OUT, 90, 100, 80, 0, 1.0),
    Forecast(Outlook.SHORT, 3),
    Forecast(Outlook.USED_UP, 3),
    Forecast(Outlook.STEADY, 30),
    Forecast(Outlook.FAR, 30),
)
USES = [PoolUsage("user", "2022", TODAY - 9, list(range(10)), [5] * 10, forecast) for forecast in FORECASTS]
REFUSED = RefusalReport(HOSTILE, HOSTILE, "user", "pool-used-up", 3, NOON)
NEW = Status(b"\x01" * 18, False, HOSTILE, 1, 1, 0, 0, [PoolReport("user", "2022", 5, 5, 0, 0)], 1, b"", False)


def row(report: Report) -> list[Cell]:
    """Make a row of a report, with every kind of cell that it has."""
    return [CELLS[column.kind] for column in report.columns]


REPORT_PAGES: dict[str, Page] = {
    **{
        f"report-{one.name}": reports(
            one,
            [row(one), [HOSTILE if c.kind is Kind.TEXT else None for c in one.columns]],
            zone=ZONE,
            key=KEY,
            month=HOSTILE,
            start=HOSTILE,
            further=HOSTILE,
        )
        for one in REPORTS.values()
    },
    "report-trouble": reports(REPORTS["authorised"], ERROR, zone=ZONE, key=KEY, month=HOSTILE),
    "advice": advice(advise([PoolReport("device", "2022", 20, 23, -3, 3)], 3, 2, 40), HOSTILE, HOSTILE, ERROR),
    "journal": journal(Looked([ENTRY], 3), ["HostApproved"], Sought("HostApproved", HOSTILE, HOSTILE, HOSTILE), 9),
    "journal-trouble": journal(ERROR, [], Sought("", HOSTILE), 0),
    "verification-broken": verification(Verification("broken", problem=HOSTILE, hint=HOSTILE)),
    "overview-use": overview(NEW, USES, [REFUSED]),
}
"""With names wherever one can stand."""
PLAIN_REPORTS: dict[str, Page] = {
    **{f"report-{one.name}": reports(one, [], zone=ZONE, key=KEY) for one in REPORTS.values()},
    "report-making": reports(REPORTS["authorised"], [], zone=ZONE, key=KEY, month="2027-01", part=0.5),
    "report-made": reports(REPORTS["authorised"], [], zone=ZONE, key=KEY, month="2027-01", made=NOON),
    "advice": advice(advise([], 0, 0)),
    "journal": journal(Looked([], 0), [], Sought(), 0),
    "verification-none": verification(Verification()),
    "verification-running": verification(Verification("running", 0.5)),
    "verification-holds": verification(Verification("holds", 1.0, 7, "ab")),
}
"""With nothing to show."""
