"""One session host: how it stands, its certificate, what it is told, its outage voucher, and what may be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.core.hosting import HostState
from calvox.core.products import version_name
from calvox.server.host_report import HostReport
from calvox.web.common.pages import Page
from calvox.web.manager.hosts import STATES
from calvox.web.manager.menu import CALS, HOSTS
from calvox.web.manager.policy import MODES
from calvox.web.manager.stands import said_before, stands_colour, stands_text


@dataclass(frozen=True)
class HostPage(Page):
    """One session host."""

    template: ClassVar[str] = "manager/host.html"
    title: ClassVar[Text] = t("Session host")
    words: ClassVar[Mapping[str, Text]] = {
        "back": t("To the session hosts"),
        "state": t("State"),
        "version": t("Version"),
        "group": t("Group"),
        "no_group": t("none"),
        "not_allowed": t("CALs are not given to this group"),
        "enrolled": t("Enrolled"),
        "seen": t("Last heard"),
        "never": t("not yet"),
        "stands": t("Stands"),
        "as_said": t("As it says itself with its signs of life; nothing is decided by it."),
        "said": t("last said:"),
        "said_at": t("It said so"),
        "grace_ends": t("Grace ends"),
        "outage": t("Last outage that it told of"),
        "since": t("since"),
        "until": t("heard again"),
        "used": t("CALs given out of the outage voucher, not told of yet"),
        "software": t("Calvox there"),
        "certificate": t("Certificate until"),
        "renews": t("The host renews it by itself, 30 days before."),
        "over": t("ended"),
        "id": t("Identifier"),
        "cals": t("CALs that it asked for last"),
        "count": t("Count"),
        "so_far": t("so far"),
        "show": t("Show them"),
        "told": t("What it is told"),
        "policy": t("Policy"),
        "number": t("number"),
        "defaults": t("none was set: the host’s own settings hold"),
        "mode": t("Mode"),
        "servers": t("Licence servers, in order"),
        "own": t("as the host’s own settings say"),
        "fail": t("When nobody can decide"),
        "let_in": t("let in"),
        "refuse": t("refuse"),
        "change_policy": t("Change the policy of all hosts"),
        "voucher": t("Outage voucher"),
        "no_voucher": t("none is open"),
        "voucher_cals": t("CALs:"),
        "voucher_hours": t("good for hours:"),
        "voucher_until": t("may be used until"),
        "acts": t("Actions"),
        "approve": t("Approve"),
        "approve_what": t("It is given CALs from now on."),
        "regroup": t("Set the group"),
        "regroup_what": t("An empty group takes it out of its group."),
        "why": t("Why"),
        "shut_out": t("Shut out for good"),
        "shut_out_what": t(
            "It is given nothing any more, at once and for ever. What it proves offline ends with its tokens and vouchers. "
            "To come back it must be enrolled anew."
        ),
        "sure": t("Yes, this is what I want"),
    }

    host: HostReport
    cals: int | None = None
    """CALs of which it asked for the token last, as far as they were counted; None: not counted."""
    after: str = ""
    """Where to go on counting; empty: all were counted."""
    trouble: CalvoxError | None = None
    """Why something was not done."""

    @property
    def version_name(self) -> str:
        """The version as people call it."""
        return version_name(self.host.version)

    @property
    def state_text(self) -> Text:
        """The state in words."""
        return STATES[self.host.state][0]

    @property
    def colour(self) -> str:
        """The state's colour."""
        return STATES[self.host.state][1]

    @property
    def stands_text(self) -> Text:
        """How it stands, with its days of grace."""
        return stands_text(self.host.standing)

    @property
    def stands_colour(self) -> str:
        """The colour of that."""
        return stands_colour(self.host.standing)

    @property
    def before(self) -> Text | None:
        """What it said last, where that does not count any more."""
        return said_before(self.host.standing)

    @property
    def admitted(self) -> bool:
        """Whether it is neither pending nor shut out."""
        return self.host.state is HostState.ENROLLED

    @property
    def pending(self) -> bool:
        """Whether it waits for approval."""
        return self.host.state is HostState.PENDING

    @property
    def over(self) -> bool:
        """Whether it was shut out."""
        return self.host.state is HostState.REVOKED

    @property
    def mode_text(self) -> Text:
        """What people's CALs are counted by on it."""
        return MODES[self.host.policy.mode]

    @property
    def counting(self) -> str:
        """Address under which they are counted, or counted on."""
        asked = {"count": self.cals or 0, **({"after": self.after} if self.after else {})}
        return f"{HOSTS}/{self.host.host.hex()}?{urlencode(asked)}"

    @property
    def search(self) -> str:
        """Address of the search for its CALs."""
        return f"{CALS}?{urlencode({'host': self.host.host.hex()})}"


def host(report: HostReport, cals: int | None = None, after: str = "", trouble: CalvoxError | None = None) -> HostPage:
    """Make the page."""
    return HostPage(report, cals, after, trouble)
