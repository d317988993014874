"""The six calls that there are, and the codes that the clearing house gives in them.

Names are Microsoft's. The procedure that many follow in French calls every code “ID de confirmation”; Microsoft has a
confirmation code in one call only, the deactivation. So that name stands beside the real one, and never alone.
"""

from dataclasses import dataclass
from enum import StrEnum

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.windows.codes import Slot

ARTICLE = "ID de confirmation"
"""What the French procedure calls whatever the clearing house gives."""


class CallKind(StrEnum):
    """What a call is for."""

    ACTIVATE = "activate"
    INSTALL = "install"
    REINSTALL = "reinstall"
    MIGRATE = "migrate"
    REACTIVATE = "reactivate"
    DEACTIVATE = "deactivate"


@dataclass(frozen=True, slots=True)
class About:
    """What holds for all calls of one kind."""

    title: Text
    """For the head of the sheet."""
    slot: Slot
    """What the clearing house gives."""
    action: str
    """The action that enters it into Windows."""
    bought: bool
    """Whether the call is about a purchase."""


ABOUT: dict[CallKind, About] = {
    CallKind.ACTIVATE: About(t("Activate the licence server"), Slot.SERVER_ID, "activate-server", bought=False),
    CallKind.INSTALL: About(t("Install CALs"), Slot.PACK_ID, "install-pack", bought=True),
    CallKind.REINSTALL: About(t("Install CALs again"), Slot.PACK_ID, "reinstall-pack", bought=True),
    CallKind.MIGRATE: About(t("Migrate CALs from another licence server"), Slot.PACK_ID, "import-pack", bought=True),
    CallKind.REACTIVATE: About(
        t("Activate the licence server again"), Slot.SERVER_ID, "reactivate-server", bought=False
    ),
    CallKind.DEACTIVATE: About(
        t("Deactivate the licence server"), Slot.CONFIRMATION_CODE, "deactivate-server", bought=False
    ),
}
"""Each kind's row."""


def kind_named(text: str) -> CallKind:
    """Find a kind by its word.

    Raises:
        BadInput: there is no such kind.
    """
    try:
        return CallKind(text.strip().lower())
    except ValueError:
        known = ", ".join(CallKind)
        raise BadInput(t("“{text}” is no kind of call; there are {known}", text=text, known=known)) from None
