"""Outage vouchers that are settled by hand, for hosts that are gone for good."""

import pytest

from calvox.common.clock import DAY
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.core.outages import VoucherIssued
from calvox.server.hosts import revoke_host
from calvox.server.policy_report import vouchers
from calvox.server.settling import settle_by_hand
from calvox.server.statements import VOUCHER_DAYS, set_policy
from tests.server.test_statements import policy, settled, told
from tests.world import SessionHost, Site


@pytest.fixture
def gone(stocked: Site) -> SessionHost:
    """Give a host that has a voucher of three CALs, and does not come any more."""
    set_policy(stocked.server, policy())
    host = stocked.enrol("h", "2022")
    assert told(host).voucher
    return host


def digits(site: Site) -> str:
    """Name the one voucher as people do."""
    (row,) = site.rows("voucher")
    name: str = row["voucher"].hex()[:8]
    return name


def test_a_voucher_of_a_host_that_was_shut_out_is_settled_by_hand(stocked: Site, gone: SessionHost) -> None:
    """With the count, the reason and who said so; then it counts as open no more."""
    revoke_host(stocked.server, "h", "burnt", "ada")
    assert stocked.read(lambda reader: vouchers(reader, stocked.clock())).open_cals == 3
    shown = settle_by_hand(stocked.server, digits(stocked).upper(), 2, " burnt with the building ", "zoe")
    assert (shown.host, shown.used, shown.settled, shown.by_hand) == ("h", 2, stocked.clock(), False)
    assert stocked.read(lambda reader: vouchers(reader, stocked.clock())).open_cals == 0
    facts = stocked.read(lambda reader: [reader.fact(entry) for entry in reader.entries()])
    assert (type(facts[-1]).__name__, facts[-1].used, facts[-1].why, facts[-1].by) == (
        "VoucherSettledByHand",
        2,
        "burnt with the building",
        "zoe",
    )
    with pytest.raises(Conflict, match=r"was settled on 2027-01-15 .* with 2 CALs"):
        settle_by_hand(stocked.server, digits(stocked), 2, "again", "zoe")
    stocked.server.journal.verify()


def test_a_host_that_may_still_use_it_settles_it_itself(stocked: Site, gone: SessionHost) -> None:
    """Until the voucher has ended; a host that comes back after that is told, and has the next."""
    first = stocked.rows("voucher")[0]["voucher"]
    assert not stocked.read(lambda reader: vouchers(reader, stocked.clock())).vouchers[0].by_hand
    with pytest.raises(Conflict, match="may still use") as refused:
        settle_by_hand(stocked.server, digits(stocked), 0, "gone", "ada")
    assert "shut it out first, or wait until 2027-04-15" in str(refused.value.hint)
    stocked.clock.later(days=VOUCHER_DAYS)
    with pytest.raises(Conflict):
        settle_by_hand(stocked.server, digits(stocked), 0, "gone", "ada")
    stocked.clock.later(seconds=1)
    assert stocked.read(lambda reader: vouchers(reader, stocked.clock())).vouchers[0].by_hand
    settle_by_hand(stocked.server, digits(stocked), 1, "gone", "ada")
    with pytest.raises(Conflict, match="settled with 1 CALs"):
        settled(gone, first, "anna", "ben")
    assert told(gone).voucher
    assert len(stocked.rows("voucher", settled=0)) == 1


@pytest.mark.parametrize("used", [-1, 4, 1 << 70])
def test_it_has_no_more_than_it_has(stocked: Site, gone: SessionHost, used: int) -> None:
    """And nothing is entered of what is refused."""
    stocked.clock.later(days=VOUCHER_DAYS + 1)
    with pytest.raises(BadInput, match="has 3 CALs"):
        settle_by_hand(stocked.server, digits(stocked), used, "gone", "ada")
    with pytest.raises(BadInput, match="why"):
        settle_by_hand(stocked.server, digits(stocked), 1, " ", "ada")
    assert stocked.rows("voucher")[0]["settled"] == 0


def test_a_voucher_is_named_by_its_first_digits(stocked: Site, gone: SessionHost) -> None:
    """Four at least, and enough to mean one."""
    for wrong in ("", digits(stocked)[:3], "zzzz", "\u202e", "0" * 32):
        with pytest.raises(NotFound):
            settle_by_hand(stocked.server, wrong, 0, "gone", "ada")
    first = stocked.rows("voucher")[0]["voucher"]
    twin = VoucherIssued(voucher=first[:4] + bytes(12), host=gone.enrolled.host, count=1, hours=1, until=1)
    stocked.run(lambda tx: tx.append(twin))
    with pytest.raises(BadInput, match="write more digits"):
        settle_by_hand(stocked.server, first.hex()[:8], 0, "gone", "ada")
    assert (
        settle_by_hand(stocked.server, first.hex()[:4] + twin.voucher.hex()[4:], 0, "gone", "ada").voucher
        == twin.voucher.hex()
    )


def test_the_day_is_the_last_on_which_it_may_be_used(stocked: Site, gone: SessionHost) -> None:
    """As the voucher says."""
    (row,) = stocked.rows("voucher")
    assert row["until"] == stocked.clock() + VOUCHER_DAYS * DAY
