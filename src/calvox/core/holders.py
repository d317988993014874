"""Who holds a CAL, as 32 bytes.

A device is known by the hash of a key that it can be challenged for, or of the best identity that its protocol gives; a
user by the hash of the directory's identifier or of the site-qualified name (spec: tokens). This module makes the second
sort, from a name. Names are compared without case.
"""

import hashlib

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.products import CalType

LONGEST_NAME = 255
"""Characters of a holder's name."""


def holder_of(cal_type: CalType, name: str) -> bytes:
    """Hash a holder's name.

    Raises:
        BadInput: it is empty, too long, or holds control characters.
    """
    plain = name.strip()
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise BadInput(t("A holder's name has 1 to {longest} printable characters", longest=LONGEST_NAME))
    return hashlib.sha256(f"CALVOX holder {cal_type.label}\0{plain.casefold()}".encode()).digest()


def reference_of(salt: bytes, holder: bytes) -> bytes:
    """Make the reference under which the ledger knows a holder: without the salt it tells nothing."""
    return hashlib.sha256(b"CALVOX reference" + salt + holder).digest()
