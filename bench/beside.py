"""A journal under many callers, beside bare APSW: in batches as large as the journal's own, and with a commit each.

The journal goes first in each turn, so that the number of entries and the size of its batches are known: the floors write
no more than that, for a database that has grown larger is slower.
"""

from collections.abc import Callable

from bench.bare import Bare
from bench.callers import Tally
from bench.lines import Lap, Line, Unit


def lines_beside(what: str, callers: int) -> tuple[Line, ...]:
    """Name what `laps_beside` measures."""
    same, single = f"bare APSW in such batches, {what} at {callers}", f"bare APSW, a commit each, {what} at {callers}"
    return (
        Line(f"{what}, {callers} callers", Unit.RATE, (same, single)),
        Line(f"batch, {what} at {callers}", Unit.COUNT),
        Line(same, Unit.RATE),
        Line(single, Unit.RATE),
    )


def laps_beside(called: Callable[[float], Tally], same: Bare, single: Bare, seconds: float) -> list[Lap]:
    """Measure calls, the size of their batches, and the two floors, each in a database of its own."""
    last = Tally()

    def calls() -> float:
        nonlocal last
        last = called(seconds)
        return last.rate

    return [
        calls,
        lambda: last.shared,
        lambda: same.rate(max(1, round(last.shared)), 2 * seconds, last.entries),
        lambda: single.rate(1, seconds, last.entries),
    ]
