"""Passwords: hashed with argon2id, never stored, never defaulted."""

from argon2 import PasswordHasher

from calvox.common.errors import BadInput
from calvox.common.i18n import t

SHORTEST = 12
"""Characters of a password, at least."""


def hash_password(password: str) -> str:
    """Hash a password for storage.

    Raises:
        BadInput: it is too short.
    """
    if len(password) < SHORTEST:
        raise BadInput(t("A password has at least {shortest} characters", shortest=SHORTEST))
    return PasswordHasher().hash(password)
