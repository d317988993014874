"""The part of a page in which a code is typed while somebody reads it out: lines, what is wrong with them, what may be meant.

It is the same for a confirmation, a server ID and a code of Microsoft's: `Typing` says what a line is made of and where lines
are sent, `common/typing.html` draws it, `typing.js` makes it quick. Rules:

- Without the script it is a form: a button sends all lines, and suggestions are buttons that send them too.
- With it, each word is shown red at once if it is in no list, and each line is sent to `check` as soon as it is whole, or
  kept there half typed; the answer is a `LinePage`.
- Every field is named line-1, line-2, …; `take` is the number of a line, a space, and the text that it is to hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.web.common.assets import address_of
from calvox.web.common.pages import Page
from calvox.wire.phone.forms import CROCKFORD, Form
from calvox.wire.phone.judged import JudgedCode, JudgedLine, LineState
from calvox.wire.phone.wordlists import plain

WORDS: Mapping[str, Text] = {
    "holds": t("holds"),
    "perhaps": t("It may have been:"),
    "check": t("Check and keep"),
    "by_keys": t("Typing by the keyboard alone"),
    "unsent": t("Not kept yet: the server does not answer. Go on typing; the line is sent again."),
}
"""The words of the template part."""
KEYS: Sequence[tuple[Text, Text]] = (
    (t("Space"), t("ends a word; four letters are enough, the rest is filled in")),
    (t("Enter"), t("checks the line, and goes on to the next one that wants something")),
    (t("?"), t("stands for a word that you did not hear")),
    (t("1 to 8"), t("takes one of the suggestions; with Alt where digits are typed")),
    (t("↑ ↓"), t("goes to the line or suggestion above or below")),
    (t("Esc"), t("goes back from the suggestions to the line")),
)
"""What each key does."""
CROCKFORD_TYPED = CROCKFORD + "OIL"
"""Characters that may be typed: O is 0, I and L are 1."""


@dataclass(frozen=True)
class Suggestion:
    """A line as it may have been said."""

    text: str
    pieces: tuple[tuple[str, bool], ...]
    """Its words or signs, and whether each differs from what was typed."""
    spaced: bool = True
    """Whether they stand apart."""


@dataclass(frozen=True)
class Line:
    """A line as it stands."""

    number: int
    """From 1."""
    text: str = ""
    state: LineState = LineState.EMPTY
    why: str | Text = ""
    """What is wrong with a bad one."""
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def label(self) -> Text:
        """Name it."""
        return t("Line {number}", number=self.number)


@dataclass(frozen=True)
class Typing:
    """A code that is being typed."""

    said: ClassVar[Mapping[str, Text]] = WORDS
    keys: ClassVar[Sequence[tuple[Text, Text]]] = KEYS

    lines: tuple[Line, ...]
    symbols: int
    """Words or signs of a whole line."""
    action: str
    """Where all lines are sent together."""
    check: str
    """Where one line is sent."""
    signs: str = ""
    """The signs that may be typed; empty: words are."""
    words: str = ""
    """Address of the list of words."""
    language: str = ""
    """In which the words are; empty: none."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What is sent along with every line."""
    compact: bool = False
    """Whether lines stand beside each other; for short ones."""

    @property
    def first(self) -> int:
        """The line to be typed next; 0: none wants anything."""
        return next((line.number for line in self.lines if line.state is not LineState.GOOD), 0)


@dataclass(frozen=True)
class LinePage(Page):
    """What stands beneath one line: the answer to the script."""

    template: ClassVar[str] = "common/typing_line.html"
    title: ClassVar[Text] = t("Line")
    words: ClassVar[Mapping[str, Text]] = {}

    line: Line
    typing: ClassVar[type[Typing]] = Typing


def typing_of(code: JudgedCode, action: str, check: str, **fields: str) -> Typing:
    """Make the part for a Calvox code; its form is sent along as “form”."""
    form, language = code.form, code.form.language or ""
    signs = {Form.DIGITS: "0123456789", Form.CHARACTERS: CROCKFORD_TYPED}.get(form, "")
    return Typing(
        tuple(line_of(line, not signs) for line in code.lines),
        form.encoding.symbols,
        action,
        check,
        signs,
        address_of(f"words.{language}.txt") if language else "",
        language,
        {"form": str(form), **fields},
        compact=bool(signs),
    )


def line_of(line: JudgedLine, of_words: bool) -> Line:
    """Make one line, with what differs in each suggestion."""
    found = tuple(Suggestion(text, _compared(line.text, text, of_words), of_words) for text in line.suggestions)
    return Line(line.number, line.text, line.state, line.why, found)


def lines_sent(fields: Mapping[str, str], most: int) -> list[tuple[int, str]]:
    """Read the lines of a form that was sent, with a suggestion that was taken.

    Raises:
        BadInput: the suggestion is for no line.
    """
    sent = {number: fields[f"line-{number}"] for number in range(1, most + 1) if f"line-{number}" in fields}
    if "take" in fields:
        number, _, text = fields["take"].partition(" ")
        if not (number.isdecimal() and int(number) in range(1, most + 1)):
            raise BadInput(t("There is no line {number}", number=number[:8]))
        sent[int(number)] = text
    return sorted(sent.items())


def _compared(typed: str, meant: str, of_words: bool) -> tuple[tuple[str, bool], ...]:
    heard, pieces = (typed.split(), meant.split()) if of_words else (list(typed.replace(" ", "")), list(meant))
    if len(heard) != len(pieces):
        said = {plain(piece) for piece in heard}
        return tuple((piece, plain(piece) not in said) for piece in pieces)
    return tuple((piece, not _same(one, piece)) for one, piece in zip(heard, pieces, strict=True))


def _same(typed: str, meant: str) -> bool:
    return plain(typed) == plain(meant) or (len(typed) >= 4 and plain(meant).startswith(plain(typed)))
