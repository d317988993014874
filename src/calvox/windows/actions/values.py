"""The plain values that actions deal in."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

Value = str | int | tuple[str, ...]
Values = Mapping[str, Value]
"""Parameters that were checked, by name; those not given are missing."""
State = dict[str, Any]
"""What was read on a machine, as JSON has it, with Windows' own names."""


def mark(code: str) -> str:
    """Give the mark of a code: the same for the same code, and no way back."""
    return f"#{sha256(code.encode()).hexdigest()[:8]}"


def number_in(values: Values, name: str) -> int:
    """Give a number that was given, or 0."""
    value = values.get(name, 0)
    return value if isinstance(value, int) else 0


def texts_in(values: Values, name: str) -> tuple[str, ...]:
    """Give the texts that were given, or none."""
    value = values.get(name, ())
    return value if isinstance(value, tuple) else ()


def text_in(values: Values, name: str) -> str:
    """Give a text that was given, or nothing."""
    value = values.get(name, "")
    return value if isinstance(value, str) else ""


def rows_of(state: State, key: str) -> list[State]:
    """Give the rows of a state; what is none is left out, for a state may come from a file."""
    rows = state.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def number_of(state: State, key: str) -> int:
    """Give a number of a state, or -1."""
    value = state.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def names_of(state: State, key: str) -> list[str]:
    """Give the texts of a state."""
    names = state.get(key)
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
