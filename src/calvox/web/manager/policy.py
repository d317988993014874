"""What session hosts are told: the signed policy, and the outage vouchers that are out, which are the largest over-issue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.server.policy_report import PolicyShown, Vouchers, VoucherShown
from calvox.web.common.pages import Page

MODES: Mapping[str, Text] = {
    "": t("as the host’s own settings say"),
    "device": t("per device"),
    "user": t("per user"),
    "session": t("per session"),
}
"""What people's CALs may be counted by."""
MOST = 100
"""Vouchers that are listed, the open ones first."""


@dataclass(frozen=True)
class PolicyPage(Page):
    """The policy and the vouchers."""

    template: ClassVar[str] = "manager/policy.html"
    title: ClassVar[Text] = t("Policy")
    words: ClassVar[Mapping[str, Text]] = {
        "what": t(
            "Session hosts fetch it, verify this server’s signature, and keep to it; a later one has a higher number."
        ),
        "now": t("In force"),
        "defaults": t("None was set: each host’s own settings hold."),
        "number": t("Number"),
        "since": t("Signed"),
        "mode": t("CALs are counted"),
        "servers": t("Licence servers, in order"),
        "own": t("as the host’s own settings say"),
        "fail": t("When nobody can decide"),
        "let_in": t("let in"),
        "refuse": t("refuse"),
        "voucher": t("Outage voucher of each host"),
        "none": t("none"),
        "of_cals": t("CALs:"),
        "of_hours": t("hours each:"),
        "set": t("Sign another"),
        "servers_help": t(
            "One address a line, https://name:port, the first is asked first. Empty: the host’s own order."
        ),
        "outage_cals": t("CALs of a voucher"),
        "outage_cals_help": t("What one host may give out while no licence server answers; 0: no voucher."),
        "outage_hours": t("Hours that each is good for"),
        "go": t("Sign the policy"),
        "vouchers": t("Outage vouchers"),
        "open": t("Largest over-issue: CALs of open vouchers"),
        "vouchers_what": t(
            "A host is given its voucher when it fetches the policy, and tells what it used once the server answers again. "
            "Until then all of it may be out unseen."
        ),
        "no_vouchers": t("No voucher was given."),
        "host": t("Session host"),
        "cals": t("CALs"),
        "hours": t("Hours"),
        "issued": t("Given"),
        "until": t("May be used until"),
        "settled": t("Settled"),
        "is_open": t("open"),
        "used": t("Used"),
        "settle": t("Settle for a host that is gone"),
        "settle_what": t(
            "A host settles its voucher by itself when it next comes. Where it is gone for good, say here what it gave out, as is "
            "known on paper; that cannot be taken back. Only vouchers that have ended, or whose host was shut out, are offered."
        ),
        "which": t("Voucher"),
        "used_paper": t("CALs given out of it"),
        "why": t("Why"),
        "sure": t("Yes, this is what I want"),
        "settle_go": t("Settle the voucher"),
        "more": t("Only the first are listed; the command “calvox server vouchers” lists all."),
    }

    policy: PolicyShown
    """The one that is in force."""
    typed: PolicyShown
    """What the form shows."""
    open_cals: int
    vouchers: tuple[VoucherShown, ...]
    more: bool
    """Whether there are more vouchers."""
    trouble: CalvoxError | None = None
    """Why it was not signed."""
    by_hand: tuple[VoucherShown, ...] = ()
    """Those that may be settled by hand."""
    unsettled: CalvoxError | None = None
    """Why a voucher was not settled."""
    modes: tuple[tuple[str, Text], ...] = tuple(MODES.items())

    @property
    def mode_text(self) -> Text:
        """What people's CALs are counted by."""
        return MODES[self.policy.mode]

    @property
    def gives_vouchers(self) -> bool:
        """Whether hosts are given vouchers."""
        return bool(self.policy.outage_cals and self.policy.outage_hours)


def policy(
    told: PolicyShown,
    out: Vouchers,
    typed: PolicyShown | None = None,
    trouble: CalvoxError | None = None,
    unsettled: CalvoxError | None = None,
) -> PolicyPage:
    """Make the page.

    Args:
        told: The policy in force.
        out: The vouchers.
        typed: What was typed and not taken.
        trouble: Why it was not.
        unsettled: Why a voucher was not settled.
    """
    by_hand = tuple(one for one in out.vouchers if one.by_hand)
    more = len(out.vouchers) > MOST
    return PolicyPage(told, typed or told, out.open_cals, tuple(out.vouchers[:MOST]), more, trouble, by_hand, unsettled)
