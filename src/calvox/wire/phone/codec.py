"""Turns a code's number into checked groups of symbols and back.

Group g carries one digit d of the number in base M, as v = A·d + ((101·T + g + 1) mod A) written in n symbols. Rules:

- A group holds when v leaves exactly that remainder and its quotient is below M; the offset betrays a group that was
  skipped, repeated, swapped, or typed into a code of another type.
- A decoded number that needs more bits than its type has is refused.
- In digits the groups 13 apart share an offset, as do some groups of other types; there only a check of the whole code
  tells, which is left to `repair` and `confirmation`.

Symbols are numbers here; how they are written is left to `forms`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from calvox.common.errors import BadCode, BadInput, WrongKind
from calvox.common.i18n import Text, t

Symbols = tuple[int, ...]
"""One group."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How numbers become groups of symbols."""

    name: str
    """Plural of the symbols: words, characters, digits."""
    base: int
    """How many different symbols there are."""
    symbols: int
    """Symbols in a group."""
    check: int
    """The prime by which a group is checked."""

    @property
    def quotients(self) -> int:
        """Count the values that one group can carry."""
        return int(self.base**self.symbols) // self.check


WORDS = Encoding("words", 2048, 6, 2039)
CHARACTERS = Encoding("characters", 32, 5, 37)
DIGITS = Encoding("digits", 10, 6, 13)


class CodeType(StrEnum):
    """What a spoken code is."""

    SERVER_ID = "server-id"
    REQUEST = "request"
    CONFIRMATION = "confirmation"
    RETIREMENT = "retirement"
    RECOVERY = "recovery"

    @property
    def number(self) -> int:
        """Give T, the type's part in every offset."""
        return _TYPES[self][0]

    @property
    def bits(self) -> int:
        """Give the length of the number."""
        return _TYPES[self][1]

    @property
    def width(self) -> int:
        """Give the length of the number in whole bytes."""
        return (self.bits + 7) // 8

    @property
    def label(self) -> Text:
        """Name the type for a person."""
        return _TYPES[self][2]


_TYPES: dict[CodeType, tuple[int, int, Text]] = {
    CodeType.SERVER_ID: (1, 138, t("Calvox server ID")),
    CodeType.REQUEST: (2, 138, t("request")),
    CodeType.CONFIRMATION: (3, 385, t("confirmation")),
    CodeType.RETIREMENT: (4, 110, t("retirement proof")),
    CodeType.RECOVERY: (5, 220, t("recovery key")),
}


@cache
def group_count(encoding: Encoding, code_type: CodeType) -> int:
    """Find the least number of groups that can carry every number of this type."""
    count = 1
    while encoding.quotients**count < 1 << code_type.bits:
        count += 1
    return count


def offset(encoding: Encoding, code_type: CodeType, index: int) -> int:
    """Give the remainder that marks the group at this index."""
    return (101 * code_type.number + index + 1) % encoding.check


def value_of(encoding: Encoding, symbols: Sequence[int]) -> int:
    """Read symbols as one number, most significant first."""
    value = 0
    for symbol in symbols:
        value = value * encoding.base + symbol
    return value


def encode(encoding: Encoding, code_type: CodeType, number: int) -> tuple[Symbols, ...]:
    """Write a number as groups, least significant group first.

    Raises:
        BadInput: The number is negative or too long for its type.
    """
    if not 0 <= number < 1 << code_type.bits:
        raise BadInput(t("A {title} has at most {bits} bits", title=code_type.label, bits=code_type.bits))
    groups = []
    for index in range(group_count(encoding, code_type)):
        number, digit = divmod(number, encoding.quotients)
        groups.append(_spread(encoding, encoding.check * digit + offset(encoding, code_type, index)))
    return tuple(groups)


def _spread(encoding: Encoding, value: int) -> Symbols:
    places = reversed(range(encoding.symbols))
    return tuple(value // encoding.base**place % encoding.base for place in places)


def group_holds(encoding: Encoding, code_type: CodeType, index: int, symbols: Sequence[int | None]) -> bool:
    """Tell whether a group passes its own check; a symbol not heard is None, and such a group does not."""
    heard = [symbol for symbol in symbols if symbol is not None and 0 <= symbol < encoding.base]
    if len(heard) != encoding.symbols or len(symbols) != encoding.symbols:
        return False
    digit, rest = divmod(value_of(encoding, heard), encoding.check)
    return rest == offset(encoding, code_type, index) and digit < encoding.quotients


def misheard_groups(encoding: Encoding, code_type: CodeType, groups: Sequence[Sequence[int | None]]) -> tuple[int, ...]:
    """List the groups that fail their check.

    Raises:
        BadCode: There are too many or too few groups.
    """
    wanted = group_count(encoding, code_type)
    if len(groups) != wanted:
        raise BadCode(
            t("A {title} has {wanted} groups, not {found}", title=code_type.label, wanted=wanted, found=len(groups))
        )
    return tuple(i for i, group in enumerate(groups) if not group_holds(encoding, code_type, i, group))


def decode(encoding: Encoding, code_type: CodeType, groups: Sequence[Sequence[int]]) -> int:
    """Read groups back into the number.

    Raises:
        WrongKind: The groups are a good code of another type.
        BadCode: A group fails its check (the message names it), or the whole number is too large.
    """
    misheard = misheard_groups(encoding, code_type, groups)
    if misheard:
        refuse_other_type(encoding, code_type, groups)
        raise BadCode(t("Group {number} was mis-heard", number=misheard[0] + 1))
    number = number_from(encoding, [value_of(encoding, group) // encoding.check for group in groups])
    if number >= 1 << code_type.bits:
        raise BadCode(t("Each group holds, but together they are no {title}", title=code_type.label))
    return number


def number_from(encoding: Encoding, digits: Sequence[int]) -> int:
    """Join the digits that the groups carry, least significant first; the number may be too large for its type."""
    number = 0
    for digit in reversed(digits):
        number = number * encoding.quotients + digit
    return number


def refuse_other_type(encoding: Encoding, wanted: CodeType, groups: Sequence[Sequence[int | None]]) -> None:
    """Raise WrongKind if the groups are a good code of another type."""
    for found in CodeType:
        same_length = group_count(encoding, found) == len(groups)
        if found is not wanted and same_length and not misheard_groups(encoding, found, groups):
            raise WrongKind(t("This is a {found}; a {wanted} is wanted here", found=found.label, wanted=wanted.label))
