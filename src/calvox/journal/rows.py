"""Entries, batches and tables of a SQLite journal, as a reader and as a transaction see them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import apsw

from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.book import Add, Book, Change, Drop, Fact, Key, Level, Placed, Put, Row, Set, Value, kind_of
from calvox.journal import kinds
from calvox.journal.bodies import fact_of, fields_of, written
from calvox.journal.entry import GENESIS, Batch, Entry, entry_hash
from calvox.journal.head import Head
from calvox.journal.resident import Resident
from calvox.journal.sealing import Sealer
from calvox.journal.tables import Tables
from calvox.journal.waiting import Waiting
from calvox.trust.merkle import root

SCHEMA = f"""{kinds.SCHEMA}
CREATE TABLE entry (sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL,
  leaf BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE batch (last INTEGER PRIMARY KEY, first INTEGER NOT NULL, context BLOB NOT NULL, root BLOB NOT NULL,
  signature BLOB NOT NULL) STRICT;
"""
_ENTRIES = "SELECT * FROM entry WHERE sequence >= ? AND sequence <= ? {} ORDER BY sequence"
_HOLDS = "instr(body, ?)"
_NOTHING: Mapping[str, Any] = {}


class SqliteReader:
    """One view of the journal, over a connection that is inside a transaction."""

    def __init__(self, connection: apsw.Connection, book: Book) -> None:
        self._connection = connection
        self._book = book
        self._kinds = kinds.Kinds(connection)
        self.tables = Tables(connection, book)

    def get(self, table: str, key: Key) -> Row | None:
        """Read the row with this key."""
        return self.tables.get(table, key)

    def select(
        self,
        table: str,
        where: Mapping[str, Any] = _NOTHING,
        *,
        below: tuple[str, int] | None = None,
        between: Mapping[str, tuple[Value, Value]] = _NOTHING,
        order: str = "",
        limit: int = -1,
        offset: int = 0,
    ) -> Iterator[Row]:
        """Read rows whose columns equal these."""
        return self.tables.select(table, where, below=below, between=between, order=order, limit=limit, offset=offset)

    def count(self, table: str, where: Mapping[str, Any] = _NOTHING) -> int:
        """Count rows whose columns equal these."""
        return self.tables.count(table, where)

    def entries(self, first: int = 1, last: int | None = None, holding: Sequence[bytes] = ()) -> Iterator[Entry]:
        """Read entries in order; those whose body holds one of these, if any are given."""
        wanted = f"AND ({' OR '.join([_HOLDS] * len(holding))})" if holding else ""
        bounds = first, (1 << 62) if last is None else last
        for row in self._connection.execute(_ENTRIES.format(wanted), (*bounds, *holding)):
            yield self._kinds.entry(row)

    def batches(self, first: int = 1) -> Iterator[Batch]:
        """Read batches in order, from the one that holds an entry; without their leaves."""
        text = "SELECT first, last, context, root, signature FROM batch WHERE last >= ? ORDER BY last"
        for start, last, context, top, signature in self._connection.execute(text, (first,)):
            yield Batch(start, last, b"", context, (), top, signature)

    def batch_of(self, sequence: int) -> Batch:
        """Read the batch that holds an entry, with its leaves."""
        batch = next(self.batches(sequence), None)
        if batch is None or batch.first > sequence:
            raise NotFound(t("There is no entry {sequence}", sequence=sequence))
        entries = list(self.entries(batch.first, batch.last))
        leaves = tuple(entry.leaf for entry in entries if entry.leaf)
        head = entries[-1].hash if entries else b""
        return Batch(batch.first, batch.last, head, batch.context, leaves, batch.root, batch.signature)

    def fact(self, entry: Entry) -> Fact:
        """Read what an entry says."""
        return fact_of(self._book, entry.kind, entry.version, entry.body)

    @property
    def last(self) -> Entry | None:
        """The last entry."""
        row = self._connection.execute("SELECT * FROM entry ORDER BY sequence DESC LIMIT 1").fetchone()
        return self._kinds.entry(row) if row else None

    @property
    def head(self) -> Head:
        """Where the chain ends in this view."""
        row = self._connection.execute("SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1").fetchone()
        return Head(*row) if row else Head(0, GENESIS)


class SqliteTransaction(SqliteReader):
    """The writer's view: reads, and writes one batch at a time.

    Entries are written when the batch is sealed, rows at the latest; those that were put in this batch are known without asking.
    """

    def __init__(self, connection: apsw.Connection, book: Book, sealer: Sealer) -> None:
        super().__init__(connection, book)
        self._sealer = sealer
        self._keys = {table.name: table.key for table in (*book.projections, *book.beside, *book.working)}
        self._free = {table.name for table in (*book.beside, *book.working)}
        self._small = Resident(self.tables, book)
        self._late = Waiting(connection, self.tables)
        self._known: dict[str, dict[Key, Row | None]] = {name: {} for name in self._keys}
        self._waiting: list[tuple[Any, ...]] = []
        self._end: Head | None = None
        self._first = 0
        self._leaves: list[bytes] = []
        self.now = 0
        self.kinds: dict[str, int] = {}
        """How many entries of each kind the batch has."""

    def start(self, now: int) -> None:
        """Begin a batch at this time."""
        if self._end is None:
            self._end = self.head
        self.now, self._first, self._leaves, self.kinds = now, self._end.position + 1, [], {}
        for rows in self._known.values():
            rows.clear()

    def forget(self) -> None:
        """Give the batch up: what was thought to be the end may never have been written."""
        self._end = None
        self._waiting.clear()
        self._late.forget()
        self._small.forget()
        self._kinds.forget()

    def get(self, table: str, key: Key) -> Row | None:
        """Read the row with this key."""
        if table in self._small:
            return self._small.get(table, key)
        known = self._known[table]
        return known[key] if key in known else super().get(table, key)

    def select(
        self,
        table: str,
        where: Mapping[str, Any] = _NOTHING,
        *,
        below: tuple[str, int] | None = None,
        between: Mapping[str, tuple[Value, Value]] = _NOTHING,
        order: str = "",
        limit: int = -1,
        offset: int = 0,
    ) -> Iterator[Row]:
        """Read rows whose columns equal these."""
        if table in self._small:
            return self._small.select(table, where, below, between, order, limit, offset)
        self._late.write(table)
        return super().select(table, where, below=below, between=between, order=order, limit=limit, offset=offset)

    def count(self, table: str, where: Mapping[str, Any] = _NOTHING) -> int:
        """Count rows whose columns equal these."""
        self._small.flush()
        self._late.write(table)
        return super().count(table, where)

    def entries(self, first: int = 1, last: int | None = None, holding: Sequence[bytes] = ()) -> Iterator[Entry]:
        """Read entries in order; those whose body holds one of these, if any are given."""
        self._write_entries()
        return super().entries(first, last, holding)

    def append(self, fact: Fact, leaf: bytes = b"") -> Entry:
        """Enter a fact, and carry out what it changes in the projections."""
        end = self.head
        sequence, kind = end.position + 1, kind_of(fact)
        body, values = written(fact)
        digest = entry_hash(end.hash, sequence, self.now, kind, fact.VERSION, leaf, body)
        entry = Entry(sequence, self.now, kind, fact.VERSION, body, leaf, digest)
        number = self._kinds.number((kind, fact.VERSION, fields_of(type(fact))))
        self._waiting.append((sequence, self.now, number, values if fact.__struct_fields__ else body, leaf, digest))
        for change in self._book.changes(fact, Placed(sequence, self.now)):
            self._apply(change)
        self._end = Head(sequence, digest)
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if leaf:
            self._leaves.append(leaf)
        return entry

    @property
    def head(self) -> Head:
        """Where the chain ends within this batch."""
        return self._end or super().head

    def put(self, table: str, row: Row) -> None:
        """Write a row beside the chain or a working row."""
        self._only_free(table)
        self._apply(Put(table, row))

    def drop(self, table: str, key: Key) -> None:
        """Remove a row beside the chain or a working row, or all whose keys begin with this one."""
        self._only_free(table)
        self._apply(Drop(table, key))

    def _only_free(self, table: str) -> None:
        if table not in self._free:
            raise AssertionError(f"{table} is a projection: it changes through entries alone")

    def _apply(self, change: Change) -> None:
        table = change.table
        if isinstance(change, Level):
            noted = change.noted(self.get, self._keys[table])
            if noted is not None:
                self._apply(noted)
            return
        if table in self._small:
            self._small.apply(change)
            return
        known = self._known[table]
        match change:
            case Put(row=row):
                self._late.add(change)
                known[tuple([row[name] for name in self._keys[table]])] = row
            case Drop(key=key) if len(key) == len(self._keys[table]):
                self._late.add(change)
                known[key] = None
            case _:
                self._at_once(change, known)

    def _at_once(self, change: Set | Add | Drop, known: dict[Key, Row | None]) -> None:
        """Carry out what leaves the rows that it concerns unknown, or concerns rows that are not known."""
        self._late.write(change.table)
        self.tables.apply(change)
        key = change.key
        if isinstance(change, Drop):
            for one in [one for one in known if one[: len(key)] == key]:
                known[one] = None
        else:
            known.pop(key, None)

    def _write_entries(self) -> None:
        if self._waiting:
            self._connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", self._waiting)
            self._waiting.clear()

    def seal(self) -> Batch | None:
        """Write what waits and sign the batch; None if no entry was made."""
        self._small.flush()
        self._late.write_all()
        self._write_entries()
        end = self._end
        if end is None or end.position < self._first:
            return None
        top = root(self._leaves)
        context = self._sealer.context
        signature = self._sealer.sign(end.position, end.hash, len(self._leaves), top)
        self._connection.execute(
            "INSERT INTO batch VALUES (?, ?, ?, ?, ?)", (end.position, self._first, context, top, signature)
        )
        return Batch(self._first, end.position, end.hash, context, tuple(self._leaves), top, signature)
