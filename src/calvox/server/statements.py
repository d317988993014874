"""What this licence server signs for a host: the policy, the host's revocation list, its outage voucher.

Rules: numbers are positions in the ledger, so a later statement always has a higher one; those of a restored ledger, whose
positions begin again further down, are above all that were signed before. A host has one open voucher at
most; the same one is signed again until it is settled, and its bytes are always the same.
"""

from calvox.common.clock import DAY
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.common.i18n import t
from calvox.core.alarms import Frozen, frozen
from calvox.core.book import Row
from calvox.core.outages import OutageCalUsed, PolicySet, VoucherIssued, VoucherSettled
from calvox.core.products import cal_type_named
from calvox.journal.interface import Reader, Transaction
from calvox.server.holders import holder_reference
from calvox.server.hosts import may_have_cals
from calvox.server.store import LicenceServer, server_row
from calvox.trust import policies
from calvox.wire import hostapi

SLOT = (0,)
VOUCHER_DAYS = 90
"""Days for which a voucher may be used."""
MOST_SERVERS, LONGEST_ADDRESS = 16, 255
MOST_CALS, MOST_HOURS = 100_000, 720
POSITION_BITS = 32
"""Bits of a statement's number that the position takes; a generation has 32 as well, and the first counts as 0 here."""


def set_policy(server: LicenceServer, policy: PolicySet) -> int:
    """Enter how hosts are to behave from now on; give the policy's number.

    Raises:
        BadInput: it names the field.
    """
    if policy.mode and policy.mode not in ("device", "user", "session"):
        raise BadInput(t("The mode is device, user or session"))
    if len(policy.servers) > MOST_SERVERS or not all(_is_address(one) for one in policy.servers):
        raise BadInput(t("Write each licence server as https://name:port; {most} at most", most=MOST_SERVERS))
    if not 0 <= policy.outage_cals <= MOST_CALS or not 0 <= policy.outage_hours <= MOST_HOURS:
        text = t("An outage voucher has up to {cals} CALs for up to {hours} hours", cals=MOST_CALS, hours=MOST_HOURS)
        raise BadInput(text)
    return server.journal.run(lambda tx: tx.append(policy).sequence).value


def _is_address(text: str) -> bool:
    return text.startswith("https://") and len(text) <= LONGEST_ADDRESS and text.isprintable() and " " not in text


def statements_for(tx: Transaction, server: LicenceServer, host: Row) -> hostapi.Statements:
    """Sign what a host is to know; a voucher is entered before it is signed, if one is due."""
    policy = tx.get("policy", SLOT)
    voucher = _open_voucher(tx, host["host"]) or _new_voucher(tx, server, host, policy)
    return hostapi.Statements(
        policy=_policy(tx, server, policy),
        revoked=_revoked(tx, server, host["host"]),
        voucher=_voucher(tx, server, voucher) if voucher else b"",
        succession=_succession(tx, server),
    )


def policy_number(reader: Reader) -> int:
    """Tell the number of the newest policy; a new epoch makes it anew."""
    row, epoch = reader.get("policy", SLOT), _reenrolment(reader)
    return _number(reader, max(row["number"] if row else 0, epoch["entry"] if epoch else 0))


def _reenrolment(reader: Reader) -> Row | None:
    return max(reader.select("reenrolment"), key=lambda row: row["epoch"], default=None)


def _succession(reader: Reader, server: LicenceServer) -> tuple[bytes, ...]:
    """Sign under each earlier ID which one it is now; only a commit later do the keys say so themselves."""
    row, own = _reenrolment(reader), server.keys.identity
    if row is None or row["server_id"] != own.server_id:
        return ()
    number = _number(reader, row["entry"])
    about = {"generation": own.generation, "issued": row["time"]}
    following = {"next_server_id": own.server_id, "next_epoch": own.epoch}
    bodies = (
        policies.Policy(server_id=one.server_id, epoch=one.epoch, **about, **following)  # type: ignore[arg-type]
        for one in own.former
    )
    return tuple(policies.sign(policies.POLICY, number, body, server.keys.signing) for body in bodies)


def _number(reader: Reader, position: int) -> int:
    """Number what is signed at a position: above everything of an earlier generation."""
    generation = max((row["generation"] for row in reader.select("restore")), default=0)
    return generation << POSITION_BITS | position


def _about(server: LicenceServer, issued: int) -> dict[str, bytes | int]:
    own = server.keys.identity
    return {"server_id": own.server_id, "epoch": own.epoch, "generation": own.generation, "issued": issued}


def _policy(tx: Transaction, server: LicenceServer, row: Row | None) -> bytes:
    number, restored = policy_number(tx), _restored(tx)
    if row is None:
        body = policies.Policy(**_about(server, 0), **restored)  # type: ignore[arg-type]
        return policies.sign(policies.POLICY, number, body, server.keys.signing)
    body = policies.Policy(
        **_about(server, row["time"]),  # type: ignore[arg-type]
        mode=row["mode"],
        servers=tuple(row["servers"].split("\n")) if row["servers"] else (),
        fail_open=bool(row["fail_open"]),
        outage_hours=row["outage_hours"],
        **restored,  # type: ignore[arg-type]
    )
    return policies.sign(policies.POLICY, number, body, server.keys.signing)


def _restored(reader: Reader) -> dict[str, int]:
    """Tell at which position the last restore began, and when that was."""
    last = max(reader.select("restore"), key=lambda row: row["generation"], default=None)
    return {"restored_position": last["position"], "restored": last["time"]} if last else {}


def _revoked(tx: Transaction, server: LicenceServer, host: bytes) -> bytes:
    """List what was revoked, is not over yet, and had a token for this host."""
    rows = [row for row in tx.select("revoked_token", {"host": host}) if row["valid_until"] >= tx.now]
    cal_ids = tuple(sorted(row["cal_id"] for row in rows))
    body = policies.Revoked(**_about(server, tx.now), host=host, cal_ids=cal_ids)  # type: ignore[arg-type]
    return policies.sign(policies.REVOKED, _number(tx, tx.head.position), body, server.keys.signing)


def _open_voucher(reader: Reader, host: bytes) -> Row | None:
    return next(reader.select("voucher", {"host": host, "settled": 0}), None)


def _new_voucher(tx: Transaction, server: LicenceServer, host: Row, policy: Row | None) -> Row | None:
    if policy is None or not policy["outage_cals"] or not policy["outage_hours"]:
        return None
    if not may_have_cals(server, host) or frozen(server_row(tx), tx.now) is not Frozen.NO:
        return None
    until = tx.now + VOUCHER_DAYS * DAY
    count, hours = policy["outage_cals"], policy["outage_hours"]
    tx.append(VoucherIssued(voucher=server.world.random(16), host=host["host"], count=count, hours=hours, until=until))
    return _open_voucher(tx, host["host"])


def _voucher(tx: Transaction, server: LicenceServer, row: Row) -> bytes:
    told = {name: row[name] for name in ("voucher", "host", "count", "hours", "until")}
    body = policies.Voucher(**_about(server, row["issued"]), **told)  # type: ignore[arg-type]
    return policies.sign(policies.VOUCHER, _number(tx, row["number"]), body, server.keys.signing)


def settle(tx: Transaction, server: LicenceServer, host: Row, asked: hostapi.Settle) -> hostapi.Settled:
    """Enter what a host used of its voucher; the same told again is answered alike.

    Raises:
        NotFound: this host has no such voucher.
        Conflict: it was settled with another count.
        BadInput: it tells of more CALs than the voucher has, or of malformed ones.
    """
    row = tx.get("voucher", (asked.voucher,))
    if row is None or row["host"] != host["host"]:
        raise NotFound(t("This host has no such outage voucher"))
    used = len(asked.used)
    if row["settled"]:
        if row["used"] != used:
            raise Conflict(t("This outage voucher was settled with {used} CALs", used=row["used"]))
        return hostapi.Settled(asked.voucher, used)
    if used > row["count"]:
        raise BadInput(t("The outage voucher has {count} CALs, and {used} were used", count=row["count"], used=used))
    if any(len(one.holder) != 32 or not one.name.isprintable() or one.until < one.since for one in asked.used):
        raise BadInput(t("The field “{field}” is not well formed", field="used"))
    for one in asked.used:
        kind = cal_type_named(one.cal_type)
        reference = holder_reference(tx, server, one.holder, one.name[:255])
        about = {"voucher": asked.voucher, "cal_type": int(kind), "holder": reference}
        tx.append(OutageCalUsed(**about, since=one.since, until=one.until))  # type: ignore[arg-type]
    tx.append(VoucherSettled(voucher=asked.voucher, used=used))
    return hostapi.Settled(asked.voucher, used)
