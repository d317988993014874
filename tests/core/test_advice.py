"""The advice: per user or per device."""

from hypothesis import given
from hypothesis import strategies as st

from calvox.core.advice import Better, Ground, advise
from calvox.core.reports import PoolReport

numbers = st.integers(0, 10_000)


def pool(kind: str, total: int, issued: int) -> PoolReport:
    """Make a pool."""
    return PoolReport(kind, "2022", total, issued, total - issued, max(0, issued - total))


@given(numbers, numbers, numbers, numbers, numbers, numbers, numbers, numbers)
def test_whoever_needs_fewer_is_advised_and_nothing_is_guessed(
    total: int, issued: int, other: int, out: int, temporary: int, without: int, devices: int, users: int
) -> None:
    """Over all figures: the totals of both sides are told, the fewer wins, and a side without a number gives no advice."""
    told = advise([pool("device", total, issued), pool("user", other, out)], temporary, without, devices, users)
    assert told.device.needed == (devices or issued + temporary)
    assert told.user.needed == (users or out + without)
    for side in (told.device, told.user):
        assert side.to_buy == max(0, side.needed - total - other)
    if not told.device.needed or not told.user.needed:
        assert told.better is Better.UNKNOWN
    else:
        fewer = {"device": told.device.needed, "user": told.user.needed}
        assert told.better is Better.EITHER or fewer[told.better] < max(fewer.values())
        assert (told.better is Better.EITHER) is (told.device.needed == told.user.needed)
    assert (Ground.MIXED in told.grounds) is bool(told.device.seen and told.user.seen)


def test_shifts_share_devices() -> None:
    """Three shifts at forty machines: per device, and the CALs per user that are installed are converted."""
    told = advise([pool("user", 100, 100)], 0, 20, devices=40)
    assert (told.better, told.grounds) == (Better.DEVICE, [Ground.DEVICES_SHARED, Ground.CONVERT])
    assert (told.device.to_buy, told.user.to_buy) == (0, 20)


def test_one_side_unseen() -> None:
    """Hosts that count users never tell of devices: that is said, and no advice is made of it."""
    told = advise([pool("user", 10, 5)], 0, 0)
    assert (told.better, told.grounds) == (Better.UNKNOWN, [Ground.NO_DEVICES])


def test_sessions_count_for_neither() -> None:
    """CALs per session are told beside."""
    told = advise([pool("session", 10, 7)], 0, 0)
    assert (told.sessions, told.installed, told.better) == (7, 0, Better.UNKNOWN)
    assert told.grounds == [Ground.NO_USERS, Ground.NO_DEVICES]
