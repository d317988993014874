"""The packs: what was signed, what is out of each, until when, and how far the share of revoked CALs is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.core.reports import PackReport
from calvox.server.report import PacksReport
from calvox.web.common.pages import Page
from calvox.web.manager.menu import type_text

_OVER_USE: Mapping[str, Text] = {
    "": t("as the site says"),
    "allow": t("allowed"),
    "warn": t("allowed, with a warning"),
    "enforce": t("refused"),
}


@dataclass(frozen=True)
class PackRow:
    """One pack."""

    pack: PackReport

    @property
    def kind(self) -> Text:
        """Its type in words."""
        return type_text(self.pack.cal_type)

    @property
    def total(self) -> int:
        """CALs in it, after conversions."""
        return self.pack.quantity + self.pack.converted

    @property
    def over(self) -> int:
        """CALs that are out above what it holds."""
        return max(0, self.pack.issued - (self.total if self.pack.in_force else 0))

    @property
    def whole(self) -> int:
        """What the bar's length stands for."""
        return max(self.total, self.pack.issued)

    @property
    def told(self) -> Text:
        """The bar in words."""
        return t("{issued} of {total} in use", issued=self.pack.issued, total=self.total)

    @property
    def over_use(self) -> Text:
        """What happens at over-use."""
        return _OVER_USE[self.pack.over_use]


@dataclass(frozen=True)
class PacksPage(Page):
    """Lists the packs."""

    template: ClassVar[str] = "manager/packs.html"
    title: ClassVar[Text] = t("Packs")
    words: ClassVar[Mapping[str, Text]] = {
        "pack": t("Pack"),
        "kind": t("Type"),
        "version": t("Version"),
        "used": t("In use"),
        "of": t("of"),
        "over_use": t("Over-use"),
        "agreement": t("Agreement"),
        "installed": t("Installed"),
        "ends": t("Ends"),
        "never": t("never"),
        "over": t("ended"),
        "none": t("No pack is installed. Call the activation centre: “calvox server install”."),
        "without": t("CALs per user that come from no pack:"),
        "mixed": t("CALs per device and per user are used side by side. That is allowed, and to be known."),
        "revoked": t("Revoked device CALs"),
        "standing": t("Stand revoked"),
        "allowed": t("May stand revoked at once"),
        "cals": t("CALs installed"),
    }

    packs: tuple[PackRow, ...]
    report: PacksReport


def packs(report: PacksReport) -> PacksPage:
    """Make the page."""
    return PacksPage(tuple(PackRow(pack) for pack in report.packs), report)
