"""What must hold of an entry, a batch and the head of a journal, and how it is told that it does not.

An entry follows the one before and bears the hash of its own content; a batch covers its entries, its root their leaves, its
signature all of it; the head outside the database is not ahead. `walking` goes through a whole journal with these.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from calvox.common.errors import BadSignature, NotFound, Tampered
from calvox.common.i18n import Text, t
from calvox.journal.entry import GENESIS, Batch, Entry, entry_hash
from calvox.journal.head import Head
from calvox.journal.interface import Reader
from calvox.journal.sealing import Sealer
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
