"""A call on one page: who calls, for which licence server and what, control words, and then what is read out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from calvox.centre.agreements import AgreementShown, LineShown
from calvox.centre.calls import About
from calvox.centre.noted import Noted, OpenCallShown
from calvox.centre.refusals import Refusal
from calvox.common.errors import CalvoxError
from calvox.common.i18n import LANGUAGES, Language, Text, t
from calvox.core.products import Programme
from calvox.web.common.pages import Page
from calvox.web.common.typing import Typing
from calvox.web.desk.about import Subject
from calvox.web.desk.menu import SPOKEN, STATES, pack_text, until, words_of
from calvox.web.desk.reading import Choice, Reading
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import show_agreement, unpack_request


@dataclass(frozen=True)
class LineRow:
    """What an agreement entitles to."""

    line: LineShown

    @property
    def name(self) -> Text:
        """What it is."""
        return pack_text(self.line.cal_type, self.line.version)

    @property
    def choice(self) -> str:
        """How a form names it."""
        return f"{self.line.cal_type}:{self.line.version}"

    @property
    def left(self) -> int:
        """How many may still be had."""
        return self.line.quantity - self.line.taken

    @property
    def told(self) -> Text:
        """The bar in words."""
        return t("{taken} of {quantity} taken", taken=self.line.taken, quantity=self.line.quantity)

    @property
    def offered(self) -> Text:
        """What a form offers."""
        return t("{pack}: {left} left", pack=self.name, left=self.left)


@dataclass(frozen=True)
class AgreementRow:
    """An agreement for which the caller may call."""

    agreement: AgreementShown

    @property
    def number(self) -> str:
        """Its number in threes."""
        return show_agreement(self.agreement.number)

    @property
    def programme(self) -> Text:
        """How the customer bought."""
        return Programme(self.agreement.programme).text

    @property
    def lines(self) -> tuple[LineRow, ...]:
        """What it entitles to."""
        return tuple(LineRow(line) for line in self.agreement.lines)

    def offers(self, *, used_up: bool = False) -> tuple[LineRow, ...]:
        """Give each type and version of which something is left, once; or those that are used up, too."""
        left = {row.choice: row for row in reversed(self.lines) if used_up or row.left > 0}
        return tuple(reversed(left.values()))


@dataclass(frozen=True)
class PackRow:
    """A pack that was noted."""

    name: Text
    quantity: int
    sequence: int
    ends: Text | str
    spoken: bool
    """Whether it was typed as a spoken request."""


@dataclass(frozen=True)
class ControlWords:
    """Two words that both sides compare, in one language."""

    language: Language
    name: Text
    pair: tuple[str, str]


@dataclass(frozen=True)
class Meant:
    """A server ID that may have been meant."""

    server_id: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """What the address and the last step add to a call."""

    forms: tuple[Choice, ...] = ()
    """The forms in which the server ID, or a request, may be typed."""
    typing: Typing | None = None
    """The server ID while it is typed."""
    typing_request: Typing | None = None
    """A request while it is typed."""
    typing_old: Typing | None = None
    """The old server ID, or its proof, while it is typed."""
    supervisor: bool = False
    """Whether the reader may go beyond limits."""
    asking: bool = False
    """Whether a form was chosen for it."""
    reading: Reading | None = None
    """The confirmation while it is read out."""
    choices: Sequence[str] = ()
    """Server IDs that may have been meant."""
    trouble: CalvoxError | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class CallPage(Page):
    """Holds a call."""

    template: ClassVar[str] = "desk/call.html"
    title: ClassVar[Text] = t("Call")
    scripts: ClassVar[Sequence[str]] = ("typing.js", "reading.js")
    words: ClassVar[Mapping[str, Text]] = {
        "caller": t("Caller"),
        "word_good": t("call word right"),
        "locked": t("locked"),
        "since": t("Since"),
        "by": t("by"),
        "other": t("This caller has another call that is not ended, since"),
        "other_on": t("Go on with that one"),
        "spoken": t("Codes are said in"),
        "agreement": t("Agreement"),
        "which": t("For which agreement?"),
        "choose": t("Choose"),
        "set": t("Set"),
        "ends": t("Ends"),
        "until": t("Ends:"),
        "never": t("never"),
        "server": t("Licence server"),
        "calvox": t("Calvox"),
        "unheard": t("never heard of before"),
        "activated": t("activated"),
        "highest": t("last sequence signed:"),
        "history": t("Its history"),
        "say": t("Say:"),
        "id": t("Server ID"),
        "id_what": t("Have the caller read the lines under “Calvox server ID”, one after the other."),
        "id_forms": t("How it is said"),
        "id_go": t("Go on with this server ID"),
        "meant": t("A line was mis-heard. Have it read again: which of these is it?"),
        "this": t("It is this one"),
        "change": t("Change"),
        "packs": t("Packs"),
        "packs_what": t("Nothing noted means an activation alone."),
        "packs_none": t("No pack is noted yet: note those that stand on the new call sheet."),
        "pack": t("CALs"),
        "quantity": t("Quantity"),
        "sequence": t("Sequence"),
        "month": t("Ends with the month; empty: never"),
        "as_spoken": t("as spoken"),
        "remove": t("Remove"),
        "add": t("Note the pack"),
        "nothing_left": t("Nothing is left of this agreement."),
        "request": t("The caller reads a request instead"),
        "request_go": t("Note the request"),
        "will": t("This will be:"),
        "prepare": t("Show the control words"),
        "control": t("Control words"),
        "control_what": t("Both screens show them. Read them aloud, or have them read to you, before you sign."),
        "known": t("The same was confirmed in an earlier call: nothing more is taken."),
        "same": t("The same on both sides: sign"),
        "differ": t("They differ"),
        "signed": t("Signed:"),
        "give_up": t("Give the call up"),
    }

    shown: OpenCallShown
    shape: Shape = field(default_factory=Shape)
    languages: ClassVar[Mapping[Language, Text]] = SPOKEN

    @property
    def heading(self) -> Text:
        """Say whose call it is."""
        return t("Call: {caller}", caller=self.shown.caller.name)

    @property
    def path(self) -> str:
        """The call's own."""
        return f"/calls/{self.shown.call}"

    @property
    def noted(self) -> Noted:
        """What is noted."""
        return self.shown.noted

    @property
    def agreements(self) -> tuple[AgreementRow, ...]:
        """For which the caller may call."""
        return tuple(AgreementRow(one) for one in self.shown.agreements)

    @property
    def agreement(self) -> AgreementRow | None:
        """The one that this call is about."""
        return next((one for one in self.agreements if one.agreement.number == self.noted.agreement), None)

    @property
    def subject(self) -> Subject:
        """What the call is about."""
        choices = self.shape.choices if self.noted.server_id else ()
        return Subject(self.shown, self.shape.supervisor, choices)

    @property
    def offers(self) -> tuple[LineRow, ...]:
        """What may be asked for; where another server is replaced, what that one took may be had again."""
        return self.agreement.offers(used_up=self.noted.about.replaces) if self.agreement else ()

    @property
    def id_lines(self) -> tuple[str, ...]:
        """The server ID in the call's words."""
        return words_of(self.noted.server_id, self.noted.language) if self.noted.server_id else ()

    @property
    def meant(self) -> tuple[Meant, ...]:
        """Server IDs that may have been meant, each by the lines in which they differ."""
        read = [(one, words_of(one, self.noted.language)) for one in self.shape.choices]
        differ = [at for at in range(len(read[0][1])) if len({lines[at] for _, lines in read}) > 1] if read else []
        shown = differ if len(read) > 1 else range(len(read[0][1]) if read else 0)
        return tuple(Meant(one, tuple(lines[at] for at in shown)) for one, lines in read)

    @property
    def state(self) -> tuple[Text, str] | None:
        """How the licence server stands, and the colour."""
        return STATES[self.shown.server.state] if self.shown.server else None

    @property
    def packs(self) -> tuple[PackRow, ...]:
        """What was noted, by sequence."""
        written = [
            PackRow(pack_text(one.cal_type, one.version), one.quantity, one.sequence, until(one.expiry), False)
            for one in self.noted.lines
        ]
        spoken = [self._spoken(data) for data in self.noted.requests]
        return tuple(sorted((*written, *spoken), key=lambda row: row.sequence))

    @property
    def whole(self) -> bool:
        """Whether the control words may be what comes next."""
        return bool(self.packs or self.shown.continues or self.noted.thaw is not None)

    @property
    def kind(self) -> Text:
        """What will be signed, or was."""
        if self.noted.prepared is not None:
            return Kind(self.noted.prepared.kind).label
        if self.noted.about is not About.INSTALL:
            return (Kind.THAW if self.noted.about is About.THAW else Kind.REISSUE).label
        if not self.packs:
            return Kind.ACTIVATE.label
        if any(not row.quantity for row in self.packs):
            return Kind.THAW.label
        active = self.shown.server is not None and self.shown.server.activated
        return (Kind.PACKS if active else Kind.ACTIVATE_AND_PACKS).label

    @property
    def control(self) -> tuple[ControlWords, ...]:
        """The control words, those of the call's language first."""
        if self.noted.prepared is None:
            return ()
        pairs = self.noted.prepared.control_words
        order = sorted(LANGUAGES, key=lambda one: one != self.noted.language)
        return tuple(ControlWords(one, SPOKEN[one], pairs[one]) for one in order if one in pairs)

    def _spoken(self, data: str) -> PackRow:
        one = unpack_request(bytes.fromhex(self.noted.server_id), bytes.fromhex(data))
        name = pack_text(one.cal_type, one.version)
        return PackRow(name, one.quantity, one.sequence, until(one.expiry), True)


def call(shown: OpenCallShown, shape: Shape) -> CallPage:
    """Make the page."""
    return CallPage(shown, shape)
