"""Register first, then sign, then verify, then read out; and the same again gives the same."""

from collections.abc import Callable

import pytest

from calvox.centre.calls import CallsAsked
from calvox.centre.desk import pending_calls
from calvox.centre.keys import BlsSigner, public_key
from calvox.centre.refusals import Reason, Refusal
from calvox.centre.servers import BlacklistServer, RetireServer, ServersAsked, blacklist, list_servers, retire
from calvox.centre.signing import ReadAgain, Signed, read_again, sign_registered
from calvox.common.clock import day_of
from calvox.common.errors import BadCode, BadInput, BadSignature, Conflict, KeyLocked, NotFound
from calvox.wire.phone.confirmation import Accepted, judge
from calvox.wire.phone.message import Kind
from tests.centre.world import (
    OTHER_SERVER,
    SECRET,
    SERVER,
    START,
    BrokenSigner,
    Centre,
    PowerCut,
    device,
    user,
)

DAY = 86_400


def accepted(centre: Centre, signed: Signed, today: int = day_of(START)) -> Accepted:
    """Have the receiver judge what was read out."""
    requests = [bytes.fromhex(text) for text in signed.requests]
    code = int(signed.confirmation, 16)
    verdict = judge(
        public_key(centre.folder), Kind(signed.kind), bytes.fromhex(signed.server_id), requests, today, code
    )
    assert isinstance(verdict, Accepted)
    return verdict


def cut_off(centre: Centre, call: str) -> None:
    """Sign, and lose power after registering."""
    centre.reopen()
    centre.signer = BrokenSigner()
    with pytest.raises(PowerCut):
        centre.sign(call)
    centre.signer = None
    centre.reopen()


def test_the_receiver_accepts_what_is_read_out(centre: Centre) -> None:
    """Each kind, on the very issue day."""
    for signed in (centre.signed(), centre.signed(device(10, 1)), centre.signed(device(1, 2), kind="both")):
        assert accepted(centre, signed).day == day_of(START) == signed.issue_day
    assert centre.taken() == 11


def test_it_is_registered_before_it_is_signed(centre: Centre) -> None:
    """The entries of a call stand in this order, and each in its own batch where it must."""
    before = len(centre.facts())
    centre.signed(device(10, 1))
    kinds = [type(fact).__name__ for fact in centre.facts()[before:]]
    assert kinds == ["ServerRegistered", "ConfirmationRegistered", "ServerActivated", "ConfirmationSigned"]
    with centre.context.journal.read() as reader:
        last = reader.head.position
        assert reader.batch_of(last).first == last
        assert reader.batch_of(last - 1).first == last - 3


def test_the_same_request_again_gets_the_same_and_consumes_nothing(centre: Centre) -> None:
    """Days later, from an operator who prepares anew, and after a restart."""
    first = centre.signed(device(30, 1))
    entries = len(centre.facts())
    centre.now += 5 * DAY
    centre.reopen()
    again = centre.prepared(device(30, 1))
    assert (again.already_signed, again.call) == (True, first.call)
    assert [line.new for line in again.lines] == [False]
    assert centre.sign(again.call) == first
    assert centre.taken() == 30
    assert len(centre.facts()) == entries


def test_an_activation_again_gets_the_same(centre: Centre) -> None:
    """Whether the server is active already or not."""
    first = centre.signed()
    centre.now += 5 * DAY
    assert centre.signed() == first
    assert len(centre.facts("ServerActivated")) == 1


def test_the_same_is_given_even_when_nothing_new_would_be(centre: Centre) -> None:
    """What was confirmed stays confirmed when the line is used up and has ended."""
    first = centre.signed(user(10, 1, expiry=84))
    centre.now += 500 * DAY
    assert centre.signed(user(10, 1, expiry=84)) == first


def test_two_prepared_calls_for_the_same_are_one(centre: Centre) -> None:
    """The second to be signed gets what the first got."""
    one, two = centre.prepared(device(60, 1)), centre.prepared(device(60, 1))
    assert one.call != two.call
    first = centre.sign(one.call)
    centre.now += DAY
    assert centre.sign(two.call) == first
    assert centre.taken() == 60


def test_signing_judges_again(centre: Centre) -> None:
    """What was true when the call was prepared may not be true any more."""
    one, two = centre.prepared(device(60, 1)), centre.prepared(device(60, 1), server_id=OTHER_SERVER.hex())
    centre.sign(one.call)
    refusal = centre.sign(two.call)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == Reason.MORE_THAN_LEFT
    assert centre.taken() == 60
    assert pending_calls(centre.context, CallsAsked(), "op") == []
    with pytest.raises(NotFound):
        centre.sign(two.call)


def test_a_pack_counts_once_however_many_confirmations_carry_it(centre: Centre) -> None:
    """A later confirmation may carry an earlier pack beside a new one."""
    centre.signed(device(60, 1))
    both = centre.prepared(device(60, 1), device(40, 2))
    assert [line.new for line in both.lines] == [False, True]
    first = read_again(centre.context, ReadAgain(SERVER.hex()), "op")
    second = centre.signed(device(60, 1), device(40, 2))
    accepted(centre, second)
    assert centre.taken() == 100
    with centre.context.journal.read() as reader:
        assert isinstance(first, Signed)
        assert [row["call"].hex() for row in reader.select("request")] == [first.call, second.call]


def test_an_earlier_pack_alone_does_not_lower_the_highest_sequence(centre: Centre) -> None:
    """So that a hole stays a hole."""
    centre.signed(device(1, 1))
    centre.signed(device(1, 9))
    centre.signed(device(1, 1), kind="packs")
    assert list_servers(centre.context, ServersAsked(), "op")[0].highest == 9
    assert centre.refused(device(1, 5)) == Reason.SEQUENCE_NOT_ASCENDING


def test_a_crash_between_registering_and_signing_loses_nothing(centre: Centre) -> None:
    """The next start signs it, with the day on which it was registered."""
    call = centre.prepared(device(30, 1)).call
    cut_off(centre, call)
    assert centre.taken() == 30
    assert not centre.facts("ConfirmationSigned")
    centre.now += 3 * DAY
    assert sign_registered(centre.context) == 1
    assert sign_registered(centre.context) == 0
    signed = read_again(centre.context, ReadAgain(call), "op")
    assert isinstance(signed, Signed)
    assert accepted(centre, signed, day_of(centre.now)).day == day_of(START)
    assert len(centre.facts("ConfirmationSigned")) == 1


@pytest.mark.parametrize("way", ["sign", "prepare", "read call", "read server"])
def test_after_a_crash_it_is_signed_when_it_is_asked_for(centre: Centre, way: str) -> None:
    """By the same call, by a new one, or by reading it again."""
    call = centre.prepared(device(30, 1)).call
    cut_off(centre, call)
    centre.now += DAY
    ways: dict[str, Callable[[], Signed | Refusal]] = {
        "sign": lambda: centre.sign(call),
        "prepare": lambda: centre.signed(device(30, 1)),
        "read call": lambda: read_again(centre.context, ReadAgain(call), "op"),
        "read server": lambda: read_again(centre.context, ReadAgain(SERVER.hex()), "op"),
    }
    signed = ways[way]()
    assert isinstance(signed, Signed)
    assert signed.call == call
    assert accepted(centre, signed, day_of(centre.now)).day == day_of(START)
    assert centre.taken() == 30


def test_nothing_is_registered_while_the_key_is_locked(centre: Centre) -> None:
    """The call waits, and takes nothing."""
    call = centre.prepared(device(30, 1)).call
    centre.context._unlock = None
    with pytest.raises(KeyLocked):
        centre.sign(call)
    assert centre.taken() == 0
    assert len(pending_calls(centre.context, CallsAsked(), "op")) == 1


def test_another_key_signs_nothing(centre: Centre) -> None:
    """A signature that does not fit the registered public key is never read out."""
    call = centre.prepared(device(30, 1)).call
    centre.signer = BlsSigner(12345)
    with pytest.raises(BadSignature):
        centre.sign(call)
    assert not centre.facts("ConfirmationSigned")


def test_the_last_confirmation_of_a_server_is_read_again(centre: Centre) -> None:
    """Or that of any call; nothing is entered."""
    first, last = centre.signed(), centre.signed(device(1, 1))
    entries = len(centre.facts())
    assert read_again(centre.context, ReadAgain(SERVER.hex()), "op") == last
    assert read_again(centre.context, ReadAgain(first.call), "op") == first
    assert len(centre.facts()) == entries
    with pytest.raises(NotFound):
        read_again(centre.context, ReadAgain(OTHER_SERVER.hex()), "op")
    with pytest.raises(BadInput):
        read_again(centre.context, ReadAgain("abc"), "op")


def test_a_prepared_call_is_signed_within_its_time(centre: Centre) -> None:
    """Later it must be prepared again; one that never was is not found."""
    prepared = centre.prepared()
    centre.now = prepared.expires
    for call in (prepared.call, "00" * 8):
        with pytest.raises(NotFound):
            centre.sign(call)


def test_a_blacklisted_server_gets_nothing_more(centre: Centre) -> None:
    """Not what was prepared, not what was registered, not what was signed."""
    signed, waiting = centre.signed(), centre.prepared(device(1, 1))
    owed = centre.prepared(device(2, 1))
    cut_off(centre, owed.call)
    blacklist(centre.context, BlacklistServer(SERVER.hex(), "stolen"), "chief")
    asked = [centre.sign(call) for call in (signed.call, waiting.call, owed.call)]
    asked.append(read_again(centre.context, ReadAgain(SERVER.hex()), "op"))
    assert all(isinstance(a, Refusal) and a.reason == Reason.SERVER_BLACKLISTED for a in asked)
    assert sign_registered(centre.context) == 0
    assert len(centre.facts("CallRefused")) == 4


def test_only_its_own_proof_retires_a_server(centre: Centre) -> None:
    """Known to the centre or not; and once."""
    proof = SECRET.to_bytes(14, "big").hex()
    with pytest.raises(BadCode):
        retire(centre.context, RetireServer(OTHER_SERVER.hex(), proof), "op")
    with pytest.raises(BadInput):
        retire(centre.context, RetireServer(SERVER.hex(), "00"), "op")
    assert retire(centre.context, RetireServer(SERVER.hex(), proof), "op").state == "retired"
    with pytest.raises(Conflict):
        retire(centre.context, RetireServer(SERVER.hex(), proof), "op")
    with pytest.raises(Conflict):
        blacklist(centre.context, BlacklistServer(SERVER.hex(), "stolen"), "chief")
    with pytest.raises(BadInput):
        blacklist(centre.context, BlacklistServer(OTHER_SERVER.hex(), " "), "chief")
