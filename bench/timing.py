"""Laps of work that only computes: it is run again and again until it has taken long enough."""

from collections.abc import Callable, Iterable
from itertools import cycle, repeat
from time import perf_counter
from typing import TypeVar

from bench.lines import Lap

T = TypeVar("T")
_MOST = 64
"""The next attempt is at most so many times as long as the one before."""


def rate(work: Callable[[], object], seconds: float) -> Lap:
    """Measure calls a second."""

    def lap() -> float:
        calls = 1
        while True:
            started = perf_counter()
            for _ in repeat(None, calls):
                work()
            took = perf_counter() - started
            if took >= seconds:
                return calls / took
            calls = int(calls * min(_MOST, 1.2 * seconds / max(took, 1e-9))) + 1

    return lap


def milliseconds(work: Callable[[], object], seconds: float) -> Lap:
    """Measure the milliseconds that a call takes."""
    measured = rate(work, seconds)
    return lambda: 1_000 / measured()


def over(items: Iterable[T], work: Callable[[T], object]) -> Callable[[], object]:
    """Do work with one item after the other, for ever."""
    turn = cycle(list(items))
    return lambda: work(next(turn))
