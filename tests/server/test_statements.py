"""Policy, revocation list and outage vouchers, as the licence server signs them and its hosts take them."""

from typing import Any

import pytest

from calvox.common.clock import DAY
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.core.holders import holder_of
from calvox.core.outages import PolicySet
from calvox.core.products import CalType
from calvox.server.alarms import watch_machine
from calvox.server.holders import Which
from calvox.server.revoke import Revoked, revoke
from calvox.server.statements import set_policy, settle, statements_for
from calvox.trust import policies
from calvox.trust.tokens import Pinned
from calvox.wire.hostapi import OutageUse, Settle, Settled, Statements
from tests.world import SessionHost, Site


def policy(**changed: Any) -> PolicySet:
    """Make a policy with vouchers of three CALs for eight hours."""
    given: dict[str, Any] = {"mode": "user", "servers": ("https://a:1",), "fail_open": False}
    return PolicySet(**{**given, "outage_cals": 3, "outage_hours": 8, "by": "ada", **changed})


def told(host: SessionHost) -> Statements:
    """Fetch a host's statements."""
    site = host.site
    row = site.rows("host", host=host.enrolled.host)[0]
    statements: Statements = site.run(lambda tx: statements_for(tx, site.server, row))
    return statements


def pinned(host: SessionHost) -> Pinned:
    """Say what a host trusts."""
    own = host.enrolled
    return Pinned(own.server_id, own.epoch, own.public_key)


def use(name: str) -> OutageUse:
    """Tell of a CAL that was given out."""
    return OutageUse("user", holder_of(CalType.USER, name), name, 100, 200)


def settled(host: SessionHost, voucher: bytes, *names: str) -> Settled:
    """Settle a voucher."""
    site = host.site
    row = site.rows("host", host=host.enrolled.host)[0]
    asked = Settle(voucher, tuple(use(name) for name in names))
    answer: Settled = site.run(lambda tx: settle(tx, site.server, row, asked))
    return answer


def test_without_a_policy_hosts_keep_their_own_settings(stocked: Site) -> None:
    """The statement is there all the same, with number 0, and no voucher."""
    host = stocked.enrol("h", "2022")
    number, body = policies.open_policy(told(host).policy, pinned(host))
    assert (number, body.mode, body.servers, body.outage_hours) == (0, "", (), 0)
    assert told(host).voucher == b""


def test_each_policy_has_a_higher_number(stocked: Site) -> None:
    """So that a host never goes back to an older one."""
    host = stocked.enrol("h", "2022")
    first = set_policy(stocked.server, policy())
    old = told(host).policy
    second = set_policy(stocked.server, policy(mode="device"))
    number, body = policies.open_policy(told(host).policy, pinned(host), at_least=first)
    assert second == number > first
    assert (body.mode, body.servers, body.fail_open, body.outage_hours) == ("device", ("https://a:1",), False, 8)
    assert policies.open_policy(old, pinned(host))[0] == first


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "both"},
        {"servers": ("http://a",)},
        {"servers": ("https://a b",)},
        {"servers": ("https://a",) * 17},
        {"outage_cals": -1},
        {"outage_hours": 721},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(stocked: Site, wrong: dict[str, Any]) -> None:
    """And nothing is entered."""
    before = stocked.entries()
    with pytest.raises(BadInput):
        set_policy(stocked.server, policy(**wrong))
    assert stocked.entries() == before


def test_a_host_learns_what_was_revoked(stocked: Site) -> None:
    """Its own tokens' CALs alone, until those have ended."""
    host, other = stocked.enrol("h", "2022"), stocked.enrol("o", "2022")
    cal = host.permanent("pc-1")
    assert isinstance(revoke(stocked.server, Which("pc-1", "device"), "sold", "ada"), Revoked)
    number, body = policies.open_revoked(told(host).revoked, pinned(host), host.enrolled.host)
    assert body.cal_ids == (cal.row["cal_id"],)
    assert policies.open_revoked(told(other).revoked, pinned(other), other.enrolled.host)[1].cal_ids == ()
    stocked.clock.later(days=90)
    stocked.sweep()
    later, body = policies.open_revoked(told(host).revoked, pinned(host), host.enrolled.host, at_least=number)
    assert body.cal_ids == ()
    assert stocked.rows("revoked_token") == []
    assert later >= number


def test_a_host_has_one_open_voucher(stocked: Site) -> None:
    """The same bytes each time; another host has its own."""
    set_policy(stocked.server, policy())
    host, other = stocked.enrol("h", "2022"), stocked.enrol("o", "2022")
    first = told(host).voucher
    stocked.clock.later(days=3)
    assert told(host).voucher == first
    _, body = policies.open_voucher(first, pinned(host), host.enrolled.host)
    assert (body.count, body.hours, body.until - body.issued) == (3, 8, 90 * DAY)
    assert told(other).voucher not in (first, b"")
    assert stocked.entries().count("VoucherIssued") == 2


def test_a_voucher_is_settled_once_and_then_the_next_is_given(stocked: Site) -> None:
    """What was used stands in the ledger; the same told again changes nothing."""
    set_policy(stocked.server, policy())
    host = stocked.enrol("h", "2022")
    _, body = policies.open_voucher(told(host).voucher, pinned(host), host.enrolled.host)
    assert settled(host, body.voucher, "anna", "ben") == Settled(body.voucher, 2)
    before = stocked.entries()
    assert settled(host, body.voucher, "anna", "ben") == Settled(body.voucher, 2)
    assert stocked.entries() == before
    with pytest.raises(Conflict):
        settled(host, body.voucher, "anna")
    (row,) = stocked.rows("voucher")
    assert (row["used"], row["settled"] > 0) == (2, True)
    _, following = policies.open_voucher(told(host).voucher, pinned(host), host.enrolled.host)
    assert following.voucher != body.voucher


def test_more_than_a_voucher_has_is_refused(stocked: Site) -> None:
    """And so is another host's voucher."""
    set_policy(stocked.server, policy())
    host, other = stocked.enrol("h", "2022"), stocked.enrol("o", "2022")
    _, body = policies.open_voucher(told(host).voucher, pinned(host), host.enrolled.host)
    with pytest.raises(BadInput):
        settled(host, body.voucher, "a", "b", "c", "d")
    with pytest.raises(NotFound):
        settled(other, body.voucher)
    assert stocked.rows("voucher", host=host.enrolled.host)[0]["settled"] == 0


def test_a_host_outside_the_allowed_groups_is_given_no_voucher(stocked: Site) -> None:
    """What it may not have from the server it may not have in an outage either."""
    set_policy(stocked.server, policy())
    stocked.restart(allowed_groups=("workshop",))
    host = stocked.enrol("h", "2022")
    assert told(host).voucher == b""
    stocked.restart(allowed_groups=())
    assert told(host).voucher != b""


def test_a_frozen_server_gives_no_new_voucher(stocked: Site) -> None:
    """One that was given before is signed again."""
    set_policy(stocked.server, policy())
    early, late = stocked.enrol("early", "2022"), stocked.enrol("late", "2022")
    given = told(early).voucher
    watch_machine(stocked.server, {"machine-id": "another"})
    assert told(late).voucher == b""
    assert told(early).voucher == given != b""
