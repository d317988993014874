"""Whoever writes the database without the key is found out, and the first thing that does not hold is named."""

import shutil
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from calvox.common.errors import Busy, Tampered
from calvox.journal import sqlite
from calvox.journal.entry import entry_hash
from tests.contracts.test_journal import add, make
from tests.journal.books import open_sqlite


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a journal of one purse and nine coins, each entry a batch of its own."""
    journal = open_sqlite(tmp_path)
    journal.run(make("red"))
    for n in range(9):
        journal.run(add("red", 1, bytes([n]) * 32))
    journal.close()
    return tmp_path


@pytest.fixture(autouse=True, params=[1, 4096])
def stretch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Look at a journal an entry at a time, and at all of it at once."""
    monkeypatch.setattr(sqlite, "STRETCH", request.param)
    return int(request.param)


def edit(folder: Path, *statements: str) -> None:
    """Write the database as an intruder would."""
    connection = apsw.Connection(str(folder / "journal.db"))
    for statement in statements:
        connection.execute(statement)
    connection.close()


def opened_and_verified(folder: Path) -> None:
    """Start, then check everything."""
    journal = open_sqlite(folder)
    try:
        journal.verify()
    finally:
        journal.close()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE entry SET body = (SELECT body FROM entry WHERE sequence = 1) WHERE sequence = 4", "Entry 4 "),
        (
            "UPDATE entry SET body = (SELECT body FROM entry WHERE sequence = 2), hash = zeroblob(32) WHERE sequence = 4",
            "Entry 4 ",
        ),
        ("UPDATE entry SET hash = zeroblob(32) WHERE sequence = 4", "Entry 4 "),
        ("UPDATE entry SET kind = 1 WHERE sequence = 4", "Entry 4 "),
        ("UPDATE entry SET kind = 9 WHERE sequence = 4", "Entry 4 "),
        ("UPDATE kind SET fields = 'coin purse' WHERE number = 2", "Entry 10 "),
        ("UPDATE kind SET fields = '' WHERE number = 2", "Entry 10 "),
        ("UPDATE kind SET version = 2 WHERE number = 2", "Entry 10 "),
        ("DELETE FROM kind WHERE number = 2", "Entry 10 "),
        ("UPDATE entry SET body = CAST(body || x'00' AS BLOB) WHERE sequence = 5", "Entry 5 "),
        ("UPDATE entry SET time = time + 1 WHERE sequence = 5", "Entry 5 "),
        ("UPDATE entry SET leaf = zeroblob(32) WHERE sequence = 6", "Entry 6 "),
        ("DELETE FROM entry WHERE sequence = 3", "Entry 3 is missing"),
        ("DELETE FROM batch WHERE last = 7", "Batch 8 to 8"),
        ("UPDATE batch SET signature = zeroblob(64) WHERE last = 7", "Batch 7 to 7"),
        ("UPDATE batch SET root = zeroblob(32) WHERE last = 7", "Batch 7 to 7"),
        ("UPDATE batch SET context = x'00' WHERE last = 7", "Batch 7 to 7"),
        ("UPDATE purse SET coins = 10", "Table purse, row red"),
        ("INSERT INTO purse VALUES ('gift', 5, 1)", "Table purse, row gift"),
        ("DELETE FROM purse", "Table purse, row red"),
    ],
)
def test_an_edit_is_named(folder: Path, statement: str, named: str) -> None:
    """The first entry, batch or row that does not hold is named."""
    edit(folder, statement)
    with pytest.raises(Tampered) as caught:
        opened_and_verified(folder)
    assert str(caught.value).startswith(named)
    assert caught.value.hint is not None


def test_a_value_of_another_type_is_told(folder: Path) -> None:
    """Even a row that cannot be read any more is reported, not stumbled over."""
    change = (
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql = replace(sql, ' STRICT', '') WHERE name = 'entry'",
        "PRAGMA writable_schema=RESET",
    )
    edit(folder, *change)
    edit(folder, "UPDATE entry SET body = CAST(x'fffe' AS TEXT) WHERE sequence = 4")
    with pytest.raises(Tampered, match="cannot be read"):
        opened_and_verified(folder)


def test_a_cut_tail_is_found_at_start(folder: Path) -> None:
    """Entries and batch removed together leave a valid chain, but the head outside knows better."""
    edit(folder, "DELETE FROM entry WHERE sequence = 10", "DELETE FROM batch WHERE last = 10")
    with pytest.raises(Tampered, match="ends at entry 9, but entry 10"):
        open_sqlite(folder)


def test_an_older_copy_is_found_at_start(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Yesterday's database put back is a cut tail."""
    copy = tmp_path_factory.mktemp("old") / "journal.db"
    shutil.copy(folder / "journal.db", copy)
    journal = open_sqlite(folder)
    journal.run(add("red", 1))
    journal.close()
    shutil.copy(copy, folder / "journal.db")
    with pytest.raises(Tampered, match="ends at entry 10, but entry 11"):
        open_sqlite(folder)


def test_an_appended_entry_is_found_at_start(folder: Path) -> None:
    """A well-chained entry without the key's signature is refused."""
    connection = apsw.Connection(str(folder / "journal.db"))
    last, body = next(connection.execute("SELECT hash, body FROM entry WHERE sequence = 10"))
    assert isinstance(last, bytes)
    assert isinstance(body, bytes)
    digest = entry_hash(last, 11, 1, "CoinAdded", 1, b"", body)
    connection.execute("INSERT INTO entry VALUES (11, 1, 2, ?, x'', ?)", (body, digest))
    connection.close()
    with pytest.raises(Tampered, match="Entry 11 was never signed"):
        open_sqlite(folder)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"x" * 128)])
def test_a_missing_or_damaged_head_is_told(folder: Path, spoil: Callable[[Path], None]) -> None:
    """Without its head a journal does not start."""
    spoil(folder / "journal.head")
    with pytest.raises(Tampered, match="head file"):
        open_sqlite(folder)


def test_a_torn_head_record_costs_nothing(folder: Path) -> None:
    """The other record still stands; being behind is allowed."""
    data = bytearray((folder / "journal.head").read_bytes())
    positions = [int.from_bytes(data[at + 8 : at + 16], "big") for at in (0, 64)]
    newest = 0 if positions[0] > positions[1] else 64
    data[newest + 20] ^= 1
    (folder / "journal.head").write_bytes(bytes(data))
    opened_and_verified(folder)


def test_a_store_has_one_owner(folder: Path) -> None:
    """A second opener is told that the store is in use."""
    journal = open_sqlite(folder)
    with pytest.raises(Busy):
        open_sqlite(folder)
    journal.close()
    open_sqlite(folder).close()


def test_what_is_written_meanwhile_is_verified_too(folder: Path, stretch: int) -> None:
    """For nothing is held open between two stretches; the log can be taken over into the database there."""
    journal, more = open_sqlite(folder), iter(range(5))

    def write(_: float) -> None:
        if next(more, None) is not None:
            journal.run(add("red", 1))

    assert journal.verify(write).position == (15 if stretch == 1 else 10)
    with journal.read() as reader:
        assert reader.head.position == 15
    journal.close()


@pytest.mark.parametrize("stretch", [1], indirect=True)
def test_entries_that_go_while_it_is_verified_are_missed(folder: Path, stretch: int) -> None:
    """Between two stretches somebody cuts the tail off, beneath what was looked at already."""
    journal = open_sqlite(folder)

    def cut(part: float) -> None:
        if part == 0.8:
            edit(folder, "DELETE FROM batch WHERE last > 4", "DELETE FROM entry WHERE sequence > 4")

    with pytest.raises(Tampered, match="ends at entry 4, but entry 8 was committed"):
        journal.verify(cut)
    journal.close()
