"""Type in a code while the clearing house reads it out: group by group at a terminal, line by line from a pipe.

Every line is judged at once and kept, so a line that drops or a terminal that closes loses nothing. The second typing is
compared group by group; instead of it the code may be read back.
"""

import sys

from calvox.apps.site.typing import Typed, keep_typing, read_back_code, type_code, typing_of
from calvox.cli.session import ask, say, session
from calvox.cli.windows.call_drawn import names_of
from calvox.common.errors import BadInput
from calvox.common.i18n import Text, current_language, t
from calvox.site.folder import SiteFolder
from calvox.windows.calls.typing import Typing
from calvox.windows.codes import ALIKE, grouped

BACK, AGAIN = "<", "!"
YES, NO = ("y", "yes", "o", "oui"), ("n", "no", "non")
MOST_LINES = 64
"""Lines that are read from a pipe, at most."""
LONGEST_LINE = 4096


def at_terminal() -> bool:
    """Tell whether a person types."""
    return sys.stdin.isatty() and not session().json


# At a terminal


def hear(site: SiteFolder, number: int, *, by_reading_back: bool) -> Typed:
    """Have a code typed by a person, until it is heard."""
    typing = typing_of(site, number)
    if typing.first or typing.text:
        say(t("Going on where you stopped."))
    say(t("{label}: type each group as you hear it; “<” goes back, “!” begins again.", label=typing.slot.label))
    if typing.second:
        _say_second(by_reading_back)
    while True:
        if by_reading_back and typing.second:
            return _read_back(site, number)
        typed = _line(site, number, typing)
        if typed.code:
            return typed
        if typed.typing.second and not typing.second and not by_reading_back:
            _say_second(by_reading_back)
        typing = typed.typing


def _say_second(by_reading_back: bool) -> None:
    if not by_reading_back:
        say(t("The first typing is whole. Have the code read out again, and type it a second time."))


def _line(site: SiteFolder, number: int, typing: Typing) -> Typed:
    """Ask for one line, and take it."""
    try:
        line = ask(_question(typing))
    except BadInput as error:
        hint = t("What was typed is kept; “calvox windows call type {number}” goes on there.", number=number)
        raise BadInput(error.message, hint=hint) from error
    if line == AGAIN:
        return keep_typing(site, number, Typing(typing.slot))
    if line == BACK:
        return keep_typing(site, number, typing.back())
    try:
        typed = type_code(site, number, line)
    except BadInput as error:
        say(f"  ✗ {error}")
        if error.hint:
            say(f"    {error.hint}")
        return Typed(typing)
    for told in differences(typed.typing):
        say(f"  ✗ {told}")
    return typed


def _question(typing: Typing) -> Text:
    if typing.count == 1:
        return t("{label}:", label=typing.slot.label)
    return t("Group {number} of {count}:", number=typing.next + 1, count=typing.count)


def differences(typing: Typing) -> list[Text]:
    """Say in which groups the two typings differ."""
    one, other = typing.pieces(typing.first), typing.pieces(typing.text)
    return [_difference(at + 1, one[at], other[at]) for at in typing.differing]


def _difference(number: int, first: str, second: str) -> Text:
    values = {"number": number, "first": first, "second": second}
    pairs = zip(first, second, strict=False)
    alike = next(((a, b) for a, b in pairs if a != b and ALIKE.get(a) == b), None)
    if alike:
        values |= {"one": alike[0], "other": alike[1]}
        return t(
            "Group {number} differs: first “{first}”, now “{second}”; “{one}” and “{other}” are easily taken for one "
            "another. Have the group spelled, and type it again.",
            **values,
        )
    return t(
        "Group {number} differs: first “{first}”, now “{second}”. Have the group spelled, and type it again.", **values
    )


def _read_back(site: SiteFolder, number: int) -> Typed:
    """Have each group read back, and corrected where the clearing house says no."""
    say(t("Read each group back to whoever gave it."))
    typing = typing_of(site, number)
    at = 0
    while at < len(typing.pieces(typing.first)):
        group = typing.pieces(typing.first)[at]
        answer = ask(_asked_back(at, group)).lower()
        if answer in NO:
            typing = _corrected(site, number, typing, at)
        at += answer in YES
    return read_back_code(site, number)


def _asked_back(at: int, group: str) -> Text:
    names = names_of(current_language(), group)
    return t("Group {number}: {group} – {names}. Right? (yes/no)", number=at + 1, group=group, names=names)


def _corrected(site: SiteFolder, number: int, typing: Typing, at: int) -> Typing:
    try:
        typing = typing.correct(at, ask(t("Group {number} again:", number=at + 1)))
    except BadInput as error:
        say(f"  ✗ {error}")
        return typing
    return keep_typing(site, number, typing).typing


# From a pipe


def take_lines(site: SiteFolder, number: int, *, by_reading_back: bool) -> Typed:
    """Take lines from a pipe until the code is heard or they end; what was taken is kept.

    Raises:
        BadInput: a line cannot be what is wanted; those before it are kept.
    """
    typed = Typed(typing_of(site, number))
    for _ in range(MOST_LINES):
        line = "" if by_reading_back and typed.typing.second else sys.stdin.readline(LONGEST_LINE)
        if not line:
            break
        if line.strip():
            typed = type_code(site, number, line.strip())
        if typed.code:
            return typed
    return read_back_code(site, number) if by_reading_back and typed.typing.second else typed


def told(typed: Typed) -> Text:
    """Say what the typing came to."""
    typing = typed.typing
    if typed.code:
        return t("Heard: {label} {code}", label=typing.slot.label, code=grouped(typed.code))
    if typing.differing:
        return t("The two typings differ; type these groups again: {groups}", groups=_numbers(typing.differing))
    if typing.second and not typing.text:
        return t("The first typing is whole; type the code a second time.")
    return t("Kept: {done} of {count} groups.", done=len(typing.pieces(typing.text)), count=typing.count)


def _numbers(groups: tuple[int, ...]) -> str:
    return ", ".join(str(group + 1) for group in groups)
