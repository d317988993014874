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
from calvox.core.converting import signed_pack
from calvox.core.deciding import Ask, Cal, Decision, Issue, Keep, Reason, Refused, Renew, Standing, beyond, decide
from calvox.core.entries import CalIssued, CalRenewed
from calvox.core.products import CalType
from calvox.core.standing_in import stand_in
from calvox.journal.entry import Batch
from calvox.journal.interface import Committed, Transaction
from calvox.server.expire import expire, forget_cal, make_room
from calvox.server.holders import holder_reference
from calvox.server.packs import packs_in_force
from calvox.server.refusals import refuse
from calvox.server.store import LicenceServer, server_row
from calvox.server.tokens import append_with_leaf, make_token
from calvox.trust.tokens import Claims, unpack_claims

SKEW = 300
"""Seconds by which a token is backdated, so that a host whose clock is a little behind takes it at once."""


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
    token: Row
    """Its row in table `token`."""
    old_batch: Batch | None
    """The batch of its token, if that was committed earlier; None: it is in this one."""
    beyond: bool = False
    """Whether it stands in an over-use of which the policy warns."""


def acquire(
    server: LicenceServer, ask: HolderAsk, *, allowed: bool = True
) -> Callable[[Transaction], Granted | Refused]:
    """Make the work that decides and enters one ask; a host that is not `allowed` is refused, and that is entered too."""
    return lambda tx: _acquire(tx, server, ask, allowed)


def granted_again(tx: Transaction, cal_id: bytes, host: bytes) -> Granted:
    """Find a CAL that a host was given, for the same answer again.

    Raises:
        NotFound: it went back since.
    """
    cal, token = tx.get("cal", (cal_id,)), tx.get("token", (cal_id, host))
    if cal is None or token is None:
        raise NotFound(t("The CAL that was given then has gone back since"), hint=t("Ask again with a new key."))
    return Granted(cal, token, _sealed_batch(tx, token["entry"]))


def token_of(done: Committed[Granted | Refused]) -> bytes:
    """Make the token of what was granted, now that it is committed."""
    granted = done.value
    assert isinstance(granted, Granted)
    batch = granted.old_batch or done.batch
    assert batch is not None
    return make_token(granted.token, batch)


def _acquire(tx: Transaction, server: LicenceServer, ask: HolderAsk, allowed: bool) -> Granted | Refused:
    reference = holder_reference(tx, server, ask.holder, ask.name)
    standing = _standing(tx, server, ask, reference)
    asked = Ask(ask.cal_type, ask.host_version, ask.authenticated)
    second = server.settings.server.role == "second"
    decision = (stand_in if second else decide)(asked, standing) if allowed else Refused(Reason.HOST_GROUP)
    decision = _thawed(tx, decision)
    if isinstance(decision, Refused):
        refuse(tx, ask.host, reference, ask.cal_type, decision.reason)
        return decision
    granted = _carry_out(tx, server, ask, reference, decision)
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
    tx: Transaction, server: LicenceServer, ask: HolderAsk, reference: bytes, decision: Issue | Keep | Renew
) -> Granted:
    match decision:
        case Issue():
            return _issue(tx, server, ask, reference, decision)
        case Renew(cal, until):
            return _renew(tx, server, ask, cal, until)
        case Keep(cal):
            return _keep(tx, server, ask, cal)


def _standing(tx: Transaction, server: LicenceServer, ask: HolderAsk, reference: bytes) -> Standing:
    kind = ask.cal_type
    held = [row for row in tx.select("cal", {"holder": reference, "cal_type": int(kind)}) if _live(tx, row)]
    packs = packs_in_force(tx, kind, tx.now)
    # What has ended and was not swept yet matters only where a place is wanted.
    if any(pack.free <= 0 for pack in packs) and make_room(tx, kind, {row["cal_id"] for row in held}):
        packs = packs_in_force(tx, kind, tx.now)
    device = tx.get("device", (reference,)) if kind is CalType.DEVICE else None
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


def _issue(tx: Transaction, server: LicenceServer, ask: HolderAsk, reference: bytes, decided: Issue) -> Granted:
    # In order, so that the table grows at its end.
    cal_id = (tx.head.position + 1).to_bytes(8, "big") + server.world.random(8)
    old = tx.get("cal", (decided.replaces,)) if decided.replaces else None
    fact = CalIssued(
        cal_id=cal_id,
        cal_type=int(ask.cal_type),
        version=decided.version,
        holder=reference,
        host=ask.host,
        valid_until=decided.valid_until,
        temporary=decided.temporary,
        pack=decided.pack,
        replaces=decided.replaces,
        replaces_pack=old["pack"] if old else 0,
    )
    cal = Cal(cal_id, decided.version, decided.temporary, decided.valid_until, decided.pack)
    append_with_leaf(tx, fact, _claims(tx, ask, cal, decided.valid_until), server.world.random(16))
    if old:
        forget_cal(tx, decided.replaces)
    return _granted(tx, server, ask, cal_id, None)


def _renew(tx: Transaction, server: LicenceServer, ask: HolderAsk, cal: Cal, until: int) -> Granted:
    fact = CalRenewed(cal_id=cal.cal_id, host=ask.host, valid_until=until)
    append_with_leaf(tx, fact, _claims(tx, ask, cal, until), server.world.random(16))
    return _granted(tx, server, ask, cal.cal_id, None)


def _keep(tx: Transaction, server: LicenceServer, ask: HolderAsk, cal: Cal) -> Granted:
    """Give the token that the host had; a host that has none gets its own, until the same day."""
    token = tx.get("token", (cal.cal_id, ask.host))
    if token is None or unpack_claims(token["claims"]).valid_until != cal.valid_until:
        return _renew(tx, server, ask, cal, cal.valid_until)
    return _granted(tx, server, ask, cal.cal_id, _sealed_batch(tx, token["entry"]))


def _sealed_batch(tx: Transaction, entry: int) -> Batch | None:
    """Find the batch of an entry; None if it is the one that is still being made."""
    try:
        return tx.batch_of(entry)
    except NotFound:
        return None


def _claims(tx: Transaction, ask: HolderAsk, cal: Cal, until: int) -> Claims:
    return Claims(
        cal_id=cal.cal_id,
        cal_type=int(ask.cal_type),
        version=cal.version,
        holder=ask.holder,
        host=ask.host,
        valid_from=max(0, tx.now - SKEW),
        valid_until=until,
        temporary=cal.temporary,
        pack=signed_pack(cal.pack),
    )


def _granted(tx: Transaction, server: LicenceServer, ask: HolderAsk, cal_id: bytes, old_batch: Batch | None) -> Granted:
    if ask.cal_type is CalType.SESSION:
        tx.put("lease", {"cal_id": cal_id, "until": tx.now + server.settings.server.lease_seconds})
    cal, token = tx.get("cal", (cal_id,)), tx.get("token", (cal_id, ask.host))
    assert cal is not None
    assert token is not None
    return Granted(cal, token, old_batch)
