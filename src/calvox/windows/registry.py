"""The registry of a Windows machine, read through StdRegProv.

Rules:
- Keys are asked for the values they have before any value is read: what is not there is told from what may not be read.
- Nothing is written, and the key of the grace counter is never opened.
"""

from typing import Any, Protocol

from calvox.common.errors import BadInput, CalvoxError, Denied, NotFound
from calvox.common.i18n import t
from calvox.windows.items import ACCESS_DENIED, NOT_FOUND
from calvox.windows.readings import flag, number, text, texts
from calvox.windows.wsman import Row

CLASS = "StdRegProv"
HKLM = "2147483650"
SET_VALUE = "2"
"""The right to set a value (KEY_SET_VALUE); it is asked about and never used."""
_READERS = {
    1: ("GetStringValue", "sValue"),
    2: ("GetExpandedStringValue", "sValue"),
    3: ("GetBinaryValue", "uValue"),
    4: ("GetDWORDValue", "uValue"),
    7: ("GetMultiStringValue", "sValue"),
}
"""Method and result for each type of value."""
_ABSENT, _DENIED = 2, 5


class Caller(Protocol):
    """Who calls a method of a class in root/cimv2."""

    def __call__(self, name: str, method: str, given: dict[str, str]) -> Row:
        """Give the method's result."""


class Registry:
    """The keys under HKEY_LOCAL_MACHINE."""

    def __init__(self, call: Caller) -> None:
        self._call = call

    def may_write(self, key: str) -> bool | None:
        """Tell whether whoever asks could write there: administrators can, and nothing is written."""
        answer = self._call(CLASS, "CheckAccess", {"hDefKey": HKLM, "sSubKeyName": key, "uRequired": SET_VALUE})
        granted = flag(answer.get("bGranted"))
        return granted if number(answer.get("ReturnValue")) in (0, _DENIED) else None

    def names(self, key: str) -> dict[str, int]:
        """Give the names of a key's values, with their types.

        Raises:
            NotFound: there is no such key.
            Denied: it may not be read.
        """
        answer = self._call(CLASS, "EnumValues", {"hDefKey": HKLM, "sSubKeyName": key})
        _check(answer)
        kinds = answer.get("Types")
        numbers = [number(one) or 0 for one in (kinds if isinstance(kinds, list) else [kinds])]
        named = answer.get("sNames")
        return dict(zip(map(text, named if isinstance(named, list) else [named]), numbers, strict=False))

    def value(self, key: str, name: str, kind: int) -> Any:
        """Give a value: a text, a number, a list of texts or bytes; None for a type that is none of these.

        Raises:
            NotFound, Denied: as `names`.
        """
        method, result = _READERS.get(kind, ("", ""))
        if not method:
            return None
        answer = self._call(CLASS, method, {"hDefKey": HKLM, "sSubKeyName": key, "sValueName": name})
        _check(answer)
        found = answer.get(result)
        if kind == 7:
            return texts(found)
        if kind == 4:
            return number(found)
        if kind == 3:
            return bytes((number(one) or 0) & 0xFF for one in (found if isinstance(found, list) else [found]) if one)
        return text(found)

    def values(self, key: str, wanted: tuple[str, ...]) -> dict[str, Any]:
        """Give those of the wanted values that a key has; upper and lower case are alike, as in Windows.

        Raises:
            NotFound, Denied: as `names`.
        """
        wished = {name.lower(): name for name in wanted}
        there = {wished[name.lower()]: (name, kind) for name, kind in self.names(key).items() if name.lower() in wished}
        return {name: self.value(key, own, kind) for name, (own, kind) in there.items()}


def _check(answer: Row) -> None:
    code = number(answer.get("ReturnValue"))
    if code != 0:
        raise _failure(code)


def _failure(code: int | None) -> CalvoxError:
    if code == _ABSENT:
        return NotFound(t("{error}", error=NOT_FOUND))
    if code == _DENIED:
        return Denied(t("{error}", error=ACCESS_DENIED))
    return BadInput(t("Windows answered {code}", code="nothing" if code is None else f"0x{code & 0xFFFFFFFF:08X}"))
