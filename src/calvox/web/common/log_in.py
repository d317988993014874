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
        "first": t("The first account was made by “init”, and its password chosen there."),
        "kept": t("What you have just sent was not carried out, and is not lost: it is shown to you afterwards."),
    }

    name: str = ""
    """As it was typed."""
    trouble: CalvoxError | None = None
    """Why the last attempt failed."""
    then: str = "/"
    """The page that is shown afterwards."""
    form: str = ""
    """Where a form was sent that waits for the log-in; empty: none does."""
    fields: str = ""
    """What it held, as a form is sent."""
