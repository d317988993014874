"""How the command line of the activation centre shows agreements, calls and confirmations."""

import sys
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import segno
import typer
from rich.console import Console

from calvox.centre.agreements import AgreementShown
from calvox.centre.calls import CALL_SIZE, PendingCall, Prepared, PreparedLine
from calvox.centre.card import CardShown
from calvox.centre.refusals import Refusal
from calvox.centre.servers import ServerShown
from calvox.centre.signing import Signed
from calvox.cli.centre_codes import groups_of
from calvox.cli.session import grid, say, session, settings, show
from calvox.common.clock import DAY, show_date, show_time, utc
from calvox.common.errors import REFUSED_EXIT
from calvox.common.files import write_whole
from calvox.common.i18n import Text, current_language, t
from calvox.core.products import CalType, Programme, version_name
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.filetext import write_file_text
from calvox.wire.phone.forms import Form, number_of, write
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import expiry_date, show_agreement


def unless_refused(answer: Any) -> Any:
    """Give an answer back; show a refusal with its reason, and end the command."""
    if isinstance(answer, Refusal):
        refused(answer)
    return answer


def refused(refusal: Refusal) -> NoReturn:
    """Show a refusal, and end the command."""
    told = {"refused": refusal.reason.value, "reason": str(refusal.text)}
    show(told, lambda console: console.print(str(t("Refused: {reason}", reason=refusal.text)), markup=False))
    raise typer.Exit(REFUSED_EXIT)


def as_json(value: Any, **further: Any) -> Any:
    """Make of an answer what a script reads: without the tag, and with something added."""
    built = msgspec.to_builtins(value)
    built.pop("answer", None)
    return {**built, **further}


def show_card(shown: CardShown) -> None:
    """Show the card with the words that two people compare."""

    def render(console: Console) -> None:
        console.print(shown.card.name, markup=False)
        for phone in shown.card.telephones:
            console.print(f"  {phone.country}  {phone.number}  {phone.hours}", markup=False)
        console.print(str(t("Fingerprint, to be compared aloud in the first call:")))
        for words in shown.fingerprint.values():
            console.print("  " + " ".join(words), markup=False)

    show({"card": shown.card, "fingerprint": shown.fingerprint}, render)


def show_agreements(agreements: list[AgreementShown]) -> None:
    """Show agreements in a table."""

    def render(console: Console) -> None:
        table = grid(None, t("Agreement"), t("Customer"), t("Programme"), t("Lines"), t("Callers"), t("Ends"))
        for agreement in agreements:
            counted = str(len(agreement.lines)), str(len(agreement.callers))
            name = Programme(agreement.programme).label
            table.add_row(show_agreement(agreement.number), agreement.customer, name, *counted, ending(agreement.ends))
        console.print(table)

    show([agreement_json(agreement) for agreement in agreements], render)


def show_one_agreement(agreement: AgreementShown) -> None:
    """Show an agreement with its lines and callers."""

    def render(console: Console) -> None:
        title = t(
            "Agreement {number}: {customer}", number=show_agreement(agreement.number), customer=agreement.customer
        )
        console.print(str(title), markup=False)
        bought = (Programme(agreement.programme).label, agreement.sku, agreement.proof, ending(agreement.ends))
        console.print("  " + " · ".join(bought), markup=False)
        table = grid(None, t("Line"), t("CALs"), t("Version"), t("Bought"), t("Taken"), t("Ends"))
        for line in agreement.lines:
            counted = str(line.quantity), str(line.taken), ending(line.ends)
            table.add_row(str(line.line), str(CalType(line.cal_type).text), version_name(line.version), *counted)
        console.print(table)
        for caller in agreement.callers:
            note = str(t("(locked)")) if caller.locked else ""
            console.print(f"  {caller.name} {caller.phone} {note}", markup=False)

    show(agreement_json(agreement), render)


def agreement_json(agreement: AgreementShown) -> Any:
    """Write an agreement for a script."""
    built = as_json(agreement, number=f"{agreement.number:012d}", programme=Programme(agreement.programme).label)
    for line in built["lines"]:
        line["cal_type"], line["version"] = CalType(line["cal_type"]).label, version_name(line["version"])
        line["ends"] = utc(line["ends"]) if line["ends"] else None
    built["ends"] = utc(agreement.ends) if agreement.ends else None
    built["added"] = utc(agreement.added)
    return built


def prepared_json(prepared: Prepared) -> Any:
    """Write a prepared call for a script."""
    lines = [_line_json(line) for line in prepared.lines]
    number = f"{prepared.agreement:012d}"
    expires = utc(prepared.expires) if prepared.expires else None
    return as_json(prepared, lines=lines, agreement=number, kind=kind_word(prepared.kind), expires=expires)


def say_prepared(prepared: Prepared) -> None:
    """Show what is about to be signed, and the words to compare."""
    number = show_agreement(prepared.agreement)
    say(
        t(
            "{caller} for {customer}, agreement {number}",
            caller=prepared.caller,
            customer=prepared.customer,
            number=number,
        )
    )
    say(t("Confirmation of: {kind}", kind=Kind(prepared.kind).label))
    for line in prepared.lines:
        say(f"  {line_in_words(line)}")
    if prepared.continues:
        say(
            t("It is the same licence server, enrolled anew: it keeps its packs, and the old ID gets nothing any more.")
        )
        say(t("Say beforehand: CALs that are out stay good, and session hosts follow by themselves."))
    if prepared.already_signed:
        say(t("The same was confirmed in an earlier call: nothing more is taken."))
    for language, words in sorted(prepared.control_words.items(), key=lambda item: item[0] != current_language()):
        say(t("Control words ({language}): {words}", language=language, words="  ".join(words)))


def line_in_words(line: PreparedLine) -> Text:
    """Say a pack in words."""
    last = expiry_date(line.expiry)
    return t(
        "{quantity} CALs {cal_type}, version {version}, sequence {sequence}, {until}",
        quantity=line.quantity,
        cal_type=CalType(line.cal_type).text,
        version=version_name(line.version),
        sequence=line.sequence,
        until=t("without end") if last is None else t("until {day}", day=last.isoformat()),
    )


def show_signed(signed: Signed, form: Form, file: Path | None = None, *, qr: bool = False) -> None:
    """Show a confirmation in a form; as a file and a QR code too, if asked."""
    groups = groups_of(form, signed.confirmation)
    text = write_file_text(number_of(CodeType.CONFIRMATION, bytes.fromhex(signed.confirmation)))
    if file is not None:
        write_whole(file, text.encode() + b"\n", mode=0o644)

    def render(console: Console) -> None:
        say_signed(signed)
        for number, group in enumerate(groups, 1):
            console.print(f"  {number:2}  {group}", markup=False)
        if qr:
            segno.make(text, error="m").terminal(out=sys.stdout, compact=True)

    show(signed_json(signed, form), render)


def signed_json(signed: Signed, form: Form) -> Any:
    """Write a confirmation for a script."""
    number = number_of(CodeType.CONFIRMATION, bytes.fromhex(signed.confirmation))
    return as_json(
        signed,
        kind=kind_word(signed.kind),
        agreement=f"{signed.agreement:012d}",
        issue_day=date.fromordinal(date(1970, 1, 1).toordinal() + signed.issue_day).isoformat(),
        form=form,
        groups=groups_of(form, signed.confirmation),
        text=write_file_text(number),
    )


def say_signed(signed: Signed) -> None:
    """Say which confirmation this is."""
    day = show_date(signed.issue_day * DAY + DAY // 2, settings().zone)
    say(t("Call {call}, signed on {day}: {kind}", call=signed.call, day=day, kind=Kind(signed.kind).label))


def show_calls(calls: list[PendingCall]) -> None:
    """Show the calls that wait for their control words."""

    def render(console: Console) -> None:
        table = grid(None, t("Call"), t("Caller"), t("Agreement"), t("Kind"), t("Requests"), t("Kept until"))
        table.columns[0].no_wrap, table.columns[0].min_width = True, 2 * CALL_SIZE
        for one in calls:
            kept = show_time(one.expires, settings().zone)
            kind, number = str(Kind(one.kind).label), show_agreement(one.agreement)
            table.add_row(one.call, one.caller, number, kind, str(one.requests), kept)
        console.print(table)

    numbered = [
        as_json(c, agreement=f"{c.agreement:012d}", kind=kind_word(c.kind), expires=utc(c.expires)) for c in calls
    ]
    show(numbered, render)


def show_servers(servers: list[ServerShown]) -> None:
    """Show licence servers and their states."""

    def render(console: Console) -> None:
        for server in servers:
            words = write(_words(), CodeType.SERVER_ID, int(server.server_id, 16))
            shown = t("Calvox {words}: {state}", words=" / ".join(words), state=server.state)
            console.print(str(shown), markup=False)

    show([server_json(server) for server in servers], render)


def server_json(server: ServerShown) -> Any:
    """Write a licence server for a script."""
    activated = utc(server.activated) if server.activated else None
    return as_json(server, first_seen=utc(server.first_seen), activated=activated)


def usual_form(form: Form | None) -> Form:
    """Give the form that was asked for, else words in the reader's language."""
    return form or _words()


def ending(moment: int) -> str:
    """Write the last day before a moment, in the site's zone."""
    return show_date(moment - 1, settings().zone) if moment else "–"


def kind_word(kind: int) -> str:
    """Give the word of a kind for scripts."""
    return Kind(kind).name.lower().replace("_", "-")


def in_json() -> bool:
    """Tell whether a script reads the answer."""
    return session().json


def _words() -> Form:
    return Form.WORDS_FR if current_language() == "fr" else Form.WORDS_EN


def _line_json(line: PreparedLine) -> Any:
    last = expiry_date(line.expiry)
    labels = {"programme": Programme(line.programme).label, "cal_type": CalType(line.cal_type).label}
    expires = last.isoformat() if last else None
    return as_json(
        line, version=version_name(line.version), expires=expires, in_words=str(line_in_words(line)), **labels
    )
