"""The call desk, before anything is signed: who calls, for which licence server and agreement, and for what.

A call is prepared here and signed by `signing`, after caller and operator have compared the control words. Rules: the call
word is checked first; whatever is refused is recorded with its reason; a prepared call is kept for some hours, takes
nothing, and is judged again when it is signed. Where the same was registered before, that call's number is given.
"""

from collections.abc import Sequence

import msgspec

from calvox.centre.callers import caller_key, check_caller
from calvox.centre.calls import (
    CALL_SIZE,
    KINDS,
    LONGEST_WHY,
    AskedLine,
    CallsAsked,
    Identified,
    IdentifyCaller,
    PendingCall,
    PrepareCall,
    Prepared,
    PreparedLine,
    bytes_from_hex,
)
from calvox.centre.checks import Approved, Call, find_confirmation, is_new, judge, may_call, server_refusal
from calvox.centre.context import Context
from calvox.centre.continuing import continues
from calvox.centre.entries import CallRefused
from calvox.centre.refusals import Refusal
from calvox.common.errors import BadInput
from calvox.common.i18n import LANGUAGES, t
from calvox.core.book import Row
from calvox.journal.interface import Reader, Transaction
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import number_of
from calvox.wire.phone.identity import PRODUCT, retirement_matches, server_id_fields
from calvox.wire.phone.message import Kind, control_words
from calvox.wire.phone.request import (
    CalType,
    Programme,
    Request,
    RequestKind,
    pack_request,
    thaw_request,
    unpack_request,
)


def identify(context: Context, request: IdentifyCaller, operator: str) -> Identified | Refusal:
    """Check a call word before anything else is noted."""
    key = caller_key(request.caller)
    refusal = check_caller(context, request.caller, request.call_word, operator)
    if refusal is not None:
        return refuse(context, Call(key, b"", 0, 0, ()), refusal, operator)
    with context.journal.read() as reader:
        return Identified((reader.get("caller", (key,)) or {})["name"])


def prepare(context: Context, request: PrepareCall, operator: str) -> Prepared | Refusal:
    """Judge a call, and keep it until the control words have been compared.

    Raises:
        BadInput: a field is not well formed, or the lines do not fit the kind.
        BadCode: a spoken request is not this licence server's.
    """
    server_id = _server_id(request)
    refusal = check_caller(context, request.caller, request.call_word, operator)
    if refusal is not None:
        call = Call(caller_key(request.caller), server_id, request.agreement, 0, ())
        return refuse(context, call, refusal, operator)
    return prepare_known(context, request, operator, context.world.random(CALL_SIZE))


def prepare_known(context: Context, request: PrepareCall, operator: str, number: bytes) -> Prepared | Refusal:
    """Judge a call whose caller has proven who they are, and keep it under this number.

    Raises:
        BadInput, BadCode: as `prepare`.
    """
    server_id, key = _server_id(request), caller_key(request.caller)
    with context.journal.read() as reader:
        refusal = may_call(reader, key, request.agreement) or server_refusal(reader, server_id)
        if refusal is None:
            call = _call(reader, key, server_id, request)
    if refusal is not None:
        return refuse(context, Call(key, server_id, request.agreement, 0, ()), refusal, operator)
    return _keep(context, call, operator, number)


def _server_id(request: PrepareCall) -> bytes:
    server_id = bytes_from_hex(request.server_id, 18, "server_id")
    server_id_fields(server_id)
    return server_id


def _keep(context: Context, call: Call, operator: str, number: bytes) -> Prepared | Refusal:

    def work(tx: Transaction) -> Prepared | Refusal:
        _forget_old(tx)
        judged = judge(tx, call, tx.now)
        if isinstance(judged, Refusal):
            enter_refusal(tx, call, judged, operator)
            return judged
        if judged.known is not None:
            return _prepared(tx, judged.known["call"], call, judged, 0)
        expires = tx.now + context.call_seconds
        tx.put("pending", {"call": number, "state": msgspec.json.encode(call), "expires": expires})
        return _prepared(tx, number, call, judged, expires)

    return context.journal.run(work).value


def pending_calls(context: Context, _: CallsAsked, __: str) -> list[PendingCall]:
    """List the calls that were prepared and not signed, the oldest first."""
    with context.journal.read() as reader:
        rows = list(reader.select("pending", order="expires"))
    return [_pending(row) for row in rows if row["expires"] > context.world.now()]


def read_pending(row: Row) -> Call:
    """Read a kept call."""
    return msgspec.json.decode(row["state"], type=Call)


def refuse(context: Context, call: Call, refusal: Refusal, operator: str) -> Refusal:
    """Record a refusal, and give it."""
    context.journal.run(lambda tx: enter_refusal(tx, call, refusal, operator))
    return refusal


def enter_refusal(tx: Transaction, call: Call, refusal: Refusal, operator: str) -> None:
    """Enter who was refused what, and why."""
    tx.append(
        CallRefused(
            reason=refusal.reason,
            caller=call.caller,
            server_id=call.server_id,
            agreement=call.agreement,
            requests=call.requests,
            by=operator,
        )
    )


def _call(reader: Reader, key: str, server_id: bytes, asked: PrepareCall) -> Call:
    agreement = reader.get("agreement", (asked.agreement,)) or {}
    spoken = [bytes_from_hex(text, 18, "requests") for text in asked.requests]
    if asked.thaw is not None:
        spoken.append(pack_request(server_id, thaw_request(asked.thaw)))
    written = [_written(server_id, line, asked.agreement, agreement["programme"]) for line in asked.lines]
    requests = tuple(sorted((*spoken, *written), key=lambda data: unpack_request(server_id, data).sequence))
    kind = _kind(reader, server_id, requests, asked)
    about = _replaced(server_id, asked) if kind == Kind.REISSUE else (b"", b"", "")
    call = Call(key, server_id, asked.agreement, kind, requests, *about)
    control_words(Kind(call.kind), server_id, requests, "en")
    return call


def _replaced(server_id: bytes, asked: PrepareCall) -> tuple[bytes, bytes, str]:
    """Read which server is replaced, by which proof, and why.

    Raises:
        BadInput: a reissue without proof says no reason, or a field is not well formed.
        BadCode: the proof is not that server's.
    """
    old = bytes_from_hex(asked.replaces, 18, "replaces") if asked.replaces else b""
    proof = bytes_from_hex(asked.proof, 14, "proof") if asked.proof else b""
    if proof:
        retirement_matches(old, number_of(CodeType.RETIREMENT, proof))
    why = asked.why.strip()
    if len(why) > LONGEST_WHY or not (why.isprintable() or not why):
        raise BadInput(t("The field “{name}” is one line of at most {most} signs", name="why", most=LONGEST_WHY))
    return b"" if old == server_id else old, proof, why


def _written(server_id: bytes, line: AskedLine, agreement: int, programme: int) -> bytes:
    if line.cal_type not in set(CalType):
        raise BadInput(t("There is no CAL type {number}", number=line.cal_type))
    numbers = (line.version, line.quantity, line.sequence, agreement, line.expiry)
    request = Request(RequestKind.PACK, Programme(programme), PRODUCT, CalType(line.cal_type), *numbers)
    return pack_request(server_id, request)


def _kind(reader: Reader, server_id: bytes, requests: Sequence[bytes], asked: PrepareCall) -> int:
    """Choose the kind; packs of a server activated in that very call are asked for again with the same kind."""
    if asked.kind:
        if asked.kind not in KINDS:
            raise BadInput(t("“{kind}” is no kind of call; there are {known}", kind=asked.kind, known=", ".join(KINDS)))
        return KINDS[asked.kind]
    if not requests:
        return Kind.ACTIVATE
    if len(requests) == 1 and unpack_request(server_id, requests[0]).kind is RequestKind.THAW:
        return Kind.THAW
    both = Call("", server_id, asked.agreement, Kind.ACTIVATE_AND_PACKS, tuple(requests))
    server = reader.get("server", (server_id,))
    active = server is not None and server["activated"]
    return Kind.PACKS if active and find_confirmation(reader, both) is None else Kind.ACTIVATE_AND_PACKS


def _forget_old(tx: Transaction) -> None:
    for row in list(tx.select("pending", order="expires")):
        if row["expires"] <= tx.now:
            tx.drop("pending", (row["call"],))


def _prepared(reader: Reader, number: bytes, call: Call, judged: Approved, expires: int) -> Prepared:
    agreement = reader.get("agreement", (call.agreement,)) or {}
    caller = reader.get("caller", (call.caller,)) or {}
    kind = Kind(call.kind)
    return Prepared(
        call=number.hex(),
        kind=kind,
        server_id=call.server_id.hex(),
        agreement=call.agreement,
        customer=agreement["customer"],
        caller=caller["name"],
        control_words={lang: control_words(kind, call.server_id, call.requests, lang) for lang in LANGUAGES},
        lines=[_line(reader, call.server_id, data) for data in call.requests],
        already_signed=judged.known is not None,
        expires=expires,
        continues=judged.continues or bool(call.replaces and continues(reader, call.server_id, call.replaces)),
    )


def _line(reader: Reader, server_id: bytes, data: bytes) -> PreparedLine:
    request = unpack_request(server_id, data)
    names = ("programme", "cal_type", "version", "quantity", "sequence", "expiry")
    values = {name: int(getattr(request, name)) for name in names}
    return PreparedLine(request=data.hex(), new=is_new(reader, server_id, request.sequence), **values)


def _pending(row: Row) -> PendingCall:
    call, number = read_pending(row), row["call"].hex()
    counted = len(call.requests)
    return PendingCall(number, call.kind, call.server_id.hex(), call.agreement, call.caller, counted, row["expires"])
