"""Tokens of this ledger: a leaf when a CAL is issued or renewed, the signed bytes once its batch is committed.

What a token says is not stored: it is made again from the CAL, from the entry that its leaf stands in, and from its holder's
row, whose secret salt gives each leaf a salt of its own. So whoever erases a holder erases what its leaves are hidden by. A
leaf that an older version salted otherwise cannot be made again; its host is given a new token when it asks.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.converting import signed_pack
from calvox.core.entries import CalIssued, CalReentered, CalRenewed
from calvox.journal.entry import Batch, Entry
from calvox.journal.interface import Reader, Transaction
from calvox.trust.merkle import SALT_SIZE, leaf_hash, paths
from calvox.trust.tokens import Claims, Seal, Token, pack_claims

CalFact = CalIssued | CalRenewed | CalReentered
"""An entry that a token stands in."""
SKEW = 300
"""Seconds by which a token is backdated, so that a host whose clock is a little behind takes it at once."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a token is made from."""

    claims: bytes
    """Packed."""
    salt: bytes
    """16 bytes."""
    entry: int
    """The entry that its leaf stands in."""


def append_with_leaf(tx: Transaction, fact: CalFact, cal: Row, holder: Row) -> Leaf:
    """Enter a fact about a CAL together with the leaf of its token; `cal` has what the fact leaves unsaid."""
    leaf = _leaf(fact, cal, holder, tx.head.position + 1, tx.now)
    tx.append(fact, leaf_hash(leaf.salt, leaf.claims))
    return leaf


def leaf_for(reader: Reader, cal: Row, host: bytes) -> Leaf | None:
    """Make again what the token is made from that a host was given of a CAL; None: it has none that can be made again."""
    number = entry_for(reader, cal, host)
    entry = next(reader.entries(number, number), None) if number else None
    holder = reader.get("holder", (cal["holder"],))
    if entry is None or holder is None:
        return None
    fact = reader.fact(entry)
    assert isinstance(fact, CalFact)
    leaf = _leaf(fact, cal, holder, entry.sequence, entry.time)
    return leaf if leaf_hash(leaf.salt, leaf.claims) == entry.leaf else None


def has_token(reader: Reader, cal: Row, host: bytes) -> bool:
    """Tell whether a host was given a token of a CAL."""
    return cal["host"] == host or entry_for(reader, cal, host) != 0


def entry_for(reader: Reader, cal: Row, host: bytes) -> int:
    """Find the entry that last gave a host a token of a CAL; 0: none did."""
    row = reader.get("token", (cal["cal_id"], host))
    if row is not None:
        return int(row["entry"])
    if cal["host"] == host:
        return int(cal["entry"])
    issued = _issued(reader, cal["cal_id"])
    return issued.sequence if issued is not None and _host(reader, issued) == host else 0


def hosts_with_token(reader: Reader, cal: Row) -> set[bytes]:
    """List the hosts that were given a token of a CAL."""
    issued = _issued(reader, cal["cal_id"])
    first = {_host(reader, issued)} if issued is not None else set()
    return {cal["host"], *first, *(row["host"] for row in reader.select("token", {"cal_id": cal["cal_id"]}))}


def _issued(reader: Reader, cal_id: bytes) -> Entry | None:
    """Find the entry that issued a CAL: its identifier begins with the entry's number."""
    number = int.from_bytes(cal_id[:8], "big")
    entry = next(reader.entries(number, number), None) if number < 1 << 62 else None
    fact = reader.fact(entry) if entry is not None else None
    return entry if isinstance(fact, CalIssued) and fact.cal_id == cal_id else None


def _host(reader: Reader, issued: Entry) -> bytes:
    fact = reader.fact(issued)
    assert isinstance(fact, CalIssued)
    return fact.host


def _leaf(fact: CalFact, cal: Row, holder: Row, entry: int, time: int) -> Leaf:
    claims = Claims(
        cal_id=fact.cal_id,
        cal_type=cal["cal_type"],
        version=cal["version"],
        holder=holder["holder"],
        host=fact.host,
        valid_from=max(0, time - SKEW),
        valid_until=fact.valid_until,
        temporary=bool(cal["temporary"]),
        pack=signed_pack(cal["pack"]),
    )
    salt = sha256(b"CALVOX leaf" + holder["salt"] + entry.to_bytes(8, "big")).digest()[:SALT_SIZE]
    return Leaf(pack_claims(claims), salt, entry)


def make_token(leaf: Leaf, batch: Batch) -> bytes:
    """Make the token of a leaf; the same leaf always gives the same bytes.

    Raises:
        NotFound: the batch does not hold it.
    """
    hashed = leaf_hash(leaf.salt, leaf.claims)
    if hashed not in batch.leaves:
        raise NotFound(t("Entry {entry} holds no such token", entry=leaf.entry))
    index = batch.leaves.index(hashed)
    return Token(leaf.claims, leaf.salt, index, _paths(batch.leaves)[index], seal_of(batch)).to_bytes()


@lru_cache(maxsize=4)
def _paths(leaves: tuple[bytes, ...]) -> tuple[tuple[bytes, ...], ...]:
    """Compute all paths of a batch once, for its tokens are asked for together."""
    return tuple(paths(leaves))


def seal_of(batch: Batch) -> Seal:
    """Read a batch's signature as the tokens carry it."""
    context = batch.context
    return Seal(
        server_id=context[:18],
        epoch=context[18],
        generation=int.from_bytes(context[19:23], "big"),
        position=batch.last,
        head=batch.head,
        size=len(batch.leaves),
        root=batch.root,
        signature=batch.signature,
    )
