"""A ledger that the first schema wrote, kept as text: it is brought up, holds what it held, and goes on."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import apsw
import pytest

from calvox.common.clock import World
from calvox.common.errors import NotFound, Tampered
from calvox.common.settings import Server, Settings
from calvox.core.book import Row
from calvox.core.holders import holder_of
from calvox.core.ledger import LEDGER
from calvox.core.products import CalType
from calvox.journal.head import Head, HeadFile
from calvox.journal.sealing import LabelledSealer
from calvox.journal.sqlite import SqliteJournal
from calvox.server.heartbeat import heartbeat
from calvox.server.holders import cals_of
from calvox.server.issue import HolderAsk, acquire, token_of
from calvox.server.release import release
from calvox.server.store import LicenceServer
from calvox.server.tokens import has_token, hosts_with_token
from calvox.trust.keys import SigningKey
from calvox.trust.tokens import LABEL, Pinned, check_token
from tests.core.in_memory import ToldTime

DUMP = Path(__file__).parents[1] / "vectors/ledger-schema-1.sql"
KEY = SigningKey(bytes(range(32)))
SEALER = LabelledSealer(LABEL, bytes(18) + b"\x01" + bytes(4), KEY)
PINNED = Pinned(bytes(18), 1, KEY.public)
NOW = 1_800_000_150
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
    world = World(now=lambda: NOW, random=lambda size: bytes(range(size)))
    journal = SqliteJournal(folder, LEDGER, SEALER, world)
    nothing, time = cast("Any", None), cast("Any", ToldTime(world))
    return LicenceServer(folder, journal, nothing, nothing, Settings(server=Server()), time, nothing)


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
    connection = apsw.Connection(str(tmp_path / "journal.db"))
    assert next(connection.execute("SELECT count(*) FROM kind WHERE fields = ''"))[0] == 0
    connection.close()
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


def ask(kind: CalType, name: str, host: bytes) -> HolderAsk:
    """Ask as a host of the older ledger does."""
    return HolderAsk(kind, holder_of(kind, name), name, host * 16, 7)


def cal_of(server: LicenceServer, name: str, kind: CalType) -> Row:
    """Find the one CAL of a holder."""
    with server.journal.read() as reader:
        (row,) = cals_of(reader, kind, name)
    return row


def test_its_cals_are_kept_and_tokens_are_given_anew(server: LicenceServer) -> None:
    """No CAL is issued twice. The old leaf's salt is gone, so a host that asks gets a new token, and then the same again."""
    before = cal_of(server, "ada", CalType.USER)
    for host in (b"A", b"B"):
        first, second = (server.journal.run(acquire(server, ask(CalType.USER, "ada", host))) for _ in range(2))
        assert token_of(first) == token_of(second)
        claims = check_token(token_of(first), PINNED, at=NOW, host=host * 16, holder=None, host_version=7)
        assert (claims.cal_id, claims.valid_until) == (before["cal_id"], before["valid_until"])
    assert server.journal.verify().position == END + 2


def test_its_hosts_hold_what_they_held(server: LicenceServer) -> None:
    """A lease goes on, a session's CAL is released by its host alone, and both hosts of a user's CAL still hold it."""
    session, user = cal_of(server, "s-1", CalType.SESSION), cal_of(server, "ada", CalType.USER)
    with server.journal.read() as reader:
        assert [has_token(reader, user, host * 16) for host in (b"A", b"B", b"C")] == [True, True, False]
        assert hosts_with_token(reader, user) == {b"A" * 16, b"B" * 16}
    beaten = [
        server.journal.run(partial(heartbeat, cal_id=session["cal_id"], host=h * 16, seconds=600)).value
        for h in (b"A", b"B")
    ]
    assert beaten == [True, False]
    with pytest.raises(NotFound):
        server.journal.run(release(session["cal_id"], b"B" * 16))
    server.journal.run(release(session["cal_id"], b"A" * 16))
    assert server.journal.verify().position == END + 1
