"""Verifying the journal, aside: how far it is, and what came of it. The page may be left and come back to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.journal.listing import Verification
from calvox.web.common.pages import Page
from calvox.web.manager.menu import JOURNAL, VERIFICATION


@dataclass(frozen=True)
class VerificationPage(Page):
    """How a verification stands."""

    template: ClassVar[str] = "manager/verification.html"
    title: ClassVar[Text] = t("Verify the journal")
    words: ClassVar[Mapping[str, Text]] = {
        "what": t(
            "Every entry is compared with the one before it, every seal with this server’s key, and every table with what "
            "the entries say. It goes on while you do something else, or close this page. If the journal does not hold, the "
            "licence server ends at once, as it would not start: nothing more is issued on it."
        ),
        "begin": t("Verify now"),
        "again": t("Verify again"),
        "look": t("How far is it?"),
        "holds": t("The journal holds."),
        "entries": t("Entries"),
        "head": t("Hash of the last one"),
        "broken": t("The journal does not hold."),
        "back": t("Back to the journal"),
    }

    told: Verification
    percent: int
    progress: Text
    """How far it is, in words."""
    path: str = VERIFICATION
    journal: str = JOURNAL


def verification(told: Verification) -> VerificationPage:
    """Make the page."""
    percent = int(100 * told.part)
    return VerificationPage(told, percent, t("{percent} % of the entries were looked at", percent=percent))
