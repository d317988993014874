"""Canonical bytes: what is written is read back, and nothing else is read."""

import tracemalloc
from enum import IntEnum
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadInput
from calvox.trust.canonical import DEPTH, decode, encode

KEYS = st.integers(-(1 << 64), (1 << 64) - 1) | st.text(max_size=8) | st.binary(max_size=8)
SCALARS = KEYS | st.booleans() | st.none()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=20
)
BOUNDED = settings(max_examples=300, deadline=None)


class Kind(IntEnum):
    """A number with a name."""

    USER = 1


def nested(depth: int) -> list[Any]:
    """Put lists into lists."""
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


@BOUNDED
@given(VALUES)
def test_whatever_is_written_is_read_back(value: object) -> None:
    """Every value survives, with its kinds: true does not come back as 1."""
    data = encode(value)
    again = decode(data, limit=len(data))
    assert again == value
    assert encode(again) == data
    assert cbor2.loads(data) == value


@BOUNDED
@given(st.binary(max_size=64))
def test_garbage_is_refused_or_is_already_canonical(data: bytes) -> None:
    """Bytes that are read are exactly those that would be written."""
    try:
        value = decode(data, limit=64)
    except BadInput:
        return
    assert encode(value) == data


@BOUNDED
@given(VALUES, st.data())
def test_a_changed_bit_never_gives_another_writing_of_a_value(value: object, data: st.DataObject) -> None:
    """A flipped bit is refused, or is the canonical writing of another value."""
    written = bytearray(encode(value))
    place = data.draw(st.integers(0, len(written) * 8 - 1))
    written[place // 8] ^= 1 << place % 8
    try:
        again = decode(bytes(written), limit=len(written))
    except BadInput:
        return
    assert encode(again) == bytes(written)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (256, "190100"),
        (1 << 32, "1b0000000100000000"),
        (-1, "20"),
        (-(1 << 64), "3bffffffffffffffff"),
        (b"\x01\x02", "420102"),
        ("é", "62c3a9"),
        ([True, False, None], "83f5f4f6"),
        ((1, 2), "820102"),
        (Kind.USER, "01"),
        ({2: "b", 1: "a"}, "a2016161026162"),
    ],
)
def test_values_are_written_as_the_rfc_says(value: object, expected: str) -> None:
    """RFC 8949, appendix A and §4.2.1."""
    assert encode(value).hex() == expected


def test_keys_stand_in_bytewise_order_and_not_shortest_first() -> None:
    """The example of RFC 8949 §4.2.1: 10, 100, -1, "z", "aa"."""
    assert (
        encode({"aa": 0, "z": 0, -1: 0, 100: 0, 10: 0}).hex()
        == "a5" + "0a00" + "186400" + "2000" + "617a00" + "62616100"
    )


@pytest.mark.parametrize(
    ("case", "data"),
    [
        ("nothing", ""),
        ("a number in more bytes than needed", "1817"),
        ("the same in two", "1900ff"),
        ("in four", "1a0000ffff"),
        ("in eight", "1b00000000ffffffff"),
        ("a length in more bytes than needed", "580161"),
        ("two items", "0000"),
        ("indefinite bytes", "5f4101ff"),
        ("an indefinite list", "9f01ff"),
        ("an indefinite map", "bf0101ff"),
        ("a date", "c11a514b67b0"),
        ("a big number", "c249010000000000000000"),
        ("a regular expression", "d823612e"),
        ("a shared value", "d81c80"),
        ("a half float", "f90000"),
        ("not a number", "f97e00"),
        ("a float", "fa47c35000"),
        ("a double", "fb3ff199999999999a"),
        ("undefined", "f7"),
        ("a simple value", "e0"),
        ("a simple value in two bytes", "f8ff"),
        ("a break alone", "ff"),
        ("half a character", "62c328"),
        ("a surrogate", "63eda080"),
        ("keys out of order", "a202000100"),
        ("a key twice", "a201000100"),
        ("longer key first", "a2186400" + "0a00"),
        ("true as a key", "a1f500"),
        ("a list as a key", "a18000"),
        ("a map cut short", "a101"),
        ("bytes cut short", "4201"),
        ("a head cut short", "1b00"),
        ("too deep", "81" * DEPTH + "80"),
        ("much too deep", "81" * 5000 + "80"),
        ("maps too deep", "a100" * DEPTH + "a0"),
        ("maps much too deep", "a100" * 5000 + "a0"),
    ],
)
def test_other_writings_are_refused(case: str, data: str) -> None:
    """Only one byte string stands for a value."""
    with pytest.raises(BadInput):
        decode(bytes.fromhex(data), limit=1 << 16)


@pytest.mark.parametrize("head", ["9b", "bb", "5b", "7b"])
def test_a_claimed_length_allocates_nothing(head: str) -> None:
    """Nine bytes that claim 2^60 items cost nine bytes' worth of memory."""
    tracemalloc.start()
    with pytest.raises(BadInput):
        decode(bytes.fromhex(head) + (1 << 60).to_bytes(8), limit=100)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


def test_more_than_the_limit_is_not_looked_at() -> None:
    """The limit counts bytes, and itself is allowed."""
    data = encode(bytes(10))
    assert decode(data, limit=11) == bytes(10)
    with pytest.raises(BadInput):
        decode(data, limit=10)


def test_depth_ends_at_the_same_place_for_writing_and_reading() -> None:
    """What may be written may be read."""
    data = encode(nested(DEPTH))
    assert decode(data, limit=100) == nested(DEPTH)
    with pytest.raises(BadInput):
        encode(nested(DEPTH + 1))


@pytest.mark.parametrize(
    "value", [1.0, 1 << 64, -(1 << 64) - 1, {1}, bytearray(b"x"), object(), "\ud800", {True: 1}, {None: 1}, {(1,): 1}]
)
def test_values_without_a_canonical_form_are_refused(value: object) -> None:
    """A float, a set or a number beyond 64 bits is a mistake, at any depth."""
    with pytest.raises(BadInput):
        encode([value])


def test_a_list_within_itself_is_refused() -> None:
    """An endless value ends at the depth."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(BadInput):
        encode(endless)
