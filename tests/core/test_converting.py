"""Numbers of lots, and how many CALs may be converted."""

import pytest

from calvox.core.converting import convertible, is_lot, other_type, partner, signed_pack
from calvox.core.pools import OverUse, Pack, Policy
from calvox.core.products import CalType

SITE = Policy()


@pytest.mark.parametrize("number", [1, 3, 1023])
def test_a_lot_and_its_pack_name_each_other(number: int) -> None:
    """And both name the request that was signed."""
    lot = number + 1024
    assert (partner(number), partner(lot)) == (lot, number)
    assert (signed_pack(number), signed_pack(lot), signed_pack(0)) == (number, number, 0)
    assert (is_lot(number), is_lot(lot)) == (False, True)


def test_device_and_user_become_each_other_and_sessions_nothing() -> None:
    """There are only these two ways."""
    kinds = (CalType.DEVICE, CalType.USER, CalType.SESSION)
    assert [other_type(kind) for kind in kinds] == [CalType.USER, CalType.DEVICE, None]


@pytest.mark.parametrize(
    ("kind", "own", "site", "may"),
    [
        (CalType.DEVICE, None, OverUse.ALLOW, 3),
        (CalType.USER, None, OverUse.ALLOW, 10),
        (CalType.USER, None, OverUse.ENFORCE, 3),
        (CalType.USER, OverUse.ENFORCE, OverUse.ALLOW, 3),
        (CalType.USER, OverUse.WARN, OverUse.ENFORCE, 10),
    ],
)
def test_what_is_issued_stays_where_it_is_enforced(kind: CalType, own: OverUse | None, site: OverUse, may: int) -> None:
    """Seven of ten are out."""
    assert convertible(Pack(1, 7, 10, 7, 0, own), kind, Policy(over_use=site)) == may


def test_nothing_may_go_from_a_pack_in_over_use() -> None:
    """Less than nothing is nothing."""
    assert convertible(Pack(1, 7, 2, 5, 0, OverUse.ENFORCE), CalType.USER, SITE) == 0
