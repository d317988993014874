"""A confirmation as one line of text, for a QR code or a file: `CVX1C:` and its 100 characters.

Whitespace and case are set aside on reading; a longer text than any such line could be is refused at once.
"""

from calvox.common.errors import BadCode
from calvox.common.i18n import t
from calvox.wire.phone.codec import CHARACTERS, CodeType, decode, group_count
from calvox.wire.phone.forms import Form, read_group, write

PREFIX = "CVX1C:"
LONGEST_TEXT = 1000
"""Signs in the longest text that is looked at."""
_TYPE = CodeType.CONFIRMATION


def write_file_text(code: int) -> str:
    """Write a confirmation's 385 bits."""
    return PREFIX + "".join(write(Form.CHARACTERS, _TYPE, code))


def read_file_text(text: str) -> int:
    """Read a confirmation's 385 bits.

    Raises:
        BadCode: The text is no such line, or was changed; the message names the group.
    """
    size = CHARACTERS.symbols
    length = len(PREFIX) + size * group_count(CHARACTERS, _TYPE)
    line = "".join(text.split()) if len(text) <= LONGEST_TEXT else ""
    if len(line) != length or line[: len(PREFIX)].upper() != PREFIX:
        raise BadCode(t("A confirmation as text is {prefix} and {count} characters", prefix=PREFIX, count=length - 6))
    groups = [read_group(Form.CHARACTERS, line[at : at + size]) for at in range(len(PREFIX), length, size)]
    return decode(CHARACTERS, _TYPE, [[-1 if symbol is None else symbol for symbol in group] for group in groups])
