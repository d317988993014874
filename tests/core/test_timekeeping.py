"""Nobody wins by setting the clock: an hour, a year, to 2010, to 2099."""

from hypothesis import given
from hypothesis import strategies as st

from calvox.common.clock import DAY
from calvox.core.timekeeping import AHEAD, PROVISIONAL, ClockState, Timekeeper

NOON = 1_800_014_400
Y2010, Y2099 = 1_262_304_000, 4_070_908_800


def test_a_good_clock_is_licensing_time() -> None:
    """Second by second."""
    keeper = Timekeeper()
    assert [keeper.read(NOON + n, n) for n in (0, 1, 60, 5 * DAY)] == [NOON, NOON + 1, NOON + 60, NOON + 5 * DAY]
    assert keeper.state is ClockState.GOOD


def test_a_clock_set_back_does_not_turn_time_back() -> None:
    """An hour is nobody's business; a day and more is told."""
    keeper = Timekeeper(last=NOON)
    assert (keeper.read(NOON - 3600, 0), str(keeper.state)) == (NOON, "good")
    for moment in (NOON - 366 * DAY, Y2010):
        assert keeper.read(moment, 1) == NOON
        assert keeper.state is ClockState.BEHIND
    assert keeper.read(NOON + 5, 10) == NOON + 5
    assert keeper.state is ClockState.GOOD


def test_a_clock_far_ahead_is_not_believed() -> None:
    """Time runs on by itself for seven days, then it stands still; the clock set right again is believed at once."""
    keeper = Timekeeper(last=NOON)
    assert keeper.read(NOON, 0) == NOON
    assert keeper.read(Y2099, 100) == NOON + 100
    assert keeper.state is ClockState.AHEAD
    assert keeper.read(Y2099, 6 * DAY) == NOON + 6 * DAY
    assert keeper.read(Y2099, 30 * DAY) == NOON + 100 + PROVISIONAL
    assert keeper.read(NOON + 30 * DAY, 30 * DAY) == NOON + 30 * DAY
    assert (keeper.state, keeper.doubted) == (ClockState.GOOD, 0)


def test_a_weekend_is_no_jump() -> None:
    """Two days to the second."""
    assert Timekeeper(last=NOON).read(NOON + AHEAD, 0) == NOON + AHEAD
    assert Timekeeper(last=NOON).read(NOON + AHEAD + 1, 0) == NOON


def test_what_is_confirmed_is_believed() -> None:
    """From then on the clock may be near it."""
    keeper = Timekeeper(last=NOON)
    keeper.read(NOON + 90 * DAY, 0)
    keeper.believe(NOON + 90 * DAY)
    assert keeper.read(NOON + 90 * DAY + 5, 5) == NOON + 90 * DAY + 5
    assert keeper.state is ClockState.GOOD


def test_doubt_outlives_the_process() -> None:
    """The seven days are counted over restarts."""
    first = Timekeeper(last=NOON)
    first.read(Y2099, 0)
    first.read(Y2099, 5 * DAY)
    second = Timekeeper(last=first.last, doubted=first.doubted)
    assert second.read(Y2099, 1_000) == NOON + 5 * DAY
    assert second.read(Y2099, 1_000 + 5 * DAY) == NOON + PROVISIONAL


@given(st.lists(st.tuples(st.integers(0, Y2099), st.integers(0, 10 * DAY)), max_size=40))
def test_licensing_time_never_goes_back_and_never_outruns_what_can_be(steps: list[tuple[int, int]]) -> None:
    """Whatever the clock shows: never back, and never more than two days at once beyond the time that has run."""
    keeper, ran, before = Timekeeper(last=NOON), 0.0, NOON
    for now, run in steps:
        ran += run
        time = keeper.read(now, ran)
        assert before <= time <= before + run + AHEAD
        before = time
