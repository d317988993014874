"""The agreements: what customers bought, and how much of it is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.centre.finding import AgreementsFound
from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.desk.call import AgreementRow


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
        "new": t("New agreement"),
    }

    text: str
    rows: tuple[AgreementRow, ...]
    further: bool
    supervisor: bool
    trouble: CalvoxError | None = None


def agreements(text: str, found: AgreementsFound | CalvoxError, *, supervisor: bool) -> AgreementsPage:
    """Make the page.

    Args:
        text: What is sought, as it was typed.
        found: What was found, or why nothing can be.
        supervisor: Whether the reader may enter agreements.
    """
    if isinstance(found, CalvoxError):
        return AgreementsPage(text, (), False, supervisor, found)
    return AgreementsPage(text, tuple(AgreementRow(one) for one in found.agreements), found.more, supervisor)
