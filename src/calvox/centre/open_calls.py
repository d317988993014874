"""A call at the desk, from its call word to its end, kept at every step.

Rules: the call word is checked once, when the call is taken; whoever may use the desk may go on with it, after a restart or
at another desk; what was noted takes nothing until it is signed, and what is changed must be prepared and compared again.
Call and confirmation bear the same number, unless an earlier call brought the very same confirmation. Opening and ending
are entries; all between them is working state, which goes after some hours.
"""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from calvox.centre.agreements import AgreementShown, agreement_shown
from calvox.centre.callers import CallerShown, caller_key, caller_shown, check_caller
from calvox.centre.calls import CALL_SIZE, AskedLine, PrepareCall, Prepared, bytes_from_hex
from calvox.centre.checks import Call, server_refusal
from calvox.centre.context import Context
from calvox.centre.desk import prepare_known, refuse
from calvox.centre.entries import CallEnded, CallOpened
from calvox.centre.refusals import Refusal
from calvox.centre.servers import ServerShown, server_shown
from calvox.centre.signing import SignCall, Signed, shown, sign_call
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.common.i18n import Language, t
from calvox.core.book import Row
from calvox.journal.interface import Reader, Transaction
from calvox.wire.phone.codec import CodeType, group_count
from calvox.wire.phone.forms import Form
from calvox.wire.phone.identity import server_id_fields

READ_OUT, GIVEN_UP = "read-out", "given-up"
MOST_LINES = 64
"""Packs of one call."""
MOST_MISHEARD = 500
"""Marks of one call."""
LONGEST_TYPED = 1 << 14


class Noted(msgspec.Struct, frozen=True):
    """What an operator has noted of a call."""

    language: Language = "fr"
    """In which the codes are said."""
    typed: str = ""
    """The server ID as far as it is typed; whoever types it knows how it is written."""
    server_id: str = ""
    """18 bytes in hexadecimal."""
    agreement: int | None = None
    lines: tuple[AskedLine, ...] = ()
    requests: tuple[str, ...] = ()
    """Requests as they were spoken, 18 bytes in hexadecimal each."""
    prepared: Prepared | None = None
    """What is to be compared, or was."""
    agreed: bool = False
    """Whether the control words were the same, and it was signed."""
    misheard: tuple[int, ...] = ()
    """Groups that the caller heard wrongly, from 1."""


class OpenCall(msgspec.Struct, frozen=True):
    """Take a call."""

    caller: str
    call_word: str
    language: Language = "fr"


class NoteCall(msgspec.Struct, frozen=True):
    """Note something of a call; what is not told stays."""

    call: str
    language: Language | UnsetType = UNSET
    typed: str | UnsetType = UNSET
    server_id: str | UnsetType = UNSET
    agreement: int | UnsetType = UNSET
    lines: tuple[AskedLine, ...] | UnsetType = UNSET
    requests: tuple[str, ...] | UnsetType = UNSET


class OneCall(msgspec.Struct, frozen=True):
    """A call that was taken."""

    call: str
    """Its number, in hexadecimal."""


class Compared(msgspec.Struct, frozen=True):
    """The control words have been compared."""

    call: str
    agreed: bool


class HeardWrongly(msgspec.Struct, frozen=True):
    """The caller heard a group wrongly."""

    call: str
    group: int
    """From 1."""


class EndCall(msgspec.Struct, frozen=True):
    """A call is over."""

    call: str
    form: Form | Literal[""] = ""
    """How the confirmation was read out; empty: the call is given up."""


class OpenCallShown(msgspec.Struct, frozen=True, tag="open-call", tag_field="answer"):
    """A call that was taken, as it stands."""

    call: str
    opened: int
    expires: int
    operator: str
    caller: CallerShown
    noted: Noted
    agreements: list[AgreementShown]
    """For which the caller may call."""
    server: ServerShown | None = None
    """The licence server, if it was heard of before."""
    refusal: Refusal | None = None
    """Why the licence server gets nothing at all."""
    signed: Signed | None = None
    """What is to be read out."""


class OpenCallListed(msgspec.Struct, frozen=True):
    """One of the calls that were taken and not ended."""

    call: str
    opened: int
    operator: str
    caller: str
    server_id: str
    signed: bool


class OpenCallsAsked(msgspec.Struct, frozen=True):
    """List the calls that were taken and not ended."""


class CallOver(msgspec.Struct, frozen=True):
    """A call that is over."""

    call: str
    outcome: str
    seconds: int
    misheard: int


def open_call(context: Context, request: OpenCall, operator: str) -> OpenCallShown | Refusal:
    """Take a call, if the call word is right; the one agreement that a caller has is noted at once."""
    key = caller_key(request.caller)
    refusal = check_caller(context, request.caller, request.call_word, operator)
    if refusal is not None:
        return refuse(context, Call(key, b"", 0, 0, ()), refusal, operator)
    number = context.world.random(CALL_SIZE)

    def work(tx: Transaction) -> OpenCallShown:
        _forget_old(tx)
        tx.append(CallOpened(call=number, caller=key, by=operator))
        numbers = _agreements_of(tx, key)
        noted = Noted(request.language, agreement=numbers[0] if len(numbers) == 1 else None)
        _keep(tx, number, noted, tx.now + context.call_seconds)
        return _shown(tx, number, tx.now)

    return context.journal.run(work).value


def note_call(context: Context, request: NoteCall, _: str) -> OpenCallShown:
    """Note something; what was prepared before is void.

    Raises:
        Conflict: the call was signed.
        BadInput: what is noted is not well formed.
    """
    number = _number(request.call)
    told = msgspec.structs.asdict(request)
    changed = {name: value for name, value in told.items() if value is not UNSET and name != "call"}
    _check(request)

    def work(tx: Transaction) -> OpenCallShown:
        row, noted = _open(tx, number, tx.now)
        if changed.keys() - {"language"}:
            _still_unsigned(tx, number, noted)
            tx.drop("pending", (number,))
            changed["prepared"] = None
        _keep(tx, number, msgspec.structs.replace(noted, **changed), row["expires"])
        return _shown(tx, number, tx.now)

    return context.journal.run(work).value


def prepare_open(context: Context, request: OneCall, operator: str) -> Prepared | Refusal:
    """Judge what was noted, and give the control words.

    Raises:
        Conflict: server ID or agreement is missing, or the call was signed.
    """
    number = _number(request.call)
    with context.journal.read() as reader:
        _, noted = _open(reader, number, context.world.now())
        _still_unsigned(reader, number, noted)
        key = (reader.get("call", (number,)) or {})["caller"]
    if not noted.server_id or noted.agreement is None:
        raise Conflict(t("Server ID and agreement come first"))
    asked = PrepareCall(key, "", noted.server_id, noted.agreement, "", noted.lines, noted.requests)
    answer = prepare_known(context, asked, operator, number)
    _change(context, number, prepared=answer if isinstance(answer, Prepared) else None)
    return answer


def sign_open(context: Context, request: Compared, operator: str) -> Signed | Refusal:
    """Sign what was prepared, if both sides read the same words; else it is to be noted and prepared again.

    Raises:
        Conflict: nothing was prepared.
        KeyLocked: the signing key is locked.
    """
    number = _number(request.call)
    with context.journal.read() as reader:
        _, noted = _open(reader, number, context.world.now())
    if noted.prepared is None:
        raise Conflict(t("Nothing has been prepared in this call"))
    answer = sign_call(context, SignCall(noted.prepared.call, request.agreed), operator)
    if isinstance(answer, Refusal):
        _change(context, number, prepared=None)
    else:
        _change(context, number, agreed=True)
    return answer


def show_open(context: Context, request: OneCall, _: str) -> OpenCallShown:
    """Show a call as it stands.

    Raises:
        NotFound: it is not open, or was kept too long.
    """
    with context.journal.read() as reader:
        return _shown(reader, _number(request.call), context.world.now())


def list_open(context: Context, _: OpenCallsAsked, __: str) -> list[OpenCallListed]:
    """List the calls that were taken and not ended, the newest first."""
    with context.journal.read() as reader:
        rows = list(reader.select("open_call", order="-expires"))
        return [_listed(reader, row) for row in rows if row["expires"] > context.world.now()]


def heard_wrongly(context: Context, request: HeardWrongly, _: str) -> OpenCallShown:
    """Count a group that the caller heard wrongly.

    Raises:
        Conflict: nothing has been signed.
        BadInput: no form has so many groups, or it is marked too often.
    """
    number = _number(request.call)
    most = max(group_count(form.encoding, CodeType.CONFIRMATION) for form in Form)
    if not 1 <= request.group <= most:
        raise BadInput(t("There is no group {number}", number=request.group))

    def work(tx: Transaction) -> OpenCallShown:
        row, noted = _open(tx, number, tx.now)
        if not noted.agreed:
            raise Conflict(t("Nothing has been signed in this call"))
        if len(noted.misheard) >= MOST_MISHEARD:
            raise BadInput(t("At most {most} marks are kept", most=MOST_MISHEARD))
        kept = msgspec.structs.replace(noted, misheard=(*noted.misheard, request.group))
        _keep(tx, number, kept, row["expires"])
        return _shown(tx, number, tx.now)

    return context.journal.run(work).value


def end_call(context: Context, request: EndCall, operator: str) -> CallOver:
    """End a call, read out or given up.

    Raises:
        Conflict: nothing was signed that could have been read out.
    """
    number = _number(request.call)

    def work(tx: Transaction) -> CallOver:
        _, noted = _open(tx, number, tx.now)
        if request.form and not (noted.agreed and noted.prepared):
            raise Conflict(t("Nothing has been signed in this call"))
        read = noted.prepared if request.form else None
        outcome, confirmation = (READ_OUT, bytes.fromhex(read.call)) if read else (GIVEN_UP, b"")
        tx.append(
            CallEnded(
                call=number,
                outcome=outcome,
                confirmation=confirmation,
                form=str(request.form),
                misheard=noted.misheard,
                by=operator,
            )
        )
        tx.drop("open_call", (number,))
        tx.drop("pending", (number,))
        opened = (tx.get("call", (number,)) or {})["opened"]
        return CallOver(number.hex(), outcome, tx.now - opened, len(noted.misheard))

    return context.journal.run(work).value


def _check(request: NoteCall) -> None:
    """Refuse what no step could use, so that it is told where it was noted."""
    if isinstance(request.server_id, str) and request.server_id:
        server_id_fields(bytes_from_hex(request.server_id, 18, "server_id"))
    if isinstance(request.typed, str) and len(request.typed) > LONGEST_TYPED:
        raise BadInput(t("At most {bytes} bytes are kept", bytes=LONGEST_TYPED))
    for packs in (request.lines, request.requests):
        if not isinstance(packs, UnsetType) and len(packs) > MOST_LINES:
            raise BadInput(t("At most {most} packs are signed in one call", most=MOST_LINES))
    if not isinstance(request.requests, UnsetType):
        for spoken in request.requests:
            bytes_from_hex(spoken, 18, "requests")


def _change(
    context: Context, number: bytes, *, prepared: Prepared | UnsetType | None = UNSET, agreed: bool = False
) -> None:
    def work(tx: Transaction) -> None:
        row, noted = _open(tx, number, tx.now)
        kept = noted.prepared if isinstance(prepared, UnsetType) else prepared
        _keep(tx, number, msgspec.structs.replace(noted, prepared=kept, agreed=noted.agreed or agreed), row["expires"])

    context.journal.run(work)


def _still_unsigned(reader: Reader, number: bytes, noted: Noted) -> None:
    """Refuse to change what was signed, even where a power cut came before that could be noted."""
    if noted.agreed or reader.get("confirmation", (number,)) is not None:
        raise Conflict(t("This call was signed"), hint=t("End it, and take another one."))


def _open(reader: Reader, number: bytes, now: int) -> tuple[Row, Noted]:
    row = reader.get("open_call", (number,))
    if row is None or row["expires"] <= now:
        raise NotFound(t("There is no open call {number}", number=number.hex()), hint=t("Take the call anew."))
    return row, _noted(row)


def _noted(row: Row) -> Noted:
    return msgspec.json.decode(row["state"], type=Noted)


def _keep(tx: Transaction, number: bytes, noted: Noted, expires: int) -> None:
    tx.put("open_call", {"call": number, "state": msgspec.json.encode(noted), "expires": expires})


def _forget_old(tx: Transaction) -> None:
    for row in list(tx.select("open_call", order="expires")):
        if row["expires"] > tx.now:
            break
        tx.drop("open_call", (row["call"],))


def _shown(reader: Reader, number: bytes, now: int) -> OpenCallShown:
    row, noted = _open(reader, number, now)
    begun = reader.get("call", (number,)) or {}
    server_id = bytes.fromhex(noted.server_id)
    refusal = server_refusal(reader, server_id) if server_id else None
    return OpenCallShown(
        call=number.hex(),
        opened=begun["opened"],
        expires=row["expires"],
        operator=begun["by"],
        caller=caller_shown(reader, begun["caller"]),
        noted=noted,
        agreements=[agreement_shown(reader, one) for one in _agreements_of(reader, begun["caller"])],
        server=server_shown(reader, server_id) if server_id else None,
        refusal=refusal,
        signed=_signed(reader, noted) if refusal is None else None,
    )


def _signed(reader: Reader, noted: Noted) -> Signed | None:
    if not (noted.agreed and noted.prepared):
        return None
    row = reader.get("confirmation", (bytes.fromhex(noted.prepared.call),))
    return shown(row) if row is not None and row["signature"] else None


def _listed(reader: Reader, row: Row) -> OpenCallListed:
    begun, noted = reader.get("call", (row["call"],)) or {}, _noted(row)
    name = (reader.get("caller", (begun["caller"],)) or {})["name"]
    return OpenCallListed(row["call"].hex(), begun["opened"], begun["by"], name, noted.server_id, noted.agreed)


def _agreements_of(reader: Reader, caller: str) -> list[int]:
    return [row["agreement"] for row in reader.select("authorisation", {"caller": caller}, order="agreement")]


def _number(text: str) -> bytes:
    return bytes_from_hex(text, CALL_SIZE, "call")
