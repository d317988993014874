"""After a restore: what was given out after the backup comes back from the session hosts that hold it.

A token that this server signed proves that it stood in the ledger once. Rules:
- Only a declared restore opens the door, for 30 days, and only to tokens of an older generation beyond what the backup held;
  any other token ahead of the ledger is the rollback alarm's (`alarms`).
- A CAL comes back with its own identifier, holder and end, and counts in its pack, over-use or not. Brought twice, by the same
  host or by another, it is there once; where the ledger knows it, the later of the two ends counts.
- A holder has one CAL of a type: the one that the ledger still had goes back for it, unless that one was given since.
- A CAL whose pack is not in the ledger waits until that pack's confirmation is read again.
- A host that was enrolled after the backup is entered as pending; an administrator approves it, as any other.

What was given back after the backup is presented by nobody, and so stays away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from calvox.common.errors import BadInput, BadToken, Conflict
from calvox.common.i18n import Text, t
from calvox.core.alarms import Frozen, frozen
from calvox.core.book import Row
from calvox.core.continuity import REENTRY_SECONDS
from calvox.core.converting import partner
from calvox.core.deciding import Cal, Reason
from calvox.core.entries import CalReentered, HostEnrolled
from calvox.core.holders import reference_of
from calvox.core.products import VERSIONS, CalType, serves
from calvox.core.reenrolling import pack_number
from calvox.journal.interface import Reader, Transaction
from calvox.server.expire import expire, forget_cal
from calvox.server.holders import known_holder, new_holder
from calvox.server.hosts import admitted
from calvox.server.issue import Granted, HolderAsk, granted, keep, renew
from calvox.server.store import LicenceServer, server_row
from calvox.server.tokens import SKEW, append_with_leaf
from calvox.trust.tokens import Claims, Pinned, Seal, Token, check_token, unpack_claims

BY = "calvox"
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Left:
    """A token that does not come back, and why."""

    reason: str
    why: Text


def door(reader: Reader, now: int) -> Row | None:
    """Find the restore after which tokens come back now; None: there is none."""
    last = max(reader.select("restore"), key=lambda row: row["generation"], default=None)
    return last if last is not None and now <= last["time"] + REENTRY_SECONDS else None


def known_up_to(reader: Reader, generation: int) -> int | None:
    """Tell up to which entry of a generation this ledger reaches; None: it is whole here, or nothing is known of it."""
    later = [row["position"] for row in reader.select("restore") if row["generation"] > generation]
    return min(later, default=None)


def reenter(server: LicenceServer, host: Row, token: bytes, name: str) -> Callable[[Transaction], Granted | Left]:
    """Make the work that takes one token back."""
    return lambda tx: _reenter(tx, server, host, token, name)


def _reenter(tx: Transaction, server: LicenceServer, host: Row, token: bytes, name: str) -> Granted | Left:
    if door(tx, tx.now) is None:
        return Left("closed", t("there was no restore within the last 30 days"))
    if frozen(server_row(tx), tx.now) is Frozen.ALL:
        return Left(str(Reason.SERVER_FROZEN), Reason.SERVER_FROZEN.text)
    try:
        claims, seal = _checked(tx, server, host, token)
    except BadToken as error:
        return Left("bad-token", error.message)
    end = known_up_to(tx, seal.generation)
    if end is None or seal.position <= end:
        return Left("known", t("the restored ledger reaches beyond this token"))
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        return Left("bad-name", t("The field “{field}” has 1 to 255 printable characters", field="name"))
    holder = known_holder(tx, claims.holder) or new_holder(tx, server, claims.holder, name)
    ask = HolderAsk(CalType(claims.cal_type), claims.holder, name, host["host"], host["version"])
    return _taken(tx, server, ask, holder, claims, seal, end)


def _checked(tx: Transaction, server: LicenceServer, host: Row, token: bytes) -> tuple[Claims, Seal]:
    """Verify a token as its host does; one that is newer than licensing time proves a later time."""
    own, read = server.keys.identity, Token.from_bytes(token)
    pinned = Pinned(own.server_id, own.epoch, server.keys.signing.public)
    at = max(tx.now, unpack_claims(read.claims).valid_from)
    fits = {"host": host["host"], "holder": None, "host_version": host["version"]}
    claims = check_token(token, pinned, at=at, **fits)
    if at > tx.now:
        server.time.believe(claims.valid_from + SKEW)
    return claims, read.seal


def _taken(
    tx: Transaction, server: LicenceServer, ask: HolderAsk, holder: Row, claims: Claims, seal: Seal, end: int
) -> Granted | Left:
    known = tx.get("cal", (claims.cal_id,))
    if known is not None:
        if known["holder"] != reference_of(holder["salt"], claims.holder):
            return Left("bad-token", t("the ledger knows this CAL as another holder's"))
        return _agreed(tx, server, ask, holder, known, claims.valid_until)
    held = [row for row in _held(tx, ask, holder) if row["valid_until"] >= tx.now]
    since = next((row for row in held if row["entry"] > end and _is_as_good(row, claims, ask.host_version)), None)
    if since is not None:
        return _agreed(tx, server, ask, holder, since, since["valid_until"])
    pack = _pack_of(tx, claims)
    if pack is None:
        return Left(
            "no-pack",
            t("pack {sequence} is not in the restored ledger: have its confirmation read again", sequence=claims.pack),
        )
    return _enter(tx, server, ask, holder, claims, seal, pack, held)


def _held(tx: Transaction, ask: HolderAsk, holder: Row) -> list[Row]:
    """List the holder's CALs of this type; those that have ended go back."""
    rows = list(tx.select("cal", {"holder": holder["reference"], "cal_type": int(ask.cal_type)}))
    for row in rows:
        if row["valid_until"] < tx.now:
            expire(tx, row)
    return rows


def _is_as_good(row: Row, claims: Claims, host_version: int) -> bool:
    return serves(row["version"], host_version) and (claims.temporary or not row["temporary"])


def _agreed(tx: Transaction, server: LicenceServer, ask: HolderAsk, holder: Row, row: Row, until: int) -> Granted:
    """Give this host its token of a CAL that the ledger has, until the later of the two ends."""
    if until > row["valid_until"]:
        return renew(tx, server, ask, holder, row["cal_id"], until)
    cal = Cal(row["cal_id"], row["version"], bool(row["temporary"]), row["valid_until"], row["pack"])
    return keep(tx, server, ask, holder, cal)


def _pack_of(tx: Transaction, claims: Claims) -> int | None:
    """Find the pack, or its lot, that a CAL of this type comes from; 0: none, as the token says; None: it is not here."""
    if not claims.pack:
        return 0
    last = server_row(tx)["epoch"]
    for epoch in range(last, 0, -1):
        signed = pack_number(epoch, claims.pack)
        for number in (signed, partner(signed)):
            row = tx.get("pack", (number,))
            if row is not None and (row["cal_type"], row["version"]) == (claims.cal_type, claims.version):
                return number
    return None


def _enter(
    tx: Transaction,
    server: LicenceServer,
    ask: HolderAsk,
    holder: Row,
    claims: Claims,
    seal: Seal,
    pack: int,
    held: list[Row],
) -> Granted:
    device = ask.cal_type is CalType.DEVICE and tx.get("device", (holder["reference"],)) is None
    old = next(iter(held), None)
    fact = CalReentered(
        cal_id=claims.cal_id,
        cal_type=claims.cal_type,
        version=claims.version,
        holder=holder["reference"],
        host=ask.host,
        valid_until=claims.valid_until,
        temporary=claims.temporary,
        pack=pack,
        issued=claims.valid_from,
        generation=seal.generation,
        position=seal.position,
        new_device=device,
        replaces=old["cal_id"] if old else b"",
        replaces_pack=old["pack"] if old else 0,
    )
    about = {name: getattr(fact, name) for name in ("cal_type", "version", "temporary", "pack")}
    leaf = append_with_leaf(tx, fact, about, holder)
    if old:
        forget_cal(tx, old["cal_id"])
    return granted(tx, server, ask, claims.cal_id, leaf)


def rejoin(tx: Transaction, host: bytes, name: str, version: int, certificate: bytes) -> None:
    """Enter a host that was enrolled after the backup; its certificate was verified by whoever asks. It is pending.

    Raises:
        Denied: it is known, and waits for approval or was shut out.
        Conflict: it is served already, or there was no restore lately.
        BadInput: there is no such version.
    """
    known = tx.get("host", (host,)) is not None
    if known:
        admitted(tx, host)
    if known or door(tx, tx.now) is None:
        raise Conflict(
            t("This session host cannot be taken back without an enrolment"),
            hint=t("Enrol it anew: “calvox host enrol”."),
        )
    if version not in VERSIONS:
        raise BadInput(t("The field “{field}” is not well formed", field="version"))
    digest = sha256(certificate).digest()
    tx.append(HostEnrolled(host=host, name=name, version=version, certificate=digest, by=BY))
