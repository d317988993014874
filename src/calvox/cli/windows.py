"""`calvox windows`: the kit for sites that run Microsoft's own licensing.

Facts come in by a script carried to each machine, or over WinRM; then: call or do not call yet, which CAL for which host.
Documented interfaces alone; never a made code, never a touched grace counter.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from calvox.apps.sites import (
    Imported,
    before_and_after,
    enter_backup,
    facts_of,
    import_files,
    keep_surveyed,
)
from calvox.cli.session import grid, session, settings, show
from calvox.cli.windows_accept import draw_acceptance, draw_checklist, plain_acceptance, plain_checklist
from calvox.common.clock import SYSTEM
from calvox.common.errors import BadInput, NotFound
from calvox.common.i18n import t
from calvox.core.products import version_named
from calvox.doctor import compat
from calvox.doctor.facts import LicenceServer, Mode, Site, short_name
from calvox.site.folder import SiteFolder, open_site
from calvox.windows.acceptance import accept
from calvox.windows.checklist import checklist
from calvox.windows.collector import write_collector
from calvox.windows.precheck import Precheck, State, precheck

app = typer.Typer(
    no_args_is_help=True, help=str(t("The kit for sites with Microsoft's own licensing: survey, precheck, accept."))
)
DO_NOT_CALL_EXIT = 1
NOT_ACCEPTED_EXIT = 1

SiteOption = Annotated[Path, typer.Option("--site", help=str(t("The site folder.")))]
STYLES = {State.HOLDS: "green", State.FAILS: "bold red", State.UNKNOWN: "yellow"}
MARKS = {State.HOLDS: "✓", State.FAILS: "✗", State.UNKNOWN: "?"}
VERDICTS = {
    compat.Verdict.WORKS: "[green]✓[/]",
    compat.Verdict.INFERRED: "[yellow](✓)[/]",
    compat.Verdict.DOES_NOT: "[red]✗[/]",
}


@contextmanager
def opened(folder: Path) -> Iterator[SiteFolder]:
    """Open a site folder for one command."""
    site = open_site(folder)
    try:
        yield site
    finally:
        site.close()


@app.command(help=str(t("Write the script that is carried to a machine, read there, and run: it only reads.")))
def collector(
    out: Annotated[Path, typer.Option(help=str(t("Where to write it.")))] = Path("calvox-collector.ps1"),
) -> None:
    """Write the collector."""
    digest = write_collector(out)
    lines = (
        t("Written: {path}, SHA-256 {digest}", path=str(out), digest=digest),
        t("Carry it to each licence server and session host, and run it there as an administrator:"),
        "  powershell -ExecutionPolicy Bypass -File calvox-collector.ps1",
        t("Bring the bundles back, then: calvox windows import BUNDLE…"),
        t("It has not been run on any Windows yet; read it first."),
    )

    def render(screen: Console) -> None:
        for line in lines:
            screen.print(str(line), markup=False)

    show({"file": str(out), "sha256": digest}, render)


@app.command("import", help=str(t("Enter bundles that were carried by hand.")))
def import_bundles(
    bundles: Annotated[list[Path], typer.Argument(metavar="BUNDLE…", help=str(t("Files that the collector wrote.")))],
    site: SiteOption = Path("."),
) -> None:
    """Import."""
    with opened(site) as folder:
        imported = import_files(folder, bundles)
    show(imported, lambda screen: _draw_imported(screen, imported))
    if any(one.error for one in imported):
        raise typer.Exit(2)


def _draw_imported(screen: Console, imported: list[Imported]) -> None:
    table = grid(None, t("From"), t("Machine"), t("Read"), t("Not read"), t("Result"))
    for one in imported:
        result = one.error or str(t("entered") if one.new else t("was there already"))
        style = "red" if one.error else None
        table.add_row(one.source, one.machine, str(one.items), str(one.failed), result, style=style)
    screen.print(table)


@app.command(help=str(t("Read machines over WinRM, many at once; it only reads.")))
def survey(
    hosts: Annotated[
        list[str], typer.Argument(metavar="HOST…", help=str(t("Names of machines, with :PORT if need be.")))
    ],
    site: SiteOption = Path("."),
    user: Annotated[
        str, typer.Option(help=str(t("User, whose password is asked; without one the Kerberos cache serves.")))
    ] = "",
    credentials_file: Annotated[
        Path | None, typer.Option(help=str(t("File with user, password and method, readable by you alone.")))
    ] = None,
    ntlm: Annotated[
        bool, typer.Option("--ntlm", help=str(t("Sign in by NTLM, as in a workgroup; else by Kerberos.")))
    ] = False,
    https: Annotated[bool, typer.Option("--https", help=str(t("Use HTTPS, port 5986.")))] = False,
    ca_file: Annotated[Path | None, typer.Option(help=str(t("Authorities for HTTPS certificates.")))] = None,
    at_once: Annotated[int, typer.Option(min=1, max=64, help=str(t("Machines read at once.")))] = 16,
    seconds: Annotated[float, typer.Option(min=5, max=600, help=str(t("Time for one machine.")))] = 60,
) -> None:
    """Survey; what has been read is kept, also on Ctrl-C."""
    from calvox.windows.credentials import from_cache, from_file, from_prompt
    from calvox.windows.line import target_named
    from calvox.windows.survey import Options
    from calvox.windows.survey import survey as read_all

    who = (
        from_file(credentials_file)
        if credentials_file
        else from_prompt(user, "ntlm" if ntlm else "kerberos")
        if user
        else from_cache()
    )
    targets = [target_named(host, tls=https) for host in hosts]
    options = Options(at_once=at_once, seconds=seconds, ca_file=str(ca_file) if ca_file else None)
    kept: list[Imported] = []
    with opened(site) as folder, _bar(len(targets)) as advance:
        try:
            for bundle in read_all(targets, who, options):
                kept.append(keep_surveyed(folder, bundle))
                advance()
        finally:
            show(kept, lambda screen: _draw_imported(screen, kept))


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar to a person; a script sees none."""
    if session().json or not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (TextColumn(str(t("Survey"))), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


@app.command("precheck", help=str(t("Call, or do not call yet, and why.")))
def check_before_call(
    server: Annotated[str, typer.Option(help=str(t("The licence server; needed if the site has several.")))] = "",
    site: SiteOption = Path("."),
) -> None:
    """Decide whether to call."""
    with opened(site) as folder:
        known, purchases = facts_of(folder), folder.description.purchases
    answer = precheck(known, server_of(known, server), purchases, SYSTEM.now())
    told = {
        "server": answer.server,
        "call": answer.call,
        "conditions": [{"name": c.name, "state": c.state, "text": str(c.text)} for c in answer.conditions],
    }
    show(told, lambda screen: _draw_precheck(screen, answer))
    if not answer.call:
        raise typer.Exit(DO_NOT_CALL_EXIT)


def server_of(known: Site, name: str) -> LicenceServer:
    """Find the licence server that is meant.

    Raises:
        NotFound: none was collected, or none of that name.
        BadInput: there are several.
    """
    found = [s for s in known.licence_servers if not name or short_name(s.machine.name) == short_name(name)]
    if not found:
        hint = t("“calvox windows collector” writes the script that reads it.")
        raise NotFound(t("No such licence server was collected"), hint=hint)
    if len(found) > 1:
        names = ", ".join(s.machine.name for s in found)
        raise BadInput(
            t("There are several licence servers: {names}", names=names), hint=t("Choose one with --server.")
        )
    return found[0]


def _draw_precheck(screen: Console, answer: Precheck) -> None:
    if answer.call:
        screen.print(
            str(t("CALL: everything holds for {server}.", server=answer.server)), style="bold green", markup=False
        )
    else:
        text = t("DO NOT CALL YET for {server}, because:", server=answer.server)
        screen.print(str(text), style="bold red", markup=False)
    for condition in [*answer.because, *(c for c in answer.conditions if c.state is State.HOLDS)]:
        line = f"  {MARKS[condition.state]} {condition.text}"
        screen.print(line, style=STYLES[condition.state], markup=False)


@app.command(
    "backup-tested", help=str(t("Enter that you tested a licence server's backup; you vouch for it in the journal."))
)
def enter_tested_backup(
    made: Annotated[str, typer.Option(help=str(t("The day on which it was made, YYYY-MM-DD.")))],
    server: Annotated[str, typer.Option(help=str(t("The licence server; needed if the site has several.")))] = "",
    folder: Annotated[bool, typer.Option(help=str(t("It holds the database folder LServer.")))] = True,
    system_state: Annotated[bool, typer.Option(help=str(t("It holds the system state.")))] = True,
    site: SiteOption = Path("."),
) -> None:
    """Enter a tested backup."""
    try:
        moment = int(datetime.fromisoformat(f"{made}T12:00").replace(tzinfo=settings().zone).timestamp())
    except ValueError as error:
        raise BadInput(t("“{text}” is no day; write it as 2026-11-24", text=made)) from error
    with opened(site) as place:
        name = server_of(facts_of(place), server).machine.name
        enter_backup(place, name, moment, folder=folder, system_state=system_state)
    text = t("Entered: the backup of {server} of {day} was tested.", server=name, day=made)
    show({"server": name, "made": made}, lambda screen: screen.print(str(text), markup=False))


@app.command(help=str(t("Accept after a call: what one test session proves; read the machines before and after it.")))
def verify(
    mode: Annotated[Mode, typer.Option(help=str(t("Mode of the test session: device or user.")))],
    server: Annotated[str, typer.Option(help=str(t("The licence server; needed if the site has several.")))] = "",
    host: Annotated[str, typer.Option(help=str(t("The session host of the test session; empty: any.")))] = "",
    holder: Annotated[str, typer.Option(help=str(t("The device or user of the test session; empty: any.")))] = "",
    site: SiteOption = Path("."),
) -> None:
    """Accept, comparing the newest reading of each machine with the one before."""
    with opened(site) as folder:
        before, after = before_and_after(folder)
        purchases = folder.description.purchases
    name = server_of(after, server).machine.name
    accepted = accept(before, after, name, mode, SYSTEM.now(), purchases=purchases, host=host, holder=holder)
    show(plain_acceptance(accepted), lambda screen: draw_acceptance(screen, accepted))
    if not accepted.accepted:
        raise typer.Exit(NOT_ACCEPTED_EXIT)


@app.command("checklist", help=str(t("The procedure's checklist, each item proven by a fact, open, or not collected.")))
def show_checklist(
    server: Annotated[str, typer.Option(help=str(t("The licence server; needed if the site has several.")))] = "",
    site: SiteOption = Path("."),
) -> None:
    """Show the checklist."""
    with opened(site) as folder:
        known, purchases = facts_of(folder), folder.description.purchases
    found = checklist(known, server_of(known, server), purchases, SYSTEM.now())
    show(plain_checklist(found), lambda screen: draw_checklist(screen, found))


@app.command("compat", help=str(t("Which CAL for which host and licence server, and why.")))
def show_compat(
    cal: Annotated[str, typer.Option(help=str(t("Version of the CALs, to ask about one case.")))] = "",
    host: Annotated[str, typer.Option(help=str(t("Version of the session host.")))] = "",
    server: Annotated[str, typer.Option(help=str(t("Version of the licence server.")))] = "",
) -> None:
    """Show the tables, or answer one case."""
    if cal or host or server:
        if not (cal and host and server):
            raise BadInput(t("Give all three: --cal, --host and --server"))
        _one_case(compat.why(*(version_named(text) for text in (cal, host, server))))
        return
    tables = compat.table()
    show(tables, lambda screen: _draw_tables(screen, tables))


def _one_case(answer: compat.Answer) -> None:
    def render(screen: Console) -> None:
        screen.print(str(answer.verdict.text), style="bold", markup=False)
        for cell in answer.cells:
            screen.print(f"{VERDICTS[cell.verdict]} {cell.why}")

    show({"verdict": answer.verdict, "why": [str(cell.why) for cell in answer.cells]}, render)


def _draw_tables(screen: Console, tables: tuple[compat.Table, ...]) -> None:
    for one in tables:
        table = grid(one.title, one.row)
        for name in compat.NAMES.values():
            table.add_column(name)
        for name, row in zip(compat.NAMES.values(), one.cells, strict=True):
            table.add_row(name, *(VERDICTS[cell.verdict] for cell in row))
        screen.print(table)
    screen.print(str(t("(✓): it follows from the rules, but Microsoft's tables do not say it.")), markup=False)
    screen.print(compat.SOURCE, markup=False)
