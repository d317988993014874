"""One holder, as a page shows them: the name, the CALs that are out, and what an administrator may do with each."""

import re

import msgspec

from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.products import CalType
from calvox.core.reports import CalReport
from calvox.journal.interface import Reader
from calvox.server.authorise import current
from calvox.server.report import cal_reports
from calvox.server.revoke import Share, revocable, share_of

_CAL, _REFERENCE = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{64}")


class CalHeld(msgspec.Struct, frozen=True):
    """A CAL that the holder has."""

    cal: CalReport
    act: str
    """What takes it back: revoke, release, or nothing for what ends by itself."""
    share: Share | None = None
    """How far its version's share of revoked CALs is used, where it is one that may be revoked."""
    since: int = 0
    """Moment from which one more may be revoked, seconds UTC."""


class HolderReport(msgspec.Struct, frozen=True):
    """A holder."""

    reference: str
    """Under which the chain knows them, in hexadecimal."""
    name: str
    """Empty once erased."""
    cals: list[CalHeld]
    user: bool
    """Whether CALs per user are or were theirs, or an authorisation is."""
    authorised: int
    """Since when the user is authorised, seconds UTC; 0: is not."""


def holder_report(reader: Reader, key: str, now: int) -> HolderReport:
    """Report on a holder.

    Args:
        reader: The ledger.
        key: The holder's reference, or the identifier of a CAL that is out or stands revoked, in hexadecimal.
        now: Seconds UTC.

    Raises:
        NotFound: there is no such holder.
    """
    reference = _reference(reader, key.strip().lower())
    row, listed = reader.get("holder", (reference,)), current(reader, reference)
    rows = sorted(reader.select("cal", {"holder": reference}), key=lambda one: -int(one["entry"]))
    held = [_held(reader, one, report, now) for one, report in zip(rows, cal_reports(reader, rows), strict=True)]
    user = listed is not None or any(one["cal_type"] == CalType.USER for one in rows)
    return HolderReport(
        reference.hex(), str(row["name"]) if row else "", held, user, int(listed["since"]) if listed else 0
    )


def _reference(reader: Reader, key: str) -> bytes:
    if _REFERENCE.fullmatch(key):
        return bytes.fromhex(key)
    if _CAL.fullmatch(key):
        cal = bytes.fromhex(key)
        row = reader.get("cal", (cal,)) or reader.get("revoked", (cal,))
        if row is not None:
            return bytes(row["holder"])
    raise NotFound(t("There is no holder {key}", key=key[:64]), hint=t("Search among the CALs that are out."))


def _held(reader: Reader, row: Row, report: CalReport, now: int) -> CalHeld:
    if row["cal_type"] != CalType.DEVICE:
        return CalHeld(report, "release")
    if row["temporary"]:
        return CalHeld(report, "")
    room = revocable(reader, row["version"], now)
    return CalHeld(report, "revoke", share_of(row["version"], room), room.since)
