"""Counting honestly: totals, what is out, and over-use, which nothing offsets."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.core.reports import PackReport, PoolReport, mixed_modes, pack_report, pools

ROW = {
    "sequence": 3,
    "programme": 6,
    "cal_type": 1,
    "version": 7,
    "quantity": 20,
    "agreement": 123456789012,
    "ends": 2_000,
    "issued": 5,
    "installed": 1_000,
    "converted": -3,
    "over_use": "warn",
}


def pack(quantity: int, issued: int, *, cal_type: str = "user", version: str = "2022", in_force: bool = True) -> Any:
    """Give a pack's report."""
    return PackReport(1, cal_type, version, quantity, issued, 1, 0, 0, in_force)


@pytest.mark.parametrize(("now", "in_force"), [(1_999, True), (2_000, False), (9_999, False)])
def test_a_pack_is_in_force_until_the_second_of_its_end(now: int, in_force: bool) -> None:
    """Its last day is the one before."""
    report = pack_report(ROW, now)
    assert report == PackReport(3, "user", "2022", 20, 5, 123456789012, 1_000, 2_000, in_force, -3, "warn")


def test_a_pack_without_end_is_always_in_force() -> None:
    """Zero is never."""
    assert pack_report({**ROW, "ends": 0}, 1 << 40).in_force


def test_over_use_is_issued_minus_total() -> None:
    """Free goes below zero by as much."""
    assert pools([pack(10, 13), pack(5, 5)]) == [PoolReport("user", "2022", 15, 18, -3, 3)]


def test_over_use_is_never_netted_against_another_type_or_version() -> None:
    """Free CALs elsewhere do not make it smaller."""
    found = pools([pack(10, 13), pack(100, 0, version="2025"), pack(100, 0, cal_type="device")])
    assert sum(pool.over_use for pool in found) == 3
    assert [(pool.cal_type, pool.version) for pool in found] == [
        ("device", "2022"),
        ("user", "2022"),
        ("user", "2025"),
    ]


def test_converted_cals_count_where_they_are_now() -> None:
    """Five of twenty device CALs became user CALs."""
    left = PackReport(1, "device", "2022", 20, 4, 1, 0, 0, True, converted=-5)
    came = PackReport(1025, "user", "2022", 0, 7, 1, 0, 0, True, converted=5)
    assert pools([left, came]) == [PoolReport("device", "2022", 15, 4, 11, 0), PoolReport("user", "2022", 5, 7, -2, 2)]


@pytest.mark.parametrize(
    ("used", "without", "mixed"),
    [
        ((), 0, False),
        (("device",), 0, False),
        (("user", "session"), 0, False),
        (("device", "session"), 0, False),
        (("device", "user"), 0, True),
        (("device",), 1, True),
        ((), 1, False),
    ],
)
def test_modes_are_mixed_when_device_and_user_cals_are_out(used: tuple[str, ...], without: int, mixed: bool) -> None:
    """Packs that nobody uses mix nothing; users without any pack do."""
    found = pools([pack(9, int(kind in used), cal_type=kind) for kind in ("device", "user", "session")])
    assert mixed_modes(found, without) == (["device", "user"] if mixed else [])


def test_a_pack_that_has_ended_gives_no_total_but_its_cals_still_count() -> None:
    """What it issued and is still out is over-use."""
    assert pools([pack(10, 4, in_force=False)]) == [PoolReport("user", "2022", 0, 4, -4, 4)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from(["device", "user"]), st.booleans())))
def test_sums_add_up(packs: list[tuple[int, int, str, bool]]) -> None:
    """Nothing is lost between packs and pools, and over-use is what free lacks."""
    found = pools(pack(q, i, cal_type=kind, in_force=force) for q, i, kind, force in packs)
    assert sum(pool.total for pool in found) == sum(q for q, _, _, force in packs if force)
    assert sum(pool.issued for pool in found) == sum(i for _, i, _, _ in packs)
    assert all(pool.free == pool.total - pool.issued and pool.over_use == max(0, -pool.free) for pool in found)
