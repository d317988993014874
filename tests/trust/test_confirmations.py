"""What is taken for a signature, and what is not."""

import hashlib

import pytest
from py_arkworks_bls12381 import G1Point
from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import compress_G1, decompress_G1, decompress_G2
from py_ecc.bls.typing import G1Compressed, G2Compressed
from py_ecc.fields import optimized_bls12_381_FQ12 as FQ12
from py_ecc.optimized_bls12_381.optimized_curve import G2, multiply, neg
from py_ecc.optimized_bls12_381.optimized_pairing import pairing

from calvox.centre.bls import keygen, public_key, sign
from calvox.common.errors import BadSignature
from calvox.trust.confirmations import (
    DST,
    P,
    SignatureSearch,
    check_encoding,
    check_public_key,
    plausible_x,
    signature_bytes,
    verify,
)
from tests.wire.phone.vectors import CASES, PUBLIC_KEY, SECRET_KEY

MESSAGE = bytes.fromhex(CASES[0]["message"])
SIGNATURE = bytes.fromhex(CASES[0]["signature"])
IDENTITIES = ["c0" + "00" * 47, "e0" + "00" * 47, "c0" + "00" * 46 + "01", "80" + "00" * 47, "00" * 48]


def on_the_curve_outside_the_group() -> int:
    """Find an x on the curve whose point is not in the prime-order subgroup."""
    for x in range(1, 100):
        try:
            point = G1Point.from_compressed_bytes_unchecked(signature_bytes(x, odd=False))
        except ValueError:
            continue
        if not point.is_in_subgroup():
            return x
    raise AssertionError


@pytest.mark.parametrize("encoded", IDENTITIES)
def test_the_identity_is_no_signature_in_any_spelling(encoded: str) -> None:
    """The library takes some of these for the identity; we take none."""
    with pytest.raises(BadSignature):
        verify(PUBLIC_KEY, MESSAGE, bytes.fromhex(encoded))


@pytest.mark.parametrize("encoded", ["c0" + "00" * 95, "e0" + "00" * 95, "c0" + "00" * 94 + "01", "80" + "00" * 95])
def test_the_identity_is_no_public_key(encoded: str) -> None:
    """With the identity as key, the identity would sign everything."""
    with pytest.raises(BadSignature):
        check_public_key(bytes.fromhex(encoded))
    with pytest.raises(BadSignature):
        verify(bytes.fromhex(encoded), MESSAGE, SIGNATURE)
    with pytest.raises(BadSignature):
        verify(bytes.fromhex(encoded), MESSAGE, bytes.fromhex("c0" + "00" * 47))


def test_coordinates_are_below_p() -> None:
    """Adding p to x is not another spelling of x, in signatures and in either half of a key."""
    for x in (P, P + 1, (1 << 381) - 1):
        with pytest.raises(BadSignature):
            check_encoding(signature_bytes(x, odd=False))
        assert not plausible_x(x)
    high, low = PUBLIC_KEY[:48], PUBLIC_KEY[48:]
    for key in (high + P.to_bytes(48, "big"), signature_bytes(P, odd=False) + low, high + b"\xff" * 48):
        with pytest.raises(BadSignature):
            check_encoding(key)
        with pytest.raises(BadSignature):
            check_public_key(key)


@pytest.mark.parametrize("top", [0x00, 0x20, 0x40, 0x60, 0xC0, 0xE0])
def test_top_bits_are_one_and_zero(top: int) -> None:
    """Uncompressed, infinite or unmarked encodings are refused."""
    with pytest.raises(BadSignature):
        check_encoding(bytes([SIGNATURE[0] & 0x1F | top]) + SIGNATURE[1:])


@pytest.mark.parametrize("length", [0, 1, 47, 49, 95, 97, 1000])
def test_other_lengths_are_refused(length: int) -> None:
    """Only 48 and 96 bytes are looked at, each in its place."""
    with pytest.raises(BadSignature):
        check_encoding(b"\x80" * length)
    with pytest.raises(BadSignature):
        verify(PUBLIC_KEY, MESSAGE, (SIGNATURE * 30)[:length])
    with pytest.raises(BadSignature):
        verify((PUBLIC_KEY * 30)[:length], MESSAGE, SIGNATURE)
    with pytest.raises(BadSignature):
        verify(PUBLIC_KEY[:48], MESSAGE, SIGNATURE)


def test_points_outside_the_group_are_refused() -> None:
    """On the curve is not enough."""
    x = on_the_curve_outside_the_group()
    assert not plausible_x(x)
    with pytest.raises(BadSignature):
        verify(PUBLIC_KEY, MESSAGE, signature_bytes(x, odd=True))


def test_a_signatures_x_is_plausible() -> None:
    """So is every x of the published cases; a neighbour is not."""
    for case in CASES:
        x = int(case["signature"], 16) % (1 << 381)
        assert plausible_x(x)
        assert not plausible_x(x ^ 1)
    assert not plausible_x(-1)
    assert not plausible_x(0)


def test_verification_raises() -> None:
    """Another message, key or sign bit does not verify."""
    verify(PUBLIC_KEY, MESSAGE, SIGNATURE)
    for key, message, signature in (
        (PUBLIC_KEY, MESSAGE + b"\0", SIGNATURE),
        (public_key(keygen(bytes(32))), MESSAGE, SIGNATURE),
        (PUBLIC_KEY, MESSAGE, bytes([SIGNATURE[0] ^ 0x20]) + SIGNATURE[1:]),
    ):
        with pytest.raises(BadSignature):
            verify(key, message, signature)


def test_the_search_finds_either_sign() -> None:
    """From x alone the full signature comes back, whichever sign it has; for other messages nothing."""
    signs = set()
    for number in range(12):
        message = bytes([number])
        signature = sign(SECRET_KEY, message)
        search = SignatureSearch(PUBLIC_KEY, int.from_bytes(signature, "big") % (1 << 381))
        assert search.signature_of(message) == signature
        assert search.signature_of(message + b"!") is None
        signs.add(signature[0] >> 5 & 1)
    assert signs == {0, 1}


def test_the_search_refuses_what_is_no_signature() -> None:
    """An x of nobody's, or a key that is none, is refused at once."""
    for x in (0, P, -1, on_the_curve_outside_the_group()):
        with pytest.raises(BadSignature):
            SignatureSearch(PUBLIC_KEY, x)
    with pytest.raises(BadSignature):
        SignatureSearch(b"\xc0" + bytes(95), int.from_bytes(SIGNATURE, "big") % (1 << 381))


@pytest.mark.parametrize("case", [CASES[0], CASES[3]], ids=["activation", "thaw"])
def test_an_independent_library_agrees(case: dict[str, str]) -> None:
    """A slow third implementation makes the same signature and finds the pairing equation to hold."""
    message, signature = bytes.fromhex(case["message"]), bytes.fromhex(case["signature"])
    point = hash_to_G1(message, DST, hashlib.sha256)  # type: ignore[arg-type]
    assert compress_G1(multiply(point, SECRET_KEY)).to_bytes(48, "big") == signature
    halves = int.from_bytes(PUBLIC_KEY[:48], "big"), int.from_bytes(PUBLIC_KEY[48:], "big")
    key = decompress_G2(G2Compressed(halves))
    left = pairing(neg(G2), decompress_G1(G1Compressed(int.from_bytes(signature, "big"))))
    assert left * pairing(key, point) == FQ12.one()
