"""Bring a journal's tables to the shape that this version of Calvox gives them.

Rules:
- The entries are never changed. Tables that follow from them are dropped and folded anew; the others keep their rows.
- It happens in one transaction, when a journal is opened whose tables have another shape; otherwise nothing is written.
- An entry of a kind that this version does not know was written by a newer one. Then nothing is changed, and the journal is
  not opened: to go on would leave the newer version's tables wrong.
"""

import apsw

from calvox.core.book import Book, Placed
from calvox.journal.bodies import demand_known, fact_of
from calvox.journal.rows import SqliteReader
from calvox.journal.tables import create_table, remake_table, shape, stored_shape


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
    for entry in reader.entries():
        demand_known(book, entry.kind, entry.version)
        for change in book.changes(
            fact_of(book, entry.kind, entry.version, entry.body), Placed(entry.sequence, entry.time)
        ):
            reader.tables.apply(change)
