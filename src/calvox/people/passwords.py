"""Passwords: hashed with argon2id, never stored, never defaulted.

Hashing takes memory and time on purpose, so only a few run at once, however many ask.
"""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from calvox.common.errors import BadInput, Tampered
from calvox.common.i18n import t

SHORTEST, LONGEST = 12, 256
"""Characters of a password, at least and at most."""
_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """Hash a password for storage.

    Raises:
        BadInput: it is too short or too long.
    """
    if len(password) < SHORTEST:
        raise BadInput(t("A password has at least {shortest} characters", shortest=SHORTEST))
    if len(password) > LONGEST:
        raise BadInput(t("A password has at most {longest} characters", longest=LONGEST))
    with _AT_ONCE:
        return _HASHER.hash(password)


def password_fits(hashed: str, password: str) -> bool:
    """Tell whether a password is the one that was hashed; none fits an empty hash, and that takes as long.

    Raises:
        Tampered: the hash is none.
    """
    with _AT_ONCE:
        try:
            return _HASHER.verify(hashed or _nobodys_hash(), password[: LONGEST + 1]) and bool(hashed)
        except VerifyMismatchError:
            return False
        except (VerificationError, InvalidHashError) as error:
            raise Tampered(t("The hash of a password is damaged")) from error


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody's")
