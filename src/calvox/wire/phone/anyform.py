"""A whole code in one text, hexadecimal or in any spoken form, which is found by trying."""

import re

from calvox.common.errors import BadCode
from calvox.common.i18n import t
from calvox.wire.phone.codec import CodeType, decode, group_count
from calvox.wire.phone.forms import Form, bytes_of, number_of, read_group
from calvox.wire.phone.recognise import refuse_microsoft

LONGEST_TEXT = 2000


def read_code(code_type: CodeType, text: str) -> bytes:
    """Read a whole code from one text.

    Raises:
        WrongKind: it is a code of Microsoft's.
        BadCode: it is no code of this type in any form.
    """
    line = " ".join(text[: LONGEST_TEXT + 1].split())
    if re.fullmatch(f"[0-9A-Fa-f]{{{2 * code_type.width}}}", line):
        data = bytes.fromhex(line)
        number_of(code_type, data)
        return data
    unread: BadCode | None = None
    unsound: BadCode | None = None
    for form in Form:
        groups = cut_code(code_type, form, line)
        if groups is None:
            continue
        try:
            read = [tuple(-1 if s is None else s for s in read_group(form, group)) for group in groups]
        except BadCode as error:
            unread = unread or error
            continue
        try:
            return bytes_of(code_type, decode(form.encoding, code_type, read))
        except BadCode as error:
            unsound = unsound or error
    refuse_microsoft(line, code_type)
    raise unsound or unread or BadCode(t("This is no {title} in any form", title=code_type.label))


def cut_code(code_type: CodeType, form: Form, line: str) -> list[str] | None:
    """Cut a text into groups, if its length is right."""
    size, count = form.encoding.symbols, group_count(form.encoding, code_type)
    signs = line.split() if form.language else [sign for sign in line if sign not in " -"]
    if len(signs) != size * count:
        return None
    return [(" " if form.language else "").join(signs[at : at + size]) for at in range(0, size * count, size)]
