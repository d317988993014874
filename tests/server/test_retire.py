"""A licence server is frozen, thawed by a call, erased; and every step is done or not done."""

from pathlib import Path

import pytest

from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.core.deciding import Reason, Refused
from calvox.core.freezing import ServerFrozen
from calvox.core.outages import PolicySet
from calvox.core.products import CalType
from calvox.server import retire
from calvox.server.confirm import Done, SignsOtherData
from calvox.server.freeze import freeze, freeze_of, prepare_thaw
from calvox.server.moving import packs_to_move, read_pack_list, write_pack_list
from calvox.server.report import status
from calvox.server.retire import (
    DONE,
    MARK,
    SECRETS,
    begin_retirement,
    demand_retired,
    settle_retirement,
    statements_kept,
)
from calvox.server.statements import set_policy
from calvox.trust.policies import open_policy
from calvox.trust.tokens import Pinned
from calvox.wire.phone import confirmation
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import number_of
from calvox.wire.phone.identity import retirement_matches
from calvox.wire.phone.message import Kind
from tests.world import Site, wish

STOCK = wish("device", "2022", 20), wish("user", "2022", 5, ends="2028-03")
NEXT = ("https://next:7400",)


@pytest.fixture
def active(new: Site) -> Site:
    """Give an activated server with two packs."""
    new.activate(*STOCK)
    return new


def test_a_freeze_holds_new_cals_back_and_nothing_else(active: Site) -> None:
    """Renewals and returns go on; the entry has a sequence of its own."""
    host = active.enrol("rdsh-1", "2022")
    anna = host.cal(CalType.USER, "anna")
    session_free = freeze(active.server, "moving", "ada")
    assert session_free.sequence == 3
    assert host.acquire(CalType.USER, "ben") == Refused(Reason.SERVER_FROZEN)
    active.clock.later(days=55)
    assert host.cal(CalType.USER, "anna").claims.valid_until > anna.claims.valid_until
    assert active.entries().count("ServerFrozen") == 1
    assert freeze(active.server, "again", "eve") == session_free
    assert active.entries().count("ServerFrozen") == 1
    fact = active.read(lambda r: next(r.fact(e) for e in r.entries() if e.kind == "ServerFrozen"))
    assert fact == ServerFrozen(sequence=3, why="moving", by="ada")


def test_a_thaw_serves_once(active: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code that ended one freeze does not end the next, and the next pack has the next sequence."""
    host = active.enrol("rdsh-1", "2022")
    freeze(active.server, "", "ada")
    code = active.reads(prepare_thaw(active.server, "ada"))
    active.type(code)
    assert active.finish() == Done(False, (), "2027-01-15", 0, ())
    assert active.read(freeze_of).since == 0
    host.cal(CalType.USER, "ben")
    active.restart()
    freeze(active.server, "", "ada")
    prepare_thaw(active.server, "ada")
    active.type(code)
    assert active.read(freeze_of).sequence == 4
    assert active.rows("server")[0]["next_sequence"] == 5
    monkeypatch.setattr(confirmation, "NEAR_DAYS", 3)
    monkeypatch.setattr(confirmation, "LAST_DAY", confirmation.FIRST_DAY)
    assert active.finish() == SignsOtherData()
    assert active.read(freeze_of).since


def test_a_server_that_is_not_frozen_is_not_thawed(active: Site) -> None:
    """And an open call of another kind stands in the way."""
    with pytest.raises(Conflict, match="not frozen"):
        prepare_thaw(active.server, "ada")
    freeze(active.server, "", "ada")
    active.prepare(wish("device", "2022", 1))
    with pytest.raises(Conflict, match="Another call"):
        prepare_thaw(active.server, "ada")


def test_nothing_is_erased_that_is_not_frozen_or_not_meant(active: Site) -> None:
    """The name must be typed, and no call may be open."""
    with pytest.raises(Conflict, match="frozen before"):
        begin_retirement(active.server, "localhost", (), "ada")
    freeze(active.server, "", "ada")
    with pytest.raises(BadInput, match="another one"):
        begin_retirement(active.server, "other", (), "ada")
    call = prepare_thaw(active.server, "ada")
    with pytest.raises(Conflict, match="A call is open"):
        begin_retirement(active.server, "localhost", (), "ada")
    assert Kind(call.kind) is Kind.THAW
    assert not (active.folder / MARK).exists()


def test_an_erased_server_shows_its_proof_for_ever(active: Site) -> None:
    """It matches the ID; root, keys and ledger are gone; TLS key and the hosts' last policy stay and verify."""
    host = active.enrol("rdsh-1", "2022").enrolled
    set_policy(
        active.server,
        PolicySet(mode="user", servers=("https://old:1",), fail_open=False, outage_cals=0, outage_hours=0, by="ada"),
    )
    own = active.server.keys
    (active.folder / "keys/tls.key").write_bytes(b"tls")
    freeze(active.server, "", "ada")
    begun = begin_retirement(active.server, "localhost", NEXT, "ada")
    active.close()
    assert settle_retirement(active.folder) == begun
    retirement_matches(begun.server_id, number_of(CodeType.RETIREMENT, begun.proof))
    assert begun.server_id == own.identity.server_id
    assert not [name for name in SECRETS if (active.folder / "keys" / name).exists()]
    assert not list(active.folder.glob("journal.db*"))
    assert (active.folder / "keys/tls.key").exists()
    told = statements_kept(active.folder, host.host)
    assert told is not None
    number, policy = open_policy(told.policy, Pinned(host.server_id, host.epoch, host.public_key))
    assert (number, policy.servers, policy.mode, policy.fail_open) == (begun.policy, NEXT, "user", False)
    assert demand_retired(active.folder) == begun
    assert statements_kept(active.folder, b"x" * 16) is None
    with pytest.raises(NotFound):
        active.open()


class _Cut(Exception):
    """The power goes."""


@pytest.mark.parametrize("step", range(12))
def test_a_retirement_that_is_cut_off_is_done_or_not_done(
    active: Site, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut at each file in turn: before the mark the server runs on; after it the next start finishes, with the same proof."""
    freeze(active.server, "", "ada")
    left = [step]

    def counted(name: str, work: object) -> object:
        def run(*arguments: object, **named: object) -> object:
            if left[0] == 0:
                raise _Cut
            left[0] -= 1
            return work(*arguments, **named)  # type: ignore[operator]

        return run

    for name in ("write_whole", "_destroy", "sync_folder"):
        monkeypatch.setattr(retire, name, counted(name, getattr(retire, name)))
    cut = False
    try:
        begin_retirement(active.server, "localhost", (), "ada")
        active.close()
        settle_retirement(active.folder)
    except _Cut:
        cut = True
    monkeypatch.undo()
    active.close()
    if not (active.folder / MARK).exists() and not (active.folder / DONE).exists():
        assert cut
        active.open()
        assert active.read(freeze_of).since
        active.close()
        return
    done = settle_retirement(active.folder)
    assert done is not None
    retirement_matches(done.server_id, number_of(CodeType.RETIREMENT, done.proof))
    assert not [name for name in SECRETS if (active.folder / "keys" / name).exists()]
    assert settle_retirement(active.folder) == done


def test_packs_travel_as_a_list(active: Site, tmp_path: Path) -> None:
    """What was asked for is what is listed, and what is read from the file."""
    packs = active.read(lambda reader: packs_to_move(reader, active.clock()))
    assert packs == STOCK
    data = write_pack_list(active.server_id, packs)
    assert (read_pack_list(data).packs, read_pack_list(data).server_id) == (STOCK, active.server_id.hex())
    with pytest.raises(BadInput, match="no list"):
        read_pack_list(data.replace(b"calvox-packs-1", b"calvox-packs-9"))
    active.clock.later(days=600)
    assert active.read(lambda reader: packs_to_move(reader, active.clock())) == STOCK[:1]


def test_the_status_tells_a_freeze_by_hand(active: Site) -> None:
    """Since when, and that renewals go on."""
    before = active.read(lambda reader: status(active.server, reader))
    assert (before.frozen, before.held_since) == ("no", 0)
    freeze(active.server, "", "ada")
    told = active.read(lambda reader: status(active.server, reader))
    assert (told.frozen, told.held_since) == ("new", active.clock())
