"""The floor of what a pair costs the database: the same rows, written and dropped by APSW alone, in batches of such a size."""

import os
import time
from pathlib import Path

import apsw

from calvox.core.ledger import LEDGER
from calvox.journal.rows import SCHEMA
from calvox.journal.tables import create_tables

NOW = 1_800_000_000
HASH, SIGNATURE = bytes(32), bytes(64)
ISSUED, RELEASED, ANSWER = bytes(80), bytes(25), bytes(60)
"""As long as real ones."""


class PairRows:
    """A database with the ledger's tables, written to without a ledger."""

    def __init__(self, file: Path) -> None:
        self._connection = apsw.Connection(str(file))
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("PRAGMA wal_autocheckpoint=8192")
        self._connection.execute("PRAGMA cache_size=-65536")
        with self._connection:
            self._connection.execute(SCHEMA)
            create_tables(self._connection, LEDGER)
        self._sequence = 0

    def batch(self, pairs: int) -> None:
        """Write so many acquires, commit, and so many releases, and commit."""
        names = [(os.urandom(16), os.urandom(32), os.urandom(32)) for _ in range(pairs)]
        self._commit([lambda one=one: self._acquire(*one) for one in names])
        self._commit([lambda one=one: self._release(*one) for one in names])

    def _commit(self, works: list[object]) -> None:
        execute, first = self._connection.execute, self._sequence + 1
        execute("BEGIN IMMEDIATE")
        for work in works:
            work()  # type: ignore[operator]
        execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?)", (self._sequence, first, HASH, HASH, SIGNATURE))
        execute("COMMIT")

    def _entry(self, kind: int, body: bytes, leaf: bytes) -> None:
        self._sequence += 1
        row = (self._sequence, NOW, kind, body, leaf, HASH)
        self._connection.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", row)

    def _acquire(self, cal_id: bytes, holder: bytes, reference: bytes) -> None:
        execute = self._connection.execute
        self._entry(1, ISSUED, HASH)
        execute("INSERT INTO holder VALUES (?, ?, ?, ?)", (reference, holder, HASH, "session"))
        row = (cal_id, 2, 7, reference, cal_id, NOW, 0, 1, NOW, self._sequence)
        execute("INSERT INTO cal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        execute("INSERT INTO lease VALUES (?, ?)", (cal_id, NOW))
        execute("INSERT INTO answer VALUES (?, ?, ?, ?, ?)", (HASH, cal_id.hex(), HASH, ANSWER, NOW))

    def _release(self, cal_id: bytes, holder: bytes, reference: bytes) -> None:
        execute = self._connection.execute
        self._entry(2, RELEASED, b"")
        execute("DELETE FROM cal WHERE cal_id = ?", (cal_id,))
        execute("DELETE FROM token WHERE cal_id = ?", (cal_id,))
        execute("DELETE FROM lease WHERE cal_id = ?", (cal_id,))
        execute("INSERT INTO answer VALUES (?, ?, ?, ?, ?)", (HASH, "r" + cal_id.hex(), HASH, ANSWER, NOW))

    def cpu(self, batch: int, seconds: float) -> float:
        """Measure the microseconds of processor time that a pair's rows cost."""
        pairs, begun, end = 0, time.process_time(), time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.batch(batch)
            pairs += batch
        return (time.process_time() - begun) / pairs * 1e6

    def close(self) -> None:
        """Let the database go."""
        self._connection.close()
