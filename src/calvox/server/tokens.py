"""Tokens of this ledger: a leaf when a CAL is issued or renewed, the signed bytes once its batch is committed."""

from functools import lru_cache

from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.book import Fact, Row
from calvox.journal.entry import Batch, Entry
from calvox.journal.interface import Reader, Transaction
from calvox.trust.merkle import leaf_hash, paths
from calvox.trust.tokens import Claims, Seal, Token, pack_claims


def append_with_leaf(tx: Transaction, fact: Fact, claims: Claims, salt: bytes) -> Entry:
    """Enter a fact about a CAL together with the leaf of its token, and keep what the token is made from."""
    packed = pack_claims(claims)
    entry = tx.append(fact, leaf_hash(salt, packed))
    row = {"cal_id": claims.cal_id, "host": claims.host, "claims": packed, "salt": salt, "entry": entry.sequence}
    tx.put("token", row)
    return entry


def drop_tokens(tx: Transaction, cal_id: bytes) -> None:
    """Forget what a CAL's tokens were made from; those that are out end by themselves."""
    tx.drop("token", (cal_id,))


def make_token(row: Row, batch: Batch) -> bytes:
    """Make the token of a stored row; the same row always gives the same bytes.

    Raises:
        NotFound: the batch does not hold the row's leaf.
    """
    leaf = leaf_hash(row["salt"], row["claims"])
    if leaf not in batch.leaves:
        raise NotFound(t("Entry {entry} holds no such token", entry=row["entry"]))
    index = batch.leaves.index(leaf)
    return Token(row["claims"], row["salt"], index, _paths(batch.leaves)[index], seal_of(batch)).to_bytes()


@lru_cache(maxsize=4)
def _paths(leaves: tuple[bytes, ...]) -> tuple[tuple[bytes, ...], ...]:
    """Compute all paths of a batch once, for its tokens are asked for together."""
    return tuple(paths(leaves))


def make_token_again(reader: Reader, row: Row) -> bytes:
    """Make a token whose batch was committed earlier."""
    return make_token(row, reader.batch_of(row["entry"]))


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
