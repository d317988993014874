"""The centre card, as the register knows this centre."""

import msgspec

from calvox.centre.context import Context, centre_row
from calvox.common.i18n import LANGUAGES
from calvox.journal.interface import Reader
from calvox.wire.card import CentreCard, Telephone, fingerprint_words, write_card


class CardAsked(msgspec.Struct, frozen=True):
    """Give the centre card."""


class CardShown(msgspec.Struct, frozen=True):
    """The card, and what two people compare aloud."""

    card: CentreCard
    fingerprint: dict[str, tuple[str, ...]]
    """Six words in each language."""


def card_of(reader: Reader) -> CentreCard:
    """Build the card.

    Raises:
        BadInput: a field is out of its bounds.
    """
    row = centre_row(reader)
    phones = [Telephone(r["country"], r["number"], r["hours"]) for r in reader.select("telephone", order="place")]
    card = CentreCard(name=row["name"], public_key=row["public_key"].hex(), telephones=phones)
    write_card(card)
    return card


def show_card(context: Context, _: CardAsked, __: str) -> CardShown:
    """Give the card with its fingerprint."""
    with context.journal.read() as reader:
        card = card_of(reader)
    return CardShown(card, {language: fingerprint_words(card.key, language) for language in LANGUAGES})
