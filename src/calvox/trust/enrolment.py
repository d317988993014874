"""The one-time code with which a session host enrols, copied or typed by a person.

Decides how the code is written and read: a secret, which admits one host once, and the beginning of the hash of the
authority's key, so that host and licence server know each other from the first contact.

Rules:
- 32 bytes are 52 Crockford symbols (four spare bits, zero), written in thirteen groups of four; a fourteenth group
  checks. Even and odd symbols form two Reed-Solomon words over GF(32), so any wrong symbol, and any swap of two
  neighbours, is noticed and its group named. Nothing is repaired silently.
- Case, spaces and hyphens do not matter; O is read as 0, I and L as 1. Whatever is wrong is a `BadCode`.

Once, until when, and how often somebody may try are left to the licence server, which stores only `stored_hash`.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from re import split

from calvox.common.errors import BadCode, BadInput, BadSignature
from calvox.common.i18n import t
from calvox.trust.certificates import key_hash

SECRET_SIZE = 16
TEXT_LIMIT = 200
"""Characters that are looked at."""

_LABEL = b"CALVOX-ENROL-1"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SYMBOLS = {letter: value for value, symbol in enumerate(_ALPHABET) for letter in (symbol, symbol.lower())}
_SYMBOLS |= {"O": 0, "o": 0, "I": 1, "i": 1, "L": 1, "l": 1}
_GROUP = 4
_DATA, _TOTAL = 52, 56
_SPARE = _DATA * 5 - 256
_SEPARATORS = r"[\s\-‐‑‒–—]+"


def _powers() -> list[int]:
    """List the powers of the generator of GF(32), x⁵ + x² + 1."""
    powers = [1]
    while len(powers) < 31:
        double = powers[-1] << 1
        powers.append(double ^ 0b100101 if double & 32 else double)
    return powers


_POWERS = _powers()
_LOGS = {power: exponent for exponent, power in enumerate(_POWERS)}


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """What the administrator carries from the licence server to a new session host."""

    secret: bytes = field(repr=False)
    """16 unpredictable bytes, good for one enrolment."""
    authority: bytes
    """First 16 bytes of the authority's key hash."""

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_SIZE or len(self.authority) != SECRET_SIZE:
            raise BadInput(t("Secret and authority have {size} bytes each", size=SECRET_SIZE))

    @classmethod
    def for_authority(cls, secret: bytes, cert_pem: bytes) -> "EnrolmentCode":
        """Make a code of 16 unpredictable bytes and the authority's certificate."""
        return cls(secret, key_hash(cert_pem)[:SECRET_SIZE])

    @classmethod
    def read(cls, text: str) -> "EnrolmentCode":
        """Read a code as a person wrote it.

        Raises:
            BadCode: It cannot be right; the group to look at is named where it can be known.
        """
        symbols = _symbols(text)
        _check(symbols)
        number = 0
        for value in symbols[:_DATA]:
            number = number << 5 | value
        if number & ((1 << _SPARE) - 1):
            raise BadCode(t("This is not an enrolment code"))
        data = (number >> _SPARE).to_bytes(2 * SECRET_SIZE)
        return cls(data[:SECRET_SIZE], data[SECRET_SIZE:])

    def text(self) -> str:
        """Write the code in fourteen groups of four."""
        number = int.from_bytes(self.secret + self.authority) << _SPARE
        symbols = [number >> 5 * place & 31 for place in reversed(range(_DATA))]
        symbols += _check_group(symbols)
        written = "".join(_ALPHABET[value] for value in symbols)
        return "-".join(written[start : start + _GROUP] for start in range(0, _TOTAL, _GROUP))

    def stored_hash(self) -> bytes:
        """Hash the secret for storage."""
        return secret_hash(self.secret)

    def check_authority(self, cert_pem: bytes) -> None:
        """Verify that this is the authority whose administrator handed out the code.

        Raises:
            BadSignature: It is another authority.
        """
        if key_hash(cert_pem)[:SECRET_SIZE] != self.authority:
            raise BadSignature(t("The licence server's authority is not the one in the enrolment code"))


def secret_hash(secret: bytes) -> bytes:
    """Hash a secret for storage; its 128 bits need no slow hash."""
    return sha256(_LABEL + secret).digest()


def _symbols(text: str) -> list[int]:
    if len(text) > TEXT_LIMIT:
        raise BadCode(t("This is too long for an enrolment code"))
    groups = [group for group in split(_SEPARATORS, text) if group]
    symbols: list[int] = []
    for number, group in enumerate(groups, start=1):
        if not set(group) <= _SYMBOLS.keys():
            raise BadCode(t("Group {group} has a character that no code has", group=number))
        symbols += [_SYMBOLS[letter] for letter in group]
    if len(symbols) != _TOTAL:
        _refuse_length(groups, len(symbols))
    return symbols


def _refuse_length(groups: list[str], length: int) -> None:
    wrong = [number for number, group in enumerate(groups, start=1) if len(group) != _GROUP]
    if len(groups) * _GROUP == _TOTAL and len(wrong) == 1:
        raise BadCode(t("Group {group} has not {size} characters", group=wrong[0], size=_GROUP))
    raise BadCode(t("An enrolment code has {wanted} characters, not {found}", wanted=_TOTAL, found=length))


def _times(value: int, exponent: int) -> int:
    """Multiply by a power of the generator."""
    return _POWERS[(_LOGS[value] + exponent) % 31] if value else 0


def _syndromes(word: list[int]) -> tuple[int, int]:
    """Sum a word's symbols, plain and weighted by their places; both are zero in a good one."""
    plain = weighted = 0
    for place, value in enumerate(word):
        plain ^= value
        weighted ^= _times(value, place)
    return plain, weighted


def _check_group(data: list[int]) -> list[int]:
    """Find the four symbols that bring all syndromes to zero."""
    pairs: list[tuple[int, int]] = []
    last = _DATA // 2
    for lane in range(2):
        plain, weighted = _syndromes(data[lane::2])
        second = _times(weighted ^ _times(plain, last), -_LOGS[_POWERS[last] ^ _POWERS[last + 1]])
        pairs.append((plain ^ second, second))
    return [value for pair in zip(*pairs, strict=True) for value in pair]


def _check(symbols: list[int]) -> None:
    """Refuse a code that fails its check, naming the group where one wrong symbol explains the failure."""
    groups: list[int | None] = []
    for lane in range(2):
        plain, weighted = _syndromes(symbols[lane::2])
        if plain or weighted:
            groups.append(_culprit(plain, weighted, lane))
    if not groups:
        return
    if None in groups or len(set(groups)) > 1:
        raise BadCode(t("The enrolment code was mis-typed in several places"))
    raise BadCode(t("Group {group} is mis-typed", group=groups[0]))


def _culprit(plain: int, weighted: int, lane: int) -> int | None:
    if not plain or not weighted:
        return None
    place = 2 * ((_LOGS[weighted] - _LOGS[plain]) % 31) + lane
    return place // _GROUP + 1 if place < _TOTAL else None
