"""A call up to the dictation: one open at a time, each sequence given out once for ever."""

import pytest

from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.server.call import PackWish, give_up, open_call, prepare, the_open_call
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import Request, unpack_request
from tests.world import AGREEMENT, Site, wish


def requested(site: Site, requests: tuple[bytes, ...]) -> list[Request]:
    """Read requests."""
    return [unpack_request(site.server_id, data) for data in requests]


def test_a_call_carries_what_was_wanted(new: Site) -> None:
    """Several packs in one call, in ascending sequence from 1."""
    call = new.prepare(wish("device", "2022", 20), wish("user", "2025", 5, ends="2027-06"), activate=True)
    first, second = requested(new, call.requests)
    assert call.kind == Kind.ACTIVATE_AND_PACKS
    assert (first.sequence, int(first.cal_type), first.version, first.quantity, first.expiry) == (1, 0, 7, 20, 0)
    assert (second.sequence, int(second.cal_type), second.version, second.quantity) == (2, 1, 8, 5)
    assert first.agreement == second.agreement == int(AGREEMENT)
    assert int(first.programme) == 6


@pytest.mark.parametrize(("activate", "kind"), [(True, Kind.ACTIVATE), (False, Kind.PACKS)])
def test_the_kind_follows_from_what_is_wanted(new: Site, activate: bool, kind: Kind) -> None:
    """Activation alone, or packs alone."""
    if activate:
        assert new.prepare(activate=True).kind == kind
    else:
        new.activate()
        assert new.prepare(wish("device", "2022", 1)).kind == kind


def test_the_same_wishes_again_are_the_same_call(new: Site) -> None:
    """Its requests have been read out already; who asks again gets them again."""
    wishes = (wish("device", "2022", 20), wish("user", "2022", 20))
    call = new.prepare(*wishes, activate=True)
    new.clock.later(days=1)
    assert new.prepare(*wishes, activate=True) == call
    new.restart()
    assert new.prepare(*wishes, activate=True) == call
    assert new.entries().count("PackRequested") == 2


@pytest.mark.parametrize(
    ("wishes", "activate"),
    [
        ((wish("device", "2022", 21),), True),
        ((wish("device", "2025", 20),), True),
        ((wish("device", "2022", 20), wish("device", "2022", 20)), True),
        ((wish("device", "2022", 20, ends="2030-01"),), True),
        ((), True),
        ((wish("device", "2022", 20),), False),
    ],
)
def test_another_call_waits_for_the_open_one(new: Site, wishes: tuple[PackWish, ...], activate: bool) -> None:
    """And costs no sequence."""
    call = new.prepare(wish("device", "2022", 20), activate=True)
    with pytest.raises(Conflict, match="open") as caught:
        new.prepare(*wishes, activate=activate)
    assert caught.value.hint is not None
    assert new.read(the_open_call) == call
    assert new.entries().count("PackRequested") == 1


def test_a_sequence_is_never_given_out_again(new: Site) -> None:
    """Not after giving up, not after a restart, not for other wishes."""
    seen = []
    for quantity in (1, 1, 2):
        call = new.prepare(wish("device", "2022", quantity), activate=True)
        seen += [request.sequence for request in requested(new, call.requests)]
        give_up(new.server)
        new.restart()
    assert seen == [1, 2, 3]


def test_giving_up_wants_an_open_call(new: Site) -> None:
    """As does showing it."""
    for look in (lambda: give_up(new.server), lambda: new.read(the_open_call)):
        with pytest.raises(NotFound, match="No call is open"):
            look()
    assert new.read(open_call) is None


def test_the_last_sequence_is_1023(new: Site) -> None:
    """Then the server must be enrolled anew; nothing of the call that did not fit remains."""
    for _ in range(4):
        new.prepare(*[wish("user", "2022", 1)] * 255, activate=True)
        give_up(new.server)
    last = new.prepare(wish("user", "2022", 1), wish("user", "2022", 1), wish("user", "2022", 1), activate=True)
    assert requested(new, last.requests)[-1].sequence == 1023
    give_up(new.server)
    with pytest.raises(Conflict, match="used up"):
        new.prepare(wish("user", "2022", 1), activate=True)
    assert new.read(open_call) is None


def test_a_call_covers_255_packs_at_most(new: Site) -> None:
    """More would not fit the message that is signed, so no sequence is spent on them."""
    with pytest.raises(BadInput, match="256"):
        new.prepare(*[wish("user", "2022", 1)] * 256, activate=True)
    assert new.entries().count("PackRequested") == 0
    assert new.read(open_call) is None


def test_packs_alone_want_an_activated_server(new: Site) -> None:
    """The hint says how to do both at once."""
    with pytest.raises(Conflict, match="not activated"):
        new.prepare(wish("device", "2022", 1))


def test_a_server_is_activated_once(stocked: Site) -> None:
    """Packs go in by another call."""
    with pytest.raises(Conflict, match="activated already"):
        stocked.prepare(activate=True)
    with pytest.raises(BadInput, match="at least one pack"):
        stocked.prepare()


GOOD = {"cal_type": "device", "version": "2022", "quantity": 1, "programme": "open", "agreement": AGREEMENT, "ends": ""}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cal_type", "desk"),
        ("version", "2023"),
        ("quantity", 0),
        ("quantity", -1),
        ("quantity", 1 << 17),
        ("programme", "gift"),
        ("agreement", ""),
        ("agreement", "1234567890123"),
        ("agreement", "12345678901x"),
        ("ends", "June"),
        ("ends", "2027-13"),
        ("ends", "2019-12"),
        ("ends", "9999-12"),
    ],
)
def test_a_wish_that_is_not_well_formed_is_told(new: Site, field: str, value: object) -> None:
    """Nothing is entered."""
    wanted = PackWish(**{**GOOD, field: value})  # type: ignore[arg-type]
    with pytest.raises(BadInput):
        prepare(new.server, activate=True, wishes=[wanted], by="ada")
    assert new.entries().count("PackRequested") == 0
