"""`calvox server`: make a licence server, serve it, activate it over the telephone, install packs, see how it stands."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import segno
import typer
from rich.console import Console

from calvox.apps.licence_server.call_cases import PrepareCall
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.process import run
from calvox.cli.dictating import dictate, take_file, take_lines
from calvox.cli.own_server import Folder, server_owner, server_settings
from calvox.cli.secrets import read_secret
from calvox.cli.server_alerts import alerts
from calvox.cli.server_calling import (
    Agreement,
    Country,
    FormOption,
    OptionalPack,
    Pack,
    Prepare,
    Programme,
    RequestOut,
    hold_call,
    sheet_of,
    tell_answer,
    usual_form,
    wishes_of,
)
from calvox.cli.server_clock import alarms, clock
from calvox.cli.server_hosts import authority, codes, hosts
from calvox.cli.server_policy import policy, vouchers
from calvox.cli.server_reenrol import reenrolment
from calvox.cli.server_retire import retirement
from calvox.cli.server_status import app as status_app
from calvox.cli.session import ask, say, session, settings, show
from calvox.cli.sheet import draw_code, draw_sheet
from calvox.common import logs
from calvox.common.files import read_whole, user_name
from calvox.common.i18n import current_language, t
from calvox.people.accounts import plain_name
from calvox.people.passwords import hash_password
from calvox.server.found import found
from calvox.server.report import Status
from calvox.wire.card import read_card
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form
from calvox.wire.phone.sheet import spoken

app = typer.Typer(no_args_is_help=True, help=str(t("A licence server: make it, serve it, activate it, install packs.")))
app.add_typer(codes)
app.add_typer(hosts, name="hosts")
app.add_typer(authority, name="authority")
app.add_typer(policy, name="policy")
app.add_typer(vouchers)
app.add_typer(clock, name="clock")
app.add_typer(alarms)
app.add_typer(alerts)
app.add_typer(retirement)
app.add_typer(reenrolment)
app.add_typer(status_app)


@app.command(help=str(t("Make a licence server that trusts one activation centre.")))
def init(
    centre_card: Annotated[Path, typer.Option(help=str(t("The card of the activation centre.")))],
    administrator: Annotated[str, typer.Option(help=str(t("Name of the first account.")))] = getpass.getuser(),
    password_file: Annotated[
        Path | None, typer.Option(help=str(t("File with its password; else it is asked.")))
    ] = None,
    folder: Folder = None,
) -> None:
    """Make a server."""
    card, administrator = read_card(read_whole(centre_card)), plain_name(administrator)
    password = read_secret(t("Password of {name}:", name=administrator), password_file, twice=True)
    chosen = server_settings(folder)
    keys = found(chosen, card, administrator, hash_password(password), user_name())
    code = spoken(CodeType.SERVER_ID, keys.identity.server_id)
    told = {"folder": chosen.server.folder, "server_id": keys.identity.server_id.hex(), "spoken": code}

    def render(screen: Console) -> None:
        screen.print(draw_code(t("Calvox server ID"), code, usual_form(None), current_language()))
        screen.print(str(t("Next: “calvox server serve”, then “calvox server activate”.")), markup=False)

    show(told, render)


@app.command(help=str(t("Serve session hosts and this machine's commands, until interrupted.")))
def serve(
    listen: Annotated[str | None, typer.Option(help=str(t("Address and port for session hosts.")))] = None,
    folder: Folder = None,
) -> None:
    """Serve."""
    logs.configure(settings().interface)
    chosen = server_settings(folder)
    if listen:
        chosen = msgspec.structs.replace(chosen, server=msgspec.structs.replace(chosen.server, listen=listen))

    def ready(address: str, people: str) -> None:
        text = str(t("The licence server is ready at {address}; Ctrl-C ends it.", address=address))
        if session().json:
            sys.stdout.write(msgspec.json.encode({"ready": True, "listen": address, "people": people}).decode() + "\n")
        else:
            sys.stdout.write(text + "\n")
        sys.stdout.flush()

    run(chosen, ready)


@app.command("id", help=str(t("Show the server ID as it is dictated.")))
def show_id(
    form: FormOption = None,
    qr: Annotated[bool, typer.Option("--qr", help=str(t("Draw it as a QR code.")))] = False,
    folder: Folder = None,
) -> None:
    """Show the ID in every form, or one."""
    status: Status = server_owner(folder).call("status", Nothing())
    code = spoken(CodeType.SERVER_ID, status.server_id)
    language = current_language()

    def render(screen: Console) -> None:
        forms = [form] if form else [usual_form(None), Form.CHARACTERS, Form.DIGITS]
        for one in forms:
            screen.print(draw_code(t("Calvox server ID"), code, one, language))
        if qr:
            segno.make("CVX1S:" + "".join(code.characters), error="m").terminal(sys.stdout, compact=True)

    show({"server_id": status.server_id.hex(), "spoken": code}, render)


@app.command(help=str(t("Activate this licence server, with its first packs if you like.")))
def activate(
    pack: OptionalPack = None,
    programme: Programme = "open",
    agreement: Agreement = "",
    country: Country = "",
    form: FormOption = None,
    prepare_only: Prepare = False,
    request_file: RequestOut = None,
    folder: Folder = None,
) -> None:
    """Activate."""
    asked = PrepareCall(True, wishes_of(pack or [], programme, agreement))
    own = server_owner(folder)
    hold_call(own, own.call("call-prepare", asked), country, form, prepare_only, request_file)


@app.command(help=str(t("Install packs, several in one call if you like.")))
def install(
    pack: Pack,
    agreement: Agreement,
    programme: Programme = "open",
    country: Country = "",
    form: FormOption = None,
    prepare_only: Prepare = False,
    request_file: RequestOut = None,
    folder: Folder = None,
) -> None:
    """Install."""
    asked = PrepareCall(False, wishes_of(pack, programme, agreement))
    own = server_owner(folder)
    hold_call(own, own.call("call-prepare", asked), country, form, prepare_only, request_file)


@app.command("call", help=str(t("Show the sheet of the open call again.")))
def show_call(country: Country = "", form: FormOption = None, folder: Folder = None) -> None:
    """Show the open call."""
    own = server_owner(folder)
    sheet = sheet_of(own, country)
    show(sheet, lambda screen: draw_sheet(screen, sheet, usual_form(form), current_language()))


@app.command(help=str(t("Type in the confirmation that the centre reads out.")))
def enter(
    form: FormOption = None,
    file: Annotated[Path | None, typer.Option(help=str(t("Take it from a file that the centre made.")))] = None,
    folder: Folder = None,
) -> None:
    """Enter the confirmation."""
    own = server_owner(folder)
    if file is not None:
        tell_answer(take_file(own, read_whole(file).decode("utf-8", "replace")))
    elif sys.stdin.isatty():
        tell_answer(dictate(own, usual_form(form)))
    else:
        tell_answer(take_lines(own, usual_form(form)))


@app.command("give-up", help=str(t("Give the open call up; its sequences stay used.")))
def give_up(
    sure: Annotated[bool, typer.Option("--yes", help=str(t("Do not ask.")))] = False, folder: Folder = None
) -> None:
    """Give up, after asking: what the centre has signed already would be lost with it."""
    question = t("If the centre has signed already, its packs are lost without a reissue. Give the call up? Type yes:")
    if not sure and ask(question).lower() not in (str(t("yes")), "yes"):
        say(t("Nothing was changed."))
        return
    server_owner(folder).call("call-give-up", Nothing())
    say(t("The call is closed."))
