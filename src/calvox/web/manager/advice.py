"""The advice: per user or per device, in words, with the figures of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.core.advice import Advice, Better, Ground, Side
from calvox.web.common.pages import Page
from calvox.web.manager.menu import type_text

_BETTER: Mapping[Better, tuple[Text, str]] = {
    Better.USER: (t("Per user needs fewer CALs here."), "good"),
    Better.DEVICE: (t("Per device needs fewer CALs here."), "good"),
    Better.EITHER: (t("Both need as many CALs here."), "good"),
    Better.UNKNOWN: (t("There is no advice yet: one side has no number."), "warn"),
}
_GROUNDS: Mapping[Ground, Text] = {
    Ground.NO_USERS: t(
        "No user was seen. Session hosts tell users only where CALs are per user: say below how many there are."
    ),
    Ground.NO_DEVICES: t(
        "No device was seen. Session hosts tell devices only where CALs are per device: say below how many there are."
    ),
    Ground.DEVICES_SHARED: t("There are fewer devices than users: several users share a device, as in shifts."),
    Ground.SEVERAL_DEVICES: t("There are fewer users than devices: users work at several devices each."),
    Ground.SAME: t(
        "There are as many users as devices. Per user is then the simpler: over-use is counted and never refuses anybody."
    ),
    Ground.BOTH_COVERED: t("What is installed is enough either way: nothing must be bought."),
    Ground.CONVERT: t("Some installed CALs must be converted first: see the packs."),
    Ground.MIXED: t(
        "Both types are in use: the same people may be counted on both sides. Say below how many there really are."
    ),
}


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
    verdict, colour = _BETTER[told.better]
    sides = tuple(SideRow(side, told.better == side.cal_type) for side in (told.user, told.device))
    grounds = tuple(_GROUNDS[ground] for ground in told.grounds)
    return AdvicePage(told, sides, verdict, colour, grounds, devices, users, trouble)
