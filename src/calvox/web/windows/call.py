"""One call: what is said, what is heard while it is typed twice, how it is entered into Windows, and its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import BadInput, CalvoxError
from calvox.common.i18n import Text, current_language, t
from calvox.web.common.pages import Page
from calvox.web.windows.calls import STAGES
from calvox.windows.calls.dossier import Telephone
from calvox.windows.calls.saying import SayLine
from calvox.windows.calls.sheet import CallSheet
from calvox.windows.calls.typing import Judged, Typing
from calvox.windows.codes import ALIKE, GROUP, grouped, groups, plain, refuse_odd, shape_of, spelled
from calvox.windows.record import Call

HIDDEN = "•" * GROUP
"""What stands for a group of the first typing while the second goes on: it must not be copied."""
NEXT: Mapping[str, Text] = {
    "opened": t("Call, say what stands below, and type the code while it is read out."),
    "typing": t("Go on typing: what was typed is kept."),
    "heard": t("Stay on the line, and enter the code into Windows."),
    "entered": t("Collect the licence server again, import the bundle, then read the code back here."),
    "read-back": t("Windows took the code. End the call."),
    "done": t("This call is ended."),
    "given-up": t("This call is ended."),
}
"""What comes next at each stage."""


@dataclass(frozen=True)
class Sign:
    """One letter or digit that is said."""

    sign: str

    @property
    def name(self) -> str:
        """Its name in the spelling alphabet; none where it has none."""
        try:
            return " ".join(spelled(current_language(), self.sign))
        except BadInput:
            return ""


@dataclass(frozen=True)
class Said:
    """Something that is said."""

    line: SayLine
    label: Text
    spelled: tuple[tuple[Sign, ...], ...]


@dataclass(frozen=True)
class Box:
    """A group of the code that is being typed."""

    text: str
    state: str
    """kept, next, differs or empty."""


@dataclass(frozen=True)
class HeardCode:
    """A code that was heard in this call."""

    text: str
    spelled: tuple[tuple[Sign, ...], ...]
    heard: int
    """Seconds UTC, as is the next."""
    entered: int
    read_back: str


@dataclass(frozen=True)
class CallPage(Page):
    """Shows a call at any stage."""

    template: ClassVar[str] = "windows/call.html"
    title: ClassVar[Text] = t("Call")
    words: ClassVar[Mapping[str, Text]] = {
        "stage": t("Stage"),
        "server": t("Licence server"),
        "next": t("Next"),
        "before": t("Before you call"),
        "unknown": t("Not known"),
        "prepare": t("Have at hand"),
        "whom": t("Whom to call"),
        "no_telephones": t("No number is noted under [[telephones]] in site.toml."),
        "say": t("Say, as it is asked"),
        "note": t("Type what you hear"),
        "typed_in": t("It is typed in:"),
        "first": t("First typing"),
        "second": t("Second typing: have the code read out again"),
        "one": t("Code"),
        "group": t("Next group, or several at once"),
        "take": t("Take it"),
        "back": t("Take the last group back"),
        "again": t("Begin again"),
        "instead": t("Read it back instead of typing it again"),
        "instead_what": t("Read each group to whoever gave it. Where they say no, type that group again."),
        "number": t("Group"),
        "correct": t("Correct it"),
        "all_right": t("They said yes to every group"),
        "heard": t("Heard"),
        "heard_at": t("heard"),
        "entered_at": t("entered"),
        "enter": t("Enter it into Windows"),
        "script": t("Make the script that is carried to the server"),
        "script_what": t("The script holds the code: keep it as you keep the code, and delete it afterwards."),
        "wizard_typed": t("It was typed into Microsoft's own wizard: read it back"),
        "winrm": t("Over the network, in a terminal of this machine:"),
        "end": t("End the call"),
        "end_note": t("What is worth knowing about it: a case number, say"),
        "done": t("It is done"),
        "give_up": t("It led to nothing"),
        "wizard": t("By telephone"),
        "web": t("By a web browser on another PC"),
        "note_at_end": t("Note"),
    }

    call: Call
    heading: Text
    stage: str
    sheet: CallSheet
    said: tuple[Said, ...]
    telephones: tuple[str, ...]
    typing: Typing
    boxes: tuple[Box, ...]
    back: tuple[tuple[Sign, ...], ...]
    """The first typing, spelled, to be read back."""
    differences: tuple[Text, ...]
    codes: tuple[HeardCode, ...]
    command: str
    judged: str = ""
    """What is said of the text that is being typed."""
    judged_good: bool = True
    trouble: CalvoxError | None = None
    text: str = ""
    """What was typed and refused."""
    read: Text | str = ""
    """What reading back showed."""
    known: tuple[Text, ...] = ()
    """Other calls in which this very code was heard."""

    @property
    def word(self) -> Text:
        """How far the call is."""
        return STAGES[self.stage][0]

    @property
    def colour(self) -> str:
        """The colour of that."""
        return STAGES[self.stage][1]

    @property
    def then(self) -> Text:
        """What comes next."""
        return NEXT[self.stage]

    @property
    def ended(self) -> bool:
        """Whether nothing is done any more."""
        return bool(self.call.outcome)

    @property
    def types(self) -> bool:
        """Whether a code is being typed, or may be typed anew."""
        return not self.ended and self.stage in ("opened", "typing", "heard")

    @property
    def to_enter(self) -> bool:
        """Whether a code is to be entered, or read back."""
        return not self.ended and self.stage in ("heard", "entered")


def call_page(call: Call, stage: str, sheet: CallSheet, typing: Typing) -> CallPage:
    """Make the page."""
    return CallPage(
        call=call,
        heading=t("Call {number}: {title}", number=call.call, title=sheet.title),
        stage=stage,
        sheet=sheet,
        said=tuple(_said(line) for line in sheet.say),
        telephones=tuple(_telephone(one) for one in sheet.telephones),
        typing=typing,
        boxes=tuple(_boxes(typing)),
        back=_spelled(typing.pieces(typing.first)),
        differences=tuple(_differences(typing)),
        codes=tuple(
            HeardCode(grouped(c.code), _spelled(groups(c.code)), c.heard, c.entered, c.read_back) for c in call.codes
        ),
        command=f"calvox windows call enter {call.call} --winrm HOST",
    )


def judged_text(typing: Typing, judged: Judged, text: str) -> tuple[str, bool]:
    """Say what can be said of a text while it is typed."""
    if not text.strip():
        return "", True
    if judged.why is not None:
        return str(_why(typing, judged.why, text)), False
    if not shape_of(typing.slot).fixed:
        return str(t("{signs} signs", signs=judged.signs)), True
    whole, rest = divmod(judged.signs, GROUP)
    if rest:
        missing = GROUP - rest
        return str(
            t("Group {group}: {missing} signs are missing", group=typing.next + whole + 1, missing=missing)
        ), True
    return str(t("{whole} groups are whole", whole=whole)) if whole > 1 else str(t("The group is whole")), True


def _why(typing: Typing, why: Text, text: str) -> Text:
    """Name the place of a sign as it is counted in the whole code, where only some groups are typed."""
    signs, size = plain(text), typing.count * GROUP
    try:
        refuse_odd(signs, before=typing.next * GROUP if len(signs) < size else 0)
    except BadInput as error:
        return error.message
    return why


def same_code(call: int) -> Text:
    """Warn of a code that was heard before."""
    return t("The very same code was heard in call {other}: make sure that it is not the old one.", other=call)


def _said(line: SayLine) -> Said:
    label = line.label
    if line.article:
        label = t("{label}, “{article}” in the French procedure", label=line.label, article=line.article)
    return Said(line, label, _spelled(line.groups))


def _spelled(code: Sequence[str]) -> tuple[tuple[Sign, ...], ...]:
    return tuple(tuple(Sign(sign) for sign in group) for group in code)


def _telephone(one: Telephone) -> str:
    return " · ".join(filter(None, (one.country, one.number, one.hours, one.note)))


def _boxes(typing: Typing) -> list[Box]:
    """Draw the groups: what was typed, what differs, what is awaited; the first typing is hidden in the second."""
    typed = typing.pieces(typing.text)
    boxes = []
    for at in range(typing.count):
        text = typed[at] if at < len(typed) else HIDDEN if typing.second else ""
        state = "differs" if at in typing.differing else "kept" if at < len(typed) else ""
        boxes.append(Box(text, "next" if at == typing.next and not state else state))
    return boxes


def _differences(typing: Typing) -> list[Text]:
    one, other = typing.pieces(typing.first), typing.pieces(typing.text)
    return [_difference(at + 1, one[at], other[at]) for at in typing.differing]


def _difference(number: int, first: str, second: str) -> Text:
    values = {"number": number, "first": first, "second": second}
    pairs = zip(first, second, strict=False)
    alike = next(((a, b) for a, b in pairs if a != b and ALIKE.get(a) == b), None)
    if alike:
        return t(
            "Group {number} differs: first “{first}”, now “{second}”; “{one}” and “{other}” are easily taken for one "
            "another. Have the group spelled, and type it again.",
            one=alike[0],
            other=alike[1],
            **values,
        )
    return t(
        "Group {number} differs: first “{first}”, now “{second}”. Have the group spelled, and type it again.", **values
    )
