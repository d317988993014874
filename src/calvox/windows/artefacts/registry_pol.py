"""Registry.pol, the file in which a group policy object keeps its registry values: written, and read back.

Rules:
- Version 1 of Microsoft's Registry Policy File Format: “PReg”, 1, then [key;name;type;size;data] in UTF-16LE, every text
  with its end. Keys have no HKEY_LOCAL_MACHINE before them: the file's place says which half of the registry is meant.
- What is written is read back the same. What is no such file raises our error and no other.
- The reader is bounded: in the size of the file, of a text and of data, and in the number of values.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t

HEADER = b"PReg" + struct.pack("<I", 1)
TEXT, DWORD = 1, 4
"""Types of registry values: REG_SZ and REG_DWORD."""
LARGEST, LONGEST_KEY, LONGEST_NAME, MOST_DATA = 16 << 20, 4096, 259, 65535
"""Bytes of a file, characters (UTF-16) of a key and of a name, bytes of data."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One registry value of a policy."""

    key: str
    """Path of the key below the half of the registry."""
    name: str
    """Name of the value; “**” at its beginning gives an order instead, “**del.” for one."""
    kind: int
    """Type of the value, as the registry numbers them."""
    data: bytes
    """The value as the registry keeps it."""


def text_setting(key: str, name: str, text: str) -> Setting:
    """Make a text value."""
    return Setting(key, name, TEXT, _ended(text))


def number_setting(key: str, name: str, number: int) -> Setting:
    """Make a number."""
    return Setting(key, name, DWORD, struct.pack("<I", number))


def push_policy(settings: Sequence[Setting]) -> bytes:
    """Write the file.

    Raises:
        BadInput: a setting does not fit into it.
    """
    return HEADER + b"".join(map(_instruction, settings))


def _instruction(setting: Setting) -> bytes:
    if not setting.key or len(setting.data) > MOST_DATA:
        raise _bad(t("a value without key, or with more than {most} bytes", most=MOST_DATA))
    key, name = _ended(setting.key, LONGEST_KEY), _ended(setting.name, LONGEST_NAME)
    sized = struct.pack("<I", len(setting.data))
    fields = _sign(";").join((key, name, struct.pack("<I", setting.kind), sized, setting.data))
    return _sign("[") + fields + _sign("]")


def _ended(text: str, most: int = MOST_DATA) -> bytes:
    try:
        data = text.encode("utf-16-le")
    except UnicodeEncodeError as error:
        raise _bad(t("half a character")) from error
    if "\0" in text or len(data) // 2 > most:
        raise _bad(t("a text with an end in it, or with more than {most} characters", most=most))
    return data + b"\0\0"


def _sign(sign: str) -> bytes:
    return sign.encode("utf-16-le")


def pull_policy(data: bytes) -> list[Setting]:
    """Read a file.

    Raises:
        BadInput: it is none.
    """
    if len(data) > LARGEST or not data.startswith(HEADER):
        raise _bad(t("no version 1 of the format, or more than {most} bytes", most=LARGEST))
    reader, settings = _Reader(data, len(HEADER)), []
    while not reader.ended:
        settings.append(_pull_one(reader))
    return settings


def _pull_one(reader: "_Reader") -> Setting:
    reader.sign("[")
    key = reader.text(LONGEST_KEY)
    reader.sign(";")
    name = reader.text(LONGEST_NAME)
    reader.sign(";")
    kind = reader.number()
    reader.sign(";")
    size = reader.number()
    reader.sign(";")
    if not key or size > MOST_DATA:
        raise _bad(t("a value without key, or with more than {most} bytes", most=MOST_DATA))
    data = reader.take(size)
    reader.sign("]")
    return Setting(key, name, kind, data)


class _Reader:
    """Reads the file from one place to the next."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    @property
    def ended(self) -> bool:
        """Tell whether everything was read."""
        return self.at >= len(self.data)

    def take(self, size: int) -> bytes:
        """Read that many bytes."""
        taken = self.data[self.at : self.at + size]
        if len(taken) != size:
            raise _bad(t("it ends too early"))
        self.at += size
        return taken

    def sign(self, sign: str) -> None:
        """Read one sign."""
        if self.take(2) != _sign(sign):
            raise _bad(t("“{sign}” awaited at byte {at}", sign=sign, at=self.at - 2))

    def number(self) -> int:
        """Read 32 bits."""
        return int.from_bytes(self.take(4), "little")

    def text(self, most: int) -> str:
        """Read a text with its end."""
        at = self.at
        while self.take(2) != b"\0\0":
            if self.at - at > 2 * most:
                raise _bad(t("a text with more than {most} characters", most=most))
        try:
            return self.data[at : self.at - 2].decode("utf-16-le")
        except UnicodeDecodeError as error:
            raise _bad(t("half a character")) from error


def _bad(why: Text) -> BadInput:
    return BadInput(t("Registry.pol: {why}", why=why))
