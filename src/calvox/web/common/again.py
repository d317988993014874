"""The page after a log-in for which a form had to wait: what it held, to be looked over and sent again.

Nothing of it was carried out, and nothing is without a button. What is secret was not kept: it is typed again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page


@dataclass(frozen=True)
class SecretField:
    """A field that was not kept."""

    name: str
    label: Text


@dataclass(frozen=True)
class AgainPage(Page):
    """Offers a form again."""

    template: ClassVar[str] = "common/again.html"
    title: ClassVar[Text] = t("You are in again")
    words: ClassVar[Mapping[str, Text]] = {
        "what": t("Your session had ended before this form arrived, so nothing was done with it. It held:"),
        "secret": t("What is secret was not kept. Type it again."),
        "go": t("Send it now"),
        "back": t("Back to the page, without it"),
    }

    path: str
    """Where the form is sent."""
    before: str
    """The page on which it stood."""
    fields: Mapping[str, str]
    secrets: Sequence[SecretField] = ()

    @property
    def told(self) -> Mapping[str, str]:
        """The fields in which something stands."""
        return {name: value for name, value in self.fields.items() if value.strip()}
