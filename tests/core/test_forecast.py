"""The forecast of when a pool runs out."""

from hypothesis import given
from hypothesis import strategies as st

from calvox.core.forecast import HORIZON, LEAST, Forecast, Outlook, forecast, slopes

peaks_of = st.lists(st.integers(0, 1_000_000), min_size=1, max_size=120)


@given(peaks_of, st.integers(0, 1_000_000))
def test_a_forecast_never_contradicts_itself(peaks: list[int], total: int) -> None:
    """Whatever the history: the soonest day is no later than the middle one, and that no later than the latest."""
    told = forecast(peaks, total)
    assert (told.days > 0) is (told.outlook is Outlook.RUNS_OUT)
    if told.outlook is Outlook.RUNS_OUT:
        assert 1 <= told.soonest <= told.days <= (told.latest or HORIZON) <= HORIZON
        assert told.slope > 0
        assert peaks[-1] < total
    if told.outlook is Outlook.SHORT:
        assert told.history < LEAST


@given(st.integers(0, 500), st.integers(1, 20), st.integers(15, 90), st.integers(1, 2000))
def test_a_straight_line_is_found_exactly(begin: int, slope: int, days: int, room: int) -> None:
    """With so many CALs more each day and that much room, it takes room through slope days, a begun one as a whole."""
    peaks = [begin + slope * day for day in range(days)]
    told, expected = forecast(peaks, peaks[-1] + room), -(-room // slope)
    if expected > HORIZON:
        assert told.outlook is Outlook.FAR
    else:
        assert told == Forecast(Outlook.RUNS_OUT, days - 1, expected, expected, expected, float(slope))


@given(st.lists(st.integers(0, 1000), min_size=15, max_size=60), st.integers(1, 500))
def test_it_does_not_matter_where_the_pool_begins(peaks: list[int], more: int) -> None:
    """As many CALs more, out and in all, change nothing in what is foretold."""
    if peaks[-1]:
        assert forecast(peaks, 5000) == forecast([value + more for value in peaks], 5000 + more)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=40))
def test_the_slope_is_within_its_range_and_turns_with_time(values: list[int]) -> None:
    """Read backwards, the slope is the same downwards."""
    low, middle, high = slopes(tuple(values))
    assert low <= middle <= high
    assert slopes(tuple(values[::-1]))[1] == -middle


def test_one_mad_day_bends_nothing() -> None:
    """A thousand devices on one day of a quiet month are no growth."""
    quiet = [10] * 30
    assert forecast([*quiet[:20], 900, *quiet[20:]], 1000).outlook is Outlook.STEADY


def test_today_is_left_out() -> None:
    """At one in the morning hardly anybody has come yet."""
    rising = list(range(100, 130))
    assert forecast([*rising, 0], 200) == forecast([*rising, 129], 200)


def test_what_is_told_at_the_ends() -> None:
    """Thirteen whole days are too few; a pool without room is used up, however short its history; an idle one is not."""
    assert forecast(list(range(14)), 100).outlook is Outlook.SHORT
    assert forecast(list(range(15)), 100).outlook is Outlook.RUNS_OUT
    assert forecast([3], 3).outlook is Outlook.USED_UP
    assert forecast([0] * 20, 0).outlook is Outlook.STEADY
    assert forecast([0] * 20, 5) == Forecast(Outlook.STEADY, 19)


def test_a_noisy_growth_has_a_range() -> None:
    """The more it goes up and down, the wider the range; where it may not grow at all, there is no latest day."""
    calm = forecast([100 + day + day * 7 % 5 for day in range(40)], 200)
    wild = forecast([100 + day + 20 * (day * 7 % 5) for day in range(40)], 400)
    assert calm.soonest < calm.days <= calm.latest
    assert wild.latest == 0 or wild.latest - wild.soonest > calm.latest - calm.soonest
