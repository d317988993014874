"""The share of CALs that may stand revoked, with its numbers and its day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.core.pools import Pack
from calvox.core.revoking import allowance, room

NOW, DAY = 1_800_000_000, 86_400


@pytest.mark.parametrize(
    ("installed", "allowed"), [(0, 1), (1, 1), (4, 1), (5, 1), (9, 1), (10, 2), (99, 19), (100, 20), (200, 40)]
)
def test_a_fifth_may_stand_revoked_rounded_down_but_at_least_one(installed: int, allowed: int) -> None:
    """A hundred give twenty, two hundred forty."""
    assert allowance(installed) == allowed


def test_each_version_has_its_own_share() -> None:
    """Packs of another version give nothing to it, and packs of the same one add up."""
    packs = [Pack(1, 7, 10, 9), Pack(2, 8, 200, 0), Pack(3, 7, 10, 0)]
    found = room(packs, 7, [NOW + DAY] * 3, NOW)
    assert (found.installed, found.allowed, found.standing, found.may, found.since) == (20, 4, 3, True, NOW)


def test_the_next_may_go_when_the_first_of_the_revoked_ends() -> None:
    """A revoked CAL counts to the last second of its tokens, and no longer."""
    packs, ends = [Pack(1, 7, 10, 9)], [NOW + 9 * DAY, NOW + 3 * DAY, NOW - 1]
    found = room(packs, 7, ends, NOW)
    assert (found.standing, found.allowed, found.may, found.since) == (2, 2, False, NOW + 3 * DAY + 1)
    assert not room(packs, 7, ends, NOW + 3 * DAY).may
    assert room(packs, 7, ends, NOW + 3 * DAY + 1).may


def test_a_pack_that_ends_takes_its_share_with_it() -> None:
    """Twenty allow four; when ten of them end, two are left, and the day is later by that."""
    packs = [Pack(1, 7, 10, 0), Pack(2, 7, 10, 0, ends=NOW + 2 * DAY)]
    ends = [NOW + days * DAY for days in (1, 3, 5, 7)]
    assert room(packs, 7, ends[1:], NOW).may
    assert room(packs, 7, [*ends, NOW + 9 * DAY], NOW).since == NOW + 7 * DAY + 1


@given(
    packs=st.lists(
        st.builds(
            Pack,
            sequence=st.integers(1, 9),
            version=st.integers(6, 8),
            quantity=st.integers(0, 60),
            issued=st.just(0),
            ends=st.sampled_from([0, NOW - DAY, NOW, NOW + 1, NOW + 9 * DAY]),
        )
    ),
    ends=st.lists(st.integers(NOW - DAY, NOW + 20 * DAY), max_size=30),
)
def test_at_the_moment_that_is_told_one_may_go_and_not_before(packs: list[Pack], ends: list[int]) -> None:
    """Whatever the packs and the revoked CALs are."""
    found = room(packs, 7, ends, NOW)
    assert found.may == (found.since == NOW)
    assert room(packs, 7, ends, found.since).may
    assert found.since == NOW or not any(room(packs, 7, ends, end).may for end in (NOW, found.since - 1))
