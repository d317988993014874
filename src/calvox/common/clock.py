"""The one place that reads the clock and draws random bytes.

Everything else is given a `World`, so that a test can hold time still and repeat chance. Times are whole seconds since
1970-01-01 UTC.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from calvox.common.errors import ClockWrong
from calvox.common.i18n import t

DAY = 86_400
"""Seconds in a day."""


@dataclass(frozen=True, slots=True)
class World:
    """What a use case may know of the world outside its journal."""

    now: Callable[[], int]
    """Seconds since 1970-01-01 UTC."""
    random: Callable[[int], bytes]
    """That many unpredictable bytes."""
    steady: Callable[[], float] = time.monotonic
    """Seconds since any moment, by a clock that nobody can set."""


def _now() -> int:
    return int(time.time())


SYSTEM = World(now=_now, random=secrets.token_bytes)
"""The machine's own clock and randomness."""


EARLIEST = 1_735_689_600
"""2025-01-01 UTC: nothing of Calvox is older. A machine that shows an earlier time has lost it, with its battery perhaps."""


def demand_clock(world: World) -> int:
    """Tell the time for something that is to be entered or signed.

    Raises:
        ClockWrong: it is earlier than this program.
    """
    now = world.now()
    if now < EARLIEST:
        raise ClockWrong(
            t("The clock of this machine shows {time}, which cannot be", time=utc(now)),
            hint=t("Set the clock right, then try again; until then nothing is entered or signed."),
        )
    return now


def day_of(moment: int) -> int:
    """Count the days since 1970-01-01 UTC."""
    return moment // DAY


def show_time(moment: int, zone: ZoneInfo) -> str:
    """Write a moment in a site's zone: 2026-11-24 11:59 CET."""
    return datetime.fromtimestamp(moment, zone).strftime("%Y-%m-%d %H:%M %Z")


def show_date(moment: int, zone: ZoneInfo) -> str:
    """Write the date of a moment in a site's zone: 2026-11-24."""
    return datetime.fromtimestamp(moment, zone).strftime("%Y-%m-%d")


def utc(moment: int) -> str:
    """Write a moment for a machine: 2026-11-24T10:59:00Z."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
