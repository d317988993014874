"""The advice: per user or per device, in words, with the figures of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.core.advice import Advice, Better, Side
from calvox.web.common.pages import Page
from calvox.web.manager.menu import type_text

_COLOURS: Mapping[Better, str] = {Better.UNKNOWN: "warn"}


@dataclass(frozen=True)
class SideRow:
    """One way to count."""

    side: Side
    best: bool

    @property
    def kind(self) -> Text:
        """Its type in words."""
        return type_text(self.side.cal_type)


@dataclass(frozen=True)
class AdvicePage(Page):
    """Per user or per device."""

    template: ClassVar[str] = "manager/advice.html"
    title: ClassVar[Text] = t("Per user or per device")
    words: ClassVar[Mapping[str, Text]] = {
        "kind": t("Way to count"),
        "seen": t("Seen now"),
        "said": t("Said by you"),
        "needed": t("CALs needed"),
        "installed": t("Installed"),
        "to_buy": t("To buy"),
        "best": t("fewest"),
        "together": t("CALs per device and per user that are installed; they can be converted into each other:"),
        "sessions": t("CALs per session that are out; they are counted on neither side:"),
        "how": t(
            "Seen are those who hold a CAL now: devices for 52 to 90 days, users for 60. Who holds CALs of two versions is "
            "counted twice."
        ),
        "numbers": t("What you know better"),
        "users": t("Users"),
        "devices": t("Devices"),
        "empty": t("Empty: what was seen counts."),
        "count": t("Count anew"),
    }

    told: Advice
    sides: tuple[SideRow, ...]
    verdict: Text
    colour: str
    grounds: tuple[Text, ...]
    devices: str
    """As it was typed, as is the next."""
    users: str
    trouble: CalvoxError | None = None


def advice(told: Advice, devices: str = "", users: str = "", trouble: CalvoxError | None = None) -> AdvicePage:
    """Make the page."""
    verdict, grounds = told.words()
    sides = tuple(SideRow(side, told.better == side.cal_type) for side in (told.user, told.device))
    colour = _COLOURS.get(told.better, "good")
    return AdvicePage(told, sides, verdict, colour, tuple(grounds), devices, users, trouble)
