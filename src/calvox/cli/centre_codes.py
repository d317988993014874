"""Codes at the call desk: typed group by group while the caller speaks, and read out.

While typing, the first group that holds settles the
form; each group is judged at once, and a number picks one of the suggestions. What was typed is handed to `keep` after
every group, so that nothing is lost.
"""

from collections.abc import Callable

from calvox.cli.session import agreed, ask, say
from calvox.common.errors import BadCode
from calvox.common.i18n import current_language, t
from calvox.wire.phone import dictation
from calvox.wire.phone.anyform import read_code
from calvox.wire.phone.codec import CodeType, group_holds
from calvox.wire.phone.dictation import Dictation, GroupMisheard
from calvox.wire.phone.forms import UNHEARD, Form, bytes_of, hear_group, number_of, write, write_group
from calvox.wire.phone.repair import Choices, Oracle, Whole

BACK, AGAIN = "<", "!"
Keep = Callable[[str], None]


def hear_code(code_type: CodeType, accepts: Oracle, kept: str = "", keep: Keep = lambda _: None) -> bytes:
    """Have a code typed group by group; a whole code at once will do as well."""
    say(t("{title}: type each group as you hear it; “<” goes back, “!” begins again.", title=code_type.label))
    return _typed(code_type, accepts, kept, keep, written=False)


def copy_code(code_type: CodeType, accepts: Oracle) -> bytes:
    """Have a code copied from paper, group by group; it is all there, so that nothing is “not heard”."""
    say(
        t(
            "{title}: type each line of the paper, four letters of a word suffice; “<” goes back, “!” begins again.",
            title=code_type.label,
        )
    )
    return _typed(code_type, accepts, "", lambda _: None, written=True)


def _typed(code_type: CodeType, accepts: Oracle, kept: str, keep: Keep, *, written: bool) -> bytes:
    state = dictation.resume(kept.encode()) if kept else dictation.begin(_usual(), code_type, current_language())
    for index, text in enumerate(state.texts):
        if text:
            say(f"  {index + 1}: {text}")
    while True:
        if state.position == len(state.texts):
            found = _whole(state, accepts)
            if found is not None:
                keep("")
                return bytes_of(code_type, found)
            state = state.clear()
        typed = ask(t("Group {number} of {count}:", number=state.position + 1, count=len(state.texts)))
        if written and UNHEARD in typed:
            say(t("  ✗ “?” does not do here: every word stands on the paper"))
            continue
        if not any(state.texts):
            try:
                return read_code(code_type, typed)
            except BadCode:
                state = dictation.begin(_form_of(code_type, typed), code_type, current_language())
        state = _step(state, typed)
        keep(state.save().decode())


def _step(state: Dictation, typed: str) -> Dictation:
    if typed == BACK:
        return state.back()
    if typed == AGAIN:
        return state.clear()
    index = state.position
    picked = (
        state.judge(index, state.texts[index]) if state.texts[index] and typed.isdigit() and len(typed) == 1 else None
    )
    if isinstance(picked, GroupMisheard) and 0 < int(typed) <= len(picked.suggestions):
        typed = picked.suggestions[int(typed) - 1]
    try:
        state, answer = state.enter(index, typed)
    except BadCode as error:
        say(f"  ✗ {error}")
        return state
    if isinstance(answer, GroupMisheard):
        say(f"  ✗ {answer.reason}")
        for number, suggestion in enumerate(answer.suggestions, 1):
            say(f"    {number}. {suggestion}")
    return state


def _whole(state: Dictation, accepts: Oracle) -> int | None:
    found = state.complete(accepts)
    if isinstance(found, Whole):
        return found.number
    if isinstance(found, Choices):
        for reading in found.readings:
            shown = " / ".join(write_group(state.form, group) for group in reading.groups)
            if agreed(t("Was it {code}?", code=shown)):
                return reading.number
    say(t("Each group holds, but together they are no {title}; begin again.", title=state.code_type.label))
    return None


def _form_of(code_type: CodeType, typed: str) -> Form:
    """Find the form of a first group: one in which it holds, else one that has signs like these, else the usual one."""
    forms = sorted(Form, key=lambda form: form is not _usual())
    for form in forms:
        if group_holds(form.encoding, code_type, 0, hear_group(form, typed)):
            return form
    if len(typed.split()) > 2 and not any(len(piece) == 1 for piece in typed.split()):
        return _usual()
    digits = typed.replace(" ", "").replace("-", "").isdigit()
    return Form.DIGITS if digits else Form.CHARACTERS if len(typed.replace(" ", "")) <= 6 else _usual()


def _usual() -> Form:
    return Form.WORDS_FR if current_language() == "fr" else Form.WORDS_EN


def groups_of(form: Form, confirmation: str) -> list[str]:
    """Write a confirmation, given in hexadecimal, group by group."""
    return write(form, CodeType.CONFIRMATION, number_of(CodeType.CONFIRMATION, bytes.fromhex(confirmation)))


def read_out(form: Form, confirmation: str) -> None:
    """Show a confirmation one group at a time, as the operator reads it out."""
    groups = groups_of(form, confirmation)
    for number, group in enumerate(groups, 1):
        say(f"  {number:2}  {group}")
        if number < len(groups):
            ask(t("Enter for group {number} of {count}", number=number + 1, count=len(groups)))
