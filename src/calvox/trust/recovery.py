"""The recovery key of a site: 220 bits that exist on paper alone, and the age key pair that follows from them.

A backup is encrypted to the public half, which a server knows; the private half is made anew from the paper when somebody
types its words. Layout: format 4 (0) | secret 216. The X25519 scalar is HKDF-SHA-256 of the secret's 27 bytes, no salt, info
"CALVOX-RECOVERY-1"; both halves are written as age writes them, in Bech32 (BIP 173; age's specification, “The X25519
recipient type”).
"""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from calvox.common.errors import BadCode, BadInput
from calvox.common.i18n import t

FORMAT = 0
"""The only format there is."""
SECRET_BITS = 216
SECRET_SIZE = SECRET_BITS // 8
_INFO = b"CALVOX-RECOVERY-1"
_SIGNS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def recovery_key(secret: bytes) -> int:
    """Make the number that the words stand for.

    Args:
        secret: 27 random bytes.

    Raises:
        BadInput: It is longer or shorter.
    """
    if len(secret) != SECRET_SIZE:
        raise BadInput(t("The field “{field}” has {size} bytes", field="secret", size=SECRET_SIZE))
    return FORMAT << SECRET_BITS | int.from_bytes(secret, "big")


def identity_of(number: int) -> str:
    """Write the private half as age reads it, “AGE-SECRET-KEY-1…”.

    Raises:
        BadCode: The number is of another format.
    """
    return _bech32("age-secret-key-", _scalar(number)).upper()


def recipient_of(number: int) -> str:
    """Write the public half as age reads it, “age1…”.

    Raises:
        BadCode: The number is of another format.
    """
    return _bech32("age", X25519PrivateKey.from_private_bytes(_scalar(number)).public_key().public_bytes_raw())


def _scalar(number: int) -> bytes:
    if number >> SECRET_BITS != FORMAT:
        raise BadCode(t("This recovery key is of a newer format"), hint=t("Use the version of Calvox that made it."))
    secret = number.to_bytes(SECRET_SIZE, "big")
    return HKDF(SHA256(), 32, None, _INFO).derive(secret)


def _bech32(prefix: str, data: bytes) -> str:
    """Write bytes in Bech32 with a lower-case prefix."""
    values = _fives(data)
    expanded = [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]
    check = _remainder([*expanded, *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(_SIGNS[value] for value in values)


def _fives(data: bytes) -> list[int]:
    """Cut bytes into fives of bits, the last one filled up with zeros."""
    count = -(-len(data) * 8 // 5)
    whole = int.from_bytes(data, "big") << count * 5 - len(data) * 8
    return [whole >> 5 * (count - 1 - place) & 31 for place in range(count)]


def _remainder(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            check ^= generator if top >> place & 1 else 0
    return check
