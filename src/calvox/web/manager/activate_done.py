"""The end of a call: what was accepted, as the ledger has it, and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.server.typed import LastAccepted
from calvox.web.common.pages import Link, Page
from calvox.web.manager.calling import Chosen, Step, steps
from calvox.web.manager.menu import HOSTS, PACKS, type_text
from calvox.wire.phone.message import Kind


@dataclass(frozen=True)
class Installed:
    """A pack that went in."""

    sequence: int
    kind: Text
    version: str
    quantity: int
    ends: str


@dataclass(frozen=True)
class DonePage(Page):
    """Shows what was accepted."""

    template: ClassVar[str] = "manager/activate_done.html"
    title: ClassVar[Text] = t("Accepted")
    words: ClassVar[Mapping[str, Text]] = {
        "steps": t("Steps of the call"),
        "accepted": t("Accepted"),
        "packs": t("Packs of this call"),
        "sequence": t("Sequence"),
        "cal_type": t("CAL type"),
        "version": t("Version"),
        "quantity": t("Quantity"),
        "ends": t("Good until"),
        "never": t("for ever"),
        "day": t("Signed by the centre on"),
        "next": t("What to do next"),
    }

    heading: Text
    steps: tuple[Step, ...]
    said: Text
    day: str
    packs: tuple[Installed, ...]
    notes: tuple[Text, ...]
    """What else is to be known."""
    follow: tuple[Link, ...]


def done(chosen: Chosen, last: LastAccepted, repaired: str, offset: int) -> DonePage:
    """Make the page.

    Args:
        chosen: What the call was for.
        last: What the ledger holds.
        repaired: Lines that were mis-heard and repaired, with commas.
        offset: Days by which this machine's clock is ahead of the day of signing.
    """
    activated = last.kind in (Kind.ACTIVATE, Kind.ACTIVATE_AND_PACKS, Kind.REISSUE)
    return DonePage(
        chosen.purpose.name_text,
        steps(chosen, 5),
        t("This licence server is activated.") if activated else t("The packs are installed."),
        last.issue_day,
        tuple(
            Installed(
                one.sequence,
                type_text(one.cal_type) if one.quantity else t("end of a freeze"),
                one.version,
                one.quantity,
                one.ends,
            )
            for one in last.packs
        ),
        tuple(_notes(repaired, offset)),
        (
            Link(PACKS, t("See the packs")),
            Link(HOSTS, t("Enrol the session hosts")),
            Link("/install", t("Install more licences")),
        ),
    )


def _notes(repaired: str, offset: int) -> list[Text]:
    notes = [t("Make a backup of the licence server now: it holds this activation and its packs.")]
    if repaired:
        notes.append(t("Mis-heard lines that were repaired: {lines}.", lines=repaired))
    if offset:
        notes.append(t("This machine’s clock is off from the centre’s by days: {days}. Set it.", days=offset))
    return notes
