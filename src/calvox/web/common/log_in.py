"""The page at the door: a name, a password, and what was wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page


@dataclass(frozen=True)
class LogInPage(Page):
    """Asks who comes in."""

    template: ClassVar[str] = "common/log_in.html"
    title: ClassVar[Text] = t("Log in")
    words: ClassVar[Mapping[str, Text]] = {
        "name": t("Name"),
        "password": t("Password"),
        "go": t("Log in"),
        "first": t("The first administrator’s account was made by “init”, and its password chosen there."),
    }

    name: str = ""
    """As it was typed."""
    trouble: CalvoxError | None = None
    """Why the last attempt failed."""
