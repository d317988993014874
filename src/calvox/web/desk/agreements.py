"""The agreements: what customers bought, and how much of it is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.centre.agreements import AgreementShown
from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.desk.call import AgreementRow
from calvox.wire.phone.wordlists import plain

MOST_SHOWN = 100


@dataclass(frozen=True)
class AgreementsPage(Page):
    """Lists agreements."""

    template: ClassVar[str] = "desk/agreements.html"
    title: ClassVar[Text] = t("Agreements")
    words: ClassVar[Mapping[str, Text]] = {
        "find": t("Customer, caller or number"),
        "seek": t("Find"),
        "number": t("Agreement"),
        "customer": t("Customer"),
        "programme": t("Programme"),
        "lines": t("Entitled and left"),
        "callers": t("Callers"),
        "ends": t("Ends"),
        "never": t("never"),
        "none": t("No agreement was found."),
        "more": t("There are more; tell more of the one that you look for."),
        "how": t("A supervisor enters agreements with “calvox centre agreement add”."),
    }

    text: str
    rows: tuple[AgreementRow, ...]
    further: bool


def agreements(listed: Sequence[AgreementShown], text: str) -> AgreementsPage:
    """Make the page.

    Args:
        listed: Every agreement.
        text: Part of a number or a name; empty: all.
    """
    sought = " ".join(plain(text).split())
    found = [one for one in listed if not sought or _names(one, sought)]
    return AgreementsPage(text, tuple(AgreementRow(one) for one in found[:MOST_SHOWN]), len(found) > MOST_SHOWN)


def _names(agreement: AgreementShown, sought: str) -> bool:
    digits = sought.replace(" ", "").replace("-", "")
    names = (agreement.customer, agreement.proof, *(caller.name for caller in agreement.callers))
    by_number = digits.isdigit() and digits in f"{agreement.number:012d}"
    return by_number or any(sought in " ".join(plain(name).split()) for name in names)
