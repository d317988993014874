"""The page of a log-in link: one button, so that nothing that merely looks at the address uses it up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page


@dataclass(frozen=True)
class ComeInPage(Page):
    """Asks to press a button."""

    template: ClassVar[str] = "common/come_in.html"
    title: ClassVar[Text] = t("Come in")
    words: ClassVar[Mapping[str, Text]] = {
        "what": t("This address lets you in once, without a password. Tell it to nobody."),
        "go": t("Come in"),
    }

    code: str
    """The address's secret."""
