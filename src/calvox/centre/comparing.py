"""The control words of an open call: prepared, compared, signed.

Rules:
- What is signed is what was compared. Whoever says that both sides read the same names what they were shown; if something
  else was prepared meanwhile, in another window or at another desk, nothing is signed.
- What was signed is not taken back by a form that comes late. Signing twice gives the same confirmation, and takes once.
- Call and confirmation bear the same number, unless an earlier call brought the very same confirmation.
"""

import msgspec

from calvox.centre.asked import asked_for
from calvox.centre.calls import CALL_SIZE, Prepared, bytes_from_hex
from calvox.centre.context import Context
from calvox.centre.desk import prepare_known
from calvox.centre.noted import Noted, keep_noted, open_row, still_unsigned
from calvox.centre.open_calls import OneCall
from calvox.centre.refusals import Refusal
from calvox.centre.servers import server_shown
from calvox.centre.signing import SignCall, Signed, sign_call
from calvox.common.errors import Conflict
from calvox.common.i18n import t
from calvox.journal.interface import Reader, Transaction


class Compared(msgspec.Struct, frozen=True):
    """The control words have been compared."""

    call: str
    agreed: bool
    mark: str = ""
    """What was shown, as `Prepared.mark` tells it; empty: whatever is prepared now."""


def prepare_open(context: Context, request: OneCall, operator: str) -> Prepared | Refusal:
    """Judge what was noted, and give the control words.

    Raises:
        Conflict: something is missing, or the call was signed.
    """
    number = bytes_from_hex(request.call, CALL_SIZE, "call")
    with context.journal.read() as reader:
        _, noted = open_row(reader, number, context.world.now())
        still_unsigned(reader, number, noted)
        key = (reader.get("call", (number,)) or {})["caller"]
        old = server_shown(reader, bytes.fromhex(noted.replaces)) if noted.replaces else None
    answer = prepare_known(context, asked_for(noted, key, old), operator, number)

    def work(tx: Transaction) -> None:
        row, now = open_row(tx, number, tx.now)
        if now == noted:
            prepared = answer if isinstance(answer, Prepared) else None
            keep_noted(tx, number, msgspec.structs.replace(now, prepared=prepared), row["expires"])

    context.journal.run(work)
    return answer


def sign_open(context: Context, request: Compared, operator: str) -> Signed | Refusal:
    """Sign what was compared, if both sides read the same words; else it is to be noted and prepared again.

    Raises:
        Conflict: nothing was prepared, or something else than what was compared; or the call was signed, and they differ.
        KeyLocked: the signing key is locked.
    """
    number = bytes_from_hex(request.call, CALL_SIZE, "call")
    with context.journal.read() as reader:
        prepared = _compared(reader, number, request, context.world.now())

    def check(tx: Transaction) -> None:
        _compared(tx, number, request, tx.now)

    answer = sign_call(context, SignCall(prepared.call, request.agreed), operator, check)

    def work(tx: Transaction) -> None:
        row, noted = open_row(tx, number, tx.now)
        keep_noted(tx, number, _after(noted, answer), row["expires"])

    context.journal.run(work)
    return answer


def _after(noted: Noted, answer: Signed | Refusal) -> Noted:
    if isinstance(answer, Signed):
        return msgspec.structs.replace(noted, agreed=True)
    return noted if noted.agreed else msgspec.structs.replace(noted, prepared=None)


def _compared(reader: Reader, number: bytes, request: Compared, now: int) -> Prepared:
    """Give what was prepared, if it is what was compared."""
    _, noted = open_row(reader, number, now)
    if noted.prepared is None:
        raise Conflict(t("Nothing has been prepared in this call"))
    if request.mark not in ("", noted.prepared.mark):
        raise Conflict(
            t("Something else was prepared meanwhile, in another window or at another desk"),
            hint=t("Compare the control words that stand here now."),
        )
    if not request.agreed:
        still_unsigned(reader, number, noted)
    return noted.prepared
