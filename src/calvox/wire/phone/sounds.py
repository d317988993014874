"""Which symbols sound alike over the telephone, and how nearly.

The tables in `data/near-*.json` come from a model of pronunciation, not from listeners; they order what is proposed and
decide nothing. Costs are whole hundredths: 0 sounds the same, and `FAR` stands for every pair that no table holds.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from calvox.common.i18n import Language
from calvox.wire.phone.forms import Form

FAR = 300
"""Cost of a pair that does not sound alike."""
NEAR = 200
"""Pairs below this cost count as near-sounding."""
MOST_NEAR = 12
"""How many near-sounding symbols one symbol has at most."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """How the symbols of one form sound in one language."""

    _near: tuple[tuple[int, ...], ...]
    """For each symbol the near-sounding ones, nearest first."""
    _costs: tuple[dict[int, int], ...]
    """For each symbol the cost of those that the table holds."""

    def cost(self, heard: int, meant: int) -> int:
        """Tell how far apart two symbols sound."""
        return 0 if heard == meant else self._costs[heard].get(meant, FAR)

    def near(self, heard: int) -> tuple[int, ...]:
        """List what a symbol may be mistaken for, nearest first."""
        return self._near[heard]


def sounds(form: Form, language: Language = "en") -> Sounds:
    """Give the sounds of a form; `language` is the caller's, and counts only where the form has none of its own."""
    return _table(form.encoding.name, form.language or language)


@cache
def _table(name: str, language: Language) -> Sounds:
    path = files(__package__).joinpath("data", f"near-{name}-{language}.json")
    rows = [list(zip(row[::2], row[1::2], strict=True)) for row in json.loads(path.read_bytes())]
    return Sounds(
        tuple(tuple(symbol for symbol, cost in row if cost < NEAR)[:MOST_NEAR] for row in rows),
        tuple({symbol: min(cost, FAR) for symbol, cost in row} for row in rows),
    )
