"""`calvox centre`: make an activation centre, serve it, keep its agreements, take its calls."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import segno
import typer

from calvox.apps.centre.process import CARD, Founding, found, run
from calvox.centre.callers import UnlockCaller
from calvox.centre.calls import CallsAsked
from calvox.centre.card import CardAsked
from calvox.centre.servers import BlacklistServer, RetireServer, ServersAsked
from calvox.centre.signing import ReadAgain, SignCall
from calvox.centre.succession import AllowReissue, ReissueLeave
from calvox.cli.centre_agreements import agreement_app
from calvox.cli.centre_alerts import alerts
from calvox.cli.centre_call import Given, hold_call
from calvox.cli.centre_options import (
    FolderOption,
    PassphraseOption,
    asking,
    call,
    chosen,
    new_passphrase,
    owner_of,
    telephone,
)
from calvox.cli.centre_show import (
    in_json,
    show_calls,
    show_card,
    show_servers,
    show_signed,
    unless_refused,
    usual_form,
)
from calvox.cli.secrets import read_secret
from calvox.cli.session import say, settings, show
from calvox.common import logs
from calvox.common.clock import show_date
from calvox.common.files import read_whole, user_name
from calvox.common.i18n import t
from calvox.people.accounts import plain_name
from calvox.people.passwords import hash_password
from calvox.wire.phone.anyform import read_code
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.filetext import LARGEST_REQUEST_FILE, read_request_file
from calvox.wire.phone.forms import Form
from calvox.wire.phone.request import read_agreement

app = typer.Typer(no_args_is_help=True, help=str(t("The activation centre: keys, agreements, calls.")))
app.add_typer(agreement_app, name="agreement")
app.add_typer(alerts)

FormOption = Annotated[Form | None, typer.Option("--form", help=str(t("How the confirmation is read out.")))]
FileOption = Annotated[Path | None, typer.Option("--file", help=str(t("Also write the confirmation to this file.")))]
QrOption = Annotated[bool, typer.Option("--qr", help=str(t("Also draw the confirmation as a QR code.")))]
CallArgument = Annotated[str, typer.Argument(metavar="CALL", help=str(t("Number of the call.")))]
ServerArgument = Annotated[str, typer.Argument(metavar="SERVER-ID", help=str(t("In hexadecimal or any spoken form.")))]


@app.command("init", help=str(t("Make the keys, the register and the centre card.")))
def init(
    name: Annotated[str, typer.Option("--name", help=str(t("What the centre calls itself.")))],
    telephones: Annotated[
        list[str],
        typer.Option("--telephone", metavar="COUNTRY:NUMBER:HOURS", help=str(t("Where it answers; repeatable."))),
    ],
    tls_names: Annotated[
        list[str] | None, typer.Option("--tls-name", help=str(t("Name or address of its page; repeatable.")))
    ] = None,
    supervisor: Annotated[str, typer.Option(help=str(t("Name of the first account.")))] = getpass.getuser(),
    password_file: Annotated[
        Path | None, typer.Option(help=str(t("File with its password; else it is asked.")))
    ] = None,
    folder: FolderOption = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Make the keys, the register and the centre card."""
    centre, supervisor = chosen(folder, passphrase_file), plain_name(supervisor)
    phones, names = [telephone(text) for text in telephones], tuple(tls_names or ("localhost", "127.0.0.1"))
    password = read_secret(t("Password of {name}:", name=supervisor), password_file, twice=True)
    told = Founding(name, phones, names, supervisor, hash_password(password), user_name())
    shown = found(Path(centre.folder), told, new_passphrase(centre))
    show_card(shown)
    say(t("The centre card is in {path}", path=str(Path(centre.folder) / CARD)))


@app.command("card", help=str(t("Show the centre card.")))
def card(
    qr: Annotated[bool, typer.Option("--qr", help=str(t("Draw it as a QR code.")))] = False, folder: FolderOption = None
) -> None:
    """Show the centre card."""
    shown = call(owner_of(folder), "card", CardAsked())
    if qr:
        segno.make(msgspec.json.encode(shown.card), error="l", micro=False).terminal(out=sys.stdout, compact=True)
    else:
        show_card(shown)


@app.command("serve", help=str(t("Serve until a signal comes.")))
def serve(
    listen: Annotated[
        str | None, typer.Option("--listen", metavar="ADDRESS:PORT", help=str(t("Where its page is.")))
    ] = None,
    folder: FolderOption = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Serve until a signal comes."""
    centre = chosen(folder, passphrase_file)
    if listen:
        centre = msgspec.structs.replace(centre, listen=listen)
    logs.configure(settings().interface)
    run(msgspec.structs.replace(settings(), centre=centre), asking(centre), _announce)


def _announce(address: str, people: str) -> None:
    if in_json():
        told = {"ready": True, "listen": address, "people": people}
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    else:
        say(t("The activation centre is ready: https://{address}/", address=address))
        if people:
            say(t("Operators log in at {address}", address=people))
    sys.stdout.flush()


@app.command("call", help=str(t("Take a call; with --json only prepare it.")))
def take_call(
    caller: Annotated[str | None, typer.Option("--caller", help=str(t("Who is calling.")))] = None,
    call_word_file: Annotated[
        str | None, typer.Option("--call-word-file", help=str(t("- for standard input.")))
    ] = None,
    server_id: Annotated[
        str | None, typer.Option("--server-id", help=str(t("In hexadecimal or any spoken form.")))
    ] = None,
    agreement: Annotated[str | None, typer.Option("--agreement", help=str(t("12 digits.")))] = None,
    kind: Annotated[
        str, typer.Option("--kind", help=str(t("activate, packs, both, reissue or thaw; what fits if not given.")))
    ] = "",
    lines: Annotated[
        list[str] | None, typer.Option("--line", metavar="TYPE:VERSION:QUANTITY:SEQUENCE[:YYYY-MM]")
    ] = None,
    requests: Annotated[list[str] | None, typer.Option("--request", help=str(t("A request as it was spoken.")))] = None,
    request_file: Annotated[
        Path | None, typer.Option("--request-file", help=str(t("What is asked, as the licence server wrote it.")))
    ] = None,
    thaw: Annotated[int | None, typer.Option("--thaw", help=str(t("Sequence of the freeze that is to end.")))] = None,
    replaces: Annotated[
        str, typer.Option("--replaces", help=str(t("Migration or reissue: the old server's ID, in any form.")))
    ] = "",
    proof: Annotated[str, typer.Option("--proof", help=str(t("The old server's retirement proof, in any form.")))] = "",
    why: Annotated[str, typer.Option("--why", help=str(t("Reissue without proof: what happened.")))] = "",
    form: FormOption = None,
    folder: FolderOption = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Take a call; with --json only prepare it."""
    if request_file is not None:
        told = read_request_file(read_whole(request_file, limit=LARGEST_REQUEST_FILE))
        server_id, kind, requests = told.server_id, told.kind, list(told.requests)
    kind = kind or ("reissue" if replaces else "thaw" if thaw is not None else "")
    about = (agreement, kind, lines or (), requests or (), form, thaw, replaces, proof, why)
    given = Given(caller, call_word_file, server_id, *about)
    hold_call(owner_of(folder, passphrase_file), given)


@app.command("sign", help=str(t("Sign a prepared call, after the control words were compared.")))
def sign(
    number: CallArgument,
    agreed: Annotated[
        bool, typer.Option("--agreed/--differ", help=str(t("Whether the control words were the same on both sides.")))
    ] = True,
    form: FormOption = None,
    file: FileOption = None,
    qr: QrOption = False,
    folder: FolderOption = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Sign a prepared call, after the control words were compared."""
    answer = call(owner_of(folder, passphrase_file), "sign", SignCall(number, agreed))
    show_signed(unless_refused(answer), usual_form(form), file, qr=qr)


@app.command("read", help=str(t("Read a confirmation again; of a licence server, its last one.")))
def read(
    what: Annotated[str, typer.Argument(metavar="CALL|SERVER-ID")],
    form: FormOption = None,
    file: FileOption = None,
    qr: QrOption = False,
    folder: FolderOption = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Read a confirmation again; of a licence server, its last one."""
    text = what.strip()
    named = text if len(text) == 16 and " " not in text else read_code(CodeType.SERVER_ID, text).hex()
    answer = call(owner_of(folder, passphrase_file), "read", ReadAgain(named))
    show_signed(unless_refused(answer), usual_form(form), file, qr=qr)


@app.command("calls", help=str(t("List calls that were prepared and not signed.")))
def calls(folder: FolderOption = None) -> None:
    """List calls that were prepared and not signed."""
    show_calls(call(owner_of(folder), "calls", CallsAsked()))


@app.command("servers", help=str(t("List the licence servers that were heard of.")))
def servers(folder: FolderOption = None) -> None:
    """List the licence servers that were heard of."""
    show_servers(call(owner_of(folder), "servers", ServersAsked()))


@app.command("retire", help=str(t("Retire a licence server by its proof, for ever.")))
def retire(
    server_id: ServerArgument,
    proof: Annotated[str, typer.Option("--proof", help=str(t("The retirement proof, 12 words or another form.")))],
    folder: FolderOption = None,
) -> None:
    """Retire a licence server by its proof, for ever."""
    data, read_proof = read_code(CodeType.SERVER_ID, server_id), read_code(CodeType.RETIREMENT, proof)
    show_servers([call(owner_of(folder), "retire", RetireServer(data.hex(), read_proof.hex()))])


@app.command("allow-reissue", help=str(t("Allow one more reissue without proof for an agreement; supervisors only.")))
def allow_reissue(
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help=str(t("12 digits.")))],
    why: Annotated[str, typer.Option("--why", help=str(t("Why it is allowed; it stands in the register.")))],
    folder: FolderOption = None,
) -> None:
    """Allow one more reissue."""
    told: ReissueLeave = call(owner_of(folder), "reissue-allow", AllowReissue(read_agreement(agreement), why))
    day = show_date(told.until, settings().zone)
    show(told, lambda console: console.print(str(t("The next reissue is allowed until {day}.", day=day)), markup=False))


@app.command("blacklist", help=str(t("Refuse a licence server for ever.")))
def blacklist(
    server_id: ServerArgument,
    why: Annotated[str, typer.Option("--why", help=str(t("Why it is refused for ever.")))],
    folder: FolderOption = None,
) -> None:
    """Refuse a licence server for ever."""
    data = read_code(CodeType.SERVER_ID, server_id)
    show_servers([call(owner_of(folder), "blacklist", BlacklistServer(data.hex(), why))])


@app.command("unlock-caller", help=str(t("Let a caller who was locked call again.")))
def unlock_caller(
    name: Annotated[str, typer.Argument(metavar="NAME", help=str(t("Name of the caller.")))],
    folder: FolderOption = None,
) -> None:
    """Let a caller who was locked call again."""
    shown = call(owner_of(folder), "unlock-caller", UnlockCaller(name))
    show(shown, lambda console: console.print(str(t("{name} may call again", name=shown.name)), markup=False))
