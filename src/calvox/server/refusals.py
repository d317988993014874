"""Refusals are recorded: the first at once, equal ones within the hour as one further entry with their count.

Equal means same host, holder, type and reason. What has not been entered yet stands among the working rows, and reports add it.
"""

from calvox.core.deciding import Reason
from calvox.core.entries import CalRefused
from calvox.core.products import CalType
from calvox.journal.interface import Transaction

HOUR = 3600


def refuse(tx: Transaction, host: bytes, holder: bytes, cal_type: CalType, reason: Reason) -> None:
    """Record one refusal."""
    key = (host, holder, int(cal_type), str(reason))
    hour = tx.now // HOUR
    known = tx.get("repeated_refusal", key)
    if known is not None and known["hour"] == hour:
        tx.put("repeated_refusal", {**known, "more": known["more"] + 1})
        return
    if known is not None:
        _settle(tx, known)
    _enter(tx, host, holder, int(cal_type), str(reason), hour, 1)
    row = {"host": host, "holder": holder, "reason": str(reason), "cal_type": int(cal_type), "hour": hour, "more": 0}
    tx.put("repeated_refusal", row)


def settle_refusals(tx: Transaction) -> int:
    """Enter the counts of hours that are over; return how many entries that made."""
    over = list(tx.select("repeated_refusal", below=("hour", tx.now // HOUR)))
    for row in over:
        _settle(tx, row)
        tx.drop("repeated_refusal", (row["host"], row["holder"], row["cal_type"], row["reason"]))
    return sum(1 for row in over if row["more"])


def _settle(tx: Transaction, row: dict[str, object]) -> None:
    if row["more"]:
        _enter(tx, row["host"], row["holder"], row["cal_type"], row["reason"], row["hour"], row["more"])  # type: ignore[arg-type]


def _enter(tx: Transaction, host: bytes, holder: bytes, cal_type: int, reason: str, hour: int, count: int) -> None:
    tx.append(CalRefused(host=host, holder=holder, cal_type=cal_type, reason=reason, hour=hour, count=count))
