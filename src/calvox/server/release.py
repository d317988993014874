"""Release: a session's CAL goes back when its host says so, or when its lease ends without a sign of life.

Per-device and per-user CALs are not a host's to give back: they return at their end, or by an administrator.
"""

from collections.abc import Callable

from calvox.common.errors import Denied, NotFound
from calvox.common.i18n import t
from calvox.core.entries import CalReleased
from calvox.core.products import CalType
from calvox.journal.interface import Transaction
from calvox.server.issue import expire, forget_cal
from calvox.server.refusals import settle_refusals
from calvox.server.store import LicenceServer

SWEEP = 1000
"""CALs that one sweep lets go at most, so that it never holds up those who ask."""


def release(cal_id: bytes, host: bytes) -> Callable[[Transaction], None]:
    """Make the work that releases a session's CAL for the host that has its token."""

    def work(tx: Transaction) -> None:
        row = tx.get("cal", (cal_id,))
        if row is None or tx.get("token", (cal_id, host)) is None:
            raise NotFound(t("This host holds no such CAL"))
        if row["cal_type"] != CalType.SESSION:
            raise Denied(
                t("Only per-session CALs are released by a host"),
                hint=t("Per-device and per-user CALs go back at their end."),
            )
        tx.append(CalReleased(cal_id=cal_id, pack=row["pack"], why="asked"))
        forget_cal(tx, cal_id)

    return work


def sweep(tx: Transaction) -> int:
    """Let CALs go whose end or lease has passed, and settle refusals; return the number of CALs."""
    gone = 0
    for row in list(tx.select("cal", below=("valid_until", tx.now), order="valid_until", limit=SWEEP)):
        expire(tx, row)
        gone += 1
    for lease in list(tx.select("lease", below=("until", tx.now), order="until", limit=SWEEP)):
        cal = tx.get("cal", (lease["cal_id"],))
        if cal is not None:
            tx.append(CalReleased(cal_id=cal["cal_id"], pack=cal["pack"], why="lease"))
            gone += 1
        forget_cal(tx, lease["cal_id"])
    settle_refusals(tx)
    return gone


def extend_leases(server: LicenceServer) -> Callable[[Transaction], None]:
    """Make the work that gives every lease one more lease time after a downtime."""

    def work(tx: Transaction) -> None:
        until = tx.now + server.settings.server.lease_seconds
        for row in list(tx.select("lease", below=("until", until))):
            tx.put("lease", {"cal_id": row["cal_id"], "until": until})

    return work
