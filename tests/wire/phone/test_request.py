"""Requests: fields, bounds and the check bits."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadCode, BadInput
from calvox.wire.phone.identity import server_id
from calvox.wire.phone.request import (
    CalType,
    Programme,
    Request,
    RequestKind,
    expiry_date,
    expiry_month,
    pack_request,
    read_agreement,
    show_agreement,
    thaw_request,
    unpack_request,
)

SERVER = server_id(4711, epoch=1)
PACK = Request(RequestKind.PACK, Programme.OPEN, 1, CalType.SESSION, 8, 25, 3, 123456789012, 120)
steady = settings(derandomize=True, max_examples=60, deadline=None)


@steady
@given(
    st.builds(
        Request,
        st.just(RequestKind.PACK),
        st.sampled_from(Programme),
        st.just(1),
        st.sampled_from(CalType),
        st.integers(4, 8),
        st.integers(1, 131071),
        st.integers(0, 1023),
        st.integers(0, 10**12 - 1),
        st.integers(0, 511),
    )
)
def test_unpack_undoes_pack(request: Request) -> None:
    """Every request within bounds survives."""
    assert unpack_request(SERVER, pack_request(SERVER, request)) == request


def test_a_thaw_carries_only_its_sequence() -> None:
    """A thaw request survives, and refuses any other field by name."""
    thaw = thaw_request(77)
    assert unpack_request(SERVER, pack_request(SERVER, thaw)) == thaw
    with pytest.raises(BadInput, match="quantity"):
        replace(thaw, quantity=1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("programme", 8),
        ("product", 2),
        ("product", 0),
        ("cal_type", 3),
        ("version", 3),
        ("version", 9),
        ("quantity", 0),
        ("quantity", 131072),
        ("sequence", 1024),
        ("sequence", -1),
        ("agreement", 10**12),
        ("expiry", 512),
        ("expiry", -1),
    ],
)
def test_a_field_out_of_range_is_named(field: str, value: int) -> None:
    """The message names the field."""
    with pytest.raises(BadInput, match=field):
        replace(PACK, **{field: value})  # type: ignore[arg-type]


@steady
@given(st.integers(0, 137))
def test_any_wrong_bit_is_found(bit: int) -> None:
    """Tag and digest leave no bit unwatched."""
    spoilt = int.from_bytes(pack_request(SERVER, PACK), "big") ^ 1 << bit
    with pytest.raises(BadCode):
        unpack_request(SERVER, spoilt.to_bytes(18, "big"))


def forged(shift: int, width: int, value: int) -> bytes:
    """Put a value into a request's bits and make the digest fit."""
    body = int.from_bytes(pack_request(SERVER, PACK), "big") >> 24
    body = body & ~(((1 << width) - 1) << shift) | value << shift
    digest = hashlib.sha256(b"CALVOX-PHONE-1 request" + SERVER + body.to_bytes(18, "big")).digest()[:3]
    return (body << 24 | int.from_bytes(digest, "big")).to_bytes(18, "big")


@pytest.mark.parametrize(
    ("name", "shift", "width", "value"),
    [("kind", 111, 3, 3), ("kind", 111, 3, 0), ("cal_type", 98, 3, 5), ("agreement", 25, 40, 10**12)],
)
def test_unknown_values_in_a_whole_request_are_refused(name: str, shift: int, width: int, value: int) -> None:
    """A later version's values are refused by name, though the check bits fit."""
    with pytest.raises(BadCode, match=name):
        unpack_request(SERVER, forged(shift, width, value))


def test_the_tag_is_checked_by_itself() -> None:
    """A digest that fits does not excuse another server's tag."""
    assert unpack_request(SERVER, forged(0, 16, int.from_bytes(SERVER[-2:], "big"))) == PACK
    with pytest.raises(BadCode, match="another server"):
        unpack_request(SERVER, forged(0, 16, 0))


def test_another_servers_request_is_refused() -> None:
    """A request belongs to one server ID."""
    with pytest.raises(BadCode, match="another server"):
        unpack_request(server_id(4712, epoch=1), pack_request(SERVER, PACK))


@pytest.mark.parametrize("data", [b"", bytes(17), bytes(19), b"\xff" * 18])
def test_a_wrong_length_is_refused(data: bytes) -> None:
    """Only 138 bits in 18 bytes are looked at."""
    with pytest.raises(BadInput):
        unpack_request(SERVER, data)


@pytest.mark.parametrize(
    ("months", "day"), [(1, date(2020, 2, 29)), (84, date(2027, 1, 31)), (120, date(2030, 1, 31)), (0, None)]
)
def test_expiry_is_the_end_of_its_month(months: int, day: date | None) -> None:
    """Months count from 2020-01, the last day of the month is still good, 0 is never."""
    assert expiry_date(months) == day
    assert expiry_month(day) == months
    if day is not None:
        assert expiry_month(day.replace(day=1)) == months


@pytest.mark.parametrize("day", [date(2020, 1, 31), date(2019, 12, 1), date(2062, 9, 1)])
def test_a_date_that_no_month_can_say_is_refused(day: date) -> None:
    """2020-01 would read as never."""
    with pytest.raises(BadInput, match="expiry"):
        expiry_month(day)


def test_agreement_numbers() -> None:
    """Twelve digits are shown in threes and read with or without gaps."""
    assert show_agreement(17102888955) == "017 102 888 955"
    assert read_agreement("017 102-888955") == 17102888955
    for bad in ("", "12a", "1234567890123", "\u0661", "1" * 10_000_000):
        with pytest.raises(BadInput):
            read_agreement(bad)
    with pytest.raises(BadInput):
        show_agreement(10**12)
