"""A whole code as somebody pastes it: with or without line numbers, in any form, broken into lines anyhow.

It is only cut into groups; whether they hold is for whoever types them in. The form is the one in which most of it can be
read, and all groups must be there.
"""

import re

from calvox.common.errors import BadCode
from calvox.common.i18n import t
from calvox.wire.phone.anyform import cut_code
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, hear_group

LONGEST = 4_000
"""Signs of the longest text that is looked at."""
_NUMBERING = re.compile(r"^\s*\d{1,2}\s*[.):]\s+", re.MULTILINE)


def cut_whole(text: str, code_type: CodeType) -> tuple[Form, list[str]]:
    """Find the form, and cut the text into its groups.

    Raises:
        BadCode: it is no whole code of this type.
    """
    line = " ".join(_NUMBERING.sub("", text).split()) if len(text) <= LONGEST else ""
    cut = [(form, groups) for form in Form if (groups := cut_code(code_type, form, line))]
    readings = [(_read(form, groups), form, groups) for form, groups in cut]
    if not readings or not max(readings)[0]:
        hint = t("Paste all lines, or the text of the answer file.")
        raise BadCode(t("This is no whole {title}", title=code_type.label), hint=hint)
    _, form, groups = max(readings)
    return form, groups


def _read(form: Form, groups: list[str]) -> int:
    """Count the symbols that can be read."""
    return sum(symbol is not None for group in groups for symbol in hear_group(form, group))
