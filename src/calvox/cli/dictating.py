"""Type in the confirmation while the operator reads it out, group by group.

Each group is sent as soon as it is typed and kept there, so that nothing is lost when the line drops. A group that was
mis-heard is told at once, with what may have been said: the number of a suggestion takes it, anything else is typed again.
"""

import sys
from typing import Any

from calvox.apps.licence_server.call_cases import EnterFile, EnterGroup
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.owner import Owner
from calvox.cli.session import ask, say
from calvox.common.errors import BadCode, NotFound
from calvox.common.i18n import Text, current_language, t
from calvox.server.confirm import Done, IsOtherKind, Misheard, Progress, SignsOtherData, WhollyMisheard
from calvox.wire.phone.codec import CodeType, group_count
from calvox.wire.phone.forms import Form

MOST_LINES = 64
"""Lines that are read from a pipe, at most."""


def dictate(owner: Owner[Any], form: Form) -> Any:
    """Type until every group holds; return the last answer."""
    progress: Progress = owner.call("typing", Nothing())
    if progress.form != form:
        progress = Progress(form, (), (), tuple(range(1, group_count(form.encoding, CodeType.CONFIRMATION) + 1)))
    if progress.texts and any(progress.texts):
        say(t("Going on where you stopped."))
    while progress.missing or progress.misheard:
        progress = _one(owner, form, min((*progress.missing, *progress.misheard)))
    return owner.call("finish", Nothing())


def _one(owner: Owner[Any], form: Form, number: int) -> Progress:
    total = group_count(form.encoding, CodeType.CONFIRMATION)
    text = ask(t("Group {number} of {total}:", number=number, total=total))
    while True:
        asked = EnterGroup(form, text, number, current_language())
        try:
            answer = owner.call("enter-group", asked)
        except BadCode as error:
            say(f"  ✗ {error}")
            text = ask(t("Group {number} of {total}:", number=number, total=total))
            continue
        if isinstance(answer, Progress):
            return answer
        text = _choose(answer)


def _choose(answer: Misheard) -> str:
    say(t("Group {number}: {why}", number=answer.group, why=answer.why))
    for number, suggestion in enumerate(answer.suggestions, start=1):
        say(f"  {number}  {suggestion}")
    told = ask(t("Type the number of what was said, or the group again:"))
    chosen = int(told) if told.isdigit() and len(told) < 3 else 0
    return answer.suggestions[chosen - 1] if 1 <= chosen <= len(answer.suggestions) else told


def take_lines(owner: Owner[Any], form: Form) -> Any:
    """Take all groups from a pipe at once, one a line; return the first that was mis-heard, or the verdict."""
    total = group_count(form.encoding, CodeType.CONFIRMATION)
    for number in range(1, min(total, MOST_LINES) + 1):
        line = sys.stdin.readline(4096)
        if not line:
            break
        answer = owner.call("enter-group", EnterGroup(form, line.strip(), number, current_language()))
        if isinstance(answer, Misheard):
            return answer
    return owner.call("finish", Nothing())


def take_file(owner: Owner[Any], text: str) -> Any:
    """Take the code from a file or QR text."""
    owner.call("enter-file", EnterFile(text))
    return owner.call("finish", Nothing())


def verdict(answer: Any) -> Text:
    """Say which of the answers it is, and what to do next."""
    match answer:
        case Done(activated=activated, packs=packs, clock_offset_days=offset, repaired=repaired):
            done = t("The licence server is activated.") if activated else t("Accepted.")
            parts = [done, t("Packs installed: {count}.", count=len(packs))]
            if repaired:
                parts.append(t("Mis-heard groups, repaired: {groups}.", groups=", ".join(map(str, repaired))))
            if offset:
                parts.append(t("This machine's clock is off from the centre's by days: {days}.", days=offset))
            return Text(" ".join(f"{{p{n}}}" for n in range(len(parts))), {f"p{n}": p for n, p in enumerate(parts)})
        case Misheard(group=group, why=why):
            return t("Group {number}: {why}", number=group, why=why)
        case WhollyMisheard(groups=groups) if groups:
            return t("Mis-heard groups: {groups}; have them read again.", groups=", ".join(map(str, groups)))
        case WhollyMisheard():
            return t("Something was mis-heard, though each group holds; have the code read again from the start.")
        case SignsOtherData():
            return t(
                "Heard right, but it signs other data: compare agreement, quantity and server ID with the operator."
            )
        case IsOtherKind(kind=kind, awaited=awaited):
            return t("This is a code of another kind: {kind}, while {awaited} is awaited.", kind=kind, awaited=awaited)
    raise NotFound(t("No answer"))
