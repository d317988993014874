"""What may have been said where a group failed its check: rule 2 of the receiver.

Every suggestion satisfies the group's own check. Tried are: one symbol wrong, two neighbours swapped, one symbol
skipped, one or two symbols not heard, and two symbols each taken for one that sounds near it. The nearest by sound come
first. Nothing is chosen here: a person picks, or `repair` tries them against the whole code.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from calvox.common.i18n import Language
from calvox.wire.phone.codec import CodeType, Encoding, Symbols, group_holds, offset, value_of
from calvox.wire.phone.forms import Form, Heard
from calvox.wire.phone.sounds import Sounds, sounds

MOST = 2 * 2048
"""Suggestions for one group at most; two unheard words alone leave about 2048."""
SWAPPED = 80
"""Cost of two neighbours swapped."""
SKIPPED = 30
"""Cost of one symbol skipped."""
TWO_UNHEARD = 100
"""Cost of two symbols not heard."""
TWO_NEAR = 50
"""Added when two symbols were mis-heard at once; so much worse than one."""


@dataclass(frozen=True, slots=True, order=True)
class Suggestion:
    """One replacement for a group."""

    cost: int
    """How far it sounds from what was heard, in hundredths."""
    symbols: Symbols
    """The group as it may have been said."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Which group of which code is looked at."""

    encoding: Encoding
    code_type: CodeType
    index: int
    sounds: Sounds

    def solved(self, symbols: Symbols, place: int) -> Iterator[Symbols]:
        """Put at one place every symbol with which the group holds."""
        base, check = self.encoding.base, self.encoding.check
        others = value_of(self.encoding, (*symbols[:place], 0, *symbols[place + 1 :]))
        wanted = offset(self.encoding, self.code_type, self.index) - others
        for symbol in range(wanted * _inverse_weight(self.encoding, place) % check, base, check):
            group = (*symbols[:place], symbol, *symbols[place + 1 :])
            if group_holds(self.encoding, self.code_type, self.index, group):
                yield group

    def cost(self, heard: Symbols, meant: Symbols) -> int:
        """Add up how far the symbols sound apart."""
        return sum(self.sounds.cost(a, b) for a, b in zip(heard, meant, strict=True))


@cache
def _inverse_weight(encoding: Encoding, place: int) -> int:
    weight: int = encoding.base ** (encoding.symbols - 1 - place)
    return pow(weight, -1, encoding.check)


def suggestions(
    form: Form, code_type: CodeType, index: int, heard: Heard, language: Language = "en"
) -> list[Suggestion]:
    """List the replacements of a group that failed, nearest by sound first; none if too little was heard."""
    place = _Place(form.encoding, code_type, index, sounds(form, language))
    best: dict[Symbols, int] = {}
    for found in _candidates(place, heard):
        best[found.symbols] = min(found.cost, best.get(found.symbols, found.cost))
    return sorted(Suggestion(cost, symbols) for symbols, cost in best.items())[:MOST]


def _candidates(place: _Place, heard: Heard) -> Iterator[Suggestion]:
    symbols = tuple(symbol or 0 for symbol in heard)
    unheard = [i for i, symbol in enumerate(heard) if symbol is None]
    if len(heard) == place.encoding.symbols - 1 and not unheard:
        yield from _one_skipped(place, symbols)
    elif len(heard) != place.encoding.symbols or len(unheard) > 2:
        return
    elif len(unheard) == 2:
        yield from _two_unheard(place, symbols, *unheard)
    elif unheard:
        yield from (Suggestion(0, group) for group in place.solved(symbols, unheard[0]))
    else:
        yield from _one_wrong(place, symbols)
        yield from _swapped(place, symbols)
        yield from _two_near(place, symbols)


def _one_skipped(place: _Place, symbols: Symbols) -> Iterator[Suggestion]:
    for gap in range(place.encoding.symbols):
        for group in place.solved((*symbols[:gap], 0, *symbols[gap:]), gap):
            yield Suggestion(SKIPPED, group)


def _two_unheard(place: _Place, symbols: Symbols, first: int, second: int) -> Iterator[Suggestion]:
    for symbol in range(place.encoding.base):
        for group in place.solved((*symbols[:first], symbol, *symbols[first + 1 :]), second):
            yield Suggestion(TWO_UNHEARD, group)


def _one_wrong(place: _Place, symbols: Symbols) -> Iterator[Suggestion]:
    for wrong in range(len(symbols)):
        for group in place.solved(symbols, wrong):
            yield Suggestion(place.cost(symbols, group), group)


def _swapped(place: _Place, symbols: Symbols) -> Iterator[Suggestion]:
    for left in range(len(symbols) - 1):
        group = (*symbols[:left], symbols[left + 1], symbols[left], *symbols[left + 2 :])
        if group_holds(place.encoding, place.code_type, place.index, group):
            yield Suggestion(SWAPPED, group)


def _two_near(place: _Place, symbols: Symbols) -> Iterator[Suggestion]:
    for first, second in combinations(range(len(symbols)), 2):
        allowed = frozenset(place.sounds.near(symbols[second]))
        for other in place.sounds.near(symbols[first]):
            for group in place.solved((*symbols[:first], other, *symbols[first + 1 :]), second):
                if group[second] in allowed:
                    yield Suggestion(place.cost(symbols, group) + TWO_NEAR, group)
