"""Secrets that somebody shows: 32 random bytes in 43 characters that fit an address and a header."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

SIZE = 32
"""Bytes."""


def shown(secret: bytes) -> str:
    """Write a secret as it is shown."""
    return urlsafe_b64encode(secret).rstrip(b"=").decode()


def read_shown(text: str) -> bytes | None:
    """Read a secret as it is shown; None: it is none."""
    try:
        secret = urlsafe_b64decode(text.encode("ascii") + b"=")
    except (UnicodeEncodeError, ValueError, binascii.Error):
        return None
    return secret if len(secret) == SIZE else None
