"""One machine being read: its items, one by one, each with its own success or failure.

Rules:
- A class is asked once, and what came of it is remembered, failure too.
- Every question has its own deadline, within the machine's.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from calvox.common.clock import World
from calvox.common.errors import CalvoxError, NotFound
from calvox.common.i18n import t
from calvox.windows.bundle import MOST_ROWS, Item
from calvox.windows.items import DIRECTORY_ITEMS, ITEMS, NOT_COLLECTED, NOT_FOUND
from calvox.windows.line import Deadline
from calvox.windows.registry import Registry
from calvox.windows.wsman import Row, Wsman

CIMV2 = "root/cimv2"


class Visit:
    """One machine being read; `items` grows as it goes, and what is missing at the end was not reached."""

    def __init__(self, wsman: Wsman, world: World, deadline: Deadline, seconds: float) -> None:
        self.items: dict[str, Item] = {}
        self.administrator: bool | None = None
        self._wsman, self._world, self._deadline, self._seconds = wsman, world, deadline, seconds
        self._known: dict[str, list[Row] | CalvoxError] = {}
        self.registry = Registry(lambda name, method, given: self.call(CIMV2, name, method, given))

    def read(self, name: str, source: str, reading: Callable[[], dict[str, Any]]) -> None:
        """Read one item, whatever comes of it."""
        value, error = None, ""
        try:
            value = reading()
        except CalvoxError as failure:
            error = failure.message.into("en")
        self.items[name] = Item(name, source, self._world.now(), value, error)

    def rows(self, namespace: str, name: str, where: str = "", most: int = MOST_ROWS) -> list[Row]:
        """Give the instances of a class; without a condition it is asked once."""
        if where:
            return self._wsman.rows(namespace, name, self._question(), where, most)
        if name not in self._known:
            try:
                self._known[name] = self._wsman.rows(namespace, name, self._question(), "", most)
            except CalvoxError as error:
                self._known[name] = error
        known = self._known[name]
        if isinstance(known, CalvoxError):
            raise known
        return known

    def one(self, namespace: str, name: str) -> Row:
        """Give the only instance of a class."""
        rows = self.rows(namespace, name)
        if not rows:
            raise NotFound(t("{error}", error=NOT_FOUND))
        return rows[0]

    def call(
        self, namespace: str, name: str, method: str, given: Mapping[str, str], keys: Mapping[str, str] | None = None
    ) -> Row:
        """Call a method that reads."""
        return self._wsman.call(namespace, name, method, self._question(), given, keys)

    def now(self) -> int:
        """Give the time here."""
        return self._world.now()

    def _question(self) -> Deadline:
        return self._deadline.within(self._seconds)


def all_items(visit: Visit | None, error: str, now: int) -> dict[str, Item]:
    """Give every item, in the table's order; those that were not reached have this error."""
    read = visit.items if visit else {}
    empty = Item("", "", now, None, error or NOT_COLLECTED)
    names = [name for name in ITEMS if name not in DIRECTORY_ITEMS]
    return {name: read.get(name) or msgspec.structs.replace(empty, name=name) for name in names}
