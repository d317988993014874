"""What a confirmation may cover."""

import pytest

from calvox.common.errors import BadCode, BadInput
from calvox.wire.phone.identity import server_id
from calvox.wire.phone.message import Kind, control_words, message, message_body
from calvox.wire.phone.request import CalType, Programme, Request, RequestKind, pack_request, thaw_request

SERVER = server_id(1, epoch=1)


def pack(sequence: int, quantity: int = 5) -> bytes:
    """Make a pack request of this server."""
    fields = (RequestKind.PACK, Programme.OPEN, 1, CalType.USER, 8, quantity, sequence, 1, 0)
    return pack_request(SERVER, Request(*fields))


THAW = pack_request(SERVER, thaw_request(9))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Kind.ACTIVATE, [0], [1]),
        (Kind.PACKS, [1, 2, 255], [0, 256]),
        (Kind.ACTIVATE_AND_PACKS, [1, 255], [0, 256]),
        (Kind.REISSUE, [0, 1, 255], [256]),
        (Kind.THAW, [], [0, 1, 2]),
    ],
)
def test_each_kind_covers_its_number_of_packs(kind: Kind, good: list[int], bad: list[int]) -> None:
    """Too few or too many requests are refused; a thaw takes no pack at all."""
    for count in good:
        assert message_body(kind, SERVER, [pack(i) for i in range(count)])[33] == count
    for count in bad:
        with pytest.raises(BadInput):
            message_body(kind, SERVER, [pack(i) for i in range(count)])


def test_a_thaw_covers_one_thaw() -> None:
    """A thaw request serves in a thaw and nowhere else."""
    assert message_body(Kind.THAW, SERVER, [THAW]).endswith(THAW)
    for kind in (Kind.PACKS, Kind.ACTIVATE_AND_PACKS, Kind.REISSUE):
        with pytest.raises(BadInput):
            message_body(kind, SERVER, [THAW])


def test_requests_stand_in_ascending_sequence() -> None:
    """Another order, or a sequence twice, is refused."""
    for wrong in ([pack(2), pack(1)], [pack(1), pack(1, 6)]):
        with pytest.raises(BadInput, match="ascending"):
            message_body(Kind.PACKS, SERVER, wrong)


def test_every_request_is_this_servers() -> None:
    """A request of another server ID is refused before anything is signed."""
    with pytest.raises(BadCode):
        message_body(Kind.PACKS, server_id(2, epoch=1), [pack(1)])


def test_the_day_is_in_the_message_and_not_in_the_control_words() -> None:
    """Two days give two messages; the words cover everything but the day."""
    assert message(Kind.ACTIVATE, SERVER, [], 1)[:-4] == message(Kind.ACTIVATE, SERVER, [], 2)[:-4]
    assert message(Kind.ACTIVATE, SERVER, [], 1) != message(Kind.ACTIVATE, SERVER, [], 2)
    some = {control_words(Kind.PACKS, SERVER, [pack(1, quantity)], "en") for quantity in range(1, 30)}
    assert len(some) == 29
    for day in (-1, 1 << 32):
        with pytest.raises(BadInput):
            message(Kind.ACTIVATE, SERVER, [], day)
