"""`calvox report`: packs, CALs, refusals and authorised users of the licence server, as tables or JSON."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from calvox.apps.licence_server.cal_cases import Month
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.process import Page
from calvox.cli.own_server import server_owner
from calvox.cli.report_files import add_to
from calvox.cli.session import grid, settings, show
from calvox.common.clock import show_date, show_time
from calvox.common.files import write_whole
from calvox.common.i18n import Text, t
from calvox.common.spreadsheets import neutral
from calvox.core.authorised import AuthorisedReport
from calvox.core.deciding import Reason
from calvox.core.products import cal_type_named, lasting
from calvox.core.reports import CalReport, RefusalReport
from calvox.server.report import PacksReport
from calvox.wire.phone.request import show_agreement

app = typer.Typer(no_args_is_help=True, help=str(t("What was licensed, who holds it, who was refused.")))
add_to(app)

Folder = Annotated[Path | None, typer.Option(help=str(t("The server's folder; default: setting server.folder.")))]
BAR = 20
"""Characters of a bar at full use."""


@app.command(help=str(t("Packs, with what is issued, free and over-used.")))
def packs(folder: Folder = None) -> None:
    """Report on packs."""
    told: PacksReport = server_owner(folder).call("report-packs", Nothing())
    show(told, lambda screen: draw_packs(screen, told))


def draw_packs(screen: Console, told: PacksReport) -> None:
    """Draw packs, their sums, and what is to be known of them."""
    zone = settings().zone
    columns = (
        t("Pack"),
        t("Type"),
        t("Version"),
        t("Quantity"),
        t("Converted"),
        t("Issued"),
        t("Policy"),
        t("Agreement"),
        t("Installed"),
        t("Ends"),
    )
    table = grid(t("Packs"), *columns)
    for dated in table.columns[-2:]:
        dated.no_wrap = True
    for pack in told.packs:
        ends = show_date(pack.ends - 1, zone) if pack.ends else str(t("never"))
        agreement, installed = show_agreement(pack.agreement), show_date(pack.installed, zone)
        kind = str(cal_type_named(pack.cal_type).text)
        row = (str(pack.sequence), kind, pack.version, str(pack.quantity), _signed(pack.converted), str(pack.issued))
        table.add_row(*row, pack.over_use or "–", agreement, installed, ends, style=None if pack.in_force else "dim")
    screen.print(table)
    if told.pools:
        _draw_sums(screen, told)
    for text, style in _remarks(told):
        screen.print(str(text), style=style, markup=False)


def _draw_sums(screen: Console, told: PacksReport) -> None:
    sums = grid(t("Together"), t("Type"), t("Version"), t("Total"), t("Issued"), t("Free"), t("Over-use"), t("Use"))
    for pool in told.pools:
        style = "red" if pool.over_use else None
        bar = _bar(pool.issued, pool.total)
        kind = str(cal_type_named(pool.cal_type).text)
        numbers = (str(pool.total), str(pool.issued), str(pool.free), str(pool.over_use))
        sums.add_row(kind, pool.version, *numbers, bar, style=style)
    screen.print(sums)


def _remarks(told: PacksReport) -> Iterator[tuple[Text, str]]:
    """Say what the tables do not."""
    if told.without_pack:
        yield t("Per-user CALs issued without any pack: {count}", count=told.without_pack), "red"
    if told.mixed_modes:
        yield t("Per-device and per-user CALs are in use side by side: allowed, each is counted by itself."), "yellow"
    for share in told.revoked:
        standing, allowed = share.standing, share.allowed
        about = {"version": share.version, "standing": standing, "allowed": allowed, "installed": share.installed}
        yield t("{version}: {standing} CALs stand revoked, of {allowed} allowed ({installed} installed).", **about), ""


def _signed(count: int) -> str:
    return f"{count:+d}" if count else "–"


def _bar(issued: int, total: int) -> str:
    filled = BAR if issued >= total else BAR * issued // total
    return "█" * filled + "░" * (BAR - filled) + ("▶" if issued > total else "")


@app.command(help=str(t("CALs that are out, with their holders.")))
def cals(
    limit: Annotated[int, typer.Option(help=str(t("Show at most so many.")))] = 1000,
    offset: Annotated[int, typer.Option(help=str(t("Skip so many.")))] = 0,
    folder: Folder = None,
) -> None:
    """Report on CALs."""
    told: list[CalReport] = server_owner(folder).call("report-cals", Page(limit, offset))
    show(told, lambda screen: draw_cals(screen, told))


def draw_cals(screen: Console, told: list[CalReport]) -> None:
    """Draw CALs."""
    columns = (t("Holder"), t("Type"), t("Version"), t("Kind"), t("Host"), t("Pack"), t("Valid until"))
    table = grid(t("CALs"), *columns)
    for cal in told:
        kind = lasting(cal_type_named(cal.cal_type), cal.temporary)
        until = show_time(cal.valid_until, settings().zone)
        pack = str(cal.pack) if cal.pack else "–"
        words = (str(cal_type_named(cal.cal_type).text), cal.version, str(kind), cal.host, pack, until)
        table.add_row(cal.holder or str(t("(erased)")), *words)
    screen.print(table)


@app.command(help=str(t("Who was refused, and why.")))
def refusals(folder: Folder = None) -> None:
    """Report on refusals."""
    told: list[RefusalReport] = server_owner(folder).call("report-refusals", Nothing())
    show(told, lambda screen: _draw_refusals(screen, told))


def _draw_refusals(screen: Console, told: list[RefusalReport]) -> None:
    table = grid(t("Refusals"), t("Last"), t("Holder"), t("Host"), t("Type"), t("Why"), t("Times"))
    for refusal in told:
        last = show_time(refusal.last, settings().zone)
        why, kind = str(Reason(refusal.reason).text), str(cal_type_named(refusal.cal_type).text)
        table.add_row(last, refusal.holder or str(t("(erased)")), refusal.host, kind, why, str(refusal.count))
    screen.print(table)


@app.command(help=str(t("Who was authorised at any time of a month, and who was seen without being so.")))
def authorised(
    month: Annotated[str, typer.Option(help=str(t("The month, as 2026-11.")))],
    table: Annotated[
        Path | None, typer.Option("--csv", help=str(t("Also write the users as CSV to this file.")))
    ] = None,
    folder: Folder = None,
) -> None:
    """Report on authorised users."""
    told: AuthorisedReport = server_owner(folder).call("report-authorised", Month(month))
    if table is not None:
        write_whole(table, _csv(told, settings().zone).encode())
    show(told, lambda screen: _draw_authorised(screen, told))


def _draw_authorised(screen: Console, told: AuthorisedReport) -> None:
    table = grid(t("Authorised in {month}", month=told.month), t("User"), t("Since"), t("Until"), t("Seen"))
    for user in told.users:
        since, zone = show_date(user.since, settings().zone), settings().zone
        until = show_date(user.until, zone) if user.until else "–"
        table.add_row(user.name or str(t("(erased)")), since, until, str(t("yes")) if user.seen else "–")
    screen.print(table)
    screen.print(str(t("Authorised users: {count}", count=told.count)), style="bold", markup=False)
    if told.not_authorised:
        names = ", ".join(name or str(t("(erased)")) for name in told.not_authorised)
        screen.print(str(t("Seen without being authorised: {names}", names=names)), style="red", markup=False)


def _csv(report: AuthorisedReport, zone: ZoneInfo) -> str:
    """Write a month's users as a table that a spreadsheet reads."""
    page = StringIO()
    rows = csv.writer(page)
    rows.writerow(("month", "user", "since", "until", "seen"))
    for user in report.users:
        until = show_date(user.until, zone) if user.until else ""
        rows.writerow(
            (report.month, neutral(user.name), show_date(user.since, zone), until, "yes" if user.seen else "")
        )
    return page.getvalue()


@app.command("windows", help=str(t("Packs, CALs and over-use of a Windows site, over the time of its bundles.")))
def report_windows(
    site: Annotated[Path, typer.Option("--site", help=str(t("The site folder.")))] = Path("."),
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help=str(t("Also write the rows as CSV to this file.")))
    ] = None,
    svg: Annotated[Path | None, typer.Option(help=str(t("Also draw use over time to this SVG file.")))] = None,
) -> None:
    """Report on a Windows site."""
    from calvox.cli.windows.report import show_usage

    show_usage(site, csv_file, svg)
