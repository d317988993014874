"""Licensing time: the clock, held against what is known of the time already, so that nobody wins by setting it.

Rules (the phone codes' specification, "Clock, clone, rollback"):
- Licensing time is the clock, and never earlier than it was before. A clock that is more than a day behind is told.
- A clock that is more than two days ahead of what can be is not believed until somebody confirms it: an administrator, a
  signed day, or two session hosts. Meanwhile licensing time is the last one believed and the time that has run since, by an
  even clock, for seven days at most; then it stands still.

Pure: both clocks are handed in. What must outlive the process is `last` and `doubted`.
"""

from dataclasses import dataclass
from enum import StrEnum

from calvox.common.clock import DAY

BEHIND = DAY
"""Seconds that the clock may be behind before it is told."""
AHEAD = 2 * DAY
"""Seconds that the clock may be ahead before it is doubted."""
PROVISIONAL = 7 * DAY
"""Seconds for which licensing time runs on by itself while the clock is doubted."""


class ClockState(StrEnum):
    """What is thought of the clock."""

    GOOD = "good"
    BEHIND = "clock-behind"
    AHEAD = "clock-ahead"


@dataclass(slots=True)
class Timekeeper:
    """Licensing time in one process."""

    last: int = 0
    """Licensing time at the last reading, seconds UTC; 0: none yet."""
    doubted: int = 0
    """Licensing time at which the clock was found too far ahead; 0: it is believed."""
    state: ClockState = ClockState.GOOD
    """As of the last reading."""
    shown: int = 0
    """What the clock showed then."""
    _base: int = 0
    _ran: float | None = None

    def read(self, now: int, ran: float) -> int:
        """Tell licensing time.

        Args:
            now: What the clock shows, seconds UTC.
            ran: What an even clock shows, which nobody can set; seconds from any beginning.
        """
        if self._ran is None:
            self._base, self._ran = self.last, ran
        self.shown = now
        steady = self._base + int(ran - self._ran)
        if self.last and now > steady + AHEAD:
            return self._doubt(steady)
        time = max(now, self.last)
        self.state = ClockState.BEHIND if now < self.last - BEHIND else ClockState.GOOD
        self.doubted, self.last, self._base, self._ran = 0, time, time, ran
        return time

    def _doubt(self, steady: int) -> int:
        self.state = ClockState.AHEAD
        self.doubted = self.doubted or steady
        self.last = max(self.last, min(steady, self.doubted + PROVISIONAL))
        return self.last

    def believe(self, moment: int) -> None:
        """Take a moment for sure: licensing time is never earlier from now on, and the clock may be near it."""
        if moment > self.last:
            self.last, self._base, self._ran, self.doubted = moment, moment, None, 0
