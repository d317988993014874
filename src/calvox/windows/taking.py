"""Taking values out of an item: typed, or refused with the names of machine and item.

Rules:
- A missing or null key is None, which is unknown and never a default.
- Windows' types are expected: whole numbers (also as decimal text), true or false (also as 0 or 1, or as text), texts,
  lists of texts, rows. Anything else is BadInput: it is no answer of Windows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.windows.bundle import shown
from calvox.windows.items import ROWS
from calvox.windows.moments import expiry, moment


@dataclass(frozen=True, slots=True)
class Taken:
    """The value of an item, or one of its rows."""

    machine: str
    """Whose it is, for messages."""
    item: str
    """Name of the item, for messages."""
    table: Mapping[str, Any]
    """Keys and values as the bundle has them."""
    time: int = 0
    """When the item was read, seconds since 1970-01-01 UTC."""

    def number(self, key: str) -> int | None:
        """Take a whole number."""
        value = self.table.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.lstrip("-").isdecimal() and value.isascii() and len(value) <= 20:
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self._wrong(key, value)

    def truth(self, key: str) -> bool | None:
        """Take true or false."""
        value = self.table.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            return value
        named = {"0": False, "1": True, "false": False, "true": True}
        if isinstance(value, int | str) and str(value).lower() in named:
            return named[str(value).lower()]
        raise self._wrong(key, value)

    def text(self, key: str) -> str | None:
        """Take a text; an empty one is unknown."""
        value = self.table.get(key)
        if value is not None and not isinstance(value, str):
            raise self._wrong(key, value)
        return value or None

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Take a list of texts, without empty ones; a single text is a list of one."""
        value = self.table.get(key)
        if value is None:
            return None
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise self._wrong(key, value)
        return tuple(one for one in listed if one)

    def moment(self, key: str) -> int | None:
        """Take a time."""
        return self._time(key, moment)

    def expiry(self, key: str) -> int | None:
        """Take a date of expiry; 0 is never."""
        return self._time(key, expiry)

    def _time(self, key: str, read: Any) -> int | None:
        text = self.text(key)
        time: int | None = None if text is None else read(text)
        if text is not None and time is None:
            raise self._wrong(key, text)
        return time

    def rows(self) -> "Iterator[Taken]":
        """Take the rows one by one."""
        rows = self.table.get(ROWS)
        if not isinstance(rows, list):
            raise self._wrong(ROWS, rows)
        for row in rows:
            if not isinstance(row, dict):
                raise self._wrong(ROWS, row)
            yield Taken(self.machine, self.item, row, self.time)

    def _wrong(self, key: str, value: Any) -> BadInput:
        return BadInput(
            t(
                "{machine}, {item}: {key} is {value}, which Windows does not give",
                machine=self.machine,
                item=self.item,
                key=key,
                value=shown(repr(value), 60),
            )
        )
