"""A small book for tests of the journal itself: purses with coins in them."""

from collections.abc import Iterable
from pathlib import Path

from calvox.common.clock import World
from calvox.core.book import Add, Book, Change, Drop, Fact, Placed, Put, Table
from calvox.journal.sealing import LabelledSealer
from calvox.journal.sqlite import SqliteJournal, create
from calvox.trust.keys import SigningKey

SEALER = LabelledSealer(b"CALVOX-TEST", b"context", SigningKey(bytes(range(32))))


class PurseMade(Fact, frozen=True):
    """A purse was made."""

    purse: str


class CoinAdded(Fact, frozen=True):
    """Coins went into a purse."""

    purse: str
    coins: int


class PurseBurned(Fact, frozen=True):
    """A purse was burned."""

    purse: str


def changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Fold."""
    match fact:
        case PurseMade(purse=purse):
            yield Put("purse", {"purse": purse, "coins": 0, "made": placed.sequence})
        case CoinAdded(purse=purse, coins=coins):
            yield Add("purse", (purse,), "coins", coins)
        case PurseBurned(purse=purse):
            yield Drop("purse", (purse,))
        case _:
            raise AssertionError(fact)


BOOK = Book(
    name="purses",
    facts=(PurseMade, CoinAdded, PurseBurned),
    projections=(Table("purse", ("purse",), {"purse": str, "coins": int, "made": int}),),
    beside=(Table("nickname", ("purse",), {"purse": str, "name": str}),),
    working=(Table("note", ("name",), {"name": str, "value": bytes}),),
    changes=changes,
)

WORLD = World(now=lambda: 1_800_000_000, random=bytes)


def open_sqlite(folder: Path, *, vfs: str = "", synchronous: str = "FULL") -> SqliteJournal:
    """Open the journal of a folder, making it first if need be."""
    if not (folder / "journal.db").exists():
        create(folder, BOOK)
    return SqliteJournal(folder, BOOK, SEALER, WORLD, vfs=vfs, synchronous=synchronous)
