"""Small tables that the writer keeps in memory: read there, changed there, and written once a batch.

A hundred CALs of a batch count the same pack up a hundred times; on disk it changes once. What is in memory is what the
transaction will write, so it goes when the transaction is given up.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from calvox.core.book import Add, Book, Change, Drop, Key, Put, Row, Set
from calvox.journal.tables import Tables


class Resident:
    """The small tables of a book, over the writer's tables."""

    def __init__(self, tables: Tables, book: Book) -> None:
        self._tables = tables
        self._keys = {
            table.name: table.key for table in (*book.projections, *book.beside, *book.working) if table.small
        }
        self._rows: dict[str, dict[Key, Row]] = {}
        self._changed: dict[tuple[str, Key], None] = {}

    def __contains__(self, table: str) -> bool:
        return table in self._keys

    def get(self, table: str, key: Key) -> Row | None:
        """Read the row with this key; it is not the caller's to change."""
        return self._table(table).get(tuple(key))

    def select(
        self,
        table: str,
        where: Mapping[str, Any],
        below: tuple[str, int] | None,
        between: Mapping[str, tuple[Any, Any]],
        order: str,
        limit: int,
        offset: int,
    ) -> Iterator[Row]:
        """Read rows as `Tables.select` does."""
        rows = [row for row in self._table(table).values() if all(row[name] == value for name, value in where.items())]
        if below is not None:
            rows = [row for row in rows if row[below[0]] < below[1]]
        for name, (least, end) in between.items():
            rows = [row for row in rows if _folded(least) <= _folded(row[name]) < _folded(end)]
        column = order.lstrip("-")
        names = (column,) if column else self._keys[table]
        rows.sort(key=lambda row: tuple(row[name] for name in names), reverse=order.startswith("-"))
        return iter(rows[offset : None if limit < 0 else offset + limit])

    def apply(self, change: Change) -> None:
        """Carry out one change in memory; it is written by `flush`."""
        rows = self._table(change.table)
        match change:
            case Put(row=row):
                key = tuple(row[name] for name in self._keys[change.table])
                rows[key] = dict(row)
            case Set(key=key, values=values) if key in rows:
                rows[key] = {**rows[key], **values}
            case Add(key=key, column=column, amount=amount) if key in rows:
                rows[key] = {**rows[key], column: rows[key][column] + amount}
            case Drop(key=key):
                rows.pop(key, None)
            case Set(key=key) | Add(key=key):
                return
        self._changed[change.table, key] = None

    def flush(self) -> None:
        """Write what changed."""
        for table, key in self._changed:
            row = self._rows[table].get(key)
            self._tables.apply(Drop(table, key) if row is None else Put(table, row))
        self._changed.clear()

    def forget(self) -> None:
        """Read everything anew: what is here may never have been written."""
        self._rows.clear()
        self._changed.clear()

    def _table(self, name: str) -> dict[Key, Row]:
        rows = self._rows.get(name)
        if rows is None:
            key = self._keys[name]
            found = self._tables.select(name, {})
            rows = self._rows[name] = {tuple(row[part] for part in key): row for row in found}
        return rows


def _folded(value: Any) -> Any:
    """Compare texts as the database does, without the case of A to Z."""
    return value.translate(_CASES) if isinstance(value, str) else value


_CASES = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}
