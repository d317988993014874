"""Issue and renew: one ask, one decision, in the batch that it shares with others.

The work runs inside the journal's batch: it finds the holder's reference, lets what has expired go back, hands core the
standing, and enters what was decided. The token is made after the commit.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.alarms import Frozen, frozen
from calvox.core.book import Row
from calvox.core.deciding import Ask, Cal, Decision, Issue, Keep, Reason, Refused, Renew, Standing, beyond, decide
from calvox.core.entries import CalIssued, CalRenewed
from calvox.core.products import CalType
from calvox.core.standing_in import stand_in
from calvox.journal.entry import Batch
from calvox.journal.interface import Committed, Transaction
from calvox.server.expire import expire, forget_cal, make_room
from calvox.server.holders import Holders, known_holder, new_holder
from calvox.server.packs import packs_in_force
from calvox.server.refusals import refuse
from calvox.server.store import LicenceServer, server_row
from calvox.server.tokens import Leaf, append_with_leaf, leaf_for, make_token
from calvox.trust.tokens import unpack_claims


@dataclass(frozen=True, slots=True)
class HolderAsk:
    """Who asks for what, from where."""

    cal_type: CalType
    holder: bytes
    """32 bytes."""
    name: str
    """How people call the holder; lies beside the chain."""
    host: bytes
    """16 bytes."""
    host_version: int
    authenticated: bool = False
    """Whether somebody has logged on from this device since its first contact."""


@dataclass(frozen=True, slots=True)
class Granted:
    """The holder has a CAL."""

    cal: Row
    """Its row in table `cal`."""
    leaf: Leaf
    """What its token is made from."""
    old_batch: Batch | None
    """The batch of its token, if that was committed earlier; None: it is in this one."""
    beyond: bool = False
    """Whether it stands in an over-use of which the policy warns."""


def acquire(
    server: LicenceServer, ask: HolderAsk, *, allowed: bool = True, found: Holders | None = None
) -> Callable[[Transaction], Granted | Refused]:
    """Make the work that decides and enters one ask.

    Args:
        server: The licence server.
        ask: Who asks for what.
        allowed: Whether the host may have CALs; one that may not is refused, and that is entered too.
        found: Holders that were looked up already in this transaction; it takes up whoever is made.
    """
    return lambda tx: _acquire(tx, server, ask, allowed, found)


def granted_again(tx: Transaction, cal_id: bytes, host: bytes) -> Granted:
    """Find a CAL that a host was given, for the same answer again.

    Raises:
        NotFound: it went back since.
    """
    cal = tx.get("cal", (cal_id,))
    leaf = leaf_for(tx, cal, host) if cal is not None else None
    if cal is None or leaf is None:
        raise NotFound(t("The CAL that was given then has gone back since"), hint=t("Ask again with a new key."))
    return Granted(cal, leaf, _sealed_batch(tx, leaf.entry))


def token_of(done: Committed[Granted | Refused]) -> bytes:
    """Make the token of what was granted, now that it is committed."""
    granted = done.value
    assert isinstance(granted, Granted)
    batch = granted.old_batch or done.batch
    assert batch is not None
    return make_token(granted.leaf, batch)


def _acquire(
    tx: Transaction, server: LicenceServer, ask: HolderAsk, allowed: bool, found: Holders | None
) -> Granted | Refused:
    known = known_holder(tx, ask.holder) if found is None else found.get(ask.holder)
    holder = known or new_holder(tx, server, ask.holder, ask.name)
    if known is None and found is not None:
        found[ask.holder] = holder
    standing = _standing(tx, server, ask, holder["reference"], new=known is None)
    asked = Ask(ask.cal_type, ask.host_version, ask.authenticated)
    second = server.settings.server.role == "second"
    decision = (stand_in if second else decide)(asked, standing) if allowed else Refused(Reason.HOST_GROUP)
    decision = _thawed(tx, decision)
    if isinstance(decision, Refused):
        refuse(tx, ask.host, holder["reference"], ask.cal_type, decision.reason)
        return decision
    granted = _carry_out(tx, server, ask, holder, decision)
    if ask.cal_type is CalType.USER and not second and beyond(decision, standing):
        return replace(granted, beyond=True)
    return granted


def _thawed(tx: Transaction, decision: Decision) -> Decision:
    """Hold back what a frozen server does not give."""
    held = frozen(server_row(tx), tx.now)
    if held is Frozen.ALL or (held is Frozen.NEW and isinstance(decision, Issue)):
        return Refused(Reason.SERVER_FROZEN)
    return decision


def _carry_out(
    tx: Transaction, server: LicenceServer, ask: HolderAsk, holder: Row, decision: Issue | Keep | Renew
) -> Granted:
    match decision:
        case Issue():
            return _issue(tx, server, ask, holder, decision)
        case Renew(cal, until):
            return renew(tx, server, ask, holder, cal.cal_id, until)
        case Keep(cal):
            return keep(tx, server, ask, holder, cal)


def _standing(tx: Transaction, server: LicenceServer, ask: HolderAsk, reference: bytes, *, new: bool) -> Standing:
    kind = ask.cal_type
    rows = () if new else tx.select("cal", {"holder": reference, "cal_type": int(kind)})
    held = [row for row in rows if _live(tx, row)]
    packs = packs_in_force(tx, kind, tx.now)
    # What has ended and was not swept yet matters only where a place is wanted.
    if any(pack.free <= 0 for pack in packs) and make_room(tx, kind, {row["cal_id"] for row in held}):
        packs = packs_in_force(tx, kind, tx.now)
    device = tx.get("device", (reference,)) if kind is CalType.DEVICE and not new else None
    return Standing(
        now=tx.now,
        activated=bool(server_row(tx)["activated"]),
        packs=packs,
        held=[_cal(row) for row in held],
        had_temporary=device is not None,
        policy=server.policy,
        lot=int.from_bytes(server.world.random(4), "big"),
        proven=device is not None and bool(device["proven"]),
    )


def _live(tx: Transaction, row: Row) -> bool:
    """Tell whether a CAL is still valid; one that is not goes back at once."""
    if row["valid_until"] >= tx.now:
        return True
    expire(tx, row)
    return False


def _cal(row: Row) -> Cal:
    return Cal(row["cal_id"], row["version"], bool(row["temporary"]), row["valid_until"], row["pack"])


def _issue(tx: Transaction, server: LicenceServer, ask: HolderAsk, holder: Row, decided: Issue) -> Granted:
    # In order, so that the table grows at its end.
    cal_id = (tx.head.position + 1).to_bytes(8, "big") + server.world.random(8)
    old = tx.get("cal", (decided.replaces,)) if decided.replaces else None
    fact = CalIssued(
        cal_id=cal_id,
        cal_type=int(ask.cal_type),
        version=decided.version,
        holder=holder["reference"],
        host=ask.host,
        valid_until=decided.valid_until,
        temporary=decided.temporary,
        pack=decided.pack,
        replaces=decided.replaces,
        replaces_pack=old["pack"] if old else 0,
    )
    about = {"cal_type": fact.cal_type, "version": fact.version, "temporary": fact.temporary, "pack": fact.pack}
    leaf = append_with_leaf(tx, fact, about, holder)
    if old:
        forget_cal(tx, decided.replaces)
    return granted(tx, server, ask, cal_id, leaf)


def renew(tx: Transaction, server: LicenceServer, ask: HolderAsk, holder: Row, cal_id: bytes, until: int) -> Granted:
    """Enter that a CAL goes on until then, for the host that asks."""
    fact = CalRenewed(cal_id=cal_id, host=ask.host, valid_until=until)
    return granted(tx, server, ask, cal_id, append_with_leaf(tx, fact, _row(tx, cal_id), holder))


def keep(tx: Transaction, server: LicenceServer, ask: HolderAsk, holder: Row, cal: Cal) -> Granted:
    """Give the token that the host had; a host that has none gets its own, until the same day."""
    leaf = leaf_for(tx, _row(tx, cal.cal_id), ask.host)
    if leaf is None or unpack_claims(leaf.claims).valid_until != cal.valid_until:
        return renew(tx, server, ask, holder, cal.cal_id, cal.valid_until)
    return granted(tx, server, ask, cal.cal_id, leaf, _sealed_batch(tx, leaf.entry))


def _row(tx: Transaction, cal_id: bytes) -> Row:
    row = tx.get("cal", (cal_id,))
    assert row is not None
    return row


def _sealed_batch(tx: Transaction, entry: int) -> Batch | None:
    """Find the batch of an entry; None if it is the one that is still being made."""
    try:
        return tx.batch_of(entry)
    except NotFound:
        return None


def granted(
    tx: Transaction,
    server: LicenceServer,
    ask: HolderAsk,
    cal_id: bytes,
    leaf: Leaf,
    old_batch: Batch | None = None,
) -> Granted:
    """Say what was granted; a session's lease begins."""
    if ask.cal_type is CalType.SESSION:
        tx.put("lease", {"cal_id": cal_id, "until": tx.now + server.settings.server.lease_seconds})
    return Granted(_row(tx, cal_id), leaf, old_batch)
