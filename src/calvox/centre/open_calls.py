"""A call at the desk, from its call word to its end, kept at every step.

Rules: the call word is checked once, when the call is taken; whoever may use the desk may go on with it, after a restart or
at another desk; what was noted takes nothing until it is signed, and what is changed must be prepared and compared again,
which is `comparing`. A form that is sent twice takes one call, and ends it once. Opening and ending are entries; all between
them is working state, which goes after some hours.
"""

import msgspec
from msgspec import UNSET, UnsetType

from calvox.centre.asked import check_why
from calvox.centre.callers import caller_key, check_caller
from calvox.centre.calls import CALL_SIZE, About, AskedLine, bytes_from_hex
from calvox.centre.checks import Call
from calvox.centre.context import Context
from calvox.centre.desk import refuse
from calvox.centre.entries import CallEnded, CallOpened
from calvox.centre.noted import (
    Noted,
    OpenCallListed,
    OpenCallShown,
    agreements_of,
    change_noted,
    keep_noted,
    listed,
    open_row,
    read_noted,
    show_noted,
    with_changes,
)
from calvox.centre.refusals import Refusal
from calvox.common.errors import BadInput, Conflict
from calvox.common.i18n import Language, t
from calvox.journal.interface import Transaction
from calvox.wire.phone.codec import CodeType, group_count
from calvox.wire.phone.forms import Form
from calvox.wire.phone.identity import server_id_fields

READ_OUT, GIVEN_UP = "read-out", "given-up"
SENT_TWICE = 60
"""Seconds within which an operator who takes a call of the same caller once more is given the same one."""
MOST_LINES = 64
"""Packs of one call."""
MOST_MISHEARD = 500
"""Marks of one call."""


class OpenCall(msgspec.Struct, frozen=True):
    """Take a call."""

    caller: str
    call_word: str
    language: Language = "fr"


class NoteCall(msgspec.Struct, frozen=True):
    """Note something of a call; what is not told stays."""

    call: str
    language: Language | UnsetType = UNSET
    server_id: str | UnsetType = UNSET
    agreement: int | UnsetType = UNSET
    lines: tuple[AskedLine, ...] | UnsetType = UNSET
    requests: tuple[str, ...] | UnsetType = UNSET
    about: About | UnsetType = UNSET
    thaw: int | UnsetType | None = UNSET
    replaces: str | UnsetType = UNSET
    proof: str | UnsetType = UNSET
    why: str | UnsetType = UNSET


class OneCall(msgspec.Struct, frozen=True):
    """A call that was taken."""

    call: str
    """Its number, in hexadecimal."""


class HeardWrongly(msgspec.Struct, frozen=True):
    """The caller heard a group wrongly."""

    call: str
    group: int
    """From 1."""


class EndCall(msgspec.Struct, frozen=True):
    """A call is over."""

    call: str
    form: Form | None = None
    """How the confirmation was read out; None: the call is given up."""


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
        numbers = agreements_of(tx, key)
        noted = Noted(request.language, agreement=numbers[0] if len(numbers) == 1 else None)
        same = _just_taken(tx, key, operator, noted)
        if same is not None:
            return show_noted(tx, same, tx.now)
        tx.append(CallOpened(call=number, caller=key, by=operator))
        keep_noted(tx, number, noted, tx.now + context.call_seconds)
        return show_noted(tx, number, tx.now)

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
        row, noted = open_row(tx, number, tx.now)
        if changed.keys() == {"language"}:
            keep_noted(tx, number, msgspec.structs.replace(noted, **changed), row["expires"])
        else:
            change_noted(tx, number, lambda now: with_changes(now, changed))
        return show_noted(tx, number, tx.now)

    return context.journal.run(work).value


def show_open(context: Context, request: OneCall, _: str) -> OpenCallShown:
    """Show a call as it stands.

    Raises:
        NotFound: it is not open, or was kept too long.
    """
    with context.journal.read() as reader:
        return show_noted(reader, _number(request.call), context.world.now())


def list_open(context: Context, _: OpenCallsAsked, __: str) -> list[OpenCallListed]:
    """List the calls that were taken and not ended, the newest first."""
    with context.journal.read() as reader:
        rows = list(reader.select("open_call", order="-expires"))
        return [listed(reader, row) for row in rows if row["expires"] > context.world.now()]


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
        row, noted = open_row(tx, number, tx.now)
        if not noted.agreed:
            raise Conflict(t("Nothing has been signed in this call"))
        if len(noted.misheard) >= MOST_MISHEARD:
            raise BadInput(t("At most {most} marks are kept", most=MOST_MISHEARD))
        kept = msgspec.structs.replace(noted, misheard=(*noted.misheard, request.group))
        keep_noted(tx, number, kept, row["expires"])
        return show_noted(tx, number, tx.now)

    return context.journal.run(work).value


def end_call(context: Context, request: EndCall, operator: str) -> CallOver:
    """End a call, read out or given up; one that is over stays as it ended.

    Raises:
        Conflict: nothing was signed that could have been read out.
    """
    number = _number(request.call)

    def work(tx: Transaction) -> CallOver:
        begun = tx.get("call", (number,))
        if begun is not None and begun["outcome"]:
            return CallOver(number.hex(), begun["outcome"], begun["ended"] - begun["opened"], begun["misheard"])
        _, noted = open_row(tx, number, tx.now)
        if request.form and not (noted.agreed and noted.prepared):
            raise Conflict(t("Nothing has been signed in this call"))
        read = noted.prepared if request.form else None
        outcome, confirmation = (READ_OUT, bytes.fromhex(read.call)) if read else (GIVEN_UP, b"")
        tx.append(
            CallEnded(
                call=number,
                outcome=outcome,
                confirmation=confirmation,
                form=str(request.form or ""),
                misheard=noted.misheard,
                by=operator,
            )
        )
        tx.drop("open_call", (number,))
        tx.drop("pending", (number,))
        seconds = tx.now - (begun or {})["opened"]
        return CallOver(number.hex(), outcome, seconds, len(noted.misheard))

    return context.journal.run(work).value


def _check(request: NoteCall) -> None:
    """Refuse what no step could use, so that it is told where it was noted."""
    for name in ("server_id", "replaces"):
        if given := getattr(request, name) or "":
            server_id_fields(bytes_from_hex(given, 18, name))
    if given := request.proof or "":
        bytes_from_hex(given, 14, "proof")
    if given := request.why or "":
        check_why(given)
    for packs in (request.lines, request.requests):
        if not isinstance(packs, UnsetType) and len(packs) > MOST_LINES:
            raise BadInput(t("At most {most} packs are signed in one call", most=MOST_LINES))
    if not isinstance(request.requests, UnsetType):
        for spoken in request.requests:
            bytes_from_hex(spoken, 18, "requests")


def _just_taken(tx: Transaction, caller: str, operator: str, fresh: Noted) -> bytes | None:
    """Find the call that the same form has just taken."""
    for row in tx.select("open_call", order="-expires"):
        begun = tx.get("call", (row["call"],)) or {}
        if tx.now - begun["opened"] > SENT_TWICE:
            return None
        if (begun["caller"], begun["by"]) == (caller, operator) and read_noted(row) == fresh:
            return bytes(row["call"])
    return None


def _forget_old(tx: Transaction) -> None:
    for row in list(tx.select("open_call", order="expires")):
        if row["expires"] > tx.now:
            break
        tx.drop("open_call", (row["call"],))


def _number(text: str) -> bytes:
    return bytes_from_hex(text, CALL_SIZE, "call")
