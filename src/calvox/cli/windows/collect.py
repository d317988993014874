"""`calvox windows collector`, `import`, `survey`, `backup-tested`: how facts come into a site folder."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from calvox.apps.site.calls import call_of
from calvox.apps.site.gathering import (
    Imported,
    enter_backup,
    facts_of,
    import_files,
    keep_surveyed,
    moment_within,
    server_of,
)
from calvox.apps.site.typing import stage_of, typing_of
from calvox.cli.session import grid, say, session, settings, show
from calvox.cli.windows.call_drawn import step_after
from calvox.cli.windows.place import ServerOption, SiteOption, opened
from calvox.cli.windows.reaching import (
    CaFileOption,
    CredentialsOption,
    HttpsOption,
    NtlmOption,
    SecondsOption,
    UserOption,
    credentials_of,
)
from calvox.common.clock import SYSTEM
from calvox.common.i18n import t
from calvox.windows.collector import write_collector

app = typer.Typer()
OUTCOMES = {
    "done": "bold green",
    "unchanged": "green",
    "rehearsed": "cyan",
    "failed": "bold red",
    "unknown": "bold red",
}
"""Style of each outcome of an action."""


@app.command(help=str(t("Write the script that is carried to a machine, read there, and run: it only reads.")))
def collector(
    out: Annotated[Path, typer.Option(help=str(t("Where to write it.")))] = Path("calvox-collector.ps1"),
) -> None:
    """Write the collector."""
    digest = write_collector(out)
    lines = (
        t("Written: {path}, SHA-256 {digest}", path=str(out), digest=digest),
        t("Carry it to each licence server and session host, and run it there as an administrator:"),
        rf"  powershell.exe -ExecutionPolicy RemoteSigned -File .\{out.name}",
        t("Bring the bundles back, then: calvox windows import BUNDLE…"),
        t("It has not been run on any Windows yet; read it first."),
    )

    def render(screen: Console) -> None:
        for line in lines:
            screen.print(str(line), markup=False, soft_wrap=True)

    show({"file": str(out), "sha256": digest}, render)


@app.command("import", help=str(t("Enter bundles and results of actions that were carried by hand.")))
def import_bundles(
    bundles: Annotated[
        list[Path],
        typer.Argument(metavar="BUNDLE…", help=str(t("Files that the collector, or the script of an action, wrote."))),
    ],
    site: SiteOption = Path("."),
) -> None:
    """Import."""
    with opened(site) as folder:
        imported = import_files(folder, bundles)
        going_on = {one.call: call_of(folder, one.call) for one in imported if one.call and one.new}
        steps = [step_after(number, stage_of(call, typing_of(folder, number))) for number, call in going_on.items()]
    show(imported, lambda screen: _draw_imported(screen, imported))
    for step in steps:
        say(step)
    if any(one.error for one in imported):
        raise typer.Exit(2)


def _draw_imported(screen: Console, imported: list[Imported]) -> None:
    table = grid(None, t("From"), t("Machine"), t("Read"), t("Not read"), t("Result"))
    for column in table.columns:
        column.overflow = "fold"
    for one in imported:
        result = t("refused") if one.error else t("entered") if one.new else t("was there already")
        numbers = ("–", "–") if one.action else (str(one.items), str(one.failed))
        style = "red" if one.error else None
        table.add_row(Path(one.source).name, one.machine, *numbers, str(result), style=style)
    screen.print(table)
    for one in imported:
        if one.error:
            screen.print(f"{one.source}: {one.error}", style="bold red", markup=False)
        if one.action and one.new:
            screen.print(f"{one.machine}, {one.action}: {one.said}", style=OUTCOMES[one.outcome], markup=False)
            screen.print(f"  {one.advice}", markup=False)


@app.command(help=str(t("Read machines over WinRM, many at once; it only reads.")))
def survey(
    hosts: Annotated[
        list[str], typer.Argument(metavar="HOST…", help=str(t("Names of machines, with :PORT if need be.")))
    ],
    site: SiteOption = Path("."),
    user: UserOption = "",
    credentials_file: CredentialsOption = None,
    ntlm: NtlmOption = False,
    https: HttpsOption = False,
    ca_file: CaFileOption = None,
    at_once: Annotated[int, typer.Option(min=1, max=64, help=str(t("Machines read at once.")))] = 16,
    seconds: SecondsOption = 60,
) -> None:
    """Survey; what has been read is kept, also on Ctrl-C."""
    from calvox.windows.line import target_named
    from calvox.windows.survey import Options
    from calvox.windows.survey import survey as read_all

    who = credentials_of(user, credentials_file, ntlm)
    targets = [target_named(host, tls=https) for host in hosts]
    options = Options(at_once=at_once, seconds=seconds, ca_file=str(ca_file) if ca_file else None)
    kept: list[Imported] = []
    with opened(site) as folder, _bar(len(targets)) as advance:
        try:
            for bundle in read_all(targets, who, options):
                kept.append(keep_surveyed(folder, bundle))
                advance()
        finally:
            kept.sort(key=lambda one: one.machine)
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


@app.command(
    "backup-tested", help=str(t("Enter that you tested a licence server's backup; you vouch for it in the journal."))
)
def enter_tested_backup(
    made: Annotated[str, typer.Option(help=str(t("The day on which it was made, YYYY-MM-DD.")))],
    server: ServerOption = "",
    folder: Annotated[bool, typer.Option(help=str(t("It holds the database folder LServer.")))] = True,
    system_state: Annotated[bool, typer.Option(help=str(t("It holds the system state.")))] = True,
    site: SiteOption = Path("."),
) -> None:
    """Enter a tested backup."""
    moment = moment_within(made, settings().zone, SYSTEM.now())
    with opened(site) as place:
        name = server_of(facts_of(place), server).machine.name
        enter_backup(place, name, moment, folder=folder, system_state=system_state)
    text = t("Entered: the backup of {server} of {day} was tested.", server=name, day=made)
    show({"server": name, "made": made}, lambda screen: screen.print(str(text), markup=False))
