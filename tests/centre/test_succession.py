"""A licence server takes another one's place: proven or not, how often, and what comes back when."""

import pytest

from calvox.centre.agreements import lines_of
from calvox.centre.refusals import Reason, Refusal
from calvox.centre.replacing import within_limits
from calvox.centre.servers import RetireServer, retire
from calvox.centre.signing import Signed
from calvox.centre.succession import AllowReissue, allow_reissue
from calvox.common.clock import DAY
from calvox.common.errors import BadCode, NotFound
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import bytes_of
from calvox.wire.phone.identity import server_id
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import pack_request, thaw_request
from tests.centre.world import AGREEMENT, OTHER_SERVER, SECRET, SERVER, START, BrokenSigner, Centre, PowerCut, device

PROOF = bytes_of(CodeType.RETIREMENT, SECRET).hex()
NEW = {"server_id": OTHER_SERVER.hex(), "kind": "reissue", "replaces": SERVER.hex()}


def left(centre: Centre, line: int = 1) -> int:
    """Tell what may be taken of a line now."""
    with centre.context.journal.read() as reader:
        (row,) = [row for row in lines_of(reader, AGREEMENT, centre.now) if row["line"] == line]
    return row["quantity"] - row["taken"]


def test_a_proof_lets_its_licences_come_back_after_the_longest_life_of_a_token(centre: Centre) -> None:
    """Not a second before, and the ID is refused at once."""
    centre.signed(device(60, 1))
    retire(centre.context, RetireServer(SERVER.hex(), PROOF), "op")
    assert centre.refused(device(1, 2)) is Reason.SERVER_RETIRED
    centre.now = START + 90 * DAY - 1
    assert left(centre) == 40
    centre.now += 1
    assert left(centre) == 100


def test_a_migration_takes_everything_in_one_call(centre: Centre) -> None:
    """The line is full, and yet the successor has its packs at once; the old ID is refused, the rest waits."""
    centre.signed(device(100, 1))
    signed = centre.signed(device(70, 1), proof=PROOF, **NEW)
    assert (signed.kind, signed.server_id) == (Kind.REISSUE, OTHER_SERVER.hex())
    assert centre.refused() is Reason.SERVER_RETIRED
    assert left(centre) == 0
    centre.now += 90 * DAY
    assert left(centre) == 30
    assert centre.refused(device(31, 2), server_id=OTHER_SERVER.hex()) is Reason.MORE_THAN_LEFT
    centre.signed(device(30, 2), server_id=OTHER_SERVER.hex())


def test_a_server_that_was_retired_first_is_migrated_alike(centre: Centre) -> None:
    """And what has moved does not come back a second time."""
    centre.signed(device(100, 1))
    retire(centre.context, RetireServer(SERVER.hex(), PROOF), "op")
    centre.now += DAY
    centre.signed(device(70, 1), **NEW)
    assert left(centre) == 0
    centre.now += 90 * DAY
    assert left(centre) == 30


def test_after_the_licences_came_back_a_migration_asks_for_what_is_left(centre: Centre) -> None:
    """Nothing is counted twice."""
    centre.signed(device(100, 1))
    retire(centre.context, RetireServer(SERVER.hex(), PROOF), "op")
    centre.now += 91 * DAY
    centre.signed(device(50, 1), server_id=server_id(SECRET + 9, epoch=1).hex())
    assert centre.refused(device(51, 1), **NEW) is Reason.MORE_THAN_LEFT
    centre.signed(device(50, 1), **NEW)


def test_a_wrong_proof_moves_nothing(centre: Centre) -> None:
    """It is told as what it is."""
    centre.signed(device(10, 1))
    with pytest.raises(BadCode):
        centre.ask(device(10, 1), proof=bytes_of(CodeType.RETIREMENT, SECRET + 1).hex(), **NEW)
    assert not centre.facts("ServerRetired")


def test_a_loss_is_made_good_within_limits(centre: Centre) -> None:
    """The lost ID is refused, and what its successor does not take stays taken for ever."""
    centre.signed(device(100, 1))
    centre.signed(device(70, 1), why="burnt down", **NEW)
    assert centre.refused() is Reason.SERVER_RETIRED
    centre.now += 400 * DAY
    assert left(centre) == 0
    third = server_id(SECRET + 2, epoch=1).hex()
    assert centre.refused(device(70, 1), **NEW | {"server_id": third}) is Reason.OLD_SERVER_REPLACED


def test_the_limits_are_those_of_the_agreement(centre: Centre) -> None:
    """Once in 90 days; a supervisor's leave serves once, and says who and why."""
    centre.signed(device(10, 1))
    centre.signed(device(10, 1), why="lost", **NEW)
    third, fourth = (server_id(SECRET + n, epoch=1).hex() for n in (2, 3))
    again = {"server_id": third, "kind": "reissue", "replaces": OTHER_SERVER.hex(), "why": "lost"}
    assert centre.refused(device(10, 1), **again) is Reason.REISSUE_TOO_OFTEN
    leave = allow_reissue(centre.context, AllowReissue(AGREEMENT, "flood"), "sue")
    assert leave.until == centre.now + 7 * DAY
    centre.signed(device(10, 1), **again)
    (fact,) = [fact for fact in centre.facts("ServerReplaced") if getattr(fact, "allowed_by", "")]
    assert getattr(fact, "allowed_by", "") == "sue"
    (allowed,) = centre.facts("ReissueAllowed")
    assert (getattr(allowed, "why", ""), getattr(allowed, "by", "")) == ("flood", "sue")
    more = again | {"server_id": fourth, "replaces": third}
    assert centre.refused(device(10, 1), **more) is Reason.REISSUE_TOO_OFTEN
    allow_reissue(centre.context, AllowReissue(AGREEMENT, "flood"), "sue")
    centre.now += 8 * DAY
    assert centre.refused(device(10, 1), **more) is Reason.REISSUE_TOO_OFTEN
    with pytest.raises(NotFound):
        allow_reissue(centre.context, AllowReissue(1, "flood"), "sue")


def test_three_in_two_years() -> None:
    """And once in 90 days; both end to the second."""
    year = 365 * DAY
    assert within_limits([], 10 * year)
    assert not within_limits([10 * year], 10 * year + 90 * DAY - 1)
    assert within_limits([10 * year], 10 * year + 90 * DAY)
    three = [10 * year, 10 * year + 100 * DAY, 10 * year + 200 * DAY]
    assert not within_limits(three, 10 * year + 400 * DAY)
    assert within_limits(three, 12 * year)


def test_a_server_that_was_restored_is_signed_anew(centre: Centre) -> None:
    """It needs no pack, takes nothing, and a code that was signed a week ago is another one."""
    centre.signed(device(10, 1))
    first = centre.signed(kind="reissue", why="restored")
    assert centre.signed(kind="reissue", why="restored").call == first.call
    assert centre.refused(kind="reissue", server_id=OTHER_SERVER.hex()) is Reason.NOTHING_TO_REISSUE
    centre.now += 91 * DAY
    later = centre.signed(kind="reissue", why="restored again")
    assert (later.call != first.call, centre.taken()) == (True, 10)


def test_what_is_not_known_is_not_replaced(centre: Centre) -> None:
    """Nor what another agreement paid for."""
    assert centre.refused(device(1, 1), **NEW) is Reason.OLD_SERVER_UNKNOWN


def test_a_thaw_is_signed_and_takes_nothing(centre: Centre) -> None:
    """Its request is spoken, or its sequence noted; the sequence is used up for ever."""
    centre.signed(device(10, 1))
    signed = centre.signed(requests=(pack_request(SERVER, thaw_request(2)).hex(),))
    assert (signed.kind, centre.taken()) == (Kind.THAW, 10)
    assert centre.signed(kind="thaw", thaw=2).call == signed.call
    assert centre.refused(device(1, 2)) is Reason.SEQUENCE_USED
    centre.signed(device(1, 3))
    assert centre.refused(kind="thaw", thaw=4, server_id=OTHER_SERVER.hex()) is Reason.SERVER_NOT_ACTIVATED


def test_a_migration_that_is_cut_off_is_owed_whole(centre: Centre) -> None:
    """Power goes between registering and signing: the old server is refused, the new one gets its code at the next start."""
    centre.signed(device(100, 1))
    prepared = centre.prepared(device(70, 1), proof=PROOF, **NEW)
    centre.reopen()
    centre.signer = BrokenSigner()
    with pytest.raises(PowerCut):
        centre.sign(prepared.call)
    centre.signer = None
    centre.reopen()
    assert centre.refused() is Reason.SERVER_RETIRED
    again = centre.sign(prepared.call)
    assert isinstance(again, Signed)
    assert (len(centre.facts("ServerReplaced")), len(centre.facts("ServerRetired"))) == (1, 1)


def test_what_the_caller_heard_otherwise_moves_nothing(centre: Centre) -> None:
    """Control words come before everything."""
    centre.signed(device(100, 1))
    prepared = centre.prepared(device(70, 1), proof=PROOF, **NEW)
    assert isinstance(centre.sign(prepared.call, agreed=False), Refusal)
    assert not centre.facts("ServerRetired")
