"""A journal in one SQLite file, through APSW.

One writer thread drains whatever was handed over while the last commit was being synced to disk, and commits it together:
no timer, so a lone caller never waits and many callers share a sync. Write-ahead log, synchronous=FULL. One process owns
the store, by a lock on the file `lock` beside it.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import apsw

from calvox.common.clock import World, demand_clock
from calvox.common.errors import Conflict, NotFound, StoreFailed
from calvox.common.files import PLAIN, own_file
from calvox.common.i18n import t
from calvox.core.book import Book
from calvox.journal.bodies import demand_known
from calvox.journal.entry import GENESIS, Batch
from calvox.journal.head import Head, HeadFile
from calvox.journal.interface import Committed, Reader, T, Work
from calvox.journal.jobs import AnyJob, Job, LoopJob, settle_all
from calvox.journal.rows import SCHEMA, SqliteReader, SqliteTransaction
from calvox.journal.sealing import Sealer
from calvox.journal.tables import create_tables
from calvox.journal.upgrading import bring_chain_up, bring_up
from calvox.journal.verifying import check_batch, check_entry, check_head, readable, signed_batch
from calvox.journal.walking import Walk, walk_on

DATABASE, HEAD, LOCK = "journal.db", "journal.head", "journal.lock"
SCHEMA_VERSION = 2
"""Goes up when the tables of the chain itself change; a book's own tables are brought up by their shape."""
BATCH_LIMIT = 512
"""Pieces of work that may share a commit."""
STRETCH = 4096
"""Entries that are verified in one look at the journal."""
LONG_LOG = 64 << 20
"""Bytes of the log that are kept; where it is longer, a verification lets the writer begin it anew."""


class SqliteJournal:
    """The journal of one data folder; this process owns it until `close`."""

    def __init__(
        self, folder: Path, book: Book, sealer: Sealer, world: World, *, vfs: str = "", synchronous: str = "FULL"
    ) -> None:
        self.folder, self._book, self._sealer, self._world = folder, book, sealer, world
        self._vfs, self._synchronous = vfs, synchronous
        self._lock = _own(folder)
        try:
            self._head = HeadFile(folder / HEAD)
            self._connection = self._connect()
            # A commit touches pages all over; with room for them, and fewer copies of the log, twice as much gets through.
            self._connection.execute("PRAGMA cache_size=-65536")
            self._connection.execute("PRAGMA wal_autocheckpoint=8192")
            self._connection.execute(f"PRAGMA journal_size_limit={LONG_LOG}")
            # A name that was erased is not to lie on in a page that is written anyway.
            self._connection.execute("PRAGMA secure_delete=FAST")
            self._transaction = SqliteTransaction(self._connection, book, sealer)
            with readable(), self._connection:
                bring_chain_up(self._connection, SCHEMA_VERSION)
                self._check_checkpoint()
                bring_up(self._connection, book)
        except BaseException as error:
            os.close(self._lock)
            if isinstance(error, apsw.Error):
                raise _ours(error) from error
            raise
        self.observe: Callable[[Mapping[str, int], float], None] = _unobserved
        """Told of each commit: entries by kind, and the seconds that it took."""
        self._idle: list[apsw.Connection] = []
        self._queue: SimpleQueue[AnyJob | None] = SimpleQueue()
        self._closed = threading.Event()
        self._door = threading.Lock()
        self._writer = threading.Thread(target=self._drain, name=f"{book.name}-writer", daemon=True)
        self._writer.start()

    def submit(self, work: Work[T]) -> "Future[Committed[T]]":
        """Hand work over; the future is done after the commit."""
        job = Job(work)
        self._put(job)
        return job.future

    def submit_here(self, work: Work[T]) -> "asyncio.Future[Committed[T]]":
        """Hand work over from an event loop; what it waits for is done after the commit."""
        job = LoopJob(work, asyncio.get_running_loop().create_future())
        self._put(job)
        return job.waiter

    def _put(self, job: AnyJob) -> None:
        with self._door:
            if self._closed.is_set():
                raise Conflict(t("The journal is closed"))
            self._queue.put(job)

    def run(self, work: Work[T]) -> Committed[T]:
        """Hand work over and wait for its commit."""
        return self.submit(work).result()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Look at the journal as it is now, on a connection of its own."""
        with self._snapshot() as reader:
            yield reader

    @contextmanager
    def _snapshot(self) -> Iterator[SqliteReader]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect(readonly=True)
        connection.execute("BEGIN")
        try:
            yield SqliteReader(connection, self._book)
        finally:
            connection.execute("ROLLBACK")
            self._idle.append(connection)

    def verify(self, progress: Callable[[float], None] = lambda _: None) -> Head:
        """Check everything; return the head up to which it holds."""
        outside = self._head.read()
        with readable(), closing(Walk(self._book, self._sealer)) as walk:
            ended, end = False, -1
            while not ended:
                with self._snapshot() as reader:
                    written, end = reader.head.position != end, reader.head.position
                    if ended := walk_on(walk, reader, progress, STRETCH):
                        check_head(outside, walk.last, next(reader.entries(outside.position, outside.position), None))
                if written and not ended:
                    self._let_the_log_end()
            return Head(walk.last.sequence, walk.last.hash) if walk.last else Head(0, GENESIS)

    def _let_the_log_end(self) -> None:
        """Hold nothing open while the log is long, for two seconds at most: else whoever writes finds it read, and adds to it."""
        log, unwritten = self.folder / f"{DATABASE}-wal", 0
        with suppress(OSError):
            for _ in range(100):
                before = log.stat()
                if before.st_size <= LONG_LOG or unwritten > 20:
                    return
                time.sleep(0.02)
                unwritten = unwritten + 1 if log.stat().st_mtime_ns == before.st_mtime_ns else 0

    def close(self) -> None:
        """Finish what was handed over and let the store go."""
        with self._door:
            if self._closed.is_set():
                return
            self._closed.set()
            self._queue.put(None)
        self._writer.join()
        for connection in (*self._idle, self._connection):
            with suppress(
                apsw.Error
            ):  # The log was not taken over into the database, for want of room say: the next start does.
                connection.close()
        self._head.close()
        os.close(self._lock)

    def _connect(self, *, readonly: bool = False) -> apsw.Connection:
        connection = apsw.Connection(
            str(self.folder / DATABASE), flags=apsw.SQLITE_OPEN_READWRITE, vfs=self._vfs or None
        )
        connection.set_busy_timeout(5_000)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={self._synchronous}")
        if readonly:
            connection.execute("PRAGMA query_only=ON")
        return connection

    def _check_checkpoint(self) -> None:
        """Check the last signed batch and the head outside, before anything is added."""
        reader = self._transaction
        last = reader.last
        if last is not None:
            batch = signed_batch(reader, last)
            entries = list(reader.entries(batch.first, batch.last))
            previous = next(reader.entries(batch.first - 1, batch.first - 1), None)
            for before, entry in zip((previous, *entries), entries, strict=False):
                check_entry(entry, before)
            check_batch(batch, entries, self._sealer)
            for entry in entries:
                demand_known(self._book, entry.kind, entry.version)
        outside = self._head.read()
        check_head(outside, last, next(reader.entries(outside.position, outside.position), None))

    def _drain(self) -> None:
        while True:
            job = self._queue.get()
            if job is None:
                return
            jobs, stop = [job], False
            while len(jobs) < BATCH_LIMIT and not stop:
                try:
                    following = self._queue.get_nowait()
                except Empty:
                    break
                if following is None:
                    stop = True
                else:
                    jobs.append(following)
            wanted = [job for job in jobs if job.begin()]
            if wanted:
                self._commit(wanted)
            if stop:
                return

    def _commit(self, jobs: list[AnyJob]) -> None:
        try:
            values, batch = self._attempt(jobs)
        except Exception as error:
            self._roll_back()
            if len(jobs) == 1:
                settle_all([(jobs[0], _ours(error))])
                return
            for job in jobs:
                self._commit([job])
            return
        if batch is not None:
            with suppress(OSError):  # The head may lag behind; what was committed stays committed.
                self._head.write(Head(batch.last, batch.head))
        settle_all([(job, Committed(value, batch)) for job, value in zip(jobs, values, strict=True)])

    def _attempt(self, jobs: list[AnyJob]) -> tuple[list[Any], Batch | None]:
        transaction = self._transaction
        began, now = self._world.steady(), demand_clock(self._world)
        self._connection.execute("BEGIN IMMEDIATE")
        transaction.start(now)
        values = [job.work(transaction) for job in jobs]
        batch = transaction.seal()
        self._connection.execute("COMMIT")
        if batch is not None:
            self.observe(transaction.kinds, self._world.steady() - began)
        return values, batch

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._transaction.forget()


def _unobserved(kinds: Mapping[str, int], seconds: float) -> None:
    """Take no notice of a commit."""


def create(folder: Path, book: Book) -> None:
    """Make an empty journal in a folder.

    Raises:
        Conflict: there is one already.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (folder / DATABASE).exists():
        raise Conflict(t("{path} holds a journal already", path=str(folder)))
    try:
        _create(folder / DATABASE, book)
    except (apsw.Error, OSError) as error:
        raise _ours(error) from error
    HeadFile(folder / HEAD, create=True).close()


def _create(database: Path, book: Book) -> None:
    # SQLite would make it readable by others; what lies beside the database takes its mode.
    os.close(os.open(database, os.O_CREAT | os.O_EXCL | os.O_RDWR | PLAIN, 0o600))
    connection = apsw.Connection(str(database))
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        with connection:
            connection.execute(SCHEMA)
            create_tables(connection, book)
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    finally:
        connection.close()


def exists(folder: Path) -> bool:
    """Tell whether a folder holds a journal."""
    return (folder / DATABASE).exists()


def _own(folder: Path) -> int:
    if not exists(folder):
        raise NotFound(t("{path} holds no journal", path=str(folder)))
    return own_file(folder / LOCK)


def _ours(error: Exception) -> Exception:
    if isinstance(error, apsw.Error | OSError):
        failed = StoreFailed(
            t("The store could not write: {why}", why=str(error)),
            hint=t("Nothing was recorded. Check free space and permissions, then try again."),
        )
        failed.__cause__ = error
        return failed
    return error
