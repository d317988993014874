"""Statements: numbered, labelled, signed; nothing else is opened."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadInput, BadSignature
from calvox.trust.canonical import encode
from calvox.trust.keys import SigningKey
from calvox.trust.statements import open_statement, sign_statement

KEY = SigningKey(bytes(range(32)))
LABEL = "CALVOX-POLICY-1"
BODY: dict[Any, Any] = {"generation": 2, "position": 10_000, "list": [b"\x01", None, True], 3: {"a": -1}}
DATA = sign_statement(LABEL, 7, BODY, KEY)


def opened(
    data: bytes, label: str = LABEL, public: bytes = KEY.public, at_least: int = 0
) -> tuple[int, dict[Any, Any]]:
    """Open with everything right but what is given."""
    return open_statement(label, data, public, at_least=at_least, limit=10_000)


def signed(content: bytes, label: str = LABEL) -> bytes:
    """Sign any content well."""
    return encode([content, KEY.sign(label.encode() + content)])


def test_a_statement_is_opened() -> None:
    """Number and body come back."""
    assert opened(DATA) == (7, BODY)


def test_the_label_stands_in_the_signed_bytes() -> None:
    """The layout is fixed: [content, signature over label ‖ content], content = [number, body]."""
    content = encode([7, BODY])
    assert signed(content) == DATA


@pytest.mark.parametrize(("held", "accepted"), [(6, True), (7, True), (8, False)])
def test_a_lower_number_is_refused(held: int, *, accepted: bool) -> None:
    """The one already held may come again, an older one may not."""
    if accepted:
        assert opened(DATA, at_least=held)[0] == 7
        return
    with pytest.raises(BadSignature, match="7 is older than number 8"):
        opened(DATA, at_least=held)


def test_a_statement_of_another_kind_is_refused() -> None:
    """A revocation list never passes for a policy."""
    with pytest.raises(BadSignature):
        opened(DATA, label="CALVOX-REVOKED-1")
    with pytest.raises(BadSignature):
        opened(DATA, label="CALVOX-POLICY-11")


def test_another_key_is_refused() -> None:
    """Only the pinned key signs."""
    with pytest.raises(BadSignature):
        opened(DATA, public=SigningKey(bytes(32)).public)


@pytest.mark.parametrize(
    "label", ["", "POLICY-1", "CALVOX-POLICY", "calvox-policy-1", "CALVOX-POLICY-1\n", "CALVOX--1"]
)
def test_a_label_that_is_none_is_refused(label: str) -> None:
    """Labels have one form, so that none is the beginning of another statement."""
    with pytest.raises(BadInput):
        sign_statement(label, 1, {}, KEY)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        encode({}),
        encode([1]),
        encode([1, {}, 0]),
        encode([True, {}]),
        encode([-1, {}]),
        encode([1 << 63, {}]),
        encode([1, []]),
        b"\x9f\x01\xa0\xff",
    ],
)
def test_well_signed_nonsense_is_refused(content: bytes) -> None:
    """A signature does not excuse the form."""
    with pytest.raises(BadInput):
        opened(signed(content))


@pytest.mark.parametrize(
    "data", [b"", encode([]), encode([b""]), encode(["", b""]), DATA + b"\x00", encode([b"", KEY.sign(b""), 0])]
)
def test_bytes_that_are_no_statement_are_refused(data: bytes) -> None:
    """Two byte strings in a list, nothing else."""
    with pytest.raises(BadInput):
        opened(data)


def test_more_than_the_limit_is_refused() -> None:
    """The limit is the caller's."""
    with pytest.raises(BadInput):
        open_statement(LABEL, DATA, KEY.public, at_least=0, limit=len(DATA) - 1)


@pytest.mark.parametrize("number", [-1, 1 << 63])
def test_a_number_out_of_range_is_not_signed(number: int) -> None:
    """Numbers fit every store."""
    with pytest.raises(BadInput):
        sign_statement(LABEL, number, {}, KEY)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(DATA) * 8 - 1))
def test_no_changed_bit_is_accepted(place: int) -> None:
    """One flipped bit anywhere is refused."""
    changed = bytearray(DATA)
    changed[place // 8] ^= 1 << place % 8
    with pytest.raises((BadInput, BadSignature)):
        opened(bytes(changed))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.integers(0, len(DATA) - 1).map(lambda end: DATA[:end]))
def test_garbage_is_refused(data: bytes) -> None:
    """Garbage and truncation raise only our own errors."""
    with pytest.raises((BadInput, BadSignature)):
        opened(data)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, (1 << 63) - 1), st.dictionaries(st.text(max_size=5), st.integers(0, 9) | st.binary(max_size=9)))
def test_any_statement_survives(number: int, body: dict[Any, Any]) -> None:
    """Signing and opening is identity."""
    assert opened(sign_statement(LABEL, number, body, KEY)) == (number, body)
