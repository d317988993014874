"""Converting CALs between device and user: totals are what was signed, more or less what was converted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.common.errors import BadInput, Conflict, NotFound, Tampered
from calvox.core.products import CalType
from calvox.core.reports import PoolReport
from calvox.server.convert import Converted, TooMany, convert
from calvox.server.policy import set_policy
from calvox.server.report import packs_report
from tests.server.test_found import edit
from tests.world import Site, cals_by_pack, wish

DEVICE, USER = CalType.DEVICE, CalType.USER


@pytest.fixture
def ten(tmp_path: Path) -> Iterator[Site]:
    """Give an open site with ten device CALs, ten user CALs, and sessions; packs 1, 2 and 3."""
    site = Site.founded(tmp_path)
    site.activate(wish("device", "2022", 10), wish("user", "2022", 10), wish("session", "2022", 1))
    yield site
    site.server.journal.verify()
    assert site.issued() == cals_by_pack(site)
    site.close()


def pools(site: Site) -> list[tuple[str, int, int]]:
    """Give type, total and what is out of each pool."""
    report = site.read(lambda reader: packs_report(reader, site.clock()))
    return [(pool.cal_type, pool.total, pool.issued) for pool in report.pools]


def test_converted_cals_are_counted_where_they_are_now(ten: Site) -> None:
    """Together they stay what was signed, there and back, and the ledger opens again."""
    assert convert(ten.server, 1, 4, "ada") == Converted(1, 6, 1025, "user", 4)
    assert pools(ten) == [("device", 6, 0), ("session", 1, 0), ("user", 14, 0)]
    assert convert(ten.server, 1, 1, "ada") == Converted(1, 5, 1025, "user", 5)
    ten.restart()
    assert convert(ten.server, 1025, 5, "ada") == Converted(1025, 0, 1, "device", 10)
    assert pools(ten) == [("device", 10, 0), ("session", 1, 0), ("user", 10, 0)]
    ten.restart()


def test_a_converted_cal_is_issued_with_the_number_of_the_pack_that_was_signed(ten: Site) -> None:
    """Its token names the request that the centre signed; the ledger counts it on the lot."""
    convert(ten.server, 2, 10, "ada")
    host = ten.enrol("rdsh-1", "2022")
    for n in range(10):
        host.permanent(f"pc-{n}")
    eleventh = host.permanent("pc-10")
    assert (eleventh.row["pack"], eleventh.claims.pack) == (1026, 2)
    assert (ten.issued()[1], ten.issued()[1026]) == (10, 1)


def test_no_device_loses_its_cal(ten: Site) -> None:
    """Seven are out: three may go; one that has ended is out no longer, though no sweep came."""
    host = ten.enrol("rdsh-1", "2022")
    for n in range(7):
        host.permanent(f"pc-{n}")
    assert convert(ten.server, 1, 4, "ada") == TooMany(1, 4, 7, 3)
    assert isinstance(convert(ten.server, 1, 3, "ada"), Converted)
    assert convert(ten.server, 1, 1, "ada") == TooMany(1, 1, 7, 0)
    ten.clock.later(days=90)
    assert isinstance(convert(ten.server, 1, 7, "ada"), Converted)
    assert pools(ten)[0] == ("device", 0, 0)


def test_users_may_stand_in_over_use_afterwards_unless_that_is_enforced(ten: Site) -> None:
    """Per user is declarative, and what is over is counted."""
    host = ten.enrol("rdsh-1", "2022")
    for n in range(7):
        host.cal(USER, f"user-{n}")
    set_policy(ten.server, 2, "enforce", "ada")
    assert convert(ten.server, 2, 4, "ada") == TooMany(2, 4, 7, 3)
    set_policy(ten.server, 2, "site", "ada")
    assert isinstance(convert(ten.server, 2, 4, "ada"), Converted)
    report = ten.read(lambda reader: packs_report(reader, ten.clock()))
    assert PoolReport("user", "2022", 6, 7, -1, 1) in report.pools


def test_a_lot_ends_with_its_pack(ten: Site) -> None:
    """And its CALs with it."""
    ten.install(wish("user", "2025", 3, ends="2027-02"))
    convert(ten.server, 4, 2, "ada")
    host, ends = ten.enrol("rdsh-1", "2025"), ten.rows("pack", sequence=4)[0]["ends"]
    assert host.permanent("pc-1").claims.valid_until == ends - 1
    ten.clock.moment = ends
    with pytest.raises(Conflict, match="has ended"):
        convert(ten.server, 1028, 1, "ada")


@pytest.mark.parametrize(
    ("pack", "quantity", "error"),
    [(1, 0, BadInput), (1, -3, BadInput), (3, 1, BadInput), (9, 1, NotFound), (1025, 1, NotFound)],
)
def test_what_cannot_be_converted_is_told(ten: Site, pack: int, quantity: int, error: type[Exception]) -> None:
    """Nothing is entered."""
    before = ten.entries()
    with pytest.raises(error):
        convert(ten.server, pack, quantity, "ada")
    assert ten.entries() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pack SET converted = converted + 5 WHERE sequence = 1025",
        "UPDATE pack SET converted = converted + 2 WHERE sequence = 1",
        "UPDATE pack SET quantity = 5 WHERE sequence = 1025",
        "UPDATE pack SET version = 8 WHERE sequence = 1025",
        "UPDATE pack SET ends = 1 WHERE sequence = 1025",
        "UPDATE pack SET cal_type = 0 WHERE sequence = 1025",
        "UPDATE pack SET sequence = 1026 WHERE sequence = 1025",
        "DELETE FROM pack WHERE sequence = 1025",
    ],
)
def test_a_conversion_that_does_not_add_up_is_found_at_start(tmp_path: Path, statement: str) -> None:
    """Whoever writes the database gains no CAL by it."""
    site = Site.founded(tmp_path)
    site.activate(wish("device", "2022", 10), wish("user", "2022", 10))
    convert(site.server, 1, 4, "ada")
    site.close()
    edit(site, statement)
    with pytest.raises(Tampered):
        site.open()
