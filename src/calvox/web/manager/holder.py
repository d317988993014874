"""One holder: the CALs that they have, what takes each back, and their history in the chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.core.deciding import Reason
from calvox.core.products import cal_type_named, lasting
from calvox.core.reports import CalReport
from calvox.journal.listing import EntryShown
from calvox.server.history import History
from calvox.server.holder_report import CalHeld, HolderReport
from calvox.web.common.pages import Page
from calvox.web.manager.menu import HOLDERS

KINDS: Mapping[str, Text] = {
    "CalIssued": t("CAL given"),
    "CalRenewed": t("CAL renewed"),
    "CalReentered": t("CAL brought back after a restore"),
    "CalReleased": t("CAL given back"),
    "CalExpired": t("CAL ended"),
    "CalRefused": t("Refused"),
    "CalReleasedByHand": t("CAL released by an administrator"),
    "CalRevoked": t("CAL revoked"),
    "UserAuthorised": t("Authorised"),
    "UserUnauthorised": t("Authorisation taken back"),
    "OutageCalUsed": t("CAL of an outage voucher used"),
}
"""What a holder's entries are called here; any other by its own name."""
_TOLD: Mapping[str, Text] = {
    "cal_id": t("CAL"),
    "pack": t("Pack"),
    "reason": t("Reason"),
    "count": t("Times"),
    "why": t("Why"),
    "by": t("By"),
}
"""What of an entry is shown, and under which name."""


@dataclass(frozen=True)
class Held:
    """A CAL, and what may be done with it."""

    held: CalHeld

    @property
    def cal(self) -> CalReport:
        """The CAL."""
        return self.held.cal

    @property
    def kind(self) -> Text:
        """Its type in words."""
        return cal_type_named(self.cal.cal_type).text

    @property
    def lasting(self) -> Text:
        """How long it is meant to last."""
        return lasting(cal_type_named(self.cal.cal_type), self.cal.temporary)

    @property
    def act(self) -> Text:
        """What takes it back, as a button says it."""
        return t("Revoke") if self.held.act == "revoke" else t("Release")

    @property
    def left(self) -> int:
        """How many CALs of its version may be revoked now."""
        share = self.held.share
        return max(0, share.allowed - share.standing) if share else 0

    @property
    def rule(self) -> Text | None:
        """The rule of 20 in a hundred, in this version's numbers."""
        share = self.held.share
        if share is None:
            return None
        return t(
            "Of {installed} CALs per device {version}, {allowed} may stand revoked at a time (20 %). "
            "{standing} do; {left} more may be revoked now.",
            installed=share.installed,
            version=share.version,
            allowed=share.allowed,
            standing=share.standing,
            left=self.left,
        )

    @property
    def effect(self) -> Text:
        """What taking it back does."""
        if self.held.act == "revoke":
            return t(
                "The device’s CAL goes back to pack {pack} at once. Session hosts that have its token are told; until the "
                "token’s own end it counts as revoked. The device gets another CAL only as a new one would.",
                pack=self.cal.pack,
            )
        if self.cal.pack:
            return t("The CAL goes back to pack {pack} at once, and its token is not renewed.", pack=self.cal.pack)
        return t("The CAL ends at once, and its token is not renewed; it came from no pack.")


@dataclass(frozen=True)
class Event:
    """An entry about the holder."""

    entry: EntryShown

    @property
    def time(self) -> int:
        """When it was entered, seconds UTC."""
        return int(datetime.fromisoformat(self.entry.time).timestamp())

    @property
    def kind(self) -> Text | str:
        """What happened."""
        return KINDS.get(self.entry.kind, self.entry.kind)

    @property
    def says(self) -> list[tuple[Text, object]]:
        """What it says, but for times, which the page writes itself."""
        told = self.entry.says
        return [(text, _plain(name, told[name])) for name, text in _TOLD.items() if told.get(name)]

    @property
    def until(self) -> int:
        """The CAL's end; 0: the entry tells none."""
        return int(self.entry.says.get("valid_until", 0))


@dataclass(frozen=True)
class HolderPage(Page):
    """One holder."""

    template: ClassVar[str] = "manager/holder.html"
    title: ClassVar[Text] = t("Holder")
    words: ClassVar[Mapping[str, Text]] = {
        "back": t("Search CALs"),
        "erased": t("The name was erased"),
        "erased_what": t("The chain knows this holder by a reference alone; what happened to them stands."),
        "reference": t("Reference in the chain"),
        "authorised": t("Authorised since"),
        "cals": t("CALs in use"),
        "none": t("This holder has no CAL."),
        "cal": t("CAL"),
        "kind": t("Type"),
        "version": t("Version"),
        "lasting": t("Duration"),
        "pack": t("Pack"),
        "no_pack": t("none"),
        "host": t("Session host"),
        "issued": t("Issued"),
        "until": t("Valid until"),
        "acts": t("Actions"),
        "by_itself": t("ends by itself"),
        "since": t("One more may be revoked from"),
        "why": t("Why"),
        "why_help": t("In a few words, without names: it stays in the journal for ever."),
        "sure": t("Yes, this is what I want"),
        "leave": t("The user left"),
        "leave_what": t(
            "Every CAL per user goes back at once, and the authorisation ends. Devices and sessions are left as they are."
        ),
        "leave_do": t("Take everything back"),
        "history": t("History"),
        "time": t("Time"),
        "event": t("What happened"),
        "says": t("Details"),
        "number": t("Entry"),
        "nothing": t("The part of the ledger that was looked through tells nothing of this holder."),
        "no_history": t("The ledger tells nothing of this holder."),
        "further": t("Look on in the ledger"),
    }

    holder: HolderReport
    cals: tuple[Held, ...]
    events: tuple[Event, ...]
    here: str
    """This page's address."""
    further: str = ""
    """Address of the history's next part; empty: this was the end."""
    trouble: CalvoxError | None = None
    """Why something was not done."""


def _plain(name: str, value: object) -> object:
    return Reason(str(value)).text if name == "reason" and value in set(Reason) else value


def holder(report: HolderReport, told: History, trouble: CalvoxError | None = None) -> HolderPage:
    """Make the page."""
    here = f"{HOLDERS}/{report.reference}"
    return HolderPage(
        report,
        tuple(Held(one) for one in report.cals),
        tuple(Event(entry) for entry in told.entries),
        here,
        address(here, told.further, told.cals) if told.further else "",
        trouble,
    )


def address(here: str, first: int, cals: Sequence[str]) -> str:
    """Tell where a part of a history begins."""
    return f"{here}?{urlencode({'first': first, **({'cals': ','.join(cals)} if cals else {})})}"
