"""Typing the confirmation while the operator reads it; and what to do when it is not accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.common.typing import Typing, typing_of
from calvox.web.manager.calling import TYPE, By, Chosen, Step, steps
from calvox.web.manager.menu import CALL
from calvox.wire.phone.forms import Form
from calvox.wire.phone.judged import JudgedCode, LineState


class Answer(StrEnum):
    """Why a code was not accepted."""

    MISHEARD = "misheard"
    OTHER_DATA = "other-data"
    OTHER_KIND = "other-kind"
    MISSING = "missing"


_ANSWERS: Mapping[Answer, tuple[Text, Text]] = {
    Answer.MISHEARD: (
        t("Something was mis-heard"),
        t("Have the lines that are marked read again. If every line holds, have the whole code read again, slowly."),
    ),
    Answer.OTHER_DATA: (
        t("The code was heard right, but it signs other data"),
        t(
            "Compare the agreement, each quantity, the sequence numbers and the server ID with the operator. "
            "The centre corrects its entry, compares the control words again, and signs a new code."
        ),
    ),
    Answer.OTHER_KIND: (
        t("This is a code of another kind"),
        t(
            "Tell the operator whether this call activates the server, installs packs, or both; a new code is signed for it."
        ),
    ),
    Answer.MISSING: (
        t("The code is not whole yet"),
        t("Type the lines that are still empty; “?” stands for a word that was not heard."),
    ),
}
"""What each answer says, and what to do next."""


@dataclass(frozen=True)
class FormLink:
    """A form in which the code can be typed."""

    name: Text
    path: str
    here: bool


@dataclass(frozen=True)
class TypePage(Page):
    """Takes the confirmation in."""

    template: ClassVar[str] = "manager/activate_type.html"
    title: ClassVar[Text] = t("The code")
    scripts: ClassVar[Sequence[str]] = ("typing.js", "picture.js")
    words: ClassVar[Mapping[str, Text]] = {
        "steps": t("Steps of the call"),
        "code": t("Type what the operator reads"),
        "four": t("Four letters of a word are enough; “?” stands for one that you did not hear."),
        "what": t("Each line is kept as you type it: a closed tab or a power cut loses nothing."),
        "forms": t("How the code is read to you"),
        "finish": t("Finish"),
        "finishing": t("Usually at once; up to half a minute if the code signs other data."),
        "control": t("Control words"),
        "sheet": t("Back to the call sheet"),
        "file": t("A file or a picture instead"),
        "file_what": t("Choose or drop the answer file, or a picture of its QR code; or paste either of them."),
        "choose": t("Answer file or picture"),
        "whole": t("Or the whole code as text"),
        "take": t("Take it in"),
        "auditor": t("An auditor types no code. Ask an administrator."),
    }

    heading: Text
    chosen: Chosen
    steps: tuple[Step, ...]
    typing: Typing
    forms: tuple[FormLink, ...]
    control: str
    sheet_path: str
    by_file: bool
    told: tuple[Text, Text] | None
    """Why the code was not accepted, and what to do."""
    lines: Text | None
    """Which lines are to be read again."""
    trouble: CalvoxError | None


def typing(
    chosen: Chosen, code: JudgedCode, control: str, answer: Answer | None = None, trouble: CalvoxError | None = None
) -> TypePage:
    """Make the page.

    Args:
        chosen: How the centre is reached, and from where.
        code: The lines as they stand.
        control: The control words of the call.
        answer: Why the code was not accepted, if it was judged.
        trouble: What could not be taken in.
    """
    return TypePage(
        heading=chosen.purpose.name_text,
        chosen=chosen,
        steps=steps(chosen, 4),
        typing=typing_of(code, TYPE, f"{CALL}/line", by=str(chosen.by), country=chosen.country),
        forms=tuple(FormLink(form.label, chosen.to(TYPE, form=str(form)), form is code.form) for form in Form),
        control=control,
        sheet_path=chosen.to(CALL),
        by_file=chosen.by is By.FILE,
        told=_ANSWERS[answer] if answer is not None else None,
        lines=_lines(code) if answer is Answer.MISHEARD else None,
        trouble=trouble,
    )


def _lines(code: JudgedCode) -> Text | None:
    bad = [str(line.number) for line in code.lines if line.state in (LineState.BAD, LineState.UNFINISHED)]
    return t("Lines to be read again: {lines}", lines=", ".join(bad)) if bad else None
