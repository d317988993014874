"""The CALs: sought by holder, session host, type, version and state, fifty on a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.core.products import VERSIONS, CalType, cal_type_named, lasting
from calvox.core.reports import CalReport
from calvox.server.search import Found, NoCal, Wanted
from calvox.web.common.pages import Page
from calvox.web.manager.menu import CALS


@dataclass(frozen=True)
class CalRow:
    """One CAL."""

    cal: CalReport

    @property
    def kind(self) -> Text:
        """Its type in words."""
        return cal_type_named(self.cal.cal_type).text

    @property
    def lasting(self) -> Text:
        """How long it is meant to last."""
        return lasting(cal_type_named(self.cal.cal_type), self.cal.temporary)


@dataclass(frozen=True)
class CalsPage(Page):
    """A search and a page of what it finds."""

    template: ClassVar[str] = "manager/cals.html"
    title: ClassVar[Text] = t("CALs")
    words: ClassVar[Mapping[str, Text]] = {
        "holder": t("Holder"),
        "holder_help": t("Start of the name, or CAL ID"),
        "host": t("Session host"),
        "kind": t("Type"),
        "version": t("Version"),
        "lasting": t("Duration"),
        "state": t("State"),
        "all": t("all"),
        "temporary": t("temporary"),
        "permanent": t("permanent"),
        "no_pack": t("from no pack"),
        "seek": t("Search"),
        "pack": t("Pack"),
        "issued": t("Issued"),
        "until": t("Valid until"),
        "none": t("No CAL is as sought."),
        "erased": t("name erased"),
        "from_none": t("none"),
        "first": t("To the newest"),
        "further": t("Further"),
        "not_yet": t("None so far: there is more to look through."),
        "without": t("Has no CAL:"),
    }

    wanted: Wanted
    cals: tuple[CalRow, ...] = ()
    without: tuple[NoCal, ...] = ()
    """Holders of exactly this name without a CAL."""
    newest: str = ""
    """Address of the first page; empty: this is it."""
    further: str = ""
    """Address of the next page; empty: there is none."""
    trouble: CalvoxError | None = None
    """Why nothing could be sought."""
    types: tuple[CalType, ...] = tuple(CalType)
    versions: tuple[str, ...] = tuple(reversed(VERSIONS.values()))


def cals(wanted: Wanted, found: Found | CalvoxError) -> CalsPage:
    """Make the page."""
    if isinstance(found, CalvoxError):
        return CalsPage(wanted, trouble=found)
    newest = address(wanted) if wanted.after else ""
    further = address(wanted, found.after) if found.after else ""
    return CalsPage(wanted, tuple(CalRow(cal) for cal in found.cals), tuple(found.without), newest, further)


def address(wanted: Wanted, after: str = "") -> str:
    """Tell where a page of this search begins."""
    asked = {**msgspec.structs.asdict(wanted), "after": after}
    return f"{CALS}?{urlencode({name: value for name, value in asked.items() if value})}"
