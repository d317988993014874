"""Issue and renew: one ask, one decision, in the batch that it shares with others.

The work runs inside the journal's batch: it finds the holder's reference, lets what has expired go back, hands core the
standing, and enters what was decided. The token is made after the commit.
"""

from collections.abc import Callable
from dataclasses import dataclass

from calvox.common.errors import NotFound
from calvox.core.book import Row
from calvox.core.deciding import Ask, Cal, Issue, Keep, Pack, Refused, Renew, Standing, decide
from calvox.core.entries import CalExpired, CalIssued, CalRenewed
from calvox.core.holders import reference_of
from calvox.core.products import CalType
from calvox.journal.entry import Batch
from calvox.journal.interface import Committed, Reader, Transaction
from calvox.server.refusals import refuse
from calvox.server.store import LicenceServer, server_row
from calvox.server.tokens import append_with_leaf, drop_tokens, make_token
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


def acquire(server: LicenceServer, ask: HolderAsk) -> Callable[[Transaction], Granted | Refused]:
    """Make the work that decides and enters one ask."""
    return lambda tx: _acquire(tx, server, ask)


def token_of(done: Committed[Granted | Refused]) -> bytes:
    """Make the token of what was granted, now that it is committed."""
    granted = done.value
    assert isinstance(granted, Granted)
    batch = granted.old_batch or done.batch
    assert batch is not None
    return make_token(granted.token, batch)


def _acquire(tx: Transaction, server: LicenceServer, ask: HolderAsk) -> Granted | Refused:
    reference = holder_reference(tx, server, ask)
    standing = _standing(tx, server, ask, reference)
    decision = decide(Ask(ask.cal_type, ask.host_version, ask.authenticated), standing)
    match decision:
        case Refused(reason):
            refuse(tx, ask.host, reference, ask.cal_type, reason)
            return decision
        case Issue():
            return _issue(tx, server, ask, reference, decision)
        case Renew(cal, until):
            return _renew(tx, server, ask, cal, until)
        case Keep(cal):
            return _keep(tx, server, ask, cal)


def holder_reference(tx: Transaction, server: LicenceServer, ask: HolderAsk) -> bytes:
    """Find the holder's salted reference, or make it."""
    known = next(tx.select("holder", {"holder": ask.holder}), None)
    if known is not None:
        return bytes(known["reference"])
    salt = server.world.random(16)
    reference = reference_of(salt, ask.holder)
    tx.put("holder", {"reference": reference, "holder": ask.holder, "salt": salt, "name": ask.name})
    return reference


def _standing(tx: Transaction, server: LicenceServer, ask: HolderAsk, reference: bytes) -> Standing:
    held = [row for row in tx.select("cal", {"holder": reference, "cal_type": int(ask.cal_type)}) if _live(tx, row)]
    return Standing(
        now=tx.now,
        activated=bool(server_row(tx)["activated"]),
        packs=packs_in_force(tx, ask.cal_type, tx.now),
        held=[_cal(row) for row in held],
        had_temporary=tx.get("device", (reference,)) is not None,
        policy=server.policy,
        lot=int.from_bytes(server.world.random(4), "big"),
    )


def _live(tx: Transaction, row: Row) -> bool:
    """Tell whether a CAL is still valid; one that is not goes back at once."""
    if row["valid_until"] >= tx.now:
        return True
    expire(tx, row)
    return False


def expire(tx: Transaction, row: Row) -> None:
    """Enter that a CAL reached its end."""
    tx.append(CalExpired(cal_id=row["cal_id"], pack=row["pack"]))
    forget_cal(tx, row["cal_id"])


def forget_cal(tx: Transaction, cal_id: bytes) -> None:
    """Drop what lies beside a CAL that went back."""
    drop_tokens(tx, cal_id)
    tx.drop("lease", (cal_id,))


def packs_in_force(reader: Reader, cal_type: CalType, now: int) -> list[Pack]:
    """List the packs of a type that have not ended."""
    return [
        Pack(row["sequence"], row["version"], row["quantity"], row["issued"])
        for row in reader.select("pack", {"cal_type": int(cal_type)})
        if not row["ends"] or now < row["ends"]
    ]


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
        pack=cal.pack,
    )


def _granted(tx: Transaction, server: LicenceServer, ask: HolderAsk, cal_id: bytes, old_batch: Batch | None) -> Granted:
    if ask.cal_type is CalType.SESSION:
        tx.put("lease", {"cal_id": cal_id, "until": tx.now + server.settings.server.lease_seconds})
    cal, token = tx.get("cal", (cal_id,)), tx.get("token", (cal_id, ask.host))
    assert cal is not None
    assert token is not None
    return Granted(cal, token, old_batch)
