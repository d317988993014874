"""The floor beneath a journal: the same rows in the same tables, by APSW alone, with the same durability.

No hashing, no canonical bytes, no signature, no reading before writing, no callers: what is left is SQLite and the disk.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import apsw

from calvox.core.book import Book
from calvox.journal.rows import SCHEMA
from calvox.journal.tables import create_tables

Insert = tuple[str, Callable[[int], tuple[Any, ...]]]
"""A statement, and its values for the entry of a sequence."""
HASH, SIGNATURE = bytes(32), bytes(64)
PAGE = 4096
NO_END = sys.maxsize


class Bare:
    """A database with a book's tables, written to without a journal."""

    def __init__(self, file: Path, book: Book, inserts: Sequence[Insert], first: str = "") -> None:
        self._inserts, self._sequence = inserts, 0
        self._connection = apsw.Connection(str(file))
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        with self._connection:
            self._connection.execute(SCHEMA)
            create_tables(self._connection, book)
            self._connection.execute(first)

    def rate(self, size: int, seconds: float, most: int = NO_END) -> float:
        """Write batches of so many entries for so long, and at most so many entries; give entries a second."""
        first, started = self._sequence, perf_counter()
        end = started + seconds
        while perf_counter() < end and self._sequence - first < most:
            self._batch(size)
        return (self._sequence - first) / (perf_counter() - started)

    def _batch(self, size: int) -> None:
        execute, first = self._connection.execute, self._sequence + 1
        execute("BEGIN IMMEDIATE")
        for sequence in range(first, first + size):
            for text, values in self._inserts:
                execute(text, values(sequence))
        self._sequence += size
        execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?)", (self._sequence, first, HASH, HASH, SIGNATURE))
        execute("COMMIT")

    def close(self) -> None:
        """Let the database go."""
        self._connection.close()


def entry_insert(body: bytes, leaf: bytes, now: int) -> Insert:
    """Insert an entry, as long as a real one."""
    return (
        "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)",
        lambda sequence: (sequence, now, 1, body, leaf, HASH),
    )


def syncs_a_second(file: int, seconds: float) -> float:
    """Write 4 KiB in place and force it to disk, again and again."""
    count, started, page = 0, perf_counter(), bytes(PAGE)
    end = started + seconds
    while perf_counter() < end:
        os.pwrite(file, page, count % 1000 * PAGE)
        os.fdatasync(file)
        count += 1
    return count / (perf_counter() - started)
