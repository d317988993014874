"""Outage CALs: never more than the voucher says, whatever happens in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.core.products import CalType
from calvox.host import vouchers
from calvox.host.clockfile import Clock
from calvox.trust.policies import Voucher
from calvox.wire import hostapi

NOW = 1_800_000_000
FRESH = Clock(NOW, NOW)


def voucher(name: bytes = b"1", count: int = 3, hours: int = 8) -> Voucher:
    """Make a voucher that is good for a day."""
    about = {"server_id": b"s" * 18, "epoch": 1, "generation": 0, "issued": NOW, "host": b"h" * 16}
    return Voucher(**about, voucher=name * 16, count=count, hours=hours, until=NOW + 86_400)  # type: ignore[arg-type]


def test_a_holder_is_given_one_and_the_same() -> None:
    """However often it asks, until that one ends; then it is another one."""
    first = vouchers.give(FRESH, voucher(), CalType.USER, "alice", NOW)
    assert first is not None
    clock, use = first
    assert (use.since, use.until) == (NOW, NOW + 8 * 3600)
    assert vouchers.give(clock, voucher(), CalType.USER, " ALICE ", NOW + 60) == (clock, use)
    again = vouchers.give(clock, voucher(), CalType.USER, "alice", use.until + 1)
    assert again is not None
    assert len(again[0].uses) == 2


@pytest.mark.parametrize("given_voucher", [None, voucher(count=0)])
def test_without_a_signed_number_there_is_none(given_voucher: Voucher | None) -> None:
    """No voucher, or an empty one."""
    assert vouchers.give(FRESH, given_voucher, CalType.USER, "alice", NOW) is None


def test_after_its_last_day_a_voucher_gives_none() -> None:
    """What was given out stays good for its hours."""
    done = vouchers.give(FRESH, voucher(), CalType.USER, "alice", NOW + 86_400)
    assert done is not None
    assert vouchers.give(done[0], voucher(), CalType.USER, "bob", NOW + 86_401) is None
    assert vouchers.give(done[0], voucher(), CalType.USER, "alice", NOW + 86_401) is not None


def test_a_voucher_that_is_being_settled_gives_none() -> None:
    """Even if the answer was lost; the next one begins once it is settled."""
    done = vouchers.give(FRESH, voucher(), CalType.USER, "alice", NOW)
    assert done is not None
    closed = vouchers.close(done[0], voucher())
    assert vouchers.give(closed, voucher(), CalType.USER, "bob", NOW) is None
    assert vouchers.give(closed, voucher(b"2"), CalType.USER, "bob", NOW) is None
    assert vouchers.due(closed, voucher(), NOW)
    assert vouchers.give(vouchers.settled(closed), voucher(b"2"), CalType.USER, "bob", NOW) is not None


def test_a_lost_clock_uses_a_voucher_up() -> None:
    """Nobody knows how much was given out, so all of it counts."""
    lost = vouchers.used_up(Clock(0, NOW), voucher(), CalType.USER, NOW)
    assert vouchers.left(lost, voucher(), NOW) == 0
    assert vouchers.give(lost, voucher(), CalType.USER, "alice", NOW) is None
    assert (len(lost.uses), vouchers.due(lost, voucher(), NOW)) == (3, True)


def test_no_more_is_taken_than_one_request_can_tell_of() -> None:
    """A larger voucher is used to that number."""
    assert vouchers.most(voucher(count=100_000)) == hostapi.MOST


names = st.sampled_from([f"user-{n}" for n in range(8)])
steps = st.lists(st.one_of(st.tuples(st.just("ask"), names), st.tuples(st.just("wait"), st.integers(0, 9 * 3600))))


@given(steps, st.integers(0, 5))
def test_never_more_than_the_count(history: list[tuple[str, int | str]], count: int) -> None:
    """In any order of asks and hours; and whoever got one finds it as long as it is good."""
    clock, now, own = FRESH, NOW, voucher(count=count)
    for what, value in history:
        if what == "wait":
            now += int(value)
            continue
        done = vouchers.give(clock, own, CalType.USER, str(value), now)
        if done is not None:
            clock, use = done
            assert use.since <= now <= use.until
            assert vouchers.good_use(clock, CalType.USER, str(value), now) == use
        assert len(clock.uses) <= count
