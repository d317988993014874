"""One agreement: its entitlements, what is taken and left of them, and who may call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.centre.agreements import AgreementShown
from calvox.centre.finding import ServersFound
from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.desk.call import AgreementRow
from calvox.web.desk.servers import ServerRow


@dataclass(frozen=True)
class AgreementPage(Page):
    """Shows an agreement."""

    template: ClassVar[str] = "desk/agreement.html"
    title: ClassVar[Text] = t("Agreement")
    words: ClassVar[Mapping[str, Text]] = {
        "customer": t("Customer"),
        "number": t("Number"),
        "programme": t("Programme"),
        "sku": t("SKU"),
        "proof": t("Proof of purchase"),
        "added": t("Entered"),
        "ends": t("Ends"),
        "never": t("never"),
        "lines": t("Entitlements"),
        "line": t("Line"),
        "cals": t("CALs"),
        "bought": t("Bought"),
        "taken": t("Taken"),
        "left": t("Left"),
        "callers": t("Callers"),
        "name": t("Name"),
        "phone": t("Telephone"),
        "state": t("State"),
        "may": t("may call"),
        "locked": t("locked"),
        "acts": t("Actions"),
        "unlock": t("Unlock"),
        "unlock_what": t("Call the number that is held here, not one that was told, before you unlock."),
        "servers": t("Licence servers that called for it"),
        "none": t("None yet."),
    }

    row: AgreementRow
    servers: tuple[ServerRow, ...]
    supervisor: bool

    @property
    def any_locked(self) -> bool:
        """Whether a caller is locked."""
        return any(caller.locked for caller in self.row.agreement.callers)


def agreement(shown: AgreementShown, found: ServersFound, *, supervisor: bool) -> AgreementPage:
    """Make the page.

    Args:
        shown: The agreement.
        found: The licence servers that called for it.
        supervisor: Whether the reader may unlock callers.
    """
    own = tuple(ServerRow(one) for one in found.servers)
    return AgreementPage(AgreementRow(shown), own, supervisor)
