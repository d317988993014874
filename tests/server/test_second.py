"""A second licence server: temporary CALs only, from no pack, and every one recorded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.common.clock import DAY
from calvox.core.deciding import Reason, Refused
from calvox.core.products import CalType
from calvox.core.standing_in import STAND_IN
from calvox.trust.tokens import Claims
from tests.world import Cal, SessionHost, Site, wish


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a second licence server with packs, which it does not use."""
    site = Site.founded(tmp_path, role="second")
    site.activate(wish("device", "2022", 5), wish("user", "2022", 5), wish("session", "2022", 5))
    yield site
    site.close()


@pytest.fixture
def host(site: Site) -> SessionHost:
    """Give a session host."""
    return site.enrol("rdsh-1", "2022")


def got(answer: Cal | Refused) -> Claims:
    """Expect a CAL, and read its token."""
    assert isinstance(answer, Cal), answer
    return answer.claims


@pytest.mark.parametrize("kind", list(CalType))
def test_nothing_comes_from_a_pack(site: Site, host: SessionHost, kind: CalType) -> None:
    """So that no holder counts twice; the ledger says that it was temporary."""
    claims = got(host.acquire(kind, "x", authenticated=True))
    assert (claims.temporary, claims.pack, claims.version) == (True, 0, 7)
    days = 90 if kind is CalType.DEVICE else 1
    assert claims.valid_until - site.clock.moment == days * DAY
    assert set(site.issued().values()) == {0}
    assert site.entries()[-1] == "CalIssued"
    assert [(row["temporary"], row["pack"]) for row in site.rows("cal")] == [(1, 0)]


def test_a_devices_one_is_given_once(site: Site, host: SessionHost) -> None:
    """The same until its end, then a refusal that says why, and is recorded."""
    first = got(host.acquire(CalType.DEVICE, "pc"))
    site.clock.later(days=80)
    assert got(host.acquire(CalType.DEVICE, "pc", authenticated=True)).valid_until == first.valid_until
    site.clock.later(days=11)
    assert host.acquire(CalType.DEVICE, "pc", authenticated=True) == Refused(Reason.SECOND_SERVER)
    assert [row["reason"] for row in site.rows("refusal")] == ["second-server"]


@pytest.mark.parametrize("kind", [CalType.USER, CalType.SESSION])
def test_a_users_and_a_sessions_go_on_day_by_day(site: Site, host: SessionHost, kind: CalType) -> None:
    """Never for more than a day, as long as the first server does not answer."""
    first = got(host.acquire(kind, "alice"))
    assert got(host.acquire(kind, "alice")).valid_until == first.valid_until
    site.clock.later(seconds=STAND_IN // 2)
    second = got(host.acquire(kind, "alice"))
    assert (second.cal_id, second.valid_until) == (first.cal_id, site.clock.moment + DAY)
    assert not site.rows("device")


def test_without_activation_sessions_get_none(tmp_path: Path) -> None:
    """As on any server."""
    site = Site.founded(tmp_path, role="second")
    host = site.enrol("rdsh-1", "2022")
    assert host.acquire(CalType.SESSION, "s") == Refused(Reason.NOT_ACTIVATED)
    assert got(host.acquire(CalType.USER, "alice")).temporary
    site.close()


def test_a_first_server_that_becomes_a_second_takes_its_packs_back(site: Site, host: SessionHost) -> None:
    """Each holder's CAL goes back to the pack as it asks, and is counted where it belongs."""
    site.restart(role="primary")
    permanent = got(host.acquire(CalType.USER, "alice"))
    assert sum(site.issued().values()) == 1
    site.restart(role="second")
    stand_in = got(host.acquire(CalType.USER, "alice"))
    assert (permanent.temporary, stand_in.temporary, sum(site.issued().values())) == (False, True, 0)
