"""Release: a session's CAL goes back when its host says so, any user's or session's when an administrator says why.

Per-device and per-user CALs are not a host's to give back: they return at their end, or by an administrator. A device's
CAL is not released but revoked, for only so many may be.
"""

from collections.abc import Callable

import msgspec

from calvox.common.commands import Command
from calvox.common.errors import Conflict, Denied, NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.entries import CalReleased, CalReleasedByHand
from calvox.core.products import CalType
from calvox.core.remarks import remark
from calvox.journal.interface import Transaction
from calvox.server.expire import forget_cal
from calvox.server.holders import Which, the_cal
from calvox.server.store import LicenceServer
from calvox.server.tokens import has_token


class ReleasedByHand(msgspec.Struct, frozen=True):
    """An administrator's release."""

    cal_id: str
    pack: int
    """The pack that it went back to; 0 = none."""


def release(cal_id: bytes, host: bytes) -> Callable[[Transaction], None]:
    """Make the work that releases a session's CAL for the host that has its token."""

    def work(tx: Transaction) -> None:
        row = tx.get("cal", (cal_id,))
        if row is None or not has_token(tx, row, host):
            raise NotFound(t("This host holds no such CAL"))
        if row["cal_type"] != CalType.SESSION:
            raise Denied(
                t("Only per-session CALs are released by a host"),
                hint=t("Per-device and per-user CALs go back at their end."),
            )
        tx.append(CalReleased(cal_id=cal_id, pack=row["pack"], why="asked"))
        forget_cal(tx, cal_id)

    return work


def release_by_hand(server: LicenceServer, which: Which, why: str, by: str) -> ReleasedByHand:
    """Release a user's or session's CAL for an administrator.

    Raises:
        NotFound: there is no such CAL.
        Conflict: it is a device's.
        BadInput: the reason is not well formed.
    """
    said = remark(why)

    def work(tx: Transaction) -> ReleasedByHand:
        row = the_cal(tx, which, tx.now)
        if row["cal_type"] == CalType.DEVICE:
            raise Conflict(
                t("A device's CAL is not released by hand"),
                hint=t(
                    "“{revoke}” takes it away, as far as the share of revoked CALs allows.",
                    revoke=Command("cal revoke"),
                ),
            )
        return give_back(tx, row, said, by)

    return server.journal.run(work).value


def give_back(tx: Transaction, row: Row, why: str, by: str) -> ReleasedByHand:
    """Enter that an administrator let a CAL go back."""
    tx.append(CalReleasedByHand(cal_id=row["cal_id"], pack=row["pack"], holder=row["holder"], why=why, by=by))
    forget_cal(tx, row["cal_id"])
    return ReleasedByHand(row["cal_id"].hex(), row["pack"])
