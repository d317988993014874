"""`calvox report export` and `verify`: reports as files, and the one that the licence server signs; use over time; advice."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.report_cases import AskAdvice, Export, Exported, Form, UsageTold
from calvox.cli.own_server import server_owner
from calvox.cli.session import console, grid, say, settings, show
from calvox.common.clock import DAY, show_time, utc
from calvox.common.errors import BadInput
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import t
from calvox.core.advice import Advice
from calvox.core.forecast import Outlook
from calvox.core.products import cal_type_named
from calvox.core.usage import PoolUsage
from calvox.trust.signed_reports import SignedReport, read_signed

Folder = Annotated[Path | None, typer.Option(help=str(t("The server's folder; default: setting server.folder.")))]
File = Path | None
ROWS_SHOWN = 20
"""Rows of a signed table that are shown."""


def export(
    reports: Annotated[
        list[str] | None,
        typer.Argument(
            help=str(
                t(
                    "packs, usage, users, devices, sessions, refusals, authorised, vouchers; a signed file holds all of "
                    "them unless some are named."
                )
            )
        ),
    ] = None,
    signed: Annotated[File, typer.Option(help=str(t("Write the file that the server signs.")))] = None,
    csv: Annotated[File, typer.Option(help=str(t("Write CSV; one report.")))] = None,
    json: Annotated[File, typer.Option("--json-file", help=str(t("Write JSON; one report.")))] = None,
    pdf: Annotated[File, typer.Option(help=str(t("Write a PDF; one report.")))] = None,
    month: Annotated[str, typer.Option(help=str(t("Month of the report on authorised users, as 2026-11.")))] = "",
    folder: Folder = None,
) -> None:
    """Write reports to files, each of which is whole or absent."""
    wanted: list[tuple[Form, Path]] = []
    named: tuple[tuple[Form, File], ...] = (("signed", signed), ("csv", csv), ("json", json), ("pdf", pdf))
    wanted += [(form, path) for form, path in named if path is not None]
    if not wanted:
        raise BadInput(t("No file was named"), hint=t("Name one with --signed, --csv, --json-file or --pdf."))
    for form, path in wanted:
        asked = Export(form, tuple(reports or ()), month)
        with console().status(str(t("Reading the ledger…"))):
            told: Exported = server_owner(folder).call("report-export", asked)
        write_whole(path, told.body)
        say(t("Written: {path}", path=str(path)))


def verify(
    file: Annotated[Path, typer.Argument(help=str(t("The signed file.")))],
    key: Annotated[
        str, typer.Option(help=str(t("The licence server's key in hexadecimal, as its page of reports shows it.")))
    ] = "",
) -> None:
    """Check a signed report, on any machine."""
    told = read_signed(read_whole(file), _key(key))
    show(told, lambda screen: _draw_signed(screen, told, known=bool(key)))


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b"-"
    if len(key) not in (0, 32):
        raise BadInput(t("A key has 64 hexadecimal digits"), hint=t("The page of reports shows it."))
    return key


def _draw_signed(screen: Console, told: SignedReport, *, known: bool) -> None:
    origin, zone = told.origin, settings().zone
    screen.print(str(t("The report is what was signed.")), style="green", markup=False)
    lines = (
        t("Server ID: {id}, epoch {epoch}", id=origin.server_id, epoch=origin.epoch),
        t("Activation centre: {name}", name=origin.centre),
        t("Made: {time}, for {name}", time=show_time(origin.made, zone), name=origin.by),
        t("Ledger: {count} entries, head {head}…", count=origin.position, head=origin.head[:16]),
        t("Key: {key}", key=told.key),
    )
    for line in lines:
        screen.print(str(line), markup=False)
    for table in told.tables:
        heading = t("{table} {about}: {count} rows", table=table.table, about=table.about, count=len(table.rows))
        drawn = grid(heading)
        for column in table.columns:
            drawn.add_column(column)
        for row in table.rows[:ROWS_SHOWN]:
            drawn.add_row(*("–" if cell is None else _plain(str(cell)) for cell in row))
        screen.print(drawn)
    if not known:
        why = t("The key is the file's own: compare it with the server's, or give that with --key.")
        screen.print(str(why), style="yellow", markup=False)


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else f"[U+{ord(sign):04X}]" for sign in text)


def usage(folder: Folder = None) -> None:
    """Show each pool's use over time and when it runs out."""
    told: UsageTold = server_owner(folder).call("report-usage", Nothing())
    show(told, lambda screen: _draw_usage(screen, told.pools))


def _draw_usage(screen: Console, pools: list[PoolUsage]) -> None:
    table = grid(t("Use over time"), t("Type"), t("Version"), t("Today"), t("Total"), t("In 90 days"), t("Forecast"))
    for pool in pools:
        kind, shape = str(cal_type_named(pool.cal_type).text), _shape(pool.peaks[-90:])
        table.add_row(kind, pool.version, str(pool.peaks[-1]), str(pool.totals[-1]), shape, _outlook(pool))
    screen.print(table)


def _shape(values: list[int]) -> str:
    """Draw a shape with a block for each three days or so."""
    blocks, step = "▁▂▃▄▅▆▇█", max(1, len(values) // 30)
    peaks = [max(values[at : at + step]) for at in range(0, len(values), step)]
    top = max(peaks, default=0)
    return "".join(blocks[peak * (len(blocks) - 1) // top] if top else blocks[0] for peak in peaks)


def _outlook(pool: PoolUsage) -> str:
    told, today = pool.forecast, pool.begin + len(pool.peaks) - 1
    match told.outlook:
        case Outlook.RUNS_OUT:
            day, soonest = (utc((today + days) * DAY)[:10] for days in (told.days, told.soonest))
            return str(t("runs out about {day}, at the soonest {soonest}", day=day, soonest=soonest))
        case Outlook.USED_UP:
            return str(t("used up"))
        case Outlook.SHORT:
            return str(t("too little history"))
        case _:
            return str(t("no end in sight"))


def advice(
    users: Annotated[int, typer.Option(min=0, help=str(t("How many users there are; 0: those that were seen.")))] = 0,
    devices: Annotated[
        int, typer.Option(min=0, help=str(t("How many devices there are; 0: those that were seen.")))
    ] = 0,
    folder: Folder = None,
) -> None:
    """Advise between CALs per user and per device."""
    told: Advice = server_owner(folder).call("report-advice", AskAdvice(devices, users))
    show(told, lambda screen: _draw_advice(screen, told))


def _draw_advice(screen: Console, told: Advice) -> None:
    columns = t("Seen now"), t("CALs needed"), t("Installed"), t("To buy")
    table = grid(t("Per user or per device"), t("Type"), *columns)
    for side in (told.user, told.device):
        numbers = (str(side.seen), str(side.needed), str(side.installed), str(side.to_buy))
        table.add_row(str(cal_type_named(side.cal_type).text), *numbers)
    screen.print(table)
    verdict, grounds = told.words()
    screen.print(str(verdict), style="bold", markup=False)
    for ground in grounds:
        screen.print(f"- {ground}", markup=False)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(help=str(t("Write reports to files: CSV, JSON, PDF, or the one that the server signs.")))(export)
    app.command(help=str(t("Check a signed report, on any machine.")))(verify)
    app.command(help=str(t("Use over time, and when each pool runs out.")))(usage)
    app.command(help=str(t("Per user or per device: which needs fewer CALs, and why.")))(advice)
