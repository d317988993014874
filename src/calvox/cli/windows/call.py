"""`calvox windows call`: a call to Microsoft's clearing house, from the sheet to the entered code.

Open it, say what the sheet says, type what is heard, enter it, end it. Each step is kept in the site folder, so a call that
was broken off goes on with the next command.
"""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from calvox.apps.site.calls import call_of, calls, end_call, enter_by_assistant, given_of, open_call, sheet_of
from calvox.apps.site.dossiers import Wish
from calvox.apps.site.typing import Stage, Typed, stage_of, typing_of
from calvox.cli.doctor import harmless
from calvox.cli.session import grid, say, settings, show
from calvox.cli.windows.call_drawn import draw_call, plain_sheet, step_after
from calvox.cli.windows.call_typing import at_terminal, differences, hear, take_lines, told
from calvox.cli.windows.place import ServerOption, SiteOption, opened
from calvox.cli.windows.reaching import (
    CaFileOption,
    CredentialsOption,
    HttpsOption,
    NtlmOption,
    UserOption,
)
from calvox.common.clock import show_date
from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.site.folder import SiteFolder
from calvox.windows.calls.kinds import ABOUT, CallKind, kind_named
from calvox.windows.calls.reading_back import ReadBack
from calvox.windows.record import Call

app = typer.Typer(no_args_is_help=True, help=str(t("A call to Microsoft: its sheet, its codes, entering them.")))
NOT_READ_BACK_EXIT = 1
DIFFERS_EXIT = 2
STAGES: dict[Stage, Text] = {
    Stage.OPENED: t("opened"),
    Stage.TYPING: t("half typed"),
    Stage.HEARD: t("heard, to be entered"),
    Stage.ENTERED: t("entered, to be read back"),
    Stage.READ_BACK: t("read back, to be ended"),
    Stage.DONE: t("done"),
    Stage.GIVEN_UP: t("given up"),
}
READ_AGAIN = t("Make a backup, and read the licence server again: “calvox windows survey”, or the collector.")
AFTERWARDS = {
    CallKind.ACTIVATE: t(
        "Make a backup, and read the licence server again; then come the CALs: “calvox windows call open install”."
    ),
    CallKind.INSTALL: t(
        "Make a backup, and read all machines again; after a test session read them once more: “calvox windows verify”."
    ),
}
"""What comes after a call that is done."""

Number = Annotated[int, typer.Argument(metavar="N", help=str(t("The call's number.")))]


# Opening and looking


@app.command("open", help=str(t("Open a call, and show its sheet.")))
def open_one(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=str(t("What for: {kinds}.", kinds=", ".join(CallKind))))],
    purchase: Annotated[
        int, typer.Option(min=0, help=str(t("Which purchase in site.toml, from 1; needed if there are several.")))
    ] = 0,
    source: Annotated[str, typer.Option(help=str(t("Migrate: the licence server that the CALs come from.")))] = "",
    source_id: Annotated[str, typer.Option(help=str(t("Migrate: its licence server ID, if no facts tell it.")))] = "",
    product_id: Annotated[
        str, typer.Option(help=str(t("The Product ID as RD Licensing Manager shows it, if no facts tell it.")))
    ] = "",
    server: ServerOption = "",
    anyway: Annotated[
        bool, typer.Option("--anyway", help=str(t("Open it although something speaks against it.")))
    ] = False,
    site: SiteOption = Path("."),
) -> None:
    """Open a call."""
    wish = Wish(kind_named(kind), server, purchase, source, source_id, product_id)
    with opened(site) as folder:
        call = open_call(folder, wish, anyway=anyway)
        _show(folder, call)


@app.command("show", help=str(t("Show the sheet of a call.")))
def show_one(number: Number, site: SiteOption = Path(".")) -> None:
    """Show a sheet."""
    with opened(site) as folder:
        _show(folder, call_of(folder, number))


def _show(folder: SiteFolder, call: Call) -> None:
    sheet, stage = sheet_of(folder, call.call), stage_of(call, typing_of(folder, call.call))
    codes = [msgspec.to_builtins(code) for code in call.codes]
    value = plain_sheet(sheet) | {"stage": stage, "codes": codes, "note_at_end": call.note}

    def render(screen: Console) -> None:
        draw_call(screen, sheet)
        screen.print(f"{STAGES[stage]}. {step_after(call.call, stage)}", style="bold", markup=False)

    show(value, render)


@app.command("list", help=str(t("List the calls of the site.")))
def list_all(site: SiteOption = Path(".")) -> None:
    """List the calls."""
    with opened(site) as folder:
        found = [(call, stage_of(call, typing_of(folder, call.call))) for call in calls(folder)]
    rows = [{**msgspec.to_builtins(call), "stage": stage} for call, stage in found]
    for row in rows:
        row.pop("sheet")
    show(rows, lambda screen: _draw_list(screen, found))


def _draw_list(screen: Console, found: list[tuple[Call, Stage]]) -> None:
    if not found:
        screen.print(str(t("No call was opened yet: “calvox windows call open”.")), markup=False)
        return
    table = grid(None, t("Call"), t("For"), t("Licence server"), t("Purchase"), t("Opened"), t("By"), t("Stage"))
    for call, stage in found:
        title, when = str(ABOUT[CallKind(call.kind)].title), show_date(call.opened, settings().zone)
        bought = str(call.purchase or "–")
        table.add_row(str(call.call), title, harmless(call.server), bought, when, harmless(call.by), str(STAGES[stage]))
    screen.print(table)


# Typing


@app.command("type", help=str(t("Type in the code that Microsoft reads out, twice or read back.")))
def type_one(
    number: Number,
    read_back: Annotated[
        bool, typer.Option("--read-back", help=str(t("Read it back instead of typing it a second time.")))
    ] = False,
    site: SiteOption = Path("."),
) -> None:
    """Type a code."""
    with opened(site) as folder:
        take = hear if at_terminal() else take_lines
        typed = take(folder, number, by_reading_back=read_back)
    show(_plain_typed(number, typed), lambda screen: _draw_typed(screen, number, typed))
    if typed.typing.differing:
        raise typer.Exit(DIFFERS_EXIT)


def _plain_typed(number: int, typed: Typed) -> dict[str, Any]:
    typing = typed.typing
    return {
        "call": number,
        "slot": typing.slot,
        "heard": bool(typed.code),
        "code": typed.code,
        "second": typing.second and not typed.code,
        "groups": typing.count,
        "typed": len(typing.pieces(typing.text)),
        "differing": [at + 1 for at in typing.differing],
        "known_from": list(typed.known),
    }


def _draw_typed(screen: Console, number: int, typed: Typed) -> None:
    screen.print(str(told(typed)), style="bold", markup=False)
    for line in differences(typed.typing):
        screen.print(f"  ✗ {line}", markup=False)
    for other in typed.known:
        same = t("The very same code was heard in call {other}: make sure that it is not the old one.", other=other)
        screen.print(str(same), style="yellow", markup=False)
    if typed.code:
        screen.print(str(t("Next: “calvox windows call enter {number}”.", number=number)), markup=False)


# Entering


@app.command(
    "enter", help=str(t("Enter the code into Windows: by a script, over WinRM, or by Microsoft's own wizard."))
)
def enter_one(
    number: Number,
    script: Annotated[
        Path | None, typer.Option(help=str(t("Write the script that is carried to the server into this folder.")))
    ] = None,
    winrm: Annotated[str, typer.Option(metavar="HOST", help=str(t("Do it over WinRM.")))] = "",
    assistant: Annotated[
        bool, typer.Option("--assistant", help=str(t("It was typed into Microsoft's own wizard: read it back.")))
    ] = False,
    rehearse: Annotated[bool, typer.Option("--rehearse", help=str(t("WinRM: only say what would be done.")))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=str(t("Do not ask for confirmation.")))] = False,
    user: UserOption = "",
    credentials_file: CredentialsOption = None,
    ntlm: NtlmOption = False,
    https: HttpsOption = False,
    ca_file: CaFileOption = None,
    site: SiteOption = Path("."),
) -> None:
    """Enter a code."""
    if [script is not None, bool(winrm), assistant].count(True) != 1:
        raise BadInput(t("Give one of --script, --winrm and --assistant"))
    if assistant:
        _by_assistant(site, number)
        return
    from calvox.cli.windows.act import Reach, by_script, over_winrm
    from calvox.windows.actions.catalogue import action_named

    with opened(site) as folder:
        call, given = call_of(folder, number), given_of(folder, number)
    action = action_named(ABOUT[CallKind(call.kind)].action)
    if script is not None:
        script.mkdir(parents=True, exist_ok=True)
        by_script(site, action, call.server, given, number, script, yes=yes)
    else:
        reach = Reach(user, credentials_file, ntlm, https, ca_file)
        over_winrm(site, action, winrm, given, number, reach, rehearse=rehearse, yes=yes)
        with opened(site) as folder:
            call = call_of(folder, number)
            say(step_after(number, stage_of(call, typing_of(folder, number))))


def _by_assistant(site: Path, number: int) -> None:
    with opened(site) as folder:
        found = enter_by_assistant(folder, number)
    value = {"call": number, "read_back": found.shown, "text": str(found.text)}
    value |= {"quantity": found.quantity, "pack_id": found.pack_id}
    show(value, lambda screen: _draw_read_back(screen, number, found))
    if not found.shown:
        raise typer.Exit(NOT_READ_BACK_EXIT)


def _draw_read_back(screen: Console, number: int, found: ReadBack) -> None:
    if found.shown:
        text = t("Read back: {text}. Next: “calvox windows call end {number}”.", text=found.text, number=number)
    else:
        text = t(
            "Entered, not read back yet: {text}. Collect the licence server again, import the bundle, and repeat this.",
            text=found.text,
        )
    screen.print(harmless(str(text)), style="green" if found.shown else "yellow", markup=False)


# Ending


@app.command("end", help=str(t("End a call.")))
def end_one(
    number: Number,
    given_up: Annotated[bool, typer.Option("--given-up", help=str(t("It led to nothing.")))] = False,
    note: Annotated[str, typer.Option(help=str(t("What is worth knowing about it: a case number, say.")))] = "",
    site: SiteOption = Path("."),
) -> None:
    """End a call."""
    with opened(site) as folder:
        call = end_call(folder, number, given_up=given_up, note=note)
    stage = Stage(call.outcome)
    say(t("Call {number} is ended: {outcome}.", number=number, outcome=STAGES[stage]))
    if stage is Stage.DONE:
        say(AFTERWARDS.get(CallKind(call.kind), READ_AGAIN))
    show({"call": number, "outcome": call.outcome, "note": call.note}, lambda _: None)
