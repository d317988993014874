"""What every command has that calls the activation centre: its options, its sheet, typing in what is read out."""

from pathlib import Path
from typing import Annotated, Any

import typer

from calvox.apps.licence_server.call_cases import AskCalling
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.owner import Owner
from calvox.cli.dictating import dictate, verdict
from calvox.cli.session import say, session, show
from calvox.cli.sheet import draw_sheet
from calvox.common.errors import NotFound
from calvox.common.files import write_whole
from calvox.common.i18n import current_language, t
from calvox.server.call import OpenCall, PackWish
from calvox.server.calling import Calling
from calvox.server.confirm import Done
from calvox.server.moving import pack_of_text
from calvox.server.report import Status
from calvox.wire.phone.filetext import write_request_file
from calvox.wire.phone.forms import Form
from calvox.wire.phone.message import Kind
from calvox.wire.phone.sheet import CallSheet

MISHEARD_EXIT = 2
WORDS = {
    Kind.ACTIVATE: "activate",
    Kind.PACKS: "packs",
    Kind.ACTIVATE_AND_PACKS: "both",
    Kind.REISSUE: "reissue",
    Kind.THAW: "thaw",
}
"""What the centre calls each kind in a request file."""

FormOption = Annotated[Form | None, typer.Option("--form", help=str(t("How codes are said.")))]
OptionalPack = Annotated[
    list[str] | None, typer.Option("--pack", help=str(t("TYPE:VERSION:QUANTITY[:LAST-MONTH], as device:2022:20.")))
]
Pack = Annotated[
    list[str], typer.Option("--pack", help=str(t("TYPE:VERSION:QUANTITY[:LAST-MONTH], as device:2022:20.")))
]
Programme = Annotated[str, typer.Option(help=str(t("Licence programme on the agreement.")))]
Agreement = Annotated[str, typer.Option(help=str(t("The agreement's number, 12 digits.")))]
Country = Annotated[str, typer.Option(help=str(t("Country you call from, as FR; the centre's number there is shown.")))]
RequestOut = Annotated[
    Path | None, typer.Option("--request-file", help=str(t("Instead of a call: write the request to this file.")))
]
Prepare = Annotated[bool, typer.Option("--prepare-only", help=str(t("Only prepare the call; type the code in later.")))]


def usual_form(form: Form | None) -> Form:
    """Take the form that was chosen, else the words of the reader's language."""
    return form or (Form.WORDS_FR if current_language() == "fr" else Form.WORDS_EN)


def wishes_of(packs: list[str], programme: str, agreement: str) -> tuple[PackWish, ...]:
    """Read packs as they are written on the command line."""
    return tuple(pack_of_text(text, programme, agreement) for text in packs)


def hold_call(own: Owner[Any], call: OpenCall, country: str, form: Form | None, only: bool, file: Path | None) -> None:
    """Show the sheet of a call that was prepared, and take the code in, unless that is for later."""
    sheet = sheet_of(own, country)
    if file is not None:
        _write_request(own, call, file)
    show(sheet, lambda screen: draw_sheet(screen, sheet, usual_form(form), current_language()))
    if file is not None:
        say(t("The request is in {path}; when its answer is back: “calvox server enter --file …”.", path=str(file)))
    elif only or session().json:
        say(t("When the centre reads the code: “calvox server enter”."))
    else:
        say(t("Type what the operator reads; four letters of a word suffice, “?” for one not heard."))
        tell_answer(dictate(own, usual_form(form)))


def _write_request(own: Owner[Any], call: OpenCall, file: Path) -> None:
    status: Status = own.call("status", Nothing())
    kind = WORDS[Kind(call.kind)]
    write_whole(file, write_request_file(kind, status.server_id, call.requests), mode=0o644)


def sheet_of(own: Owner[Any], country: str) -> CallSheet:
    """Give the sheet of the open call."""
    now: Calling = own.call("calling", AskCalling(country))
    if now.sheet is None:
        raise NotFound(
            t("No call is open"), hint=t("Begin one with “calvox server activate” or “calvox server install”.")
        )
    return now.sheet


def tell_answer(answer: Any) -> None:
    """Say how a code was judged."""
    show(answer, lambda screen: screen.print(str(verdict(answer)), markup=False))
    if not isinstance(answer, Done):
        raise typer.Exit(MISHEARD_EXIT)
