"""A recovery key over three shares of which any two give it back: Shamir's scheme as SLIP-39 writes it.

The 220 bits of the key are taken as 28 bytes, for SLIP-39 takes even numbers of them. A share is 30 words of SLIP-39's own
English list, with a checksum; which shares belong together is said in them. The library draws its own random numbers and
does nothing against somebody who measures the machine while it runs (ADR 0033).
"""

from collections.abc import Sequence
from typing import Any

from calvox.common.errors import BadCode, NotFound
from calvox.common.i18n import t

SIZE = 28
"""Bytes of a key's number."""
NEEDED, SHARES = 2, 3
WORDS = 30
"""Words of a share."""
LONGEST_SHARE = 400
"""Signs of the longest text that is looked at as a share."""


def split(key: int) -> list[list[str]]:
    """Split a key's number over three shares, each a list of words.

    Raises:
        NotFound: The library is not installed.
    """
    library = _library()
    (shares,) = library.generate_mnemonics(1, [(NEEDED, SHARES)], key.to_bytes(SIZE, "big"), iteration_exponent=0)
    return [str(share).split() for share in shares]


def read_share(text: str) -> str:
    """Read one share, and check it by itself; four letters of a word suffice.

    Raises:
        BadCode: It is no share; the message says what is wrong.
        NotFound: The library is not installed.
    """
    library = _library()
    words = text.lower().split() if len(text) <= LONGEST_SHARE else []
    if len(words) != WORDS:
        raise BadCode(t("A share has {wanted} words, not {found}", wanted=WORDS, found=len(words)))
    listed = {word[:4]: word for word in library.wordlist.WORDLIST}
    known = [listed.get(word[:4], "") for word in words]
    for number, (word, typed) in enumerate(zip(known, words, strict=True), start=1):
        if not word.startswith(typed):
            raise BadCode(t("Word {number}, “{word}”, occurs in no share", number=number, word=typed[:20]))
    whole = " ".join(known)
    try:
        library.share.Share.from_mnemonic(whole)
    except library.MnemonicError as error:
        raise BadCode(t("This share does not hold: a word of it is another one")) from error
    return whole


def join(shares: Sequence[str]) -> int:
    """Give the key's number back from two shares.

    Raises:
        BadCode: They do not belong together, or are the same one.
        NotFound: The library is not installed.
    """
    library: Any = _library()
    try:
        secret: bytes = library.combine_mnemonics([read_share(share) for share in shares])
    except library.MnemonicError as error:
        hint = t("Take two different shares of the same key.")
        raise BadCode(t("These shares do not give a key together"), hint=hint) from error
    if len(secret) != SIZE:
        raise BadCode(t("These shares are of something else than a recovery key"))
    return int.from_bytes(secret, "big")


def _library() -> Any:
    try:
        import shamir_mnemonic
        import shamir_mnemonic.share
        import shamir_mnemonic.wordlist
    except ImportError as error:
        hint = t("Install calvox[server].")
        raise NotFound(t("The package shamir-mnemonic is not installed"), hint=hint) from error
    return shamir_mnemonic
