"""From an item to a fact: what is believed, and why the rest is unknown.

Rules:
- A fact keeps the item's source and time. No item: "not collected". An item in error: its error.
- A method that returns another code than 0 has told nothing; the fact names the code.
- Whoever is no administrator is given empty properties, zeros and “no” by the licensing classes, not an error. Such an
  answer is believed only from an administrator; from anyone else it is unknown, never “none”.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from calvox.doctor.facts import Fact
from calvox.windows.bundle import Bundle, Item
from calvox.windows.items import NOT_ADMINISTRATOR, NOT_COLLECTED, NOT_FOUND, ROWS
from calvox.windows.taking import Taken

T = TypeVar("T")

EMPTY = "empty"
"""Why a fact is unknown whose property has no value."""


class Unknown(Exception):
    """Raised while taking a value: it is unknown, and this is why."""


@dataclass(frozen=True, slots=True)
class Believing:
    """A bundle, asked item by item."""

    bundle: Bundle
    """What is asked."""

    def has(self, name: str) -> bool:
        """Tell whether an item was read."""
        item = self.bundle.items.get(name)
        return item is not None and item.value is not None

    def taken(self, name: str) -> Taken | None:
        """Give the value of an item; a registry key that does not exist is an empty one."""
        item = self.bundle.items.get(name)
        if item is None or (item.value is None and not _no_key(item)):
            return None
        return Taken(self.bundle.machine, name, item.value or {}, item.time)

    def fact(self, name: str, take: Callable[[Taken], T | None]) -> Fact[T]:
        """Make a fact of an item.

        Args:
            name: the item's.
            take: takes the value out; None is an empty property, and it may raise Unknown.
        """
        item = self.bundle.items.get(name)
        if item is None:
            return Fact(why=NOT_COLLECTED)
        taken = self.taken(name)
        if taken is None:
            return Fact(source=item.source, time=item.time, why=item.error)
        try:
            if code := taken.number("ReturnValue"):
                raise Unknown(f"0x{code & 0xFFFFFFFF:08X}")
            value = take(taken)
        except Unknown as unknown:
            doubtful = _weak(taken.table) and self._doubted(name)
            why = NOT_ADMINISTRATOR if doubtful else str(unknown)
            return Fact(source=item.source, time=item.time, why=why)
        if self._doubted(name) and (_weak(taken.table) or value in (None, False, 0, "", ())):
            return Fact(source=item.source, time=item.time, why=NOT_ADMINISTRATOR)
        if value is None:
            return Fact(source=item.source, time=item.time, why=EMPTY)
        return Fact(value, source=item.source, time=item.time)

    def _doubted(self, name: str) -> bool:
        return self.bundle.administrator is not True and name.startswith(("win32_ts", "win32_terminalservice"))


def need(value: T | None, what: str) -> T:
    """Insist on a value without which the whole fact is unknown."""
    if value is None:
        raise Unknown(f"{what} is empty")
    return value


def joined(facts: tuple[Fact[Any], ...], value: T) -> Fact[T]:
    """Make one fact of several: as old as its oldest part, and unknown if a part is."""
    missing = next((fact for fact in facts if not fact.known), None)
    source = ", ".join(dict.fromkeys(fact.source for fact in facts if fact.source))
    time = min((fact.time for fact in facts), default=0)
    if missing is not None:
        return Fact(source=source, time=time, why=missing.why)
    return Fact(value, source=source, time=time)


def _no_key(item: Item) -> bool:
    return item.name.startswith("registry_") and item.error == NOT_FOUND


def _weak(table: Any) -> bool:
    """Tell whether nothing but empty values, zeros and “no” is there."""
    return all(
        value in (None, False, 0, "", [], "0")
        or (key == ROWS and isinstance(value, list) and all(isinstance(row, dict) and _weak(row) for row in value))
        for key, value in table.items()
        if key not in ("ReturnValue", "ServerName")
    )
