"""`calvox windows precheck` and `compat`: call or do not call yet; which CAL for which host."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text as Styled

from calvox.apps.site.gathering import facts_of, server_of
from calvox.cli.session import grid, show
from calvox.cli.windows.place import ServerOption, SiteOption, opened
from calvox.common.clock import SYSTEM
from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.core.products import version_named
from calvox.doctor import compat
from calvox.windows.calls.kinds import CallKind
from calvox.windows.precheck import Condition, Precheck, State, precheck
from calvox.windows.remedies import remedy

app = typer.Typer()
DO_NOT_CALL_EXIT = 1
STYLES = {State.HOLDS: "green", State.FAILS: "bold red", State.UNKNOWN: "yellow"}
MARKS = {State.HOLDS: "✓", State.FAILS: "✗", State.UNKNOWN: "?"}
VERDICTS = {
    compat.Verdict.WORKS: Styled("✓", "green"),
    compat.Verdict.INFERRED: Styled("(✓)", "yellow"),
    compat.Verdict.DOES_NOT: Styled("✗", "red"),
}


@app.command("precheck", help=str(t("Call, or do not call yet, and why.")))
def check_before_call(
    server: ServerOption = "",
    site: SiteOption = Path("."),
) -> None:
    """Decide whether to call."""
    with opened(site) as folder:
        known, purchases = facts_of(folder), folder.description.purchases
    found = server_of(known, server)
    answer = precheck(known, found, purchases, SYSTEM.now())
    todo = partial(remedy, site=known, purchases=purchases)
    kind = CallKind.INSTALL if found.activated.value else CallKind.ACTIVATE
    told = {
        "server": answer.server,
        "call": answer.call,
        "conditions": [_plain(condition, todo(condition)) for condition in answer.conditions],
        "next": kind if answer.call else None,
    }
    show(told, lambda screen: _draw_precheck(screen, answer, todo, kind))
    if not answer.call:
        raise typer.Exit(DO_NOT_CALL_EXIT)


def _plain(condition: Condition, todo: Text | None) -> dict[str, Any]:
    told = {"name": condition.name, "state": condition.state, "text": str(condition.text)}
    return told | {"todo": str(todo) if todo else None}


def _draw_precheck(screen: Console, answer: Precheck, todo: Callable[[Condition], Text | None], kind: CallKind) -> None:
    if answer.call:
        screen.print(
            str(t("CALL: everything holds for {server}.", server=answer.server)), style="bold green", markup=False
        )
    else:
        text = t("DO NOT CALL YET for {server}, because:", server=answer.server)
        screen.print(str(text), style="bold red", markup=False)
    against = answer.because
    remedies = [str(todo(condition) or "") for condition in against]
    for at, (condition, told) in enumerate(zip(against, remedies, strict=True), start=1):
        _line(screen, condition)
        if told and told not in remedies[at:]:  # one remedy for several stands once, under the last of them
            screen.print(f"    → {told}", markup=False)
    for condition in answer.conditions:
        if condition.state is State.HOLDS:
            _line(screen, condition)
    if answer.call:
        screen.print(str(t("Next: “calvox windows call open {kind}”.", kind=kind)), style="bold", markup=False)


def _line(screen: Console, condition: Condition) -> None:
    line = f"  {MARKS[condition.state]} {condition.text}"
    screen.print(line, style=STYLES[condition.state], markup=False)


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
            screen.print(VERDICTS[cell.verdict], str(cell.why))

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
