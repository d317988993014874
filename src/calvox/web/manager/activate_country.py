"""The second step: from which country one calls, which settles the number. The numbers are those of the centre's card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.manager.calling import Chosen, Step, steps
from calvox.wire.card import Telephone


@dataclass(frozen=True)
class CountryPage(Page):
    """Asks for the country."""

    template: ClassVar[str] = "manager/activate_country.html"
    title: ClassVar[Text] = t("Country")
    words: ClassVar[Mapping[str, Text]] = {
        "steps": t("Steps of the call"),
        "country": t("Where do you call from?"),
        "first": t("serves every other country too"),
        "card": t("These are the numbers on the card that this server was given by the centre:"),
        "go": t("Next"),
        "back": t("Back"),
    }

    heading: Text
    centre: str
    telephones: tuple[Telephone, ...]
    action: str
    back: str
    steps: tuple[Step, ...]
    country: str
    """The one that is marked."""


def country(chosen: Chosen, centre: str, telephones: Sequence[Telephone]) -> CountryPage:
    """Make the page; without a choice the card's first telephone is marked."""
    known = {phone.country for phone in telephones}
    marked = chosen.country if chosen.country in known else telephones[0].country
    purpose = chosen.purpose
    return CountryPage(
        purpose.name_text,
        centre,
        tuple(telephones),
        f"{purpose.path}/prepare",
        purpose.path,
        steps(chosen, 1),
        marked,
    )
