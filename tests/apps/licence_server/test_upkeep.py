"""The verification aside leaves the process to whoever asks."""

import pytest

from calvox.apps.licence_server.upkeep import STRETCH, Pace


class ToldClocks:
    """Clocks of a process whose other threads use a share of a core."""

    def __init__(self, others: float) -> None:
        self.others, self.now, self.own, self.rested = others, 0.0, 0.0, 0.0

    def monotonic(self) -> float:
        """Tell the seconds that passed."""
        return self.now

    def thread_time(self) -> float:
        """Tell what the verification used."""
        return self.own

    def process_time(self) -> float:
        """Tell what all used."""
        return self.own + self.others * self.now

    def sleep(self, seconds: float, /) -> None:
        """Let time pass."""
        self.now += seconds
        self.rested += seconds

    def work(self, seconds: float) -> None:
        """Verify for so long."""
        self.now += seconds
        self.own += seconds


@pytest.mark.parametrize(("others", "times"), [(0.0, 4), (0.1, 4), (0.5, 19)])
def test_it_rests_longer_while_hosts_ask_much(others: float, times: int) -> None:
    """A fifth of the time when it is quiet, a twentieth when it is not; the same at each stretch."""
    clocks = ToldClocks(others)
    pace = Pace(clocks)
    for _ in range(3):
        clocks.rested = 0.0
        clocks.work(0.01)
        pace(0.5)
        assert clocks.rested == pytest.approx(times * 0.01)


def test_short_work_adds_up_to_a_stretch() -> None:
    """It does not rest for less, but nothing is forgotten."""
    clocks = ToldClocks(0.0)
    pace = Pace(clocks)
    clocks.work(STRETCH * 0.7)
    pace(0.1)
    assert clocks.rested == 0.0
    clocks.work(STRETCH * 0.7)
    pace(0.2)
    assert clocks.rested == pytest.approx(4 * STRETCH * 1.4)
