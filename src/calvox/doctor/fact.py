"""One fact, and the base of everything that the doctor is given.

A fact has its source and the time at which it was read. What was not collected is unknown, with the reason.
"""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Fact(msgspec.Struct, Generic[T], frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A value as it was read, or the reason why it is unknown."""

    value: T | None = None
    """The value; None is unknown."""
    source: str = ""
    """Class and property, registry value, command, file."""
    time: int = 0
    """When it was read, seconds since 1970-01-01 UTC."""
    why: str = ""
    """Why it is unknown: "not collected", "access denied", an error code."""

    @property
    def known(self) -> bool:
        """Tell whether there is a value."""
        return self.value is not None


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Base of the model."""
