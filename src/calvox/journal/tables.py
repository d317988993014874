"""A book's tables in SQLite: create them, read rows, carry out changes.

Names come from the book alone, never from outside, so they stand in the SQL text; values are always bound.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import apsw

from calvox.core.book import Add, Book, Change, Drop, Key, Put, Row, Set, Table

_TYPES: Mapping[type, str] = {int: "INTEGER", str: "TEXT", bytes: "BLOB"}
_EMPTY: Mapping[type, str] = {int: "0", str: "''", bytes: "x''"}
"""What a column gets in the rows that were there before it."""
Shape = tuple[tuple[str, str, int], ...]
"""A table's columns in order: name, type, place in the key from 1 or 0."""


def create_tables(connection: apsw.Connection, book: Book, *, projections_only: bool = False) -> None:
    """Create every table of a book, or its projections alone."""
    for table in book.projections if projections_only else (*book.projections, *book.beside, *book.working):
        create_table(connection, table)


def create_table(connection: apsw.Connection, table: Table) -> None:
    """Create one table and its indexes."""
    columns = ", ".join(f'"{name}" {_TYPES[kind]}' for name, kind in table.columns.items())
    connection.execute(
        f'CREATE TABLE "{table.name}" ({columns}, PRIMARY KEY ({_names(table.key)})) STRICT, WITHOUT ROWID'
    )
    for group in table.index:
        name = "_".join((table.name, *group))
        connection.execute(f'CREATE INDEX "{name}" ON "{table.name}" ({_names(group)})')


def shape(table: Table) -> Shape:
    """Tell how a table should lie in the database."""
    place = {name: at for at, name in enumerate(table.key, 1)}
    return tuple((name, _TYPES[kind], place.get(name, 0)) for name, kind in table.columns.items())


def stored_shape(connection: apsw.Connection, name: str) -> Shape:
    """Tell how a table lies in the database; empty where it is missing."""
    return tuple(connection.execute("SELECT name, type, pk FROM pragma_table_info(?)", (name,)))


def remake_table(connection: apsw.Connection, table: Table) -> None:
    """Give a table its shape and keep its rows: a new column is empty in them, one that is gone goes."""
    there = {name: kind for name, kind, _ in stored_shape(connection, table.name)}
    if there:
        connection.execute(f'CREATE TEMP TABLE kept AS SELECT * FROM "{table.name}"')
        connection.execute(f'DROP TABLE "{table.name}"')
    create_table(connection, table)
    if there:
        values = [
            f'"{name}"' if there.get(name) == _TYPES[kind] else _EMPTY[kind] for name, kind in table.columns.items()
        ]
        connection.execute(f'INSERT OR IGNORE INTO "{table.name}" SELECT {", ".join(values)} FROM temp.kept')
        connection.execute("DROP TABLE temp.kept")


class Tables:
    """The tables of a book over one connection."""

    def __init__(self, connection: apsw.Connection, book: Book) -> None:
        self._connection = connection
        self._tables = {table.name: table for table in (*book.projections, *book.beside, *book.working)}
        self._columns = {name: tuple(table.columns) for name, table in self._tables.items()}
        self._texts: dict[tuple[object, ...], str] = {}

    def get(self, table: str, key: Key) -> Row | None:
        """Read the row with this key."""
        text = self._text(("get", table), lambda: f"SELECT * FROM {table} WHERE {self._where(table)}")
        row = self._connection.execute(text, key).fetchone()
        return dict(zip(self._columns[table], row, strict=True)) if row is not None else None

    def select(
        self,
        table: str,
        where: Mapping[str, Any],
        *,
        below: tuple[str, int] | None = None,
        order: str = "",
        limit: int = -1,
        offset: int = 0,
    ) -> Iterator[Row]:
        """Read the rows whose columns equal these, in the order of a column or of the key ("-x": descending)."""
        columns = self._columns[table]
        conditions = [f'"{name}" IS ?' for name in where]
        values: tuple[Any, ...] = tuple(where.values())
        if below is not None:
            conditions.append(f'"{below[0]}" < ?')
            values += (below[1],)
        by = f'"{order.lstrip("-")}"' + (" DESC" if order.startswith("-") else "") if order else self._order(table)
        condition = " AND ".join(conditions) or "1"
        text = f"SELECT * FROM {table} WHERE {condition} ORDER BY {by} LIMIT ? OFFSET ?"
        for row in self._connection.execute(text, (*values, limit, offset)):
            yield dict(zip(columns, row, strict=True))

    def count(self, table: str, where: Mapping[str, Any]) -> int:
        """Count the rows whose columns equal these."""
        condition = " AND ".join(f'"{name}" IS ?' for name in where) or "1"
        text = f"SELECT count(*) FROM {table} WHERE {condition}"
        return next(int(row[0]) for row in self._connection.execute(text, tuple(where.values())))

    def apply(self, change: Change) -> None:
        """Carry out one change."""
        text, values = self._statement(change)
        self._connection.execute(text, values)

    def _statement(self, change: Change) -> tuple[str, tuple[Any, ...]]:
        table = change.table
        match change:
            case Put(row=row):
                columns = self._columns[table]
                marks = ", ".join("?" * len(columns))
                text = self._text(("put", table), lambda: f"INSERT OR REPLACE INTO {table} VALUES ({marks})")
                return text, tuple(row[name] for name in columns)
            case Set(key=key, values=values):
                names = tuple(values)
                text = self._text(("set", table, names), lambda: self._update(table, _assign(names)))
                return text, (*values.values(), *key)
            case Add(key=key, column=column, amount=amount):
                text = self._text(("add", table, column), lambda: self._update(table, f'"{column}" = "{column}" + ?'))
                return text, (amount, *key)
            case Drop(key=key):
                text = self._text(("drop", table), lambda: f"DELETE FROM {table} WHERE {self._where(table)}")
                return text, key

    def _update(self, table: str, assignments: str) -> str:
        return f"UPDATE {table} SET {assignments} WHERE {self._where(table)}"

    def _text(self, name: tuple[object, ...], make: Any) -> str:
        text = self._texts.get(name)
        if text is None:
            text = self._texts[name] = make()
        return text

    def _where(self, table: str) -> str:
        return " AND ".join(f'"{name}" = ?' for name in self._tables[table].key)

    def _order(self, table: str) -> str:
        return _names(self._tables[table].key)


def first_difference(one: Tables, other: Tables, table: Table) -> Row | None:
    """Find the first row, by key, that two sets of tables do not share."""
    left, right = one.select(table.name, {}), other.select(table.name, {})
    while True:
        a, b = next(left, None), next(right, None)
        if a is not None and b is not None and a != b:
            return min(a, b, key=lambda row: tuple(row[name] for name in table.key))
        if a != b:
            return a or b
        if a is None:
            return None


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _assign(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}" = ?' for name in columns)
