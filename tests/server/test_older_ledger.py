"""A ledger that the first schema wrote, kept as text: it is brought up, holds what it held, and goes on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import apsw
import pytest

from calvox.common.clock import World
from calvox.common.errors import Tampered
from calvox.common.settings import Server, Settings
from calvox.core.ledger import LEDGER
from calvox.journal.head import Head, HeadFile
from calvox.journal.sealing import LabelledSealer
from calvox.journal.sqlite import SqliteJournal
from calvox.server.store import LicenceServer
from calvox.trust.keys import SigningKey
from calvox.trust.tokens import LABEL
from tests.core.in_memory import ToldTime

DUMP = Path(__file__).parents[1] / "vectors/ledger-schema-1.sql"
SEALER = LabelledSealer(LABEL, bytes(23), SigningKey(bytes(range(32))))
END = 16
"""Its last entry."""


def older(folder: Path, *statements: str) -> Path:
    """Lay the older ledger out in a folder, and edit it as an intruder would."""
    connection = apsw.Connection(str(folder / "journal.db"))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(DUMP.read_text(encoding="utf-8"))
    last = next(connection.execute("SELECT hash FROM entry WHERE sequence = ?", (END,)))[0]
    for statement in statements:
        connection.execute(statement)
    connection.close()
    head = HeadFile(folder / "journal.head", create=True)
    head.write(Head(END, cast("bytes", last)))
    head.close()
    return folder


def opened(folder: Path) -> LicenceServer:
    """Open it as this version does, a minute after its last entry."""
    world = World(now=lambda: 1_800_000_150, random=lambda size: bytes(range(size)))
    journal = SqliteJournal(folder, LEDGER, SEALER, world)
    nothing, time = cast("Any", None), cast("Any", ToldTime(world))
    return LicenceServer(folder, journal, nothing, nothing, Settings(server=Server()), time)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LicenceServer]:
    """Open the older ledger."""
    made = opened(older(tmp_path))
    yield made
    made.close()


def test_its_entries_are_what_they_were(server: LicenceServer, tmp_path: Path) -> None:
    """Bodies, leaves and hashes come out as the first schema had them; all of it verifies, now and when opened again."""
    connection = apsw.Connection(":memory:")
    connection.execute(DUMP.read_text(encoding="utf-8"))
    written = connection.execute("SELECT sequence, time, kind, version, body, leaf, hash FROM entry").fetchall()
    with server.journal.read() as reader:
        entries = list(reader.entries())
    assert [(e.sequence, e.time, e.kind, e.version, e.body, e.leaf, e.hash) for e in entries] == written
    assert server.journal.verify().position == END
    server.close()
    again = opened(tmp_path)
    assert again.journal.verify().position == END
    again.close()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE entry SET time = time + 1 WHERE sequence = 5", "Entry 5 "),
        ("UPDATE entry SET body = x'a0' WHERE sequence = 5", "Entry 5 "),
        ("UPDATE entry SET body = x'ff00' WHERE sequence = 5", "Entry 5 "),
        ("UPDATE entry SET version = 2 WHERE sequence = 5", "Entry 5 "),
        ("UPDATE entry SET kind = 'CalExpired' WHERE sequence = 16", "Entry 16 "),
        ("DELETE FROM entry WHERE sequence = 16", "The journal ends at entry 15"),
    ],
)
def test_what_was_changed_before_is_found_after(tmp_path: Path, statement: str, named: str) -> None:
    """Bringing a ledger up heals nothing."""
    folder = older(tmp_path, statement)
    with pytest.raises(Tampered) as caught:
        opened(folder).journal.verify()
    assert named in str(caught.value)
