"""Days of grace, and the words for how a host stands."""

from hypothesis import given
from hypothesis import strategies as st

from calvox.common.clock import DAY
from calvox.core.standing import GRACE_DAYS, Stands, State, days_text, days_until

NOON = 1_800_014_400


def test_a_begun_day_counts_whole() -> None:
    """To the last second; then none is left."""
    told = [days_until(NOON + left, NOON) for left in (DAY + 1, DAY, 1, 0, -1, -DAY)]
    assert told == [2, 1, 1, 0, 0, 0]
    assert [days_text(days).into("en") for days in (0, 1, 2)] == ["0 days left", "one day left", "2 days left"]


@given(ends=st.integers(-(1 << 60), 1 << 60), now=st.integers(0, 1 << 40))
def test_no_word_of_a_host_makes_more_days_than_there_are(ends: int, now: int) -> None:
    """From 0 to 120."""
    assert 0 <= days_until(ends, now) <= GRACE_DAYS


def test_every_word_of_a_host_is_known_to_its_licence_server() -> None:
    """And three more stand for what was not heard; each is said."""
    assert {str(one) for one in Stands} == {str(one) for one in State} | {"silent", "untold", "unheard"}
    assert len({one.text.into("en") for one in Stands}) == len(Stands)
    assert all(one.text.into("en") for one in State)
