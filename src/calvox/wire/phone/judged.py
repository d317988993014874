"""How a code stands that is being typed, line by line, for somebody to look at.

A line is empty, unfinished, good or bad. Unfinished is one that has fewer symbols than a line, all of which can be read:
nobody is told off in the middle of a word. What may have been said stands only beside a bad line.
"""

from enum import StrEnum

import msgspec

from calvox.common.errors import BadCode
from calvox.common.i18n import Text, t
from calvox.wire.phone.dictation import Dictation, GroupHeard
from calvox.wire.phone.forms import Form, read_group


class LineState(StrEnum):
    """How one line stands."""

    EMPTY = "empty"
    UNFINISHED = "unfinished"
    GOOD = "good"
    BAD = "bad"


class JudgedLine(msgspec.Struct, frozen=True):
    """One line."""

    number: int
    """From 1."""
    text: str
    """As it was typed."""
    state: LineState
    why: str = ""
    """What is wrong with a bad line, for whoever typed it."""
    suggestions: tuple[str, ...] = ()
    """What may have been said, the likeliest first."""


class JudgedCode(msgspec.Struct, frozen=True):
    """All lines of a code in one form."""

    form: Form
    lines: tuple[JudgedLine, ...]

    @property
    def whole(self) -> bool:
        """Whether something stands in every line."""
        return all(line.state is not LineState.EMPTY for line in self.lines)


def judged(dictation: Dictation) -> JudgedCode:
    """Judge every line, in the reader's language."""
    return JudgedCode(dictation.form, tuple(_line(dictation, at, text) for at, text in enumerate(dictation.texts)))


def _line(dictation: Dictation, at: int, text: str) -> JudgedLine:
    if not text:
        return JudgedLine(at + 1, text, LineState.EMPTY)
    if _is_unfinished(dictation.form, text):
        return JudgedLine(at + 1, text, LineState.UNFINISHED)
    found = dictation.judge(at, text)
    if isinstance(found, GroupHeard):
        return JudgedLine(at + 1, text, LineState.GOOD)
    return JudgedLine(at + 1, text, LineState.BAD, str(_why(dictation.form, text, found.reason)), found.suggestions)


def _is_unfinished(form: Form, text: str) -> bool:
    try:
        return len(read_group(form, text)) < form.encoding.symbols
    except BadCode:
        return False


def _why(form: Form, text: str, reason: Text) -> Text:
    """Tell an unheard symbol from a mis-heard one."""
    try:
        found = read_group(form, text)
    except BadCode:
        return reason
    if None in found:
        return t("Marked as not heard: {count}", count=found.count(None))
    return t("This line was mis-heard") if len(found) == form.encoding.symbols else reason
