"""Sign a confirmation: register first, then sign, then verify with the other library, and only then read out.

In numbered steps, so that after a power cut at any moment the register tells what is owed:

1. one transaction judges the call again, enters `ConfirmationRegistered`, and so takes the quantities;
2. the key signs the message that was registered, and the receivers' library verifies the signature;
3. a second transaction enters `ConfirmationSigned`.

A confirmation that was registered and not signed is signed when it is asked for again, and at the next start. The same
message always gets the same signature, so no step does harm when it is repeated.
"""

from collections.abc import Callable

import msgspec

from calvox.centre.calls import CALL_SIZE, bytes_from_hex
from calvox.centre.checks import Approved, Call, judge, server_refusal
from calvox.centre.context import Context, centre_row
from calvox.centre.desk import enter_refusal, read_pending, refuse
from calvox.centre.entries import (
    ConfirmationRegistered,
    ConfirmationSigned,
    ServerActivated,
    ServerRegistered,
)
from calvox.centre.keys import Signer
from calvox.centre.refusals import Reason, Refusal
from calvox.centre.succession import enter_replacement
from calvox.common.clock import day_of
from calvox.common.errors import BadInput, NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.journal.interface import Transaction
from calvox.trust.confirmations import verify
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.confirmation import confirmation_code
from calvox.wire.phone.forms import bytes_of
from calvox.wire.phone.message import Kind, message
from calvox.wire.phone.request import unpack_request

REQUEST_SIZE = SERVER_ID_SIZE = 18


class SignCall(msgspec.Struct, frozen=True):
    """The control words have been compared."""

    call: str
    """Number of the call, in hexadecimal."""
    agreed: bool = True
    """Whether both sides read the same words."""


class ReadAgain(msgspec.Struct, frozen=True):
    """Give a confirmation once more."""

    what: str
    """Number of a call, or a server ID, whose last confirmation is meant; in hexadecimal."""


class Signed(msgspec.Struct, frozen=True, tag="signed", tag_field="answer"):
    """A confirmation to be read out."""

    call: str
    kind: int
    server_id: str
    agreement: int
    requests: list[str]
    """18 bytes in hexadecimal each."""
    issue_day: int
    """Days since 1970-01-01 UTC."""
    confirmation: str
    """The 385 bits that are read out, 49 bytes in hexadecimal."""


def sign_call(
    context: Context, request: SignCall, operator: str, check: Callable[[Transaction], None] = lambda _: None
) -> Signed | Refusal:
    """Register, sign and verify a prepared call.

    Args:
        context: The centre.
        request: Which call.
        operator: Who signs.
        check: Raises, in the transaction that registers, if it may not be signed after all.

    Raises:
        KeyLocked: the signing key is locked; nothing was registered.
        NotFound: the call was never prepared, or has been kept too long.
    """
    number = bytes_from_hex(request.call, CALL_SIZE, "call")
    signer = context.signer()

    def work(tx: Transaction) -> Row | Refusal:
        check(tx)
        return _register(tx, number, request.agreed, operator)

    done = context.journal.run(work).value
    return done if isinstance(done, Refusal) else _finish(context, signer, done)


def read_again(context: Context, request: ReadAgain, operator: str) -> Signed | Refusal:
    """Give a confirmation that was registered before; nothing is taken.

    Raises:
        NotFound: there is none.
    """
    with context.journal.read() as reader:
        row = _row_of(list(reader.select("confirmation", _where(request.what), order="-entry", limit=1)))
        refusal = server_refusal(reader, row["server_id"])
    if refusal is not None:
        return refuse(context, call_of(row), refusal, operator)
    return shown(row) if row["signature"] else _finish(context, context.signer(), row)


def sign_registered(context: Context) -> int:
    """Sign whatever was registered and not signed; tell how many."""
    with context.journal.read() as reader:
        rows = [
            r for r in reader.select("confirmation", {"signature": b""}) if not server_refusal(reader, r["server_id"])
        ]
    for row in rows:
        _finish(context, context.signer(), row)
    return len(rows)


def _register(tx: Transaction, number: bytes, agreed: bool, operator: str) -> Row | Refusal:
    """Carry out step 1, unless it has been done."""
    known, kept = tx.get("confirmation", (number,)), tx.get("pending", (number,))
    if kept is not None and kept["expires"] <= tx.now:
        kept = None
    call = call_of(known) if known else read_pending(kept) if kept else None
    if call is None:
        raise NotFound(t("There is no prepared call {number}", number=number.hex()), hint=t("Prepare it again."))
    tx.drop("pending", (number,))
    refusal = server_refusal(tx, call.server_id) if agreed else Refusal(Reason.CONTROL_WORDS_DIFFER)
    judged = refusal or (Approved(known) if known else judge(tx, call, tx.now))
    if isinstance(judged, Refusal):
        enter_refusal(tx, call, judged, operator)
        return judged
    return judged.known or _enter(tx, number, call, judged, operator)


def _enter(tx: Transaction, number: bytes, call: Call, judged: Approved, operator: str) -> Row:
    kind, day = Kind(call.kind), day_of(tx.now)
    server = tx.get("server", (call.server_id,))
    if server is None:
        tx.append(ServerRegistered(server_id=call.server_id))
    if kind is Kind.REISSUE:
        enter_replacement(tx, number, call, judged, operator)
    asked = {name: getattr(call, name) for name in ("kind", "server_id", "requests", "agreement", "caller")}
    sequences = tuple(unpack_request(call.server_id, data).sequence for data in call.requests)
    signed = message(kind, call.server_id, call.requests, day)
    tx.append(
        ConfirmationRegistered(
            call=number,
            sequences=sequences,
            issue_day=day,
            message=signed,
            taken=judged.taken,
            by=operator,
            **asked,
        )
    )
    if kind in (Kind.ACTIVATE, Kind.ACTIVATE_AND_PACKS, Kind.REISSUE) and not (server and server["activated"]):
        tx.append(ServerActivated(server_id=call.server_id, call=number))
    return _row_of([row for row in (tx.get("confirmation", (number,)),) if row])


def _finish(context: Context, signer: Signer, row: Row) -> Signed:
    """Carry out steps 2 and 3; what was signed before is signed again, to the same bytes."""
    signature = row["signature"] or _sign(context, signer, row)

    def work(tx: Transaction) -> None:
        now = tx.get("confirmation", (row["call"],))
        if now is not None and not now["signature"]:
            tx.append(ConfirmationSigned(call=row["call"], signature=signature))

    context.journal.run(work)
    return shown({**row, "signature": signature})


def _sign(context: Context, signer: Signer, row: Row) -> bytes:
    call = call_of(row)
    signed = message(Kind(call.kind), call.server_id, call.requests, row["issue_day"])
    with context.journal.read() as reader:
        public_key = centre_row(reader)["public_key"]
    signature = signer.sign(signed)
    verify(public_key, signed, signature)
    return signature


def call_of(row: Row) -> Call:
    """Read what a registered confirmation was asked for."""
    data: bytes = row["requests"]
    requests = tuple(data[at : at + REQUEST_SIZE] for at in range(0, len(data), REQUEST_SIZE))
    return Call(row["caller"], row["server_id"], row["agreement"], row["kind"], requests)


def shown(row: Row) -> Signed:
    """Show a confirmation that was signed."""
    call, kind = call_of(row), Kind(row["kind"])
    code = bytes_of(CodeType.CONFIRMATION, confirmation_code(kind, row["signature"]))
    requests = [data.hex() for data in call.requests]
    number, server_id = row["call"].hex(), call.server_id.hex()
    return Signed(number, kind, server_id, call.agreement, requests, row["issue_day"], code.hex())


def _where(what: str) -> dict[str, bytes]:
    for name, size in (("call", CALL_SIZE), ("server_id", SERVER_ID_SIZE)):
        if len(what) == 2 * size:
            return {name: bytes_from_hex(what, size, name)}
    raise BadInput(t("This is neither the number of a call nor a server ID"))


def _row_of(rows: list[Row]) -> Row:
    if not rows:
        raise NotFound(t("There is no confirmation for this"))
    return rows[0]
