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
