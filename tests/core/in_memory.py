"""A licence server whose ledger is a SQLite database in memory: the real entries, fold and use cases, without a disk."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import apsw

from calvox.common.clock import World
from calvox.common.settings import Server, Settings
from calvox.core.book import Placed
from calvox.core.entries import PackInstalled, ServerFounded
from calvox.core.ledger import LEDGER
from calvox.journal.entry import GENESIS
from calvox.journal.head import Head
from calvox.journal.interface import Committed, Reader, T, Work
from calvox.journal.rows import SCHEMA, SqliteReader, SqliteTransaction
from calvox.journal.tables import Tables, create_tables, first_difference
from calvox.server.store import LicenceServer


@dataclass
class ToldTime:
    """Licensing time that is what the test says, however far it jumps."""

    world: World


class NoSeal:
    """Signs nothing: what is tested here is what the entries say."""

    context = bytes(23)

    def sign(self, position: int, head: bytes, size: int, root: bytes) -> bytes:
        """Give 64 zeroes."""
        return bytes(64)

    def check(self, context: bytes, position: int, head: bytes, size: int, root: bytes, signature: bytes) -> None:
        """Take anything."""


class MemoryJournal:
    """A journal that runs each piece of work at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.observe: Callable[[Mapping[str, int], float], None] = lambda kinds, seconds: None
        self._connection = apsw.Connection(":memory:")
        self._connection.execute(SCHEMA)
        create_tables(self._connection, LEDGER)
        self._transaction = SqliteTransaction(self._connection, LEDGER, NoSeal())

    def submit(self, work: Work[T]) -> "Future[Committed[T]]":
        """Run some work now."""
        future: Future[Committed[T]] = Future()
        future.set_result(self.run(work))
        return future

    def submit_here(self, work: Work[Any]) -> "asyncio.Future[Committed[Any]]":
        """Do the work at once, in an event loop."""
        done = asyncio.get_running_loop().create_future()
        done.set_result(self.run(work))
        return done

    def run(self, work: Work[T]) -> Committed[T]:
        """Run some work in a transaction of its own."""
        self._connection.execute("BEGIN")
        try:
            self._transaction.start(self._world.now())
            value = work(self._transaction)
            batch = self._transaction.seal()
        except BaseException:
            self._connection.execute("ROLLBACK")
            self._transaction.forget()
            raise
        self._connection.execute("COMMIT")
        return Committed(value, batch)

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Look at it."""
        yield SqliteReader(self._connection, LEDGER)

    def verify(self, progress: Callable[[float], None] = lambda _: None) -> Head:
        """Fold all entries anew, and compare every projection with what is stored."""
        again = apsw.Connection(":memory:")
        create_tables(again, LEDGER, projections_only=True)
        folded, stored = Tables(again, LEDGER), SqliteReader(self._connection, LEDGER)
        for entry in stored.entries():
            for change in LEDGER.changes(stored.fact(entry), Placed(entry.sequence, entry.time)):
                folded.apply(change)
        for table in LEDGER.projections:
            assert first_difference(folded, stored.tables, table) is None, table.name
        return Head(0, GENESIS)

    def close(self) -> None:
        """Let it go."""
        self._connection.close()


def server_in_memory(world: World, **chosen: Any) -> LicenceServer:
    """Make a licence server that is not activated."""
    settings = Settings(server=Server(**chosen))
    journal = MemoryJournal(world)
    founded = ServerFounded(
        server_id=bytes(18),
        epoch=1,
        public_key=bytes(32),
        fingerprint_record=b"",
        centre_key=bytes(96),
        centre_name="Centre",
        authority=bytes(32),
    )
    journal.run(lambda tx: tx.append(founded))
    nothing, time = cast("Any", None), cast("Any", ToldTime(world))
    return LicenceServer(Path("nowhere"), journal, nothing, nothing, settings, time, nothing)


def pack_installed(number: int, kind: int, version: int, quantity: int, ends: int) -> PackInstalled:
    """Say that a pack went in."""
    return PackInstalled(
        sequence=number, programme=4, cal_type=kind, version=version, quantity=quantity, agreement=1, ends=ends
    )
