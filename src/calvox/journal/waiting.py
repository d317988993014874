"""Rows of large tables that wait to be written together: most of a batch's work comes in runs of the same statement.

Rules:
- What was handed over for a table is written in that order. Another statement for the same table ends a run.
- Whoever reads a table by more than a key that the transaction knows has it written first.
"""

from typing import Any

import apsw

from calvox.core.book import Drop, Put
from calvox.journal.tables import Tables


class Waiting:
    """The runs, one a table."""

    def __init__(self, connection: apsw.Connection, tables: Tables) -> None:
        self._connection = connection
        self._tables = tables
        self._runs: dict[str, tuple[str, list[tuple[Any, ...]]]] = {}

    def add(self, change: Put | Drop) -> None:
        """Take a change that concerns one row, known by its whole key."""
        text, values = self._tables.statement(change)
        run = self._runs.get(change.table)
        if run is None or run[0] != text:
            self.write(change.table)
            self._runs[change.table] = (text, [values])
        else:
            run[1].append(values)

    def write(self, table: str) -> None:
        """Write what waits for a table."""
        run = self._runs.pop(table, None)
        if run is not None:
            self._connection.executemany(*run)

    def write_all(self) -> None:
        """Write what waits."""
        for table in list(self._runs):
            self.write(table)

    def forget(self) -> None:
        """Give it up."""
        self._runs.clear()
