"""Revoke a device's CAL: its place in the pool is free at once, and its tokens count as revoked until their end.

How many may stand revoked is core's rule; who is over it is answered, not failed, with the moment from which more may go.
"""

import msgspec

from calvox.common.clock import show_time
from calvox.common.commands import Command
from calvox.common.errors import Conflict, NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.entries import CalRevoked
from calvox.core.products import CalType, cal_type_named, version_name
from calvox.core.remarks import remark
from calvox.core.revoking import Room, room
from calvox.journal.interface import Reader, Transaction
from calvox.server.expire import forget_cal
from calvox.server.holders import Which, named_id, references, the_cal
from calvox.server.packs import packs_in_force
from calvox.server.store import LicenceServer
from calvox.server.tokens import hosts_with_token


class Share(msgspec.Struct, frozen=True):
    """How far a version's share of revoked CALs is used."""

    version: str
    installed: int
    """CALs in packs that are in force."""
    allowed: int
    """CALs that may stand revoked at any time."""
    standing: int
    """CALs that stand revoked and have not ended."""


class Revoked(msgspec.Struct, frozen=True, tag="revoked", tag_field="status"):
    """The CAL was taken away."""

    cal_id: str
    pack: int
    """The pack that it went back to."""
    counts_until: int
    """Last second for which it counts as revoked, UTC."""
    share: Share
    """With this one."""


class ShareUsedUp(msgspec.Struct, frozen=True, tag="refused", tag_field="status"):
    """No more may be revoked for now."""

    cal_id: str
    share: Share
    since: int
    """Moment from which one more may go, seconds UTC."""


def revoke(server: LicenceServer, which: Which, why: str, by: str) -> Revoked | ShareUsedUp:
    """Revoke one CAL.

    Raises:
        NotFound: there is no such CAL.
        Conflict: somebody else has revoked it.
        Conflict: it is not a device's, or temporary.
        BadInput: the reason is not well formed.
    """
    said = remark(why)

    def work(tx: Transaction) -> Revoked | ShareUsedUp:
        row = _the_cal(tx, server, which)
        _check(row)
        found = revocable(tx, row["version"], tx.now)
        if not found.may:
            return ShareUsedUp(row["cal_id"].hex(), share_of(row["version"], found), found.since)
        names = ("cal_id", "pack", "version", "holder", "valid_until")
        _tell_hosts(tx, row)
        tx.append(CalRevoked(**{name: row[name] for name in names}, why=said, by=by))
        forget_cal(tx, row["cal_id"])
        share = share_of(row["version"], found, 1)
        return Revoked(row["cal_id"].hex(), row["pack"], row["valid_until"], share)

    return server.journal.run(work).value


def _the_cal(tx: Transaction, server: LicenceServer, which: Which) -> Row:
    """Find the CAL; of one that was revoked a moment ago, tell by whom."""
    try:
        return the_cal(tx, which, tx.now)
    except NotFound:
        gone = _standing_revoked(tx, which)
        if gone is None:
            raise
        by = next(getattr(tx.fact(entry), "by", "") for entry in tx.entries(gone["entry"], gone["entry"]))
        when = show_time(gone["time"], server.zone)
        raise Conflict(
            t("This CAL was revoked already, by {by} on {time}", by=by, time=when),
            hint=t("Nothing is left to be done: its place in the pack is free."),
        ) from None


def _standing_revoked(tx: Transaction, which: Which) -> Row | None:
    """Find the CAL of this name that was revoked last and has not ended."""
    row = tx.get("revoked", (named_id(which),))
    holders = references(tx, cal_type_named(which.cal_type), which.name) if row is None else []
    rows = [row] if row else [one for holder in holders for one in tx.select("revoked", {"holder": holder})]
    standing = (one for one in rows if one["valid_until"] >= tx.now)
    return max(standing, key=lambda one: int(one["entry"]), default=None)


def _tell_hosts(tx: Transaction, row: Row) -> None:
    """Note which hosts have a token of a CAL, for their revocation lists."""
    for host in hosts_with_token(tx, row):
        tx.put("revoked_token", {"host": host, "cal_id": row["cal_id"], "valid_until": row["valid_until"]})


def revocable(reader: Reader, version: int, now: int) -> Room:
    """Tell how many CALs of a version may be revoked."""
    ends = [row["valid_until"] for row in reader.select("revoked", {"version": version}) if row["valid_until"] >= now]
    return room(packs_in_force(reader, CalType.DEVICE, now), version, ends, now)


def _check(row: Row) -> None:
    if row["cal_type"] != CalType.DEVICE:
        raise Conflict(
            t("Only per-device CALs are revoked"),
            hint=t("“{release}” gives a user's or session's CAL back.", release=Command("cal release")),
        )
    if row["temporary"]:
        raise Conflict(
            t("A temporary CAL is not revoked: it comes from no pack"),
            hint=t("It ends by itself, and is never given again."),
        )


def share_of(version: int, found: Room, more: int = 0) -> Share:
    """Tell how far a version's share is used, with so many more."""
    return Share(version_name(version), found.installed, found.allowed, found.standing + more)
