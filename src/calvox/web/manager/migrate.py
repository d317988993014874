"""Take over from another licence server in one call, or have everything signed anew after a loss or a restore."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page


@dataclass(frozen=True)
class MigratePage(Page):
    """Says what to have at hand, and asks for the list of packs."""

    template: ClassVar[str] = "manager/migrate.html"
    title: ClassVar[Text] = t("Take over from another licence server")
    words: ClassVar[Mapping[str, Text]] = {
        "what": t("One call activates this server and installs everything that the other one held."),
        "field": t("What happens to CALs in the field"),
        "stay": t(
            "CALs of the other server stay good until their own end. Whoever holds one gets one of this server at the next renewal or logon."
        ),
        "enrol": t(
            "Enrol each session host with this server as well, before the call: trust passes by its enrolment code."
        ),
        "ready": t("Have this at hand"),
        "old_id": t("The other server’s ID, and the 12 words that it showed when it was erased."),
        "lost": t(
            "Without the 12 words, after a loss: what happened. That is done once in 90 days and three times in 24 months; the lost ID is then refused for ever."
        ),
        "restored": t("After a restore of this very server: nothing of that, and no pack."),
        "list": t("Packs"),
        "file": t("The list that the other server wrote, as a file"),
        "or": t("Or by hand"),
        "typed": t("The list that the other server wrote, pasted whole; or each pack on a line"),
        "typed_help": t(
            "TYPE:VERSION:QUANTITY, then :LAST-MONTH if it ends, as device:2022:20 or user:2025:50:2027-06."
        ),
        "programme": t("Licence programme, as “open”"),
        "agreement": t("Agreement, 12 digits"),
        "none": t("Leave all empty to have this server itself signed anew."),
        "go": t("Prepare the call"),
        "call_open": t("A call is open already."),
        "to_call": t("Go on with it"),
        "auditor": t("An auditor prepares no call. Ask an administrator."),
    }

    call_open: bool
    typed: str = ""
    programme: str = "open"
    agreement: str = ""
    trouble: CalvoxError | None = None
