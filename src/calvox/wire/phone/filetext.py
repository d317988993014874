"""Codes as text, for a QR code or a file carried by hand.

A confirmation is one line: `CVX1C:` and its 100 characters; a recovery key, on its paper, likewise `CVX1R:`. What a licence server asks is a small JSON file. Whitespace and
case are set aside on reading a line; a longer text than any could be is refused at once.
"""

from collections.abc import Sequence

import msgspec

from calvox.common.errors import BadCode
from calvox.common.i18n import t
from calvox.wire.phone.codec import CHARACTERS, CodeType, decode, group_count
from calvox.wire.phone.forms import Form, read_group, write

PREFIX, RECOVERY_PREFIX = "CVX1C:", "CVX1R:"
LONGEST_TEXT = 1000
"""Signs in the longest text that is looked at."""
REQUEST_FORMAT = "calvox-request-1"
LARGEST_REQUEST_FILE = 1 << 15
_TYPE = CodeType.CONFIRMATION


def write_file_text(code: int) -> str:
    """Write a confirmation's 385 bits."""
    return PREFIX + "".join(write(Form.CHARACTERS, _TYPE, code))


def write_recovery_text(key: int) -> str:
    """Write a recovery key's 220 bits."""
    return RECOVERY_PREFIX + "".join(write(Form.CHARACTERS, CodeType.RECOVERY, key))


def read_file_text(text: str) -> int:
    """Read a confirmation's 385 bits.

    Raises:
        BadCode: The text is no such line, or was changed; the message names the group.
    """
    return _read(text, PREFIX, _TYPE)


def read_recovery_text(text: str) -> int:
    """Read a recovery key's 220 bits.

    Raises:
        BadCode: The text is no such line, or was changed; the message names the group.
    """
    return _read(text, RECOVERY_PREFIX, CodeType.RECOVERY)


def _read(text: str, prefix: str, code_type: CodeType) -> int:
    size, start = CHARACTERS.symbols, len(prefix)
    length = start + size * group_count(CHARACTERS, code_type)
    line = "".join(text.split()) if len(text) <= LONGEST_TEXT else ""
    if len(line) != length or line[:start].upper() != prefix:
        fields = {"title": code_type.label, "prefix": prefix, "count": length - start}
        raise BadCode(t("A {title} as text is {prefix} and {count} characters", **fields))
    groups = [read_group(Form.CHARACTERS, line[at : at + size]) for at in range(start, length, size)]
    return decode(CHARACTERS, code_type, [[-1 if symbol is None else symbol for symbol in group] for group in groups])


class RequestFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a licence server asks, as a file."""

    kind: str
    """activate, packs or both."""
    server_id: str
    """18 bytes in hexadecimal."""
    requests: tuple[str, ...]
    """18 bytes each in hexadecimal, ascending sequence."""
    format: str = REQUEST_FORMAT
    """Always `calvox-request-1`."""


def write_request_file(kind: str, own: bytes, requests: Sequence[bytes]) -> bytes:
    """Write what is asked as JSON."""
    asked = RequestFile(kind, own.hex(), tuple(data.hex() for data in requests))
    return msgspec.json.format(msgspec.json.encode(asked), indent=2) + b"\n"


def read_request_file(data: bytes) -> RequestFile:
    """Read what is asked; whether the codes hold is for `request` to say.

    Raises:
        BadCode: it is no such file, or too long for one.
    """
    if len(data) > LARGEST_REQUEST_FILE:
        raise BadCode(t("A request file has at most {limit} bytes", limit=LARGEST_REQUEST_FILE))
    try:
        asked = msgspec.json.decode(data, type=RequestFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadCode(t("This is no request file: {why}", why=str(error))) from error
    if asked.format != REQUEST_FORMAT:
        raise BadCode(t("This is no request file: {why}", why=asked.format[:40]))
    return asked
