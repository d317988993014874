"""A whole code as somebody pastes it: with or without line numbers, in any form, broken into lines anyhow.

It is only cut into groups; whether they hold is for whoever types them in. The form is the one in which most of it can be
read, and all groups must be there.
"""

import re

from calvox.common.errors import BadCode
from calvox.common.i18n import t
from calvox.wire.phone.codec import CodeType, group_count
from calvox.wire.phone.forms import Form, hear_group

LONGEST = 4_000
"""Signs of the longest text that is looked at."""
_NUMBERING = re.compile(r"^\s*\d{1,2}\s*[.):]\s+", re.MULTILINE)
_APART = re.compile(r"[\s\u2010-\u2015-]+")


def cut_whole(text: str, code_type: CodeType) -> tuple[Form, list[str]]:
    """Find the form, and cut the text into its groups.

    Raises:
        BadCode: it is no whole code of this type.
    """
    plain = _NUMBERING.sub("", text) if len(text) <= LONGEST else ""
    readings = [(_read(form, groups), form, groups) for form in Form if (groups := _cut(form, plain, code_type))]
    if not readings or not max(readings)[0]:
        hint = t("Paste all lines, or the text of the answer file.")
        raise BadCode(t("This is no whole {title}", title=code_type.label), hint=hint)
    _, form, groups = max(readings)
    return form, groups


def _cut(form: Form, text: str, code_type: CodeType) -> list[str]:
    pieces, size = text.split() if form.language else [*_APART.sub("", text)], form.encoding.symbols
    if len(pieces) != size * group_count(form.encoding, code_type):
        return []
    joint = " " if form.language else ""
    return [joint.join(pieces[at : at + size]) for at in range(0, len(pieces), size)]


def _read(form: Form, groups: list[str]) -> int:
    """Count the symbols that can be read."""
    return sum(symbol is not None for group in groups for symbol in hear_group(form, group))
