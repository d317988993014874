"""`calvox centre call`: the desk as a dialogue, in the order in which it is spoken.

Caller and call word, server ID, agreement, lines or spoken requests, control words, confirmation. Whatever an option gives
is not asked. With --json the call is only prepared; `calvox centre sign` goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from calvox.apps.owner import Owner
from calvox.centre.calls import AskedLine, IdentifyCaller, PrepareCall, Prepared
from calvox.centre.context import Context
from calvox.centre.signing import SignCall, Signed
from calvox.centre.typed import KeepTyping, TypingAsked
from calvox.cli.centre_codes import hear_code, read_out
from calvox.cli.centre_options import asked_line, call, secret
from calvox.cli.centre_show import in_json, prepared_json, say_prepared, say_signed, unless_refused, usual_form
from calvox.cli.session import agreed, ask, say, show
from calvox.common.errors import BadCode, BadInput
from calvox.common.i18n import t
from calvox.wire.phone.anyform import read_code
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.dictation import resume
from calvox.wire.phone.forms import Form
from calvox.wire.phone.oracles import request_fits, server_id_fits
from calvox.wire.phone.request import read_agreement

SPOKEN = "?"
"""What is typed instead of a line when the caller reads a request out."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the options say."""

    caller: str | None
    call_word_file: str | None
    server_id: str | None
    agreement: str | None
    kind: str
    lines: Sequence[str]
    requests: Sequence[str]
    form: Form | None
    thaw: int | None = None
    """Sequence of the freeze that a thaw ends."""
    replaces: str = ""
    """Of a reissue: the old licence server's ID, in any form."""
    proof: str = ""
    """Its retirement proof, in any form."""
    why: str = ""
    """Without a proof: what happened."""

    @property
    def packs(self) -> bool:
        """Whether the options say what the call is about."""
        return bool(self.lines or self.requests or self.thaw is not None or self.kind in ("activate", "reissue"))


def hold_call(owner: Owner[Context], given: Given) -> None:
    """Go through one call."""
    if in_json():
        _complete(given)
    caller = given.caller or ask(t("Who is calling?"))
    word = secret(given.call_word_file, t("Call word:"))
    if not in_json():
        unless_refused(call(owner, "identify", IdentifyCaller(caller, word)))
    server_id = _server_id(owner, given)
    agreement = read_agreement(given.agreement or ask(t("Agreement:")))
    lines, requests = _packs(given, server_id)
    asked = PrepareCall(
        caller,
        word,
        server_id.hex(),
        agreement,
        given.kind,
        tuple(lines),
        tuple(requests),
        given.thaw,
        read_code(CodeType.SERVER_ID, given.replaces).hex() if given.replaces else "",
        read_code(CodeType.RETIREMENT, given.proof).hex() if given.proof else "",
        given.why,
    )
    prepared: Prepared = unless_refused(call(owner, "prepare", asked))
    if in_json():
        show(prepared_json(prepared), lambda _: None)
    else:
        _confirm(owner, prepared, given.form)


def _confirm(owner: Owner[Context], prepared: Prepared, form: Form | None) -> None:
    say_prepared(prepared)
    same = agreed(t("Does the caller see the same two words?"))
    signed: Signed = unless_refused(call(owner, "sign", SignCall(prepared.call, same)))
    say_signed(signed)
    read_out(usual_form(form), signed.confirmation)
    say(t("To read it again: calvox centre read {call}", call=signed.call))


def _server_id(owner: Owner[Context], given: Given) -> bytes:
    if given.server_id:
        return read_code(CodeType.SERVER_ID, given.server_id)
    kept = call(owner, "typing-kept", TypingAsked()).state
    return hear_code(
        CodeType.SERVER_ID,
        server_id_fits,
        kept if _resumes(kept) else "",
        lambda state: call(owner, "typing-keep", KeepTyping(state)),
    )


def _packs(given: Given, server_id: bytes) -> tuple[list[AskedLine], list[str]]:
    lines = [asked_line(text) for text in given.lines]
    requests = [read_code(CodeType.REQUEST, text).hex() for text in given.requests]
    if given.packs or in_json():
        return lines, requests
    say(t("Packs, one a line, as TYPE:VERSION:QUANTITY:SEQUENCE[:YYYY-MM]; “?” for a spoken request; empty when done."))
    while True:
        typed = ask(t("Pack:"))
        if not typed:
            return lines, requests
        try:
            if typed == SPOKEN:
                requests.append(hear_code(CodeType.REQUEST, request_fits(server_id)).hex())
            else:
                lines.append(asked_line(typed))
        except BadInput as error:
            say(f"  ✗ {error}")


def _complete(given: Given) -> None:
    for name in ("caller", "call_word_file", "server_id", "agreement"):
        if not getattr(given, name):
            raise BadInput(t("With --json the option {name} is needed", name="--" + name.replace("_", "-")))


def _resumes(kept: str) -> bool:
    try:
        return bool(kept) and resume(kept.encode()).code_type is CodeType.SERVER_ID
    except (BadInput, BadCode):
        return False
