"""Ed25519 keys: raw bytes in, raw bytes out.

Decides how a licence server signs and how its signature is verified. A private key is its 32-byte seed, which the
caller draws; a public key is 32 bytes, a signature 64. Verifying raises, and answers nothing. Where keys lie, and who
may read them, is left to the callers.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from calvox.common.errors import BadInput, BadSignature
from calvox.common.i18n import t

KEY_SIZE = 32
"""Bytes of a private or of a public key."""
SIGNATURE_SIZE = 64
"""Bytes of a signature."""


class SigningKey:
    """A private key, read once and ready to sign many times; it is never shown."""

    __slots__ = ("_key", "public")

    def __init__(self, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(new_private_key(private))
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign; the same message always gets the same signature."""
        return self._key.sign(message)


def new_private_key(seed: bytes) -> bytes:
    """Make a private key of 32 unpredictable bytes: in Ed25519 it is the seed itself."""
    if len(seed) != KEY_SIZE:
        raise BadInput(t("A private key has {size} bytes", size=KEY_SIZE))
    return bytes(seed)


def public_key(private: bytes) -> bytes:
    """Find the public key that belongs to a private one."""
    return SigningKey(private).public


def sign(private: bytes, message: bytes) -> bytes:
    """Sign once; whoever signs often keeps a `SigningKey`."""
    return SigningKey(private).sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Verify a signature.

    Raises:
        BadSignature: It is not this key's signature of this message, or the key is none.
    """
    try:
        _loaded(public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise BadSignature(t("The signature is not valid")) from error


@lru_cache(maxsize=64)
def _loaded(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)
