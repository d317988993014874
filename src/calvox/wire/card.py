"""The centre card: what a licence server's owner gets from an activation centre once, before the first call.

It carries the centre's name, its public key, the next one if it is about to change, and the telephones by country. It
proves nothing by itself: in the first call the fingerprint's six words are compared aloud. Rules: read strictly and
within bounds; keys are points of the right group. Pinning the key is left to the licence server.
"""

import hashlib
import re

import msgspec

from calvox.common.errors import BadInput, BadSignature
from calvox.common.i18n import Language, t
from calvox.trust.confirmations import check_public_key
from calvox.wire.phone.wordlists import words

FORMAT = "calvox-centre-card-1"
LARGEST = 1 << 16
"""Bytes of the largest card that is read."""
MOST_TELEPHONES = 300
FINGERPRINT_WORDS = 6
_COUNTRY = re.compile(r"[A-Z]{2}")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()./-]{1,38}")
_KEY = re.compile(r"[0-9a-f]{192}")


class Telephone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number to call from one country."""

    country: str
    """ISO 3166 alpha-2, in capitals."""
    number: str
    """As it is dialled there."""
    hours: str
    """When somebody answers, in the centre's own words."""


class CentreCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One centre."""

    format: str = FORMAT
    """Always `calvox-centre-card-1`."""
    name: str
    """What the centre calls itself."""
    public_key: str
    """96 bytes in lower-case hexadecimal."""
    next_public_key: str | None = None
    """The key that will follow, if it is known."""
    telephones: list[Telephone]
    """At least one; the first serves every country that has none."""

    @property
    def key(self) -> bytes:
        """Give the public key's 96 bytes."""
        return bytes.fromhex(self.public_key)

    @property
    def next_key(self) -> bytes | None:
        """Give the next public key's 96 bytes."""
        return None if self.next_public_key is None else bytes.fromhex(self.next_public_key)

    def telephone(self, country: str) -> Telephone:
        """Choose the number for a country, or else the first one."""
        wanted = country.upper()
        return next((phone for phone in self.telephones if phone.country == wanted), self.telephones[0])


def write_card(card: CentreCard) -> bytes:
    """Write a card as JSON.

    Raises:
        BadInput: A field is out of its bounds.
    """
    _check(card)
    return msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n"


def read_card(data: bytes) -> CentreCard:
    """Read a card.

    Raises:
        BadInput: It is too large, no JSON, has unknown or missing fields, or one out of its bounds.
    """
    if len(data) > LARGEST:
        raise BadInput(t("A centre card has at most {bytes} bytes", bytes=LARGEST))
    try:
        card = msgspec.json.decode(data, type=CentreCard)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(t("This is no centre card: {reason}", reason=str(error))) from None
    _check(card)
    return card


def _check(card: CentreCard) -> None:
    if card.format != FORMAT:
        raise BadInput(t("This is no centre card of format {format}", format=FORMAT))
    _check_text("name", card.name)
    _check_key("public_key", card.public_key)
    if card.next_public_key is not None:
        _check_key("next_public_key", card.next_public_key)
    if not 1 <= len(card.telephones) <= MOST_TELEPHONES:
        raise BadInput(t("A centre card has 1 to {most} telephones", most=MOST_TELEPHONES))
    for phone in card.telephones:
        if not _COUNTRY.fullmatch(phone.country):
            raise BadInput(t("A telephone's country is two capital letters (ISO 3166)"))
        if not _NUMBER.fullmatch(phone.number):
            raise BadInput(t("The telephone number for {country} is not well formed", country=phone.country))
        _check_text("hours", phone.hours)


def _check_text(name: str, text: str) -> None:
    if not (text.strip() and len(text) <= 120 and text.isprintable()):
        raise BadInput(t("The field “{name}” of a centre card is one line of 1 to 120 signs", name=name))


def _check_key(name: str, key: str) -> None:
    if not _KEY.fullmatch(key):
        raise BadInput(t("The field “{name}” of a centre card is 192 hexadecimal digits", name=name))
    try:
        check_public_key(bytes.fromhex(key))
    except BadSignature as error:
        raise BadInput(t("The field “{name}” of a centre card: {reason}", name=name, reason=error.message)) from None


def fingerprint_words(public_key: bytes, language: Language) -> tuple[str, ...]:
    """Give the six words, 66 bits, by which two people compare a centre's key aloud."""
    digest = hashlib.sha256(b"CALVOX-PHONE-1 centre" + public_key).digest()
    bits = int.from_bytes(digest, "big") >> (256 - 11 * FINGERPRINT_WORDS)
    return tuple(words(language)[bits >> 11 * place & 2047] for place in reversed(range(FINGERPRINT_WORDS)))
