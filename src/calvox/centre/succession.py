"""What is entered when a licence server ends or takes another one's place.

It stands in the very transaction that registers the confirmation: the old server is refused, and its successor's packs are
taken, together or not at all. The rules are `replacing`'s, who may is `checks`'s.
"""

import msgspec

from calvox.centre.checks import Approved, Call
from calvox.centre.context import Context
from calvox.centre.entries import LinesFreed, ReissueAllowed, ServerReenrolled, ServerReplaced, ServerRetired
from calvox.centre.register import ACTIVE
from calvox.centre.replacing import (
    ALLOWED_SECONDS,
    Lines,
    back_by,
    comes_back,
    coming_after,
    freed_of,
    taken_by,
    without,
)
from calvox.common.errors import BadInput, NotFound
from calvox.common.i18n import t
from calvox.journal.interface import Transaction
from calvox.wire.phone.request import show_agreement

LONGEST_WHY = 200


class AllowReissue(msgspec.Struct, frozen=True):
    """Allow one more reissue without proof than the limits do."""

    agreement: int
    why: str


class ReissueLeave(msgspec.Struct, frozen=True):
    """A supervisor's leave, which the next such reissue uses up."""

    agreement: int
    until: int
    """Seconds UTC."""


def enter_replacement(tx: Transaction, number: bytes, call: Call, judged: Approved, operator: str) -> None:
    """Enter which server is replaced, and what moves to its successor at once."""
    old = call.replaces or call.server_id
    proven = old != call.server_id and _retire(tx, old, call, judged.moved, operator)
    if judged.moved:
        _free(tx, old, call.agreement, judged.moved, tx.now)
    tx.append(
        ServerReplaced(
            server_id=old,
            by_server=call.server_id,
            agreement=call.agreement,
            call=number,
            proven=proven,
            why=call.why,
            allowed_by=judged.allowed_by,
            by=operator,
        )
    )
    if judged.continues:
        tx.append(ServerReenrolled(server_id=call.server_id, before=old))


def _retire(tx: Transaction, old: bytes, call: Call, moving: Lines, operator: str) -> bool:
    """Retire the old server if its proof is here; tell whether it is proven to be erased."""
    row = tx.get("server", (old,))
    if row is not None and row["state"] != ACTIVE:
        _take_back(tx, old, call.agreement, moving)
        return True
    if not call.proof:
        return False
    tx.append(ServerRetired(server_id=old, proof=call.proof, by=operator))
    free_later(tx, old, {call.agreement: moving})
    return True


def _take_back(tx: Transaction, old: bytes, agreement: int, moving: Lines) -> None:
    """Let what moves now come back no second time later: the old server was retired before."""
    later = [row for row in freed_of(tx, agreement, old) if row["back"] > tx.now]
    waits = coming_after(later, tx.now)
    again = {line: -min(quantity, waits.get(line, 0)) for line, quantity in moving.items()}
    if later and any(again.values()):
        _free(tx, old, agreement, again, max(row["back"] for row in later))


def free_later(tx: Transaction, server_id: bytes, moving: dict[int, Lines]) -> None:
    """Let what an erased server had taken come back in time, but for what moves to its successor now."""
    for agreement, taken in sorted(taken_by(tx, server_id).items()):
        gone = back_by(freed_of(tx, agreement, server_id), tx.now)
        rest = without(without(taken, gone), moving.get(agreement, {}))
        if rest:
            _free(tx, server_id, agreement, rest, comes_back(tx.now))


def _free(tx: Transaction, server_id: bytes, agreement: int, lines: Lines, back: int) -> None:
    tx.append(LinesFreed(server_id=server_id, agreement=agreement, lines=tuple(sorted(lines.items())), back=back))


def allow_reissue(context: Context, request: AllowReissue, operator: str) -> ReissueLeave:
    """Allow one more reissue without proof for an agreement.

    Raises:
        NotFound: there is no such agreement.
        BadInput: the reason is not one line.
    """
    why = request.why.strip()
    if not (why and len(why) <= LONGEST_WHY and why.isprintable()):
        raise BadInput(t("The field “{name}” is one line of 1 to {most} signs", name="why", most=LONGEST_WHY))

    def work(tx: Transaction) -> ReissueLeave:
        if tx.get("agreement", (request.agreement,)) is None:
            raise NotFound(t("There is no agreement {number}", number=show_agreement(request.agreement)))
        tx.append(ReissueAllowed(agreement=request.agreement, why=why, by=operator))
        return ReissueLeave(request.agreement, tx.now + ALLOWED_SECONDS)

    return context.journal.run(work).value
