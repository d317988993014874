"""The packs: what was signed, what is out of each, until when, how far revoking went, and what may be converted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.commands import Command
from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.core.converting import convertible, other_type
from calvox.core.pools import OverUse, Pack, Policy
from calvox.core.products import CalType, cal_type_named
from calvox.core.reports import PackReport
from calvox.server.report import PacksReport
from calvox.web.common.pages import Page
from calvox.web.manager.menu import type_text

DEFAULT = Policy()
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
    may: int = 0
    """CALs that may be converted to the other type now."""

    @property
    def kind(self) -> Text:
        """Its type in words."""
        return type_text(self.pack.cal_type)

    @property
    def becomes(self) -> Text | None:
        """What its CALs may become; None: they are not converted."""
        other = other_type(cal_type_named(self.pack.cal_type))
        return other.text if other is not None and self.pack.in_force else None

    @property
    def per_user(self) -> bool:
        """Whether it may have a policy of its own."""
        return self.pack.cal_type == CalType.USER.label

    @property
    def converting(self) -> Text:
        """What converting does."""
        return t(
            "Up to {may} CALs of pack {pack} become {other}, of the same version, agreement and end. They stand as a pack "
            "of their own, and may be converted back as long as nobody uses them.",
            may=self.may,
            pack=self.pack.sequence,
            other=self.becomes or "",
        )

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
        "none": t("No pack is installed. Call the activation centre: “{install}”.", install=Command("server install")),
        "without": t("CALs per user that come from no pack:"),
        "mixed": t("CALs per device and per user are used side by side. That is allowed, and to be known."),
        "revoked": t("Revoked device CALs"),
        "standing": t("Stand revoked"),
        "allowed": t("May stand revoked at once"),
        "cals": t("CALs installed"),
        "acts": t("Actions"),
        "convert": t("Convert"),
        "quantity": t("CALs"),
        "sure": t("Yes, this is what I want"),
        "policy": t("Over-use of this pack"),
        "set": t("Set"),
        "site": t("as the site says"),
        "allow": t("allowed"),
        "warn": t("allowed, with a warning"),
        "enforce": t("refused"),
    }

    packs: tuple[PackRow, ...]
    report: PacksReport
    trouble: CalvoxError | None = None
    """Why something was not done."""


def packs(report: PacksReport, site: Policy = DEFAULT, trouble: CalvoxError | None = None) -> PacksPage:
    """Make the page."""
    return PacksPage(tuple(PackRow(pack, _may(pack, site)) for pack in report.packs), report, trouble)


def _may(pack: PackReport, site: Policy) -> int:
    own = OverUse(pack.over_use) if pack.over_use else None
    told = Pack(pack.sequence, 0, pack.quantity + pack.converted, pack.issued, pack.ends, own)
    return convertible(told, cal_type_named(pack.cal_type), site)
