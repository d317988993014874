"""Enrol this licence server anew: another epoch and server ID on the same ledger, by one call.

The page says how it stands and what happens to CALs in the field before anything is begun. The call itself is like every other,
and can be left and taken up again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.server.reenrol import ReenrolmentShown
from calvox.web.common.pages import Page


@dataclass(frozen=True)
class ReenrolPage(Page):
    """How it stands, what it means, and the button."""

    template: ClassVar[str] = "manager/reenrol.html"
    title: ClassVar[Text] = t("Enrol this licence server anew")
    words: ClassVar[Mapping[str, Text]] = {
        "what": t(
            "After a change of hardware, or when every sequence is used up: one call, and the next epoch begins."
        ),
        "stands": t("How it stands"),
        "epoch": t("Epoch"),
        "alike": t("This machine is like the enrolled one"),
        "left": t("Sequences left"),
        "last": t("Enrolled anew last, and done"),
        "needed": t("This server needs it."),
        "not_needed": t("Nothing calls for it here: the machine is the same, and there are sequences left."),
        "field": t("What happens to CALs in the field"),
        "cals": t("CALs that are out"),
        "hosts": t("Session hosts"),
        "stay": t("They stay good to their own end, and are renewed here as before. Packs, history and accounts stay."),
        "follow": t("Session hosts follow by themselves: this server says so, signed under the ID that they know."),
        "meanwhile": t("Until the code of the call is typed, everything goes on under the present server ID."),
        "after": t(
            "Then the present ID is refused for ever. A backup from before gives it back: make a new one afterwards."
        ),
        "call": t("The call"),
        "limits": t("There is no proof in it: the centre does this once in 90 days and three times in 24 months."),
        "ids": t("Read out the new server ID, and the old one as the one that is replaced. No pack is asked for."),
        "begun": t("Begun, and not done: its call is open since"),
        "to_call": t("Go on with it"),
        "other": t("Another call is open. Finish it, or give it up, before this one."),
        "held": t("The server is frozen by hand. Thaw it first."),
        "sure": t("Yes, this is what I want"),
        "go": t("Prepare the call"),
        "auditor": t("An auditor prepares no call. Ask an administrator."),
    }

    told: ReenrolmentShown
    trouble: CalvoxError | None = None
