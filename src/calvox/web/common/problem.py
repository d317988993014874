"""The page that tells what is wrong, and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page


@dataclass(frozen=True)
class ProblemPage(Page):
    """Shows an error."""

    template: ClassVar[str] = "common/problem.html"
    title: ClassVar[Text] = t("That did not work")
    words: ClassVar[Mapping[str, Text]] = {"back": t("Back to the overview")}

    what: Text
    """The error's kind, in a few words."""
    message: Text
    hint: Text | None = None
