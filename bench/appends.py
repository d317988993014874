"""A journal's appends, beside the same rows by bare APSW; its verification; the disk's own syncs."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter

import apsw

from bench.bare import PAGE, Bare, entry_insert, syncs_a_second
from bench.beside import laps_beside, lines_beside
from bench.callers import call
from bench.lines import Group, Lap, Line, Scale, Unit
from calvox.journal.bodies import written
from calvox.journal.interface import Transaction, Work
from calvox.journal.sqlite import BATCH_LIMIT, DATABASE, SqliteJournal
from tests.journal.books import BOOK, WORLD, CoinAdded, PurseMade, open_sqlite

PURSE = "red"
COIN = CoinAdded(purse=PURSE, coins=1)


def append(tx: Transaction) -> int:
    """Put a coin into the purse: one entry, one row changed."""
    return tx.append(COIN).sequence


def work() -> Work[int]:
    """Make the work of one append."""
    return append


def open_journal(folder: Path) -> SqliteJournal:
    """Open a new journal with one purse in it."""
    folder.mkdir()
    journal = open_sqlite(folder)
    journal.run(lambda tx: tx.append(PurseMade(purse=PURSE)))
    return journal


def _bare(file: Path) -> Bare:
    inserts = (
        entry_insert(written(COIN)[1], b"", WORLD.now()),
        ('UPDATE purse SET "coins" = "coins" + ? WHERE "purse" = ?', lambda _: (1, PURSE)),
    )
    return Bare(file, BOOK, inserts, f"INSERT INTO purse VALUES ('{PURSE}', 0, 0)")


@contextmanager
def _alone(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    """One caller: every entry waits for its own commit, and the disk decides."""
    file = os.open(folder / "synced", os.O_RDWR | os.O_CREAT)
    try:
        os.write(file, bytes(1000 * PAGE))
        os.fsync(file)
        with closing(open_journal(folder / "journal")) as journal, closing(_bare(folder / "bare")) as bare:
            yield [
                lambda: syncs_a_second(file, scale.disk_seconds),
                lambda: bare.rate(1, scale.disk_seconds),
                lambda: call(journal, work, 1, scale.disk_seconds).rate,
            ]
            journal.verify()
    finally:
        os.close(file)


@contextmanager
def _together(callers: int, folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    with (
        closing(open_journal(folder / "journal")) as journal,
        closing(_bare(folder / "same")) as same,
        closing(_bare(folder / "single")) as single,
    ):
        yield laps_beside(partial(call, journal, work, callers), same, single, scale.disk_seconds)
        journal.verify()


@contextmanager
def _verifying(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    with closing(open_journal(folder / "journal")) as journal:
        for future in [journal.submit(append) for _ in range(scale.entries - 1)]:
            future.result()
        bare = apsw.Connection(str(folder / "journal" / DATABASE))
        with closing(bare):
            yield [
                lambda: _entries_a_second(lambda: sum(1 for _ in bare.execute("SELECT * FROM entry"))),
                lambda: _entries_a_second(lambda: journal.verify().position),
            ]


@contextmanager
def _at_once(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    """Hand everything over before the first answer: what the journal itself costs, without the waking of its callers."""
    with closing(open_journal(folder / "journal")) as journal, closing(_bare(folder / "bare")) as bare:

        def hand_over() -> int:
            return len([future.result() for future in [journal.submit(append) for _ in range(scale.entries)]])

        yield [
            lambda: _entries_a_second(hand_over),
            lambda: bare.rate(BATCH_LIMIT, scale.disk_seconds),
        ]


def _entries_a_second(read: Callable[[], int]) -> float:
    started = perf_counter()
    return read() / (perf_counter() - started)


SYNC, SELECT = "4 KiB written in place and synced", "rows read by bare APSW"
SINGLE, FULL = "bare APSW, the same rows, a commit each", f"bare APSW in batches of {BATCH_LIMIT}"
GROUPS = (
    Group(
        "journal",
        (
            Line(SYNC, Unit.RATE),
            Line(SINGLE, Unit.RATE, (SYNC,)),
            Line("appends, 1 caller", Unit.RATE, (SINGLE, SYNC)),
        ),
        _alone,
    ),
    *(Group("journal", lines_beside("appends", callers), partial(_together, callers)) for callers in (8, 64, 256)),
    Group("journal", (Line("appends, all handed over at once", Unit.RATE, (FULL,)), Line(FULL, Unit.RATE)), _at_once),
    Group("journal", (Line(SELECT, Unit.RATE), Line("entries verified", Unit.RATE, (SELECT,))), _verifying),
)
