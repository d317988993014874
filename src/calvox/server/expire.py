"""What goes back by itself: a CAL at its end, a session's CAL when its lease ends without a sign of life.

The serving process sweeps every few seconds, a bounded number at a time. Whoever needs a place before that has it swept
for them, so that nobody is refused for a CAL that has ended.
"""

from collections.abc import Callable, Set

from calvox.core.book import Row
from calvox.core.entries import CalExpired, CalReleased
from calvox.core.products import CalType
from calvox.journal.interface import Transaction
from calvox.server.hosts import forget_codes
from calvox.server.idempotency import forget_answers
from calvox.server.refusals import settle_refusals
from calvox.server.store import LicenceServer

SWEEP = 1000
"""CALs that one sweep lets go at most, so that it never holds up those who ask."""


def expire(tx: Transaction, row: Row) -> None:
    """Enter that a CAL reached its end."""
    tx.append(CalExpired(cal_id=row["cal_id"], pack=row["pack"]))
    forget_cal(tx, row["cal_id"])


def forget_cal(tx: Transaction, cal_id: bytes) -> None:
    """Drop the lease of a CAL that went back."""
    tx.drop("lease", (cal_id,))


def make_room(tx: Transaction, cal_type: CalType, spared: Set[bytes] = frozenset()) -> int:
    """Let CALs of a type go whose end or lease has passed, but for those spared; return how many went."""
    due = tx.select("cal", {"cal_type": int(cal_type)}, below=("valid_until", tx.now), order="valid_until", limit=SWEEP)
    rows = list(due)
    for row in rows:
        expire(tx, row)
    return len(rows) + (_end_leases(tx, spared) if cal_type is CalType.SESSION else 0)


def sweep(tx: Transaction) -> int:
    """Let CALs go whose end or lease has passed, and clear up; return the number of CALs."""
    rows = list(tx.select("cal", below=("valid_until", tx.now), order="valid_until", limit=SWEEP))
    for row in rows:
        expire(tx, row)
    gone = len(rows) + _end_leases(tx, frozenset())
    settle_refusals(tx)
    forget_codes(tx)
    forget_answers(tx)
    _forget_revoked(tx)
    return gone


def _forget_revoked(tx: Transaction) -> None:
    """Drop what need not stand in a revocation list any more, since its tokens have ended."""
    for row in list(tx.select("revoked_token", below=("valid_until", tx.now), limit=SWEEP)):
        tx.drop("revoked_token", (row["host"], row["cal_id"]))


def _end_leases(tx: Transaction, spared: Set[bytes]) -> int:
    gone = 0
    for lease in list(tx.select("lease", below=("until", tx.now), order="until", limit=SWEEP)):
        if lease["cal_id"] in spared:
            continue
        cal = tx.get("cal", (lease["cal_id"],))
        if cal is not None:
            tx.append(CalReleased(cal_id=cal["cal_id"], pack=cal["pack"], why="lease"))
            gone += 1
        forget_cal(tx, lease["cal_id"])
    return gone


def extend_leases(server: LicenceServer) -> Callable[[Transaction], None]:
    """Make the work that gives every lease one more lease time after a downtime."""

    def work(tx: Transaction) -> None:
        until = tx.now + server.settings.server.lease_seconds
        for row in list(tx.select("lease", below=("until", until))):
            tx.put("lease", {"cal_id": row["cal_id"], "until": until})

    return work
