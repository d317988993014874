"""Copy a journal that is being written: the database as it was at one moment, and a head that ends where it does.

One read transaction spans the whole copy, so that what is committed meanwhile neither enters it nor makes it begin again.
The copy rests between steps, for serving goes first.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import apsw

from calvox.common.errors import NotFound, StoreFailed
from calvox.common.files import PLAIN
from calvox.common.i18n import t
from calvox.core.book import Book
from calvox.journal.head import Head, HeadFile
from calvox.journal.rows import SqliteReader
from calvox.journal.sqlite import DATABASE, HEAD, exists

STEP_PAGES = 1024
"""Pages of a step; at 4 KiB each a step is 4 MiB."""


def copy_journal(
    source: Path,
    target: Path,
    book: Book,
    steady: Callable[[], float],
    progress: Callable[[float], None] = lambda _: None,
    *,
    rest: float = 1.0,
    pages: int = STEP_PAGES,
) -> Head:
    """Copy the journal of one data folder into another, which must hold none; return where the copy ends.

    Args:
        source: The data folder; a process may be serving it.
        target: An existing folder.
        book: What the journal holds.
        steady: An even clock, in seconds.
        progress: Told how much is done, 0 to 1.
        rest: Seconds of rest for each second of work.
        pages: Pages of a step.

    Raises:
        NotFound: The source holds no journal.
        StoreFailed: It could not be read, or the copy not be written.
    """
    if not exists(source):
        raise NotFound(t("{path} holds no journal", path=str(source)))
    os.close(os.open(target / DATABASE, os.O_CREAT | os.O_EXCL | os.O_RDWR | PLAIN, 0o600))
    try:
        _copy_database(source / DATABASE, target / DATABASE, steady, progress, rest, pages)
        head = _head_of(target / DATABASE, book)
    except apsw.Error as error:
        hint = t("Nothing was recorded. Check free space and permissions, then try again.")
        raise StoreFailed(t("{path}: {why}", path=str(target / DATABASE), why=str(error)), hint=hint) from error
    file = HeadFile(target / HEAD, create=True)
    try:
        file.write(head)
        file.sync()
    finally:
        file.close()
    return head


def _copy_database(
    source: Path, target: Path, steady: Callable[[], float], progress: Callable[[float], None], rest: float, pages: int
) -> None:
    reading, writing = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READWRITE), apsw.Connection(str(target))
    try:
        reading.set_busy_timeout(5_000)
        reading.execute("PRAGMA query_only=ON")
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # The moment that is copied.
        with writing.backup("main", reading, "main") as backup:
            while not backup.done:
                began = steady()
                backup.step(pages)
                progress(1 - backup.remaining / max(1, backup.page_count))
                time.sleep(rest * (steady() - began))
        reading.execute("ROLLBACK")
    finally:
        reading.close()
        writing.close()


def _head_of(database: Path, book: Book) -> Head:
    connection = apsw.Connection(str(database))
    try:
        return SqliteReader(connection, book).head
    finally:
        connection.close()
