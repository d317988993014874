"""The way to the end of a licence server, step by step: freeze, list the packs, say where hosts go on, erase.

Each step says beforehand what happens to CALs in the field, and what was done stands in the ledger, so that the page can be left
and loaded again. Erasing itself is a command on the machine: with the ledger go the accounts of everybody who could be here,
and the proof is shown only after that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.core.products import cal_type_named
from calvox.server.call import PackWish
from calvox.server.retirement_report import RetirementShown
from calvox.web.common.pages import Page


@dataclass(frozen=True)
class RetirePage(Page):
    """The steps, with where one stands."""

    template: ClassVar[str] = "manager/retire.html"
    title: ClassVar[Text] = t("Retire this licence server")
    words: ClassVar[Mapping[str, Text]] = {
        "what": t(
            "For a server that goes out of service or moves to another machine. Only the last step has no way back."
        ),
        "field": t("What happens to CALs in the field"),
        "cals": t("CALs that are out"),
        "hosts": t("Session hosts"),
        "latest": t("The last of them ends"),
        "nobody": t("no CAL is out"),
        "stay": t("What is out stays good until its own end. After the erasure nobody renews it here any more."),
        "done": t("done"),
        "next": t("next"),
        "freeze": t("1. Freeze"),
        "freeze_what": t("No new CALs from then on; renewals and returns go on. A call to the centre ends it again."),
        "frozen": t("Frozen since"),
        "why": t("Why, without names: it stands in the ledger"),
        "sure": t("Yes, this is what I want"),
        "freeze_go": t("Freeze now"),
        "thaw": t("Call the centre to thaw"),
        "packs": t("2. Keep the list of packs"),
        "packs_what": t(
            "The next licence server asks for them in its one call. The list says what, and gives nothing."
        ),
        "download": t("Download the list"),
        "kind": t("CAL type"),
        "version": t("Version"),
        "quantity": t("Quantity"),
        "agreement": t("Agreement"),
        "ends": t("Last month"),
        "never": t("never"),
        "no_packs": t("There is no pack that has not ended."),
        "successor": t("3. Say where session hosts go on"),
        "successor_what": t(
            "Enrol each host with the next licence server first; then name it in the policy, after this one."
        ),
        "named": t("The policy names"),
        "none_named": t("The policy names no licence server."),
        "policy": t("To the policy"),
        "erase": t("4. Erase, for ever"),
        "erase_what": t(
            "Root, packs, token key and ledger go, with the accounts of everybody who could log in here; a backup made now keeps the history. On the machine itself, type:"
        ),
        "proof": t(
            "It asks for the server’s name, erases, and shows 12 words: read them to the centre. “calvox server proof” shows them again."
        ),
        "stays": t("Leave the process running for 90 days: it sends session hosts to the next licence server."),
        "call_open": t("A call is open. Finish it, or give it up, before you erase."),
        "auditor": t("An auditor changes nothing here."),
    }

    told: RetirementShown
    packs: tuple[tuple[Text, PackWish], ...]
    """With the type in words."""
    command: str
    """What is typed to erase."""
    trouble: CalvoxError | None = None


def retire(told: RetirementShown, trouble: CalvoxError | None = None) -> RetirePage:
    """Make the page."""
    packs = tuple((cal_type_named(pack.cal_type).text, pack) for pack in told.packs)
    return RetirePage(told, packs, "calvox server retire --successor https://next.example:7400", trouble)
