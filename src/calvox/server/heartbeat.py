"""A sign of life for a session: its lease begins anew. Nothing is entered; a lease is working state."""

from calvox.core.products import CalType
from calvox.journal.interface import Transaction
from calvox.server.tokens import has_token


def heartbeat(tx: Transaction, cal_id: bytes, host: bytes, seconds: int) -> bool:
    """Let a session's lease begin anew; tell whether this host still holds that CAL."""
    cal = tx.get("cal", (cal_id,))
    if cal is None or cal["valid_until"] < tx.now or not has_token(tx, cal, host):
        return False
    if cal["cal_type"] == CalType.SESSION:
        tx.put("lease", {"cal_id": cal_id, "until": tx.now + seconds})
    return True
