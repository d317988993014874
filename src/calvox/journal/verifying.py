"""Check a journal from its first entry to its head, and name the first thing that does not hold.

In order: each entry follows the one before and bears the hash of its own content; its body is readable; each batch covers
its entries, its root their leaves, its signature all of it; nothing lies beyond the last batch; the head outside the
database is not ahead; and the projections are what the entries make of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import apsw

from calvox.common.errors import BadSignature, NotFound, Tampered
from calvox.common.i18n import Text, t
from calvox.core.book import Book, Fact, Placed
from calvox.journal.bodies import demand_known, fact_of
from calvox.journal.entry import GENESIS, Batch, Entry, entry_hash
from calvox.journal.head import Head
from calvox.journal.interface import Reader
from calvox.journal.sealing import Sealer
from calvox.journal.tables import Tables, create_tables, first_difference
from calvox.trust.merkle import root


def tampered(message: Text) -> Tampered:
    """Make the error, with what to do about it."""
    hint = t("Keep this database for the auditor, and restore the last verified backup.")
    return Tampered(message, hint=hint)


def check_entry(entry: Entry, previous: Entry | None) -> None:
    """Check one entry against the one before it."""
    expected = previous.sequence + 1 if previous else 1
    if entry.sequence != expected:
        raise tampered(t("Entry {sequence} is missing", sequence=expected))
    before = previous.hash if previous else GENESIS
    own = entry_hash(before, entry.sequence, entry.time, entry.kind, entry.version, entry.leaf, entry.body)
    if entry.hash != own:
        raise tampered(t("Entry {sequence} ({kind}) was changed", sequence=entry.sequence, kind=entry.kind))


def check_batch(batch: Batch, entries: list[Entry], sealer: Sealer) -> None:
    """Check that a batch signs these entries."""
    where = t("Batch {first} to {last}", first=batch.first, last=batch.last)
    if not entries or entries[0].sequence != batch.first or entries[-1].sequence != batch.last:
        raise tampered(t("{where}: its entries are not all there", where=where))
    leaves = [entry.leaf for entry in entries if entry.leaf]
    if root(leaves) != batch.root:
        raise tampered(t("{where}: its root does not cover its leaves", where=where))
    try:
        sealer.check(batch.context, batch.last, entries[-1].hash, len(leaves), batch.root, batch.signature)
    except BadSignature as error:
        raise tampered(t("{where}: its signature is not this journal's", where=where)) from error


def check_head(outside: Head, last: Entry | None, at_head: Entry | None) -> None:
    """Check that the head kept outside the database is not ahead of it, nor on another chain."""
    end = last.sequence if last else 0
    if outside.position > end:
        raise tampered(
            t("The journal ends at entry {end}, but entry {known} was committed", end=end, known=outside.position)
        )
    if at_head is not None and at_head.hash != outside.hash:
        raise tampered(t("Entry {sequence} is not the one that was committed", sequence=outside.position))


def signed_batch(reader: Reader, entry: Entry) -> Batch:
    """Find the batch that signs an entry."""
    try:
        return reader.batch_of(entry.sequence)
    except NotFound as error:
        raise never_signed(entry.sequence) from error


def never_signed(sequence: int) -> Tampered:
    """Make the error for an entry outside every batch."""
    return tampered(t("Entry {sequence} was never signed", sequence=sequence))


@contextmanager
def readable() -> Iterator[None]:
    """Take what cannot even be read (a value of another type, a damaged page) for what it is: a changed database."""
    try:
        yield
    except (UnicodeError, TypeError, ValueError, OverflowError, apsw.CorruptError, apsw.NotADBError) as error:
        raise tampered(t("The database cannot be read: {why}", why=str(error))) from error


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

    def close(self) -> None:
        """Drop what was folded."""
        self._connection.close()


def group(batches: Iterator[Batch], entries: Iterator[Entry], end: int) -> Iterator[tuple[Batch, list[Entry]]]:
    """Pair each batch with its entries.

    Raises:
        Tampered: there are entries that no batch signs.
    """
    at = 0
    for batch in batches:
        if batch.first != at + 1 or batch.last < batch.first:
            raise tampered(t("Batch {first} to {last} is out of place", first=batch.first, last=batch.last))
        yield batch, [entry for _, entry in zip(range(batch.first, batch.last + 1), entries, strict=False)]
        at = batch.last
    if at < end:
        raise never_signed(at + 1)


def verify_all(
    book: Book,
    sealer: Sealer,
    stored: Tables,
    pairs: Iterator[tuple[Batch, list[Entry]]],
    end: int,
    progress: Callable[[float], None],
) -> Entry | None:
    """Check every batch, entry and projection; return the last entry."""
    walk = Walk(book, sealer)
    try:
        for batch, entries in pairs:
            walk.batch(batch, entries, lambda sequence: progress(sequence / end))
        walk.compare(stored)
        return walk.last
    finally:
        walk.close()
