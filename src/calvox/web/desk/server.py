"""One licence server: its ID in every form, what it was given and refused, and what ends its service for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.centre.history import (
    ConfirmationShown,
    FreedShown,
    PackShown,
    RefusalShown,
    ServerHistory,
    SuccessionShown,
)
from calvox.centre.register import ACTIVE
from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, current_language, t
from calvox.web.common.pages import Page
from calvox.web.desk.menu import STATES, pack_text, until, words_of
from calvox.web.desk.reasons import REASONS
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, number_of, write
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import show_agreement


@dataclass(frozen=True)
class GivenPack:
    """A pack that a confirmation carries."""

    pack: PackShown

    @property
    def told(self) -> Text:
        """The pack in words."""
        one = self.pack
        if not one.quantity:
            return t("{sequence}: {what}", sequence=one.sequence, what=pack_text(one.cal_type, one.version))
        return t(
            "{sequence}: {quantity} CALs {pack}, until: {until}",
            sequence=one.sequence,
            quantity=one.quantity,
            pack=pack_text(one.cal_type, one.version),
            until=until(one.expiry),
        )


@dataclass(frozen=True)
class GivenRow:
    """A confirmation."""

    given: ConfirmationShown

    @property
    def kind(self) -> Text:
        """What it does."""
        return Kind(self.given.kind).label

    @property
    def agreement(self) -> str:
        """The agreement's number in threes."""
        return show_agreement(self.given.agreement)

    @property
    def packs(self) -> tuple[GivenPack, ...]:
        """What it carries."""
        return tuple(GivenPack(one) for one in self.given.packs)


@dataclass(frozen=True)
class RefusedRow:
    """A refusal."""

    refusal: RefusalShown

    @property
    def reason(self) -> Text:
        """Why, in a few words."""
        return REASONS[self.refusal.reason]

    @property
    def agreement(self) -> str:
        """The agreement's number in threes."""
        return show_agreement(self.refusal.agreement) if self.refusal.agreement else "–"


@dataclass(frozen=True)
class SuccessionRow:
    """A licence server that took another one's place, seen from one of the two."""

    told: SuccessionShown
    here: str
    """The one whose page it is."""

    @property
    def what(self) -> Text:
        """What happened."""
        if self.told.old == self.told.new:
            return t("It took its own place, after a loss or a restore.")
        if self.told.new == self.here:
            return t("It took the place of another one.")
        return t("Another one took its place.")

    @property
    def proof(self) -> Text | str:
        """By what it was shown that the old one issues nothing more, or what happened to it."""
        return t("by its 12 words") if self.told.proven else self.told.why

    @property
    def other(self) -> str:
        """The other one's server ID; empty: there is none."""
        other = self.told.old if self.told.new == self.here else self.told.new
        return other if other != self.here else ""

    @property
    def first(self) -> str:
        """The first line of that."""
        return words_of(self.other, current_language())[0] if self.other else "–"

    @property
    def agreement(self) -> str:
        """The agreement's number in threes."""
        return show_agreement(self.told.agreement)


@dataclass(frozen=True)
class FreedRow:
    """CALs that come back."""

    told: FreedShown

    @property
    def agreement(self) -> str:
        """The agreement's number in threes."""
        return show_agreement(self.told.agreement)


@dataclass(frozen=True)
class ServerPage(Page):
    """Tells a licence server's history."""

    template: ClassVar[str] = "desk/server.html"
    title: ClassVar[Text] = t("Licence server")
    words: ClassVar[Mapping[str, Text]] = {
        "calvox": t("Calvox"),
        "seen": t("First heard of"),
        "activated": t("Activated"),
        "never": t("never"),
        "highest": t("Last sequence signed"),
        "why": t("Why"),
        "characters": t("In characters"),
        "digits": t("In digits"),
        "given": t("Confirmations"),
        "none": t("Nothing was signed for it."),
        "when": t("When"),
        "what": t("What"),
        "packs": t("Packs"),
        "customer": t("Customer"),
        "agreement": t("Agreement"),
        "caller": t("Caller"),
        "again": t("Read again"),
        "unsigned": t("not signed yet"),
        "refused": t("Refusals"),
        "reason": t("Reason"),
        "successions": t("Who took whose place"),
        "other": t("The other licence server"),
        "allowed": t("Allowed by"),
        "freed": t("What comes back to the agreements"),
        "quantity": t("CALs"),
        "back": t("From"),
        "operator": t("Operator"),
        "retire": t("Retire by its proof"),
        "retire_what": t("The licence server was erased and shows 12 words. From then on its ID is refused for ever."),
        "proof": t("Retirement proof, in any form"),
        "retire_go": t("Retire for good"),
        "blacklist": t("Blacklist"),
        "blacklist_what": t(
            "Every call for it is refused from now on, and nothing is read out again. This is for ever."
        ),
        "blacklist_why": t("Why it is refused for ever"),
        "blacklist_go": t("Blacklist for good"),
    }

    history: ServerHistory
    given: tuple[GivenRow, ...]
    refused: tuple[RefusedRow, ...]
    supervisor: bool
    trouble: CalvoxError | None

    @property
    def successions(self) -> tuple[SuccessionRow, ...]:
        """In which it was the old or the new one."""
        return tuple(SuccessionRow(one, self.history.server.server_id) for one in self.history.successions)

    @property
    def freed(self) -> tuple[FreedRow, ...]:
        """What comes back."""
        return tuple(FreedRow(one) for one in self.history.freed)

    @property
    def lines(self) -> tuple[str, ...]:
        """Its ID in the reader's words."""
        return words_of(self.history.server.server_id, current_language())

    @property
    def state(self) -> tuple[Text, str]:
        """How it stands, and the colour."""
        return STATES[self.history.server.state]

    @property
    def active(self) -> bool:
        """Whether it may still be given anything."""
        return self.history.server.state == ACTIVE

    @property
    def characters(self) -> str:
        """Its ID in characters."""
        return self._in(Form.CHARACTERS)

    @property
    def digits(self) -> str:
        """Its ID in digits."""
        return self._in(Form.DIGITS)

    def _in(self, form: Form) -> str:
        data = bytes.fromhex(self.history.server.server_id)
        return " ".join(write(form, CodeType.SERVER_ID, number_of(CodeType.SERVER_ID, data)))


def server(history: ServerHistory, *, supervisor: bool, trouble: CalvoxError | None = None) -> ServerPage:
    """Make the page.

    Args:
        history: What is known of it.
        supervisor: Whether the reader may blacklist.
        trouble: What was wrong with the last form.
    """
    given = tuple(GivenRow(one) for one in history.confirmations)
    return ServerPage(history, given, tuple(RefusedRow(one) for one in history.refusals), supervisor, trouble)
