"""Bring a journal's tables to the shape that this version of Calvox gives them.

Rules:
- The entries are never changed. Tables that follow from them are dropped and folded anew; the others keep their rows.
- Each entry is held against its hash and the one before, before it is folded.
- It happens in one transaction, when a journal is opened whose tables have another shape; otherwise nothing is written.
- An entry of a kind that this version does not know was written by a newer one. Then nothing is changed, and the journal is
  not opened: to go on would leave the newer version's tables wrong.
"""

import apsw

from calvox.common.errors import Conflict
from calvox.common.i18n import t
from calvox.core.book import Book, Placed
from calvox.journal import kinds
from calvox.journal.bodies import demand_known, fact_of, written_by_newer
from calvox.journal.entry import Entry
from calvox.journal.rows import SqliteReader
from calvox.journal.tables import create_table, remake_table, shape, stored_shape
from calvox.journal.verifying import check_entry

_CHAIN_OF_1 = "SELECT sequence, time, kind, version, body, leaf, hash FROM entry ORDER BY sequence"
_CHAIN_OF_2 = """
CREATE TABLE next_entry (sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL,
  leaf BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
"""


def bring_chain_up(connection: apsw.Connection, known: int) -> None:
    """Bring the tables of the chain itself up; what an entry says and its hash stay as they are.

    Raises:
        Conflict: a newer version wrote the journal, or none.
    """
    found = connection.pragma("user_version")
    if found == known:
        return
    if found > known:
        raise written_by_newer(t("schema {found}, where {known} is known", found=found, known=known))
    if found != 1:
        raise Conflict(
            t("The journal has schema {found}; this version reads {known}", found=found, known=known),
            hint=t("Use the version of Calvox that wrote it, or a newer one."),
        )
    _take_bodies_apart(connection)
    connection.execute(f"PRAGMA user_version={known}")


def _take_bodies_apart(connection: apsw.Connection) -> None:
    """Schema 1 had each entry's kind and names of fields in full, and the hash before it, which is the row before's."""
    connection.execute(kinds.SCHEMA + _CHAIN_OF_2)
    known = kinds.Kinds(connection)
    for sequence, time, kind, version, body, leaf, digest in connection.execute(_CHAIN_OF_1):
        fields, stored = kinds.taken_apart(body)
        row = (sequence, time, known.number((kind, version, fields)), stored, leaf, digest)
        connection.execute("INSERT INTO next_entry VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.execute("DROP TABLE entry; ALTER TABLE next_entry RENAME TO entry")


def bring_up(connection: apsw.Connection, book: Book) -> None:
    """Bring the tables of an older version up.

    Raises:
        Conflict: a newer version wrote the journal.
    """
    tables = (*book.projections, *book.beside, *book.working)
    stale = [table for table in tables if stored_shape(connection, table.name) != shape(table)]
    if not stale:
        return
    with connection:
        if any(table in book.projections for table in stale):
            _fold_anew(connection, book)
        for table in stale:
            if table not in book.projections:
                remake_table(connection, table)


def _fold_anew(connection: apsw.Connection, book: Book) -> None:
    for table in book.projections:
        connection.execute(f'DROP TABLE IF EXISTS "{table.name}"')
        create_table(connection, table)
    reader = SqliteReader(connection, book)
    before: Entry | None = None
    for entry in reader.entries():
        check_entry(entry, before)
        before = entry
        demand_known(book, entry.kind, entry.version)
        for change in book.changes(
            fact_of(book, entry.kind, entry.version, entry.body), Placed(entry.sequence, entry.time)
        ):
            reader.tables.apply(change)
