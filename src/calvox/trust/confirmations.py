"""BLS signatures on BLS12-381, 48 bytes in G1: what a confirmation from the centre is checked with.

Ciphersuite BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_ (draft-irtf-cfrg-bls-signature, basic scheme). Rules:

- An encoding is looked at before the library sees it: top bits 1 and 0, coordinates below p. The library would take
  several spellings of the identity without complaint.
- Points lie in the prime-order subgroup and are not the identity; that holds for keys as well.
- The standard verification of the full 48 bytes decides; the pairing shortcut below only finds what to verify.

The curve is rated at 117 to 126 bits, the scheme is a draft, and neither withstands a quantum computer. What is signed is
left to `calvox.wire.phone.message`; signing, to the centre.
"""

from py_arkworks_bls12381 import GT, G1Point, G2Point

from calvox.common.errors import BadSignature
from calvox.common.i18n import t

DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
P = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
"""The field's prime."""
X_BITS = 381
"""Bits of a coordinate."""
SIGNATURE_BYTES = 48
PUBLIC_KEY_BYTES = 96
_COMPRESSED = 1 << 383
_SIGN = 1 << 381
_MINUS_G2 = -G2Point()


def check_encoding(data: bytes) -> None:
    """Check the form of a compressed point, of 48 or 96 bytes.

    Raises:
        BadSignature: The length is another, the top bits are not 1 0, or a coordinate is not below p.
    """
    if len(data) not in (SIGNATURE_BYTES, PUBLIC_KEY_BYTES) or data[0] >> 6 != 0b10:
        raise BadSignature(t("This is no encoding of a signature or public key"))
    first = int.from_bytes(data[:48], "big") % (1 << X_BITS)
    if first >= P or int.from_bytes(data[48:], "big") >= P:
        raise BadSignature(t("A coordinate of this signature or public key is too large"))


def plausible_x(x: int) -> bool:
    """Tell whether some signature has this x; a number not meant as one passes with probability 2^-127."""
    if not 0 <= x < P:
        return False
    try:
        _signature_point(signature_bytes(x, odd=False))
    except BadSignature:
        return False
    return True


def signature_bytes(x: int, *, odd: bool) -> bytes:
    """Write the one of the two signatures with this x, chosen by its sign bit."""
    return (_COMPRESSED | (_SIGN if odd else 0) | x).to_bytes(SIGNATURE_BYTES, "big")


def _signature_point(signature: bytes) -> G1Point:
    if len(signature) != SIGNATURE_BYTES:
        raise BadSignature(t("A signature has {bytes} bytes, not {found}", bytes=48, found=len(signature)))
    check_encoding(signature)
    try:
        point = G1Point.from_compressed_bytes(signature)
    except ValueError:
        raise BadSignature(t("This signature is no point of the group")) from None
    if point == G1Point.identity():
        raise BadSignature(t("This signature is the identity"))
    return point


def _key_point(public_key: bytes) -> G2Point:
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise BadSignature(t("A centre's public key has {bytes} bytes, not {found}", bytes=96, found=len(public_key)))
    check_encoding(public_key)
    try:
        point = G2Point.from_compressed_bytes(public_key)
    except ValueError:
        raise BadSignature(t("This public key is no point of the group")) from None
    if point == G2Point.identity():
        raise BadSignature(t("This public key is the identity"))
    return point


def check_public_key(public_key: bytes) -> None:
    """Check that a centre's public key can be one.

    Raises:
        BadSignature: It cannot.
    """
    _key_point(public_key)


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Verify a signature by the standard; about 2 ms.

    Raises:
        BadSignature: It does not verify, or it or the key is not well formed.
    """
    point, key = _signature_point(signature), _key_point(public_key)
    if not GT.pairing_check([point, G1Point.hash_to_curve(message, DST)], [_MINUS_G2, key]):
        raise BadSignature(t("The signature does not fit the message and the centre's key"))


class SignatureSearch:
    """Looks for the message that the signature with one x signs, at one pairing a message."""

    def __init__(self, public_key: bytes, x: int) -> None:
        """Prepare the search.

        Raises:
            BadSignature: No signature has this x, or the key is not well formed.
        """
        if not 0 <= x < P:
            raise BadSignature(t("A coordinate of this signature or public key is too large"))
        point = _signature_point(signature_bytes(x, odd=False))
        self._x, self._public_key, self._key = x, public_key, _key_point(public_key)
        self._sides = {False: GT.pairing(point, G2Point()), True: GT.pairing(-point, G2Point())}

    def signature_of(self, message: bytes) -> bytes | None:
        """Give the full signature of this message, verified by the standard; None if it is not what was signed."""
        wanted = GT.pairing(G1Point.hash_to_curve(message, DST), self._key)
        for odd, side in self._sides.items():
            if wanted == side:
                signature = signature_bytes(self._x, odd=odd)
                verify(self._public_key, message, signature)
                return signature
        return None
