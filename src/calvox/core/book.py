"""What a journal is about: its kinds of entry, its tables, and what each entry changes in them.

A journal stores facts that it does not understand; a `Book` tells it how to. Facts are frozen structs named in the past
tense. Tables come in three groups that never mix:

- *projections* follow from the entries alone, through `changes`, and can be rebuilt at any time;
- *beside* lies next to the chain so that it can be erased without breaking it (holders' names, token salts);
- *working* state is not licensing history at all (partly typed codes, pending calls, repeated refusals).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

Value = int | str | bytes | None
Row = dict[str, Any]
Key = tuple[Value, ...]


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every entry's content."""

    VERSION: ClassVar[int] = 1
    """Goes up when a field changes; the older class stays readable under its own version."""


def kind_of(fact: Fact) -> str:
    """Name the kind of an entry: its class, a verb in the past tense."""
    return type(fact).__name__


@dataclass(frozen=True, slots=True)
class Table:
    """A table in one of the three groups."""

    name: str
    """Its name, a singular noun."""
    key: tuple[str, ...]
    """The columns that identify a row."""
    columns: Mapping[str, type]
    """Every column, the key's included, with int, str or bytes."""
    index: tuple[tuple[str, ...], ...] = ()
    """Further column groups to look rows up by."""
    small: bool = False
    """Whether it has few rows, read by nearly every piece of work: the writer then keeps it in memory."""


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole row, in place of one with the same key."""

    table: str
    row: Row


@dataclass(frozen=True, slots=True)
class Set:
    """Change some columns of a row."""

    table: str
    key: Key
    values: Row


@dataclass(frozen=True, slots=True)
class Add:
    """Add to an integer column of a row."""

    table: str
    key: Key
    column: str
    amount: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove a row."""

    table: str
    key: Key


@dataclass(frozen=True, slots=True)
class Level:
    """Note how far a counter got: in the row with this key, which is made when it is missing.

    The row has two columns besides its key: `first`, where the counter stood before the first change that is noted there,
    and `peak`, the highest that it came to.
    """

    table: str
    key: Key
    counter: tuple[str, Key, str]
    """Table, key and column of the counter."""
    step: int
    """By how much it was changed just now."""

    def noted(self, get: Callable[[str, Key], Row | None], names: tuple[str, ...]) -> Put | None:
        """Tell what is to be written, if anything; `names` are those of the key."""
        table, key, column = self.counter
        counted, row = get(table, key), get(self.table, self.key)
        if counted is None:
            return None
        value = int(counted[column])
        if row is None:
            first = value - self.step
            row = {**dict(zip(names, self.key, strict=True)), "first": first, "peak": first}
        elif value <= row["peak"]:
            return None
        return Put(self.table, {**row, "peak": max(value, row["peak"])})


Change = Put | Set | Add | Drop | Level


@dataclass(frozen=True, slots=True)
class Placed:
    """Where and when a fact stands in its journal."""

    sequence: int
    """Position in the chain, from 1."""
    time: int
    """Seconds since 1970-01-01 UTC at which it was entered."""


@dataclass(frozen=True)
class Book:
    """All that a journal must know about its content."""

    name: str
    """"ledger", "register" or "site"."""
    facts: tuple[type[Fact], ...]
    """Every kind and version that was ever released."""
    projections: tuple[Table, ...]
    """Tables that follow from the entries."""
    beside: tuple[Table, ...]
    """Tables next to the chain, erasable."""
    working: tuple[Table, ...]
    """Tables that are not history."""
    changes: Callable[[Fact, Placed], Iterable[Change]]
    """The fold: what an entry changes in the projections."""

    def table(self, name: str) -> Table:
        """Find a table of any group."""
        return next(table for table in (*self.projections, *self.beside, *self.working) if table.name == name)
