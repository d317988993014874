"""A journal and another version of Calvox than the one that wrote it: an older one is brought up, a newer one is refused."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from calvox.common.errors import Conflict, Tampered
from calvox.core.book import Add, Book, Change, Fact, Placed, Put, Table
from calvox.journal.sqlite import SqliteJournal
from tests.contracts.test_journal import add, make
from tests.journal.books import BOOK, SEALER, WORLD, PurseMade, changes, open_sqlite


class PurseSold(Fact, frozen=True):
    """A kind of entry that only the next version knows."""

    purse: str


def next_changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Fold as the next version does: purses are counted, too."""
    if isinstance(fact, PurseSold):
        return
    if isinstance(fact, PurseMade):
        yield Put("count", {"what": "purse", "number": placed.sequence})
    for change in changes(fact, placed):
        if isinstance(change, Put) and change.table == "purse":
            change = Put("purse", {**change.row, "touched": placed.sequence})
        yield change
        if isinstance(change, Add):
            yield Add("purse", change.key, "touched", 1)


NEXT = replace(
    BOOK,
    facts=(*BOOK.facts, PurseSold),
    projections=(
        Table("purse", ("purse",), {"touched": int, "purse": str, "coins": int, "made": int}, (("coins",),)),
        Table("count", ("what",), {"what": str, "number": int}),
    ),
    beside=(Table("nickname", ("purse",), {"purse": str, "name": str, "given": int, "mark": bytes}, (("name",),)),),
    working=(
        Table("note", ("name",), {"name": str, "value": str}),
        Table("draft", ("name",), {"name": str}),
    ),
    changes=next_changes,
)


def opened(folder: Path, book: Book) -> SqliteJournal:
    """Open the journal as a version with this book would."""
    return SqliteJournal(folder, book, SEALER, WORLD)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a journal of today's version."""
    journal = open_sqlite(tmp_path)
    journal.run(make("red"))
    journal.run(add("red", 7))
    journal.run(lambda tx: tx.put("nickname", {"purse": "red", "name": "Rosa"}))
    journal.run(lambda tx: tx.put("note", {"name": "n", "value": b"v"}))
    journal.close()
    return tmp_path


def test_an_older_versions_journal_is_brought_up(folder: Path) -> None:
    """Projections are folded anew, in their new shape; other tables keep their rows; all of it verifies, then and later."""
    for _ in range(2):
        journal = opened(folder, NEXT)
        with journal.read() as reader:
            assert reader.get("purse", ("red",)) == {"touched": 2, "purse": "red", "coins": 7, "made": 1}
            assert reader.get("count", ("purse",)) == {"what": "purse", "number": 1}
            assert reader.get("nickname", ("red",)) == {"purse": "red", "name": "Rosa", "given": 0, "mark": b""}
            assert reader.get("note", ("n",)) == {"name": "n", "value": ""}
            assert reader.count("draft") == 0
        assert journal.verify().position == 2
        journal.close()


def test_it_goes_on_from_there(folder: Path) -> None:
    """New entries follow the old ones, and the indexes are there."""
    journal = opened(folder, NEXT)
    journal.run(add("red", 1))
    assert journal.verify().position == 3
    journal.close()
    connection = apsw.Connection(str(folder / "journal.db"))
    indexes = {
        name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql <> ''")
    }
    assert {"purse_coins", "nickname_name"} <= indexes
    connection.close()


def content(folder: Path) -> list[tuple[object, ...]]:
    """Give tables and rows, as another program sees them."""
    connection = apsw.Connection(str(folder / "journal.db"))
    tables = connection.execute("SELECT name, rootpage, sql FROM sqlite_schema ORDER BY name").fetchall()
    rows = [
        row for name, _, sql in tables if "TABLE" in str(sql) for row in connection.execute(f'SELECT * FROM "{name}"')
    ]
    connection.close()
    return [*tables, *rows]


def test_a_journal_of_this_version_is_not_written_to(folder: Path) -> None:
    """Opening it changes no table."""
    before = content(folder)
    open_sqlite(folder).close()
    assert content(folder) == before


@pytest.mark.parametrize("later", [0, 1])
def test_an_older_version_refuses_what_a_newer_one_wrote(folder: Path, later: int) -> None:
    """Be the unknown entry the last, or one before that; nothing is changed, and the newer version goes on."""
    journal = opened(folder, NEXT)
    journal.run(lambda tx: tx.append(PurseSold(purse="red")))
    for _ in range(later):
        journal.run(add("red", 1))
    journal.close()
    before = content(folder)
    with pytest.raises(Conflict, match=r"written by a newer Calvox .* an entry of kind PurseSold, version 1") as caught:
        open_sqlite(folder)
    assert "Install that version of Calvox or a newer one" in str(caught.value.hint)
    assert content(folder) == before
    journal = opened(folder, NEXT)
    assert journal.verify().position == 3 + later
    journal.close()


def test_verifying_tells_a_newer_version_from_an_intruder(folder: Path) -> None:
    """An unknown entry whose batch is signed is no tampering; unsigned it is."""
    same_tables = replace(BOOK, facts=(*BOOK.facts, PurseSold), changes=next_changes_of_same_tables)
    journal = opened(folder, same_tables)
    journal.run(lambda tx: tx.append(PurseSold(purse="red")))
    journal.close()
    with pytest.raises(Conflict, match="newer Calvox"):
        open_sqlite(folder)  # The last batch is looked at.
    journal = opened(folder, same_tables)
    journal.run(add("red", 1))
    journal.close()
    journal = open_sqlite(folder)  # Nothing shows it at the start: the tables are the same, the last entry is known.
    with pytest.raises(Conflict, match="newer Calvox"):
        journal.verify()
    journal.close()
    connection = apsw.Connection(str(folder / "journal.db"))
    connection.execute("UPDATE batch SET signature = zeroblob(64) WHERE last = 3")
    connection.close()
    journal = open_sqlite(folder)
    with pytest.raises(Tampered):
        journal.verify()
    journal.close()


def next_changes_of_same_tables(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Fold as today, and let the new kind change nothing."""
    return () if isinstance(fact, PurseSold) else changes(fact, placed)


def test_a_newer_schema_is_refused(folder: Path) -> None:
    """The number in the file decides, before anything is read."""
    connection = apsw.Connection(str(folder / "journal.db"))
    connection.execute("PRAGMA user_version=3")
    connection.close()
    with pytest.raises(Conflict, match="newer Calvox than this one: it holds schema 3, where 2 is known"):
        open_sqlite(folder)
