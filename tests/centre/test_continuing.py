"""A licence server that was enrolled anew: the centre knows it by its IDs, asks for no pack, and counts what it had as its own."""

import pytest

from calvox.centre.calls import Prepared
from calvox.centre.continuing import continues, ids_of
from calvox.centre.refusals import Reason
from calvox.centre.replaced import old_server
from calvox.centre.replacing import credit_of
from calvox.centre.servers import RetireServer, retire
from calvox.common.clock import DAY
from calvox.core.book import kind_of
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import bytes_of
from calvox.wire.phone.identity import server_id
from calvox.wire.phone.message import Kind
from tests.centre.test_succession import left
from tests.centre.world import AGREEMENT, OTHER_SERVER, SECRET, SERVER, Centre, device

SECOND, THIRD = server_id(SECRET + 2, epoch=2), server_id(SECRET + 3, epoch=3)
ANEW = {"server_id": SECOND.hex(), "kind": "reissue", "replaces": SERVER.hex(), "why": "another board"}
ELSEWHERE = {"server_id": OTHER_SERVER.hex(), "kind": "reissue", "replaces": SECOND.hex()}


def test_it_keeps_its_packs_and_its_old_id_gets_nothing_more(centre: Centre) -> None:
    """Nothing is taken and nothing comes back; the next packs are asked for under the new ID."""
    centre.signed(device(60, 1))
    prepared = centre.prepared(**ANEW)
    assert isinstance(prepared, Prepared)
    assert prepared.continues
    signed = centre.signed(**ANEW)
    assert (signed.kind, signed.server_id, signed.requests) == (Kind.REISSUE, SECOND.hex(), [])
    assert left(centre) == 40
    assert centre.refused(device(1, 2)) is Reason.SERVER_RETIRED
    centre.signed(device(40, 1), server_id=SECOND.hex())
    assert left(centre) == 0
    kinds = [kind_of(fact) for fact in centre.facts()]
    at = kinds.index("ServerReplaced")
    assert kinds[at : at + 3] == ["ServerReplaced", "ServerReenrolled", "ConfirmationRegistered"]


def test_it_is_asked_for_no_pack(centre: Centre) -> None:
    """For the code would sign other data than the licence server awaits."""
    centre.signed(device(60, 1))
    assert centre.refused(device(60, 1), **ANEW) is Reason.KEEPS_ITS_PACKS
    assert "keeps its packs" in str(Reason.KEEPS_ITS_PACKS.text)


def test_the_same_call_again_is_the_same_code(centre: Centre) -> None:
    """The line dropped: it is known, and still said to be the same licence server."""
    centre.signed(device(60, 1))
    first = centre.signed(**ANEW)
    again = centre.prepared(**ANEW)
    assert (again.already_signed, again.continues) == (True, True)
    assert centre.signed(**ANEW).confirmation == first.confirmation


def test_what_it_had_under_an_earlier_id_moves_with_it(centre: Centre) -> None:
    """Retired by the proof of its present ID, everything comes back; a successor takes all of it at once."""
    centre.signed(device(60, 1))
    centre.signed(**ANEW)
    centre.signed(device(40, 1), server_id=SECOND.hex())
    with centre.context.journal.read() as reader:
        assert credit_of(reader, AGREEMENT, SECOND, centre.now) == {1: 100}
        assert [one.quantity for one in old_server(reader, SECOND, AGREEMENT, centre.now).packs] == [60, 40]
    proof = bytes_of(CodeType.RETIREMENT, SECRET + 2).hex()
    centre.signed(device(70, 1), proof=proof, **ELSEWHERE)
    assert left(centre) == 0
    centre.now += 90 * DAY
    assert left(centre) == 30


def test_without_a_successor_everything_comes_back(centre: Centre) -> None:
    """After 90 days, of both IDs, and once."""
    centre.signed(device(60, 1))
    centre.signed(**ANEW)
    centre.signed(device(30, 1), server_id=SECOND.hex())
    retire(centre.context, RetireServer(SECOND.hex(), bytes_of(CodeType.RETIREMENT, SECRET + 2).hex()), "op")
    assert left(centre) == 10
    centre.now += 90 * DAY
    assert left(centre) == 100


def test_epochs_follow_one_another(centre: Centre) -> None:
    """The third knows the first; the limits of a reissue without proof hold between them."""
    centre.signed(device(60, 1))
    centre.signed(**ANEW)
    more = {**ANEW, "server_id": THIRD.hex(), "replaces": SECOND.hex()}
    assert centre.refused(**more) is Reason.REISSUE_TOO_OFTEN
    centre.now += 91 * DAY
    centre.signed(**more)
    with centre.context.journal.read() as reader:
        assert ids_of(reader, THIRD) == [THIRD, SECOND, SERVER]
        assert credit_of(reader, AGREEMENT, THIRD, centre.now) == {1: 60}


@pytest.mark.parametrize("new", [OTHER_SERVER, server_id(SECRET + 4, epoch=3)])
def test_another_epoch_is_another_licence_server(centre: Centre, new: bytes) -> None:
    """A new installation begins at 1, and what is asked for moves to it."""
    centre.signed(device(60, 1))
    signed = centre.signed(device(60, 1), **ANEW | {"server_id": new.hex()})
    assert len(signed.requests) == 1
    assert not centre.facts("ServerReenrolled")


def test_an_id_that_was_heard_of_before_is_another_licence_server(centre: Centre) -> None:
    """Though its epoch would fit."""
    centre.signed(device(60, 1))
    centre.signed(device(1, 1), server_id=SECOND.hex())
    with centre.context.journal.read() as reader:
        assert not continues(reader, SECOND, SERVER)
        assert continues(reader, server_id(SECRET + 5, epoch=2), SERVER)
        assert not continues(reader, server_id(SECRET + 5, epoch=2), OTHER_SERVER)
    centre.signed(device(50, 2), **ANEW)
    assert not centre.facts("ServerReenrolled")


def test_an_erased_server_has_no_next_epoch(centre: Centre) -> None:
    """What gave its proof is gone, and a migration it is."""
    centre.signed(device(60, 1))
    proof = bytes_of(CodeType.RETIREMENT, SECRET).hex()
    centre.signed(device(60, 1), proof=proof, **ANEW)
    assert not centre.facts("ServerReenrolled")


def test_the_epoch_is_told_modulo_sixteen(centre: Centre) -> None:
    """After 15 comes 0, which is 16."""
    fifteen, sixteen = server_id(SECRET + 6, epoch=15), server_id(SECRET + 7, epoch=16)
    centre.signed(device(60, 1), server_id=fifteen.hex())
    centre.signed(**ANEW | {"server_id": sixteen.hex(), "replaces": fifteen.hex()})
    assert len(centre.facts("ServerReenrolled")) == 1
