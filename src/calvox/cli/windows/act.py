"""`calvox windows act`: change something on a Windows machine, by a script that is carried there or over WinRM.

A code is asked, never an argument: arguments lie open in the machine's list of processes and in the shell's history.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console

from calvox.cli.session import NOT_DONE_EXIT, ask, confirmed, grid, say, show
from calvox.cli.windows.collect import OUTCOMES
from calvox.cli.windows.place import SiteOption, opened
from calvox.cli.windows.reaching import (
    CaFileOption,
    CredentialsOption,
    HttpsOption,
    NtlmOption,
    UserOption,
    credentials_of,
)
from calvox.common.errors import BadInput
from calvox.common.i18n import t

if TYPE_CHECKING:
    from calvox.windows.actions.action import Action
    from calvox.windows.actions.outcome import Outcome

app = typer.Typer()


@app.command(help=str(t("Change something on a Windows machine; “list” shows what can be done.")))
def act(
    name: Annotated[str, typer.Argument(metavar="ACTION", help=str(t("activate-server, say; or list.")))],
    machine: Annotated[
        str, typer.Option(help=str(t("The machine, its name with domain; over WinRM also :PORT.")))
    ] = "",
    mode: Annotated[str, typer.Option(help=str(t("device or user.")))] = "",
    servers: Annotated[str, typer.Option(help=str(t("Licence servers, with commas between them.")))] = "",
    broker: Annotated[str, typer.Option(help=str(t("The connection broker, if it is another machine.")))] = "",
    pack: Annotated[str, typer.Option(help=str(t("Windows' number of the pack.")))] = "",
    count: Annotated[str, typer.Option(help=str(t("How many CALs.")))] = "",
    keep: Annotated[str, typer.Option(help=str(t("How many CALs shall remain in the pack.")))] = "",
    device: Annotated[str, typer.Option(help=str(t("The device that holds the CAL.")))] = "",
    issued: Annotated[str, typer.Option(help=str(t("Windows' number of the issued CAL.")))] = "",
    source_name: Annotated[str, typer.Option(help=str(t("The licence server that the CALs come from.")))] = "",
    call: Annotated[
        int, typer.Option(min=0, help=str(t("The call whose newest code counts; 0: the code is asked.")))
    ] = 0,
    script: Annotated[Path, typer.Option(help=str(t("The folder in which the script is written.")))] = Path("."),
    winrm: Annotated[bool, typer.Option("--winrm", help=str(t("Do it over WinRM, without a script.")))] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help=str(t("Only say what would be done; over WinRM read, and change nothing."))),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=str(t("Do not ask for confirmation.")))] = False,
    user: UserOption = "",
    credentials_file: CredentialsOption = None,
    ntlm: NtlmOption = False,
    https: HttpsOption = False,
    ca_file: CaFileOption = None,
    site: SiteOption = Path("."),
) -> None:
    """Act, prepare the script of it, or list what can be done."""
    from calvox.windows.actions.catalogue import action_named

    if name == "list":
        _list()
        return
    action = action_named(name)
    if not machine:
        raise BadInput(t("--machine is missing: the machine on which it shall be done"))
    options = {
        "mode": mode, "servers": servers, "broker": broker, "pack": pack, "count": count, "keep": keep,
        "device": device, "issued": issued, "source_name": source_name,
    }  # fmt: skip
    given = {key: value for key, value in options.items() if value}
    _tell(action, machine)
    if winrm:
        reach = Reach(user, credentials_file, ntlm, https, ca_file)
        over_winrm(site, action, machine, _with_secrets(action, given, call), call, reach, rehearse=dry_run, yes=yes)
    elif dry_run:
        _dry(action, machine, given, script)
    else:
        by_script(site, action, machine, _with_secrets(action, given, call), call, script, yes=yes)


class Reach:
    """How a machine is reached."""

    def __init__(self, user: str, file: Path | None, ntlm: bool, https: bool, ca_file: Path | None) -> None:
        self.user, self.file, self.ntlm, self.https, self.ca_file = user, file, ntlm, https, ca_file


def _tell(action: "Action", machine: str) -> None:
    say(t("{title}, on {machine}.", title=action.title, machine=machine))
    say(t("Afterwards: {changes}", changes=action.changes))
    say(t("Way back: {undo}", undo=action.undo))
    for warning in action.warnings:
        say(t("Note: {warning}", warning=warning))


def _with_secrets(action: "Action", given: dict[str, str], call: int) -> dict[str, str]:
    """Ask for the codes that are still missing."""
    asked = [one for one in action.parameters if one.secret and not (call and one.name == "code")]
    return given | {one.name: ask(t("{title}:", title=one.title)) for one in asked}


def _confirmed(machine: str, yes: bool) -> None:
    if not confirmed(t("Shall it be done on {machine}?", machine=machine), yes=yes):
        raise typer.Exit(NOT_DONE_EXIT)


def _dry(action: "Action", machine: str, given: dict[str, str], out: Path) -> None:
    from calvox.windows.actions.parameters import machine_named

    told = {"action": action.name, "machine": machine_named(machine), "given": given, "uses": list(action.uses)}
    text = t(
        "A script would be written into {folder}, and nothing is. It uses: {uses}.",
        folder=str(out),
        uses=", ".join(action.uses),
    )
    show(told, lambda screen: screen.print(str(text), markup=False))


def by_script(
    site: Path, action: "Action", machine: str, given: dict[str, str], call: int, out: Path, *, yes: bool
) -> None:
    """Write the script of an action, and say what is done with it."""
    from calvox.apps.site.actions import prepare

    _confirmed(machine, yes)
    with opened(site) as folder:
        path = prepare(folder, action.name, machine, given, call=call, out=out)
    lines = [
        t("Written: {path}. It has not been run on any Windows yet; read it first.", path=str(path)),
        t("Carry it to {machine}, and run it there as an administrator, first with -WhatIf.", machine=machine),
        t("Bring its result back, then: calvox windows import RESULT…"),
    ]
    if any(one.secret for one in action.parameters):
        lines.append(t("The script holds a code: keep it as you keep the code, and delete it afterwards."))

    def render(screen: Console) -> None:
        for line in lines:
            screen.print(str(line), markup=False)

    show({"script": str(path), "action": action.name, "machine": machine}, render)


def over_winrm(
    site: Path,
    action: "Action",
    machine: str,
    given: dict[str, str],
    call: int,
    reach: Reach,
    *,
    rehearse: bool,
    yes: bool,
) -> None:
    """Do an action over WinRM, or rehearse it, and show what came of it."""
    from calvox.apps.site.actions import perform, rollback
    from calvox.windows.actions.remote import UNHURRIED
    from calvox.windows.line import target_named

    target = target_named(machine, tls=reach.https)
    if not rehearse:
        _confirmed(machine, yes)
    who = credentials_of(reach.user, reach.file, reach.ntlm)
    options = msgspec.structs.replace(UNHURRIED, ca_file=str(reach.ca_file) if reach.ca_file else None)
    with opened(site) as folder:
        outcome = perform(folder, target, who, action.name, given, call=call, rehearse=rehearse, options=options)
        back = rollback(outcome, site)
    told = plain_outcome(outcome) | {"rollback": str(back) if back else None}
    show(told, lambda screen: _draw(screen, outcome, back))
    if not outcome.good and outcome.outcome != "rehearsed":
        raise typer.Exit(NOT_DONE_EXIT)


def plain_outcome(outcome: "Outcome") -> dict[str, Any]:
    """Give an outcome for a script that reads it."""
    names = ("order", "action", "machine", "given", "how", "outcome", "code", "before", "after", "time", "new")
    told = {name: getattr(outcome, name) for name in names}
    return told | {"said": str(outcome.said), "advice": str(outcome.advice)}


def _draw(screen: Console, outcome: "Outcome", back: Path | None) -> None:
    screen.print(str(outcome.said), style=OUTCOMES[outcome.outcome], markup=False)
    screen.print(str(outcome.advice), markup=False)
    for label, state in ((t("Before:"), outcome.before), (t("After:"), outcome.after)):
        screen.print(f"{label} {state or '–'}", style="dim", markup=False)
    if back:
        screen.print(str(t("The way back: {path}", path=str(back))), markup=False)


def _list() -> None:
    from calvox.windows.actions.catalogue import ACTIONS

    told = [
        {
            "action": one.name,
            "title": str(one.title),
            "where": one.where,
            "winrm": one.remote is not None,
            "rollback": one.rollback,
            "parameters": {p.name: str(p.title) for p in one.parameters},
            "uses": list(one.uses),
            "undo": str(one.undo),
            "warnings": [str(warning) for warning in one.warnings],
        }
        for one in ACTIONS.values()
    ]

    def render(screen: Console) -> None:
        table = grid(None, t("Action"), t("What it does"), t("On the"), t("Given"), t("WinRM"))
        table.columns[0].no_wrap, table.columns[0].min_width = True, max(map(len, ACTIONS))
        for one in ACTIONS.values():
            given = ", ".join(p.name if p.needed else f"[{p.name}]" for p in one.parameters) or "–"
            table.add_row(one.name, str(one.title), str(one.where.label), given, "✓" if one.remote else "–")
        screen.print(table)

    show(told, render)
