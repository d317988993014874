"""Check a journal from its first entry to its head, and name the first thing that does not hold.

In order: each entry and each batch is what it must be; its body is readable; nothing lies beyond the last batch; and the
projections are what the entries make of them. A journal may be written meanwhile: it is looked at in stretches.
"""

from collections.abc import Callable, Iterator

import apsw

from calvox.common.i18n import t
from calvox.core.book import Book, Fact, Placed
from calvox.journal.bodies import demand_known, fact_of
from calvox.journal.entry import Batch, Entry
from calvox.journal.head import Head
from calvox.journal.rows import SqliteReader
from calvox.journal.sealing import Sealer
from calvox.journal.tables import Tables, create_tables, first_difference
from calvox.journal.verifying import check_batch, check_entry, check_head, never_signed, tampered


class Walk:
    """Goes through entries and batches once, folding as it goes."""

    def __init__(self, book: Book, sealer: Sealer) -> None:
        self._book = book
        self._sealer = sealer
        self._connection = apsw.Connection(":memory:")
        create_tables(self._connection, book, projections_only=True)
        self.tables = Tables(self._connection, book)
        self.last: Entry | None = None

    def batch(self, batch: Batch, entries: list[Entry], folded: Callable[[int], None]) -> None:
        """Check one batch and fold its entries, telling of every 16th and of the last."""
        for entry in entries:
            check_entry(entry, self.last)
            self.last = entry
        check_batch(batch, entries, self._sealer)
        for entry in entries:
            self._fold(entry)
            if not entry.sequence % 16 or entry.sequence == batch.last:
                folded(entry.sequence)

    def _fold(self, entry: Entry) -> None:
        demand_known(self._book, entry.kind, entry.version)
        fact: Fact = fact_of(self._book, entry.kind, entry.version, entry.body)
        for change in self._book.changes(fact, Placed(entry.sequence, entry.time)):
            self.tables.apply(change)

    def compare(self, stored: Tables) -> None:
        """Compare the projections as stored with those just folded."""
        for table in self._book.projections:
            row = first_difference(self.tables, stored, table)
            if row is not None:
                key = ", ".join(v.hex() if isinstance(v, bytes) else str(v) for v in (row[c] for c in table.key))
                raise tampered(t("Table {table}, row {key}: not what the entries say", table=table.name, key=key))

    @property
    def position(self) -> int:
        """The last entry that was checked; 0 before the first."""
        return self.last.sequence if self.last else 0

    def close(self) -> None:
        """Drop what was folded."""
        self._connection.close()


def group(reader: SqliteReader, at: int, end: int) -> Iterator[tuple[Batch, list[Entry]]]:
    """Pair each batch after an entry with its entries.

    Raises:
        Tampered: there are entries that no batch signs.
    """
    batches, entries = reader.batches(at + 1), reader.entries(at + 1)
    for batch in batches:
        if batch.first != at + 1 or batch.last < batch.first:
            raise tampered(t("Batch {first} to {last} is out of place", first=batch.first, last=batch.last))
        yield batch, [entry for _, entry in zip(range(batch.first, batch.last + 1), entries, strict=False)]
        at = batch.last
    if at < end:
        raise never_signed(at + 1)


def walk_on(walk: Walk, reader: SqliteReader, progress: Callable[[float], None], stretch: int) -> bool:
    """Check a stretch of entries or, if hardly more is left, all of them and the projections; tell whether that was the end.

    Between stretches nothing is held open, so that the log of a journal that is being written can be taken over into it.

    Raises:
        Tampered: something does not hold, or what was walked over is gone.
    """
    end, at = reader.head.position, walk.position
    if walk.last is not None and end < at:
        check_head(Head(at, walk.last.hash), reader.last, None)
    whole = end - at <= 2 * stretch
    for batch, entries in group(reader, at, end):
        walk.batch(batch, entries, lambda sequence: progress(sequence / end))
        if not whole and walk.position >= at + stretch:
            return False
    walk.compare(reader.tables)
    return True
