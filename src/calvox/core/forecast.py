"""When a pool runs out, if its use goes on as it went: a straight line through the daily peaks, and how sure it is.

Decides by Theil and Sen: the slope is the median of the slopes between every two days, so that a holiday or one day of
panic does not bend it. The range is Sen's: the slopes between which the true one lies nine times in ten, if days were
independent of each other, which they are not quite; so it is told as a range, not as a promise.

Today is left out, for it is not over. Fewer than fourteen whole days give no forecast. Nothing is foretold beyond two years.
"""

from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from math import ceil, sqrt
from statistics import median

import msgspec

LEAST, MOST = 14, 90
"""Whole days that a forecast needs, and those that it looks at."""
HORIZON = 730
"""Days ahead beyond which nothing is said."""
_NINE_IN_TEN = 1.645


class Outlook(StrEnum):
    """What is to be expected of a pool."""

    SHORT = "short"
    """There is not enough history."""
    USED_UP = "used-up"
    """Every CAL of it was in use today."""
    RUNS_OUT = "runs-out"
    FAR = "far"
    """It grows, but not so fast that it would run out within the horizon."""
    STEADY = "steady"
    """Its use does not grow."""


class Forecast(msgspec.Struct, frozen=True):
    """When a pool runs out."""

    outlook: Outlook
    history: int = 0
    """Whole days that were looked at."""
    days: int = 0
    """In how many days; 0: none is told."""
    soonest: int = 0
    """The range, in days."""
    latest: int = 0
    """0: perhaps never, as far as can be seen."""
    slope: float = 0.0
    """CALs more a day."""


def forecast(peaks: list[int], total: int) -> Forecast:
    """Foretell from the highest number of CALs out on each day, the last of which is today, and the CALs that there are."""
    history = peaks[-MOST - 1 : -1]
    if peaks and peaks[-1] and peaks[-1] >= total:
        return Forecast(Outlook.USED_UP, len(history))
    if len(history) < LEAST:
        return Forecast(Outlook.SHORT, len(history))
    low, slope, high = slopes(tuple(history))
    if slope <= 0:
        return Forecast(Outlook.STEADY, len(history), slope=slope)
    room = total - _level(history, slope, peaks[-1])
    days, soonest, latest = _days(room, slope), _days(room, high), _days(room, low)
    if days > HORIZON:
        return Forecast(Outlook.FAR, len(history), slope=slope)
    return Forecast(Outlook.RUNS_OUT, len(history), days, soonest, 0 if latest > HORIZON else latest, slope)


@lru_cache(maxsize=128)
def slopes(values: tuple[int, ...]) -> tuple[float, float, float]:
    """Tell the lower bound, the median and the upper bound of the slope, for two values or more."""
    every = sorted((later - earlier) / (j - i) for (i, earlier), (j, later) in combinations(enumerate(values), 2))
    number, count = len(values), len(every)
    spread = _NINE_IN_TEN * sqrt(number * (number - 1) * (2 * number + 5) / 18)
    lower = max(0, int((count - spread) / 2))
    upper = min(count - 1, ceil((count + spread) / 2))
    return every[lower], median(every), every[upper]


def _level(history: list[int], slope: float, now: int) -> float:
    """Tell where the line stands today, or what is out, if that is more."""
    ahead = len(history)
    return max(median(value + slope * (ahead - at) for at, value in enumerate(history)), float(now))


def _days(room: float, slope: float) -> int:
    """Tell in how many days that much room is gone, a begun one as a whole; no room is gone tomorrow."""
    if slope <= 0:
        return HORIZON + 1
    return max(1, min(HORIZON + 1, ceil(room / slope)))
