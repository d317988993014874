"""Codes that an operator types while the caller reads them out: server IDs, requests, a retirement proof.

Every line is kept as soon as it is typed, good or bad. A request is decided by its own check bits, a proof by its server ID; a server
ID has nothing of the kind, so what it may have been is shown, and a person decides.
"""

from enum import StrEnum
from typing import Any

import msgspec

from calvox.centre.calls import CALL_SIZE, bytes_from_hex
from calvox.centre.context import Context
from calvox.centre.noted import Noted, OpenCallShown, change_noted, noted_of, show_noted, with_changes
from calvox.centre.open_calls import MOST_LINES
from calvox.common.errors import BadCode, BadInput, Conflict
from calvox.common.i18n import t
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.dictation import Dictation, begin, resume
from calvox.wire.phone.forms import Form, bytes_of
from calvox.wire.phone.oracles import request_fits, retirement_fits, server_id_fits
from calvox.wire.phone.repair import Choices, Oracle, Whole


class What(StrEnum):
    """What is being typed."""

    SERVER_ID = "server-id"
    REQUEST = "request"
    REPLACES = "replaces"
    PROOF = "proof"

    @property
    def field(self) -> str:
        """Where it is kept."""
        return "typed" if self is What.SERVER_ID else f"typed_{self}"

    @property
    def code_type(self) -> CodeType:
        """What sort of code it is."""
        return {What.REQUEST: CodeType.REQUEST, What.PROOF: CodeType.RETIREMENT}.get(self, CodeType.SERVER_ID)


class TypedLine(msgspec.Struct, frozen=True):
    """What stands in one line now."""

    number: int
    """From 1."""
    text: str


class TypeLines(msgspec.Struct, frozen=True):
    """Keep lines as they were typed."""

    call: str
    what: What
    form: Form
    lines: tuple[TypedLine, ...]


class TakeCode(msgspec.Struct, frozen=True):
    """All lines of a code are typed."""

    call: str
    what: What


class CodeTaken(msgspec.Struct, frozen=True):
    """What the lines came to."""

    call: OpenCallShown
    choices: list[str]
    """Server IDs that may have been meant, in hexadecimal, the likeliest first; empty: it is noted."""


def type_lines(context: Context, request: TypeLines, _: str) -> OpenCallShown:
    """Keep lines, where they differ from what stands there; another form begins anew.

    Raises:
        BadInput: there is no such line, or its text is none; the others have been kept.
    """
    number = _number(request.call)
    refused: list[BadInput] = []

    def change(noted: Noted) -> Noted:
        refused.clear()
        kept = dictation_of(noted, request.what, request.form)
        for line in request.lines:
            text = line.text.strip()
            try:
                if not 1 <= line.number <= len(kept.texts) or text != kept.texts[line.number - 1]:
                    kept, _ = kept.enter(line.number - 1, text)
            except BadInput as error:
                refused.append(error)
        return _with(noted, request.what, kept)

    context.journal.run(lambda tx: change_noted(tx, number, change))
    if refused:
        raise refused[0]
    with context.journal.read() as reader:
        return show_noted(reader, number, context.world.now())


def take_code(context: Context, request: TakeCode, _: str) -> CodeTaken:
    """Note the code that was typed, or tell what it may have been.

    Raises:
        BadCode: the lines are no such code.
        WrongKind: it is a code of another kind.
        Conflict: the server ID comes first.
    """
    number = _number(request.call)
    with context.journal.read() as reader:
        noted = noted_of(reader, number, context.world.now())
    dictation = dictation_of(noted, request.what, None)
    oracle = _oracle(noted, request.what)
    if dictation.missing:
        raise BadCode(t("Line {number} is still empty", number=dictation.missing[0] + 1))
    found = dictation.complete(oracle)
    if isinstance(found, Choices):
        choices = [_hex(dictation, one) for one in found.readings]
    elif isinstance(found, Whole):
        choices = []
        code = _hex(dictation, found)
        context.journal.run(lambda tx: change_noted(tx, number, lambda now: _taken(now, request.what, code)))
    else:
        raise _unclear(dictation, found.groups)
    with context.journal.read() as reader:
        return CodeTaken(show_noted(reader, number, context.world.now()), choices)


def dictation_of(noted: Noted, what: What, form: Form | None) -> Dictation:
    """Give what is typed of a code in one form: the one asked for, else the one typed last, else the call's words."""
    text = getattr(noted, what.field)
    kept = resume(text.encode()) if text else None
    if kept is not None and form in (None, kept.form):
        return kept
    words = Form.WORDS_FR if noted.language == "fr" else Form.WORDS_EN
    return begin(form or words, what.code_type, noted.language)


def _oracle(noted: Noted, what: What) -> Oracle:
    """Give what tells the code that was meant from others.

    Raises:
        Conflict: the server ID that it belongs to comes first.
    """
    if what.code_type is CodeType.SERVER_ID:
        return server_id_fits
    of, fits = (noted.server_id, request_fits) if what is What.REQUEST else (noted.replaces, retirement_fits)
    if not of:
        raise Conflict(t("The server ID comes first"))
    return fits(bytes.fromhex(of))


def _taken(noted: Noted, what: What, code: str) -> Noted:
    match what:
        case What.SERVER_ID:
            new: dict[str, Any] = {"server_id": code, "lines": (), "requests": (), "typed_request": ""}
            return with_changes(noted, new)
        case What.REPLACES:
            return with_changes(noted, {"replaces": code})
        case What.PROOF:
            return with_changes(noted, {"proof": code, "typed_proof": ""})
    if code in noted.requests:
        raise Conflict(t("This request is noted already"))
    if len(noted.requests) >= MOST_LINES:
        raise BadInput(t("At most {most} packs are signed in one call", most=MOST_LINES))
    return msgspec.structs.replace(noted, requests=(*noted.requests, code), typed_request="")


def _with(noted: Noted, what: What, dictation: Dictation) -> Noted:
    text = dictation.save().decode() if any(dictation.texts) else ""
    return msgspec.structs.replace(noted, **{what.field: text})


def _unclear(dictation: Dictation, groups: tuple[int, ...]) -> BadCode:
    if groups:
        return BadCode(t("Line {number} was mis-heard", number=groups[0] + 1), hint=t("Have it read again."))
    label = dictation.code_type.label
    return BadCode(
        t("Each line holds, but together they are no {title} of this call", title=label),
        hint=t("Have all lines read again."),
    )


def _hex(dictation: Dictation, whole: Whole) -> str:
    return bytes_of(dictation.code_type, whole.number).hex()


def _number(text: str) -> bytes:
    return bytes_from_hex(text, CALL_SIZE, "call")
