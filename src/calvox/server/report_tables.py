"""The reports as tables: one definition of columns and rows for the screen, CSV, JSON, PDF and the signed file.

Rows are plain cells, read in one view of the ledger and handed out one after the other, so that a report on a million CALs
needs no memory for them. What is limited is limited by the caller.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from calvox.common.clock import DAY, show_date, show_time, utc
from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.core.deciding import Reason
from calvox.core.products import CalType, cal_type_named, version_name
from calvox.core.reports import CalReport
from calvox.core.usage import pool_usage
from calvox.journal.interface import Reader
from calvox.server.authorise import authorised_report
from calvox.server.report import Names, packs_report, refusals_report
from calvox.server.store import LicenceServer
from calvox.trust.signed_reports import Cell

LOOK_BACK = 400
"""Days of the report on use over time."""
Row = tuple[Cell, ...]


class Kind(StrEnum):
    """What a column's cells are."""

    TEXT = "text"
    """A name from elsewhere."""
    NUMBER = "number"
    MOMENT = "moment"
    """Seconds UTC; nothing: none."""
    DATE = "date"
    """Seconds UTC, of which the day is shown."""
    DAY = "day"
    """Days since 1970-01-01 UTC."""
    TYPE = "type"
    """device, user or session."""
    REASON = "reason"
    """The code of a refusal's reason."""
    YES = "yes"
    """1 or 0."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column."""

    name: str
    """In files that a program reads."""
    label: Text
    """On screen and paper."""
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Report:
    """A report: what it is called, its columns, how its rows are read."""

    name: str
    title: Text
    about: Text
    """What it tells, in a sentence."""
    columns: tuple[Column, ...]
    rows: Callable[[LicenceServer, Reader, str], Iterator[Row]] = field(repr=False)
    """Reads the rows, of a month if the report is of one."""
    monthly: bool = False
    cal_type: CalType | None = None
    """Whether it lists the CALs of a type, of which there may be a million."""


def report_named(name: str) -> Report:
    """Find a report.

    Raises:
        BadInput: there is none of this name.
    """
    found = REPORTS.get(name)
    if found is None:
        raise BadInput(t("There is no report “{name}”; there are {known}", name=name, known=", ".join(REPORTS)))
    return found


def said(column: Column, cell: Cell, zone: ZoneInfo) -> str:
    """Write a cell for a person, in their language."""
    if cell is None or cell == "":
        return str(t("(erased)")) if column.name in ("holder", "user") else "–"
    match column.kind:
        case Kind.MOMENT:
            return show_time(int(cell), zone)
        case Kind.DATE:
            return show_date(int(cell), zone)
        case Kind.DAY:
            return utc(int(cell) * DAY)[:10]
        case Kind.TYPE:
            return str(cal_type_named(str(cell)).text)
        case Kind.REASON:
            return str(Reason(str(cell)).text)
        case Kind.YES:
            return str(t("yes")) if cell else "–"
        case _:
            return str(cell)


def _packs(server: LicenceServer, reader: Reader, month: str) -> Iterator[Row]:
    told = packs_report(reader, server.world.now())
    for pool in told.pools:
        yield pool.cal_type, pool.version, pool.total, pool.issued, pool.free, pool.over_use
    if told.without_pack:
        yield CalType.USER.label, "", 0, told.without_pack, -told.without_pack, told.without_pack


def _usage(server: LicenceServer, reader: Reader, month: str) -> Iterator[Row]:
    now = server.world.now()
    for pool in pool_usage(reader.select("pack"), reader.select("usage"), now, LOOK_BACK):
        for at, (peak, total) in enumerate(zip(pool.peaks, pool.totals, strict=True)):
            yield pool.begin + at, pool.cal_type, pool.version, peak, total, max(0, peak - total)


def _cals(kind: CalType) -> Callable[[LicenceServer, Reader, str], Iterator[Row]]:
    def rows(server: LicenceServer, reader: Reader, month: str) -> Iterator[Row]:
        names = Names(reader, most=10_000)
        for row in reader.select("cal", {"cal_type": int(kind)}):
            holder, host = names.holder(row["holder"]), names.host(row["host"])
            about = version_name(row["version"]), row["temporary"], row["pack"] or None, host
            yield holder, *about, row["issued"], row["valid_until"], row["cal_id"].hex()

    return rows


def cal_cells(cal: CalReport) -> Row:
    """Give the cells of one CAL."""
    about = cal.version, int(cal.temporary), cal.pack or None, cal.host
    return cal.holder, *about, cal.issued, cal.valid_until, cal.cal_id


def _refusals(server: LicenceServer, reader: Reader, month: str) -> Iterator[Row]:
    for one in refusals_report(reader):
        yield one.last, one.holder, one.host, one.cal_type, one.reason, one.count


def authorised_rows(
    server: LicenceServer, reader: Reader, month: str, progress: Callable[[float], None] = lambda _: None
) -> Iterator[Row]:
    """Read the rows of the report on authorised users; before the first comes a way through the whole ledger."""
    told = authorised_report(server, reader, month, progress)
    for user in told.users:
        yield user.name, 1, user.since, user.until or None, int(user.seen)
    for name in told.not_authorised:
        yield name, 0, None, None, 1


def _vouchers(server: LicenceServer, reader: Reader, month: str) -> Iterator[Row]:
    hosts = {row["host"]: row["name"] for row in reader.select("host")}
    for row in sorted(reader.select("voucher"), key=lambda row: (row["settled"] > 0, -row["issued"])):
        about = hosts.get(row["host"], ""), row["count"], row["used"], row["hours"]
        yield *about, row["issued"], row["until"], row["settled"] or None, row["voucher"].hex()


_TYPE = Column("type", t("Type"), Kind.TYPE)
_VERSION = Column("version", t("Version"))
_HOST = Column("host", t("Session host"))
_CAL_COLUMNS = (
    Column("holder", t("Holder")),
    _VERSION,
    Column("temporary", t("Temporary"), Kind.YES),
    Column("pack", t("Pack"), Kind.NUMBER),
    _HOST,
    Column("issued", t("Issued"), Kind.DATE),
    Column("valid_until", t("Valid until"), Kind.DATE),
    Column("cal_id", t("CAL identifier")),
)
REPORTS: Mapping[str, Report] = {
    one.name: one
    for one in (
        Report(
            "packs",
            t("Packs and over-use"),
            t("What was bought, what is out, and what is out above it, by type and version. Nothing is netted."),
            (
                _TYPE,
                _VERSION,
                Column("total", t("Total"), Kind.NUMBER),
                Column("issued", t("Issued"), Kind.NUMBER),
                Column("free", t("Free"), Kind.NUMBER),
                Column("over_use", t("Over-use"), Kind.NUMBER),
            ),
            _packs,
        ),
        Report(
            "usage",
            t("Use over time"),
            t("The most CALs that were out from packs on each day (UTC), by type and version."),
            (
                Column("day", t("Day"), Kind.DAY),
                _TYPE,
                _VERSION,
                Column("peak", t("Most in use"), Kind.NUMBER),
                Column("total", t("Total"), Kind.NUMBER),
                Column("over_use", t("Over-use"), Kind.NUMBER),
            ),
            _usage,
        ),
        Report(
            "users",
            t("CALs per user"),
            t("Users who hold a CAL now."),
            _CAL_COLUMNS,
            _cals(CalType.USER),
            cal_type=CalType.USER,
        ),
        Report(
            "devices",
            t("CALs per device"),
            t("Devices that hold a CAL now."),
            _CAL_COLUMNS,
            _cals(CalType.DEVICE),
            cal_type=CalType.DEVICE,
        ),
        Report(
            "sessions",
            t("CALs per session"),
            t("Sessions that hold a CAL now."),
            _CAL_COLUMNS,
            _cals(CalType.SESSION),
            cal_type=CalType.SESSION,
        ),
        Report(
            "refusals",
            t("Refusals"),
            t("Who was refused, where and why; equal refusals are added up, the latest first."),
            (
                Column("last", t("Last"), Kind.MOMENT),
                Column("holder", t("Holder")),
                _HOST,
                _TYPE,
                Column("reason", t("Why"), Kind.REASON),
                Column("count", t("Times"), Kind.NUMBER),
            ),
            _refusals,
        ),
        Report(
            "authorised",
            t("Authorised users of a month"),
            t("Who was authorised at any time of the month, and who was seen without being so."),
            (
                Column("user", t("User")),
                Column("authorised", t("Authorised"), Kind.YES),
                Column("since", t("Since"), Kind.DATE),
                Column("until", t("Until"), Kind.DATE),
                Column("seen", t("Seen"), Kind.YES),
            ),
            authorised_rows,
            monthly=True,
        ),
        Report(
            "vouchers",
            t("Outage vouchers"),
            t("What session hosts may give out, or gave out, while no licence server answered; open ones first."),
            (
                _HOST,
                Column("cals", t("CALs"), Kind.NUMBER),
                Column("used", t("Used"), Kind.NUMBER),
                Column("hours", t("Hours"), Kind.NUMBER),
                Column("issued", t("Issued"), Kind.MOMENT),
                Column("until", t("Until"), Kind.MOMENT),
                Column("settled", t("Settled"), Kind.MOMENT),
                Column("voucher", t("Voucher")),
            ),
            _vouchers,
        ),
    )
}
"""Every report by name, in the order in which they are shown."""
