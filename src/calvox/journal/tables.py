"""A book's tables in SQLite: create them, read rows, carry out changes.

Names come from the book alone, never from outside, so they stand in the SQL text; values are always bound.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import apsw

from calvox.core.book import Add, Book, Change, Drop, Key, Level, Put, Row, Set, Table, Value

_TYPES: Mapping[type, str] = {int: "INTEGER", str: "TEXT", bytes: "BLOB"}
_EMPTY: Mapping[type, str] = {int: "0", str: "''", bytes: "x''"}
"""What a column gets in the rows that were there before it."""
_NOTHING: Mapping[str, tuple[Value, Value]] = {}
Shape = tuple[tuple[str, str, int], ...]
"""A table's columns in order: name, type, place in the key from 1 or 0."""


def create_tables(connection: apsw.Connection, book: Book, *, projections_only: bool = False) -> None:
    """Create every table of a book, or its projections alone."""
    for table in book.projections if projections_only else (*book.projections, *book.beside, *book.working):
        create_table(connection, table)


def create_table(connection: apsw.Connection, table: Table) -> None:
    """Create one table and its indexes."""
    columns = ", ".join(f'"{name}" {_TYPES[kind]}' for name, kind in table.columns.items())
    # A key that is one number is the row's own place: such a table fills its pages to the last when it grows at its end.
    numbered = len(table.key) == 1 and table.columns[table.key[0]] is int
    kind = "STRICT" if numbered else "STRICT, WITHOUT ROWID"
    connection.execute(f'CREATE TABLE "{table.name}" ({columns}, PRIMARY KEY ({_names(table.key)})) {kind}')
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
        self._get = {name: f"SELECT * FROM {name} WHERE {self._where(name)}" for name in self._tables}
        self._put = {
            name: f"INSERT OR REPLACE INTO {name} VALUES ({', '.join('?' * len(columns))})"
            for name, columns in self._columns.items()
        }
        self._texts: dict[tuple[str, ...], str] = {}

    def get(self, table: str, key: Key) -> Row | None:
        """Read the row with this key."""
        row = self._connection.execute(self._get[table], key).fetchone()
        return dict(zip(self._columns[table], row, strict=True)) if row is not None else None

    def select(
        self,
        table: str,
        where: Mapping[str, Any],
        *,
        below: tuple[str, int] | None = None,
        between: Mapping[str, tuple[Value, Value]] = _NOTHING,
        order: str = "",
        limit: int = -1,
        offset: int = 0,
    ) -> Iterator[Row]:
        """Read the rows whose columns equal these, in the order of a column or of the key ("-x": descending)."""
        known = (table, *where, "<", below[0] if below else "", *between, order)
        text = self._texts.get(known) or self._select_text(known, table, tuple(where), below, between, order)
        values = (*where.values(), below[1], limit, offset) if below else (*where.values(), limit, offset)
        if between:
            values = (*values[:-2], *(bound for bounds in between.values() for bound in bounds), limit, offset)
        columns = self._columns[table]
        for row in self._connection.execute(text, values):
            yield dict(zip(columns, row, strict=True))

    def _select_text(
        self,
        known: tuple[str, ...],
        table: str,
        where: tuple[str, ...],
        below: tuple[str, int] | None,
        between: Iterable[str],
        order: str,
    ) -> str:
        conditions = [f'"{name}" IS ?' for name in where] + ([f'"{below[0]}" < ?'] if below else [])
        for name in between:
            compared = f'"{name}" COLLATE NOCASE' if self._tables[table].columns[name] is str else f'"{name}"'
            conditions += [f"{compared} >= ?", f"{compared} < ?"]
        by = f'"{order.lstrip("-")}"' + (" DESC" if order.startswith("-") else "") if order else self._order(table)
        condition = " AND ".join(conditions) or "1"
        text = f"SELECT * FROM {table} WHERE {condition} ORDER BY {by} LIMIT ? OFFSET ?"
        self._texts[known] = text
        return text

    def count(self, table: str, where: Mapping[str, Any]) -> int:
        """Count the rows whose columns equal these."""
        condition = " AND ".join(f'"{name}" IS ?' for name in where) or "1"
        text = f"SELECT count(*) FROM {table} WHERE {condition}"
        return next(int(row[0]) for row in self._connection.execute(text, tuple(where.values())))

    def apply(self, change: Change) -> None:
        """Carry out one change; a key that is shorter than the table's drops every row that begins with it."""
        table, execute = change.table, self._connection.execute
        match change:
            case Put():
                execute(*self.statement(change))
            case Set(key=key, values=values):
                execute(self._assigning(table, tuple(values)), (*values.values(), *key))
            case Add(key=key, column=column, amount=amount):
                execute(self._adding(table, column), (amount, *key))
            case Drop():
                execute(*self.statement(change))
            case Level():
                noted = change.noted(self.get, self._tables[table].key)
                if noted is not None:
                    self.apply(noted)

    def statement(self, change: Put | Drop) -> tuple[str, tuple[Any, ...]]:
        """Write a change as a statement and its values."""
        if isinstance(change, Put):
            row = change.row
            return self._put[change.table], tuple([row[name] for name in self._columns[change.table]])
        return self._dropping(change.table, len(change.key)), change.key

    def _assigning(self, table: str, names: tuple[str, ...]) -> str:
        known = ("set", table, *names)
        if known not in self._texts:
            self._texts[known] = self._update(table, _assign(names))
        return self._texts[known]

    def _adding(self, table: str, column: str) -> str:
        known = ("add", table, column)
        if known not in self._texts:
            self._texts[known] = self._update(table, f'"{column}" = "{column}" + ?')
        return self._texts[known]

    def _dropping(self, table: str, parts: int) -> str:
        known = ("drop", table, str(parts))
        if known not in self._texts:
            condition = " AND ".join(f'"{name}" = ?' for name in self._tables[table].key[:parts])
            self._texts[known] = f"DELETE FROM {table} WHERE {condition}"
        return self._texts[known]

    def _update(self, table: str, assignments: str) -> str:
        return f"UPDATE {table} SET {assignments} WHERE {self._where(table)}"

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
