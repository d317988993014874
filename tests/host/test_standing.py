"""The states of a session host, and who is let in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.clock import DAY
from calvox.core.standing import GRACE_DAYS, State
from calvox.host.standing import (
    TABLE,
    WARNING_DAYS,
    Answer,
    Ground,
    Known,
    Logon,
    days_left,
    grace_ends,
    judge,
    next_state,
    warning_due,
)

WHY = "every CAL of this type is in use"


def test_the_table_has_every_state_and_everything_known() -> None:
    """Nothing that may happen is left to chance."""
    assert set(TABLE) == set(State)
    assert all(set(row) == set(Known) for row in TABLE.values())


@given(st.lists(st.sampled_from(Known)))
def test_grace_never_comes_back(history: list[Known]) -> None:
    """Once it ended, by a token, by time or by loss, no history leads to it again."""
    state, ended = State.GRACE, False
    for known in history:
        state = next_state(state, known)
        ended |= known in (Known.TOKEN, Known.END, Known.LOST)
        assert (state is State.GRACE) is not ended


@given(st.lists(st.sampled_from(Known)))
def test_only_a_token_makes_a_host_licensed(history: list[Known]) -> None:
    """And only the loss of its clock makes it otherwise."""
    state, holds = State.GRACE, False
    for known in history:
        state = next_state(state, known)
        holds = known is Known.TOKEN or (holds and known is not Known.LOST)
        assert (state in (State.LICENSED, State.OUTAGE)) is holds


@given(st.integers(0, 400 * DAY))
def test_days_left_run_down_to_none(passed: int) -> None:
    """A begun day counts whole; with the last second the last day ends."""
    left = days_left(State.GRACE, 1000, 1000 + passed)
    assert left == max(0, GRACE_DAYS - passed // DAY)
    assert (left > 0) is (1000 + passed < grace_ends(1000))
    assert days_left(State.LICENSED, 1000, 1000) == 0


def test_each_warning_is_given_once() -> None:
    """At 30, 14, 7, 3 and 1 days; a host that was off meanwhile gets the latest one only."""
    warned, given_at = 0, []
    for left in range(GRACE_DAYS, -1, -1):
        for _ in range(3):
            due = warning_due(left, warned)
            if due:
                given_at.append((left, due))
                warned = due
    assert given_at == [(day, day) for day in WARNING_DAYS]
    assert warning_due(5, 0) == 7
    assert warning_due(5, 7) == 0
    assert warning_due(0, 0) == 0


@given(st.sampled_from(State), st.sampled_from(Answer), st.integers(0, 120), st.booleans())
def test_administrators_and_the_console_are_never_refused(state: State, answer: Answer, left: int, open_: bool) -> None:
    """However things stand."""
    for logon in (Logon(administrator=True), Logon(console=True)):
        assert judge(logon, state, left, answer, WHY, fail_open=open_).allowed


@given(st.sampled_from(State), st.sampled_from(Answer), st.integers(1, 120), st.booleans())
def test_a_refusal_is_told_in_words(state: State, answer: Answer, left: int, open_: bool) -> None:
    """Whoever is refused reads why; whoever has a CAL reads nothing."""
    verdict = judge(Logon(), state, left, answer, WHY, fail_open=open_)
    assert verdict.allowed or (verdict.message is not None and "administrator" in str(verdict.message))
    assert answer not in (Answer.CAL, Answer.OUTAGE_CAL) or (verdict.allowed and verdict.message is None)


@pytest.mark.parametrize(
    ("state", "answer", "fail_open", "allowed", "ground"),
    [
        (State.GRACE, Answer.REFUSED, False, True, Ground.GRACE),
        (State.GRACE, Answer.NOBODY, False, True, Ground.GRACE),
        (State.GRACE_OVER, Answer.REFUSED, True, False, Ground.REFUSED),
        (State.GRACE_OVER, Answer.NOBODY, True, False, Ground.GRACE_OVER),
        (State.GRACE_OVER, Answer.CAL, False, True, Ground.CAL),
        (State.LICENSED, Answer.REFUSED, True, False, Ground.REFUSED),
        (State.OUTAGE, Answer.OUTAGE_CAL, False, True, Ground.OUTAGE_CAL),
        (State.OUTAGE, Answer.NOBODY, True, True, Ground.FAIL_OPEN),
        (State.OUTAGE, Answer.NOBODY, False, False, Ground.NO_SERVER),
    ],
)
def test_who_is_let_in(state: State, answer: Answer, fail_open: bool, allowed: bool, ground: Ground) -> None:
    """A server's word counts but in grace; where nobody can decide, the policy does, though never after grace."""
    verdict = judge(Logon(), state, 50, answer, WHY, fail_open=fail_open)
    assert (verdict.allowed, verdict.ground) == (allowed, ground)


def test_people_are_warned_only_near_the_end() -> None:
    """From the first warning on, each time they come in."""
    assert judge(Logon(), State.GRACE, 31, Answer.NOBODY, "", fail_open=True).message is None
    assert "30 more days" in str(judge(Logon(), State.GRACE, 30, Answer.NOBODY, "", fail_open=True).message)
    assert "one more day" in str(judge(Logon(), State.GRACE, 1, Answer.NOBODY, "", fail_open=True).message)
