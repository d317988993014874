"""The desk's first page: take a call, go on with one, find the licence server of a call that was dropped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.centre.noted import OpenCallListed
from calvox.centre.refusals import Refusal
from calvox.common.errors import CalvoxError
from calvox.common.i18n import Language, Text, current_language, t
from calvox.web.common.pages import Page
from calvox.web.desk.menu import SPOKEN, words_of


@dataclass(frozen=True)
class OpenRow:
    """A call that was taken and not ended."""

    call: OpenCallListed

    @property
    def first(self) -> str:
        """The first line of the server ID; empty: it is not known yet."""
        return words_of(self.call.server_id, current_language())[0] if self.call.server_id else ""


@dataclass(frozen=True)
class StartPage(Page):
    """Begins and goes on."""

    template: ClassVar[str] = "desk/start.html"
    title: ClassVar[Text] = t("Calls")
    words: ClassVar[Mapping[str, Text]] = {
        "take": t("Take a call"),
        "caller": t("Who is calling?"),
        "as_said": t("As the agreement names them; case and accents do not matter."),
        "word": t("Call word"),
        "aloud": t("As it is said; three wrong ones lock the caller."),
        "language": t("Codes are said in"),
        "go": t("Check the call word"),
        "say": t("Say:"),
        "open": t("Calls that are not ended"),
        "none": t("No call is open."),
        "who": t("Caller"),
        "server": t("Licence server"),
        "operator": t("Operator"),
        "since": t("Since"),
        "state": t("State"),
        "signed": t("signed"),
        "unsigned": t("in preparation"),
        "unknown": t("not known yet"),
        "on": t("Go on"),
        "dropped": t("A call was dropped?"),
        "dropped_what": t("What was noted stands in the list. What was signed is read again from its licence server."),
        "find": t("Server ID in any form, customer, agreement or caller"),
        "seek": t("Find"),
    }

    rows: tuple[OpenRow, ...]
    caller: str
    language: Language
    trouble: CalvoxError | None
    refusal: Refusal | None
    languages: ClassVar[Mapping[Language, Text]] = SPOKEN


def start(
    listed: Sequence[OpenCallListed],
    language: Language,
    caller: str = "",
    trouble: CalvoxError | None = None,
    refusal: Refusal | None = None,
) -> StartPage:
    """Make the page.

    Args:
        listed: Calls that are not ended.
        language: What is proposed for the codes.
        caller: As it was typed.
        trouble: What was wrong with what was typed.
        refusal: Why the call is not taken.
    """
    return StartPage(tuple(OpenRow(one) for one in listed), caller, language, trouble, refusal)
