"""A confirmation that was signed before, to be read out again after a dropped call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.centre.refusals import Refusal
from calvox.centre.signing import Signed
from calvox.common.clock import DAY
from calvox.common.i18n import Text, current_language, t
from calvox.web.common.pages import Page
from calvox.web.desk.menu import words_of
from calvox.web.desk.reading import Reading
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import show_agreement


@dataclass(frozen=True)
class ConfirmationPage(Page):
    """Reads it again."""

    template: ClassVar[str] = "desk/confirmation.html"
    title: ClassVar[Text] = t("Read again")
    scripts: ClassVar[Sequence[str]] = ("reading.js",)
    words: ClassVar[Mapping[str, Text]] = {
        "say": t("Say:"),
        "server": t("Licence server"),
        "agreement": t("Agreement"),
        "signed": t("Signed on"),
        "again": t("Nothing is signed or taken once more: the same words serve as often as they are typed."),
    }

    refusal: Refusal | None = None
    reading: Reading | None = None
    signed: Signed | None = None

    @property
    def kind(self) -> Text | str:
        """What was signed."""
        return Kind(self.signed.kind).label if self.signed else ""

    @property
    def moment(self) -> int:
        """Noon of the day on which it was signed."""
        return self.signed.issue_day * DAY + DAY // 2 if self.signed else 0

    @property
    def agreement(self) -> str:
        """The agreement's number."""
        return show_agreement(self.signed.agreement) if self.signed else ""

    @property
    def first(self) -> str:
        """The first line of the server ID."""
        return words_of(self.signed.server_id, current_language())[0] if self.signed else ""


def confirmation(answer: Signed | Refusal, reading: Reading | None = None) -> ConfirmationPage:
    """Make the page of what was signed, or of why it is not read out any more."""
    if isinstance(answer, Refusal):
        return ConfirmationPage(answer)
    return ConfirmationPage(None, reading, answer)
