"""Repairs a whole code from what was heard: rule 3 of the receiver.

Rules: combinations of suggestions are tried cheapest first, 20,000 at most; one is accepted only when something
independent of the spoken groups says so (`oracles`); a server ID has nothing of the kind and is never repaired silently,
its few likely readings are returned to be shown. What the repaired code means is left to its own module.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from calvox.common.i18n import Language
from calvox.wire.phone.cheapest import cheapest
from calvox.wire.phone.codec import CodeType, Symbols, misheard_groups, number_from, value_of
from calvox.wire.phone.forms import Form, Heard
from calvox.wire.phone.suggest import suggestions

MOST_TRIES = 20_000
"""Combinations tried for one code."""
MOST_CHOICES = 12
"""Readings of a server ID that are shown."""

Oracle = Callable[[int], bool]
"""Says whether a number is what was meant, by something that the spoken groups do not carry."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The code, with everything heard or repaired."""

    number: int
    """What the code carries."""
    groups: tuple[Symbols, ...]
    """All groups as they must have been said."""
    changed: tuple[int, ...]
    """Indexes of the groups that were repaired."""
    tries: int
    """How many combinations were looked at."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Readings that a person must choose from, the likeliest first."""

    readings: tuple[Whole, ...]
    """Each one a whole code."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """No reading fits."""

    groups: tuple[int, ...]
    """Indexes of the groups that fail; empty when each holds and the code as a whole does not."""
    tries: int
    """How many combinations were looked at."""


def repair(
    form: Form, code_type: CodeType, heard: Sequence[Heard], accepts: Oracle, language: Language = "en"
) -> Whole | Choices | Unclear:
    """Find the code that was meant.

    Raises:
        BadCode: There are too many or too few groups.
    """
    misheard = misheard_groups(form.encoding, code_type, heard)
    readings = _readings(form, code_type, heard, misheard, language)
    if code_type is CodeType.SERVER_ID and misheard:
        found = tuple(islice((whole for _, whole in readings if whole and accepts(whole.number)), MOST_CHOICES))
        return Choices(found) if found else Unclear(misheard, 0)
    tried = 0
    for tried, whole in readings:  # noqa: B007 - the last number is told when none fits.
        if whole and accepts(whole.number):
            return whole
    return Unclear(misheard, tried)


def _readings(
    form: Form, code_type: CodeType, heard: Sequence[Heard], misheard: Sequence[int], language: Language
) -> Iterator[tuple[int, Whole | None]]:
    """Yield each try with its number from 1, and the whole code unless that would be too large."""
    found = [suggestions(form, code_type, index, heard[index], language) for index in misheard]
    groups = [tuple(symbol or 0 for symbol in group) for group in heard]
    digits = [value_of(form.encoding, group) // form.encoding.check for group in groups]
    carried = [[value_of(form.encoding, s.symbols) // form.encoding.check for s in some] for some in found]
    order = cheapest([[s.cost for s in some] for some in found])
    for tries, (_, choice) in enumerate(islice(order, MOST_TRIES), 1):
        for index, digit, pick in zip(misheard, carried, choice, strict=True):
            digits[index] = digit[pick]
        number = number_from(form.encoding, digits)
        if number >> code_type.bits:
            yield tries, None
            continue
        for index, some, pick in zip(misheard, found, choice, strict=True):
            groups[index] = some[pick].symbols
        yield tries, Whole(number, tuple(groups), tuple(misheard), tries)
