"""The page on which somebody chooses another password; whoever has one of somebody else's choice sees no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page


@dataclass(frozen=True)
class PasswordPage(Page):
    """Asks for the old and the new one."""

    template: ClassVar[str] = "common/password.html"
    title: ClassVar[Text] = t("Choose a password")
    words: ClassVar[Mapping[str, Text]] = {
        "must": t("Somebody else knows your password. Choose another one before you go on."),
        "old": t("Present password"),
        "new": t("New password"),
        "again": t("New password, once more"),
        "go": t("Change the password"),
    }

    must: bool = False
    """Whether nothing else is shown before."""
    trouble: CalvoxError | None = None
    """Why the last attempt failed."""
