"""The part of a page from which an operator reads a confirmation out: one line at a time, very large.

The address says which line is shown, and never what stands in it. A line is turned by the space bar, which presses the button
that has the focus, so this needs no script.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from calvox.common.i18n import Language, Text, t
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, number_of, write
from calvox.wire.phone.spelling import spell
from calvox.wire.phone.wordlists import plain

WORDS: Mapping[str, Text] = {
    "form": t("How it is read out"),
    "lines": t("Lines"),
    "next": t("Next line"),
    "last": t("All lines are read"),
    "back": t("Back"),
    "spell": t("Spell it"),
    "unspell": t("Stop spelling"),
    "wrong": t("Heard wrongly"),
    "over": t("All lines are read. Let the caller check and install; the licence server says “accepted”."),
    "accepted": t("Accepted: end the call"),
    "unaccepted": t("The caller goes away without it"),
    "hint": t("Space: next line. ← and →: line before and after."),
}
"""The words of the template part."""


@dataclass(frozen=True)
class Symbol:
    """A word, character or digit that is read out."""

    text: str
    spelled: str = ""
    """How it is spelled; empty: it is not."""


@dataclass(frozen=True)
class Choice:
    """A form or a line that may be chosen instead."""

    name: Text | str
    path: str
    here: bool


@dataclass(frozen=True)
class Reading:
    """Reads one confirmation out."""

    said: ClassVar[Mapping[str, Text]] = WORDS

    path: str
    """Of the page, without a query."""
    form: Form
    groups: tuple[str, ...]
    line: int
    """From 1; one more than there are: all are read."""
    spelling: bool
    language: Language
    """In which is spelled."""
    misheard: Sequence[int] = ()
    """The lines that were heard wrongly, each as often as it was."""
    mark: str = ""
    """Where a line is marked as heard wrongly; empty: nowhere."""
    end: str = ""
    """Where the call is ended; empty: nowhere."""

    @property
    def over(self) -> bool:
        """Whether all lines are read."""
        return self.line > len(self.groups)

    @property
    def where(self) -> Text:
        """Say which line this is."""
        return t("Line {line} of {count}", line=self.line, count=len(self.groups))

    @property
    def marked(self) -> Text | None:
        """Say how often this line was heard wrongly."""
        count = list(self.misheard).count(self.line)
        return t("heard wrongly: {count}", count=count) if count else None

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """What is read out now, piece by piece."""
        if self.over:
            return ()
        group = self.groups[self.line - 1]
        pieces = group.split() if self.form.language else list(group)
        always = self.form is Form.CHARACTERS
        return tuple(Symbol(one, _spelled(self.language, one) if always or self.spelling else "") for one in pieces)

    @property
    def size(self) -> str:
        """The class of the pieces' size."""
        return "of-words" if self.form.language else "of-signs"

    @property
    def forms(self) -> tuple[Choice, ...]:
        """Every form, each from its first line."""
        return tuple(Choice(one.label, self._at(1, form=one), one is self.form) for one in Form)

    @property
    def lines(self) -> tuple[Choice, ...]:
        """Every line."""
        return tuple(Choice(str(n), self._at(n), n == self.line) for n in range(1, len(self.groups) + 1))

    @property
    def fields(self) -> Mapping[str, str]:
        """What a turned line keeps of the address."""
        return {"as": str(self.form), **({"spell": "1"} if self.spelling else {})}

    @property
    def spell(self) -> Choice:
        """Begins or ends the spelling."""
        name = WORDS["unspell" if self.spelling else "spell"]
        return Choice(name, self._at(self.line, spelling=not self.spelling), self.spelling)

    @property
    def spellable(self) -> bool:
        """Whether spelling shows anything that does not stand there anyway."""
        return not self.over and self.form is not Form.CHARACTERS

    @property
    def same(self) -> str:
        """The address of this line."""
        return self._at(self.line)

    def _at(self, line: int, *, form: Form | None = None, spelling: bool | None = None) -> str:
        spelled = self.spelling if spelling is None else spelling
        told = {"as": str(form or self.form), "line": str(line), **({"spell": "1"} if spelled else {})}
        return f"{self.path}?{urlencode(told)}"


def reading(
    path: str,
    confirmation: str,
    form: Form,
    line: int,
    *,
    spelling: bool = False,
    language: Language = "fr",
    misheard: Sequence[int] = (),
    mark: str = "",
    end: str = "",
) -> Reading:
    """Make the part for a confirmation, given in hexadecimal; a line that is not there becomes the nearest."""
    groups = tuple(write(form, CodeType.CONFIRMATION, number_of(CodeType.CONFIRMATION, bytes.fromhex(confirmation))))
    shown = min(max(line, 1), len(groups) + 1)
    return Reading(path, form, groups, shown, spelling, form.language or language, misheard, mark, end)


def _spelled(language: Language, piece: str) -> str:
    """Spell a word; a ligature is spelled as its letters."""
    return " · ".join(name for sign in plain(piece) for name in spell(language, sign))
