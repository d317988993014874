"""What a licence server measures, from a ledger on which much has happened."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from calvox.apps.licence_server.metrics import ServerMetrics, checks
from calvox.common.clock import DAY
from calvox.core.alarms import Alarm
from calvox.core.book import Fact
from calvox.core.outages import VoucherIssued, VoucherSettled
from calvox.core.products import CalType
from calvox.journal.interface import Transaction
from calvox.server.alarms import clear_alarm, raise_alarm
from calvox.server.keys import renew_tls
from calvox.server.standing import keep_standing
from calvox.wire.hostapi import Standing
from tests.apps.operating import value
from tests.world import Site, wish


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give an activated licence server that has served before."""
    made = Site.founded(tmp_path)
    made.activate(wish("user", "2022", 2))
    renew_tls(made.server.keys, ("localhost",), made.server.world)
    yield made
    made.close()


def text_of(site: Site) -> str:
    """Write the measurements."""
    return generate_latest(ServerMetrics(site.server).registry).decode()


def _enter(fact: Fact, tx: Transaction) -> None:
    tx.append(fact)


def test_pools_and_over_use(site: Site) -> None:
    """Over-use is issued less total, and users from no pack stand apart."""
    host = site.enrol("rdsh-1", "2022")
    for n in range(3):
        host.cal(CalType.USER, f"élise-{n}")
    site.enrol("rdsh-2", "2025").cal(CalType.USER, "bruno")
    text, pool = text_of(site), '{type="user",version="2022"}'
    told = [value(text, f"calvox_pool_{name}{pool}") for name in ("cals", "issued", "over_use")]
    assert told == [2, 3, 1]
    assert value(text, "calvox_cals_without_pack") == 1
    assert value(text, 'calvox_hosts{state="enrolled"}') == 2
    assert "lise" not in text
    assert "bruno" not in text


def test_vouchers_are_open_then_overdue_then_settled(site: Site) -> None:
    """Each of its own accord."""
    for n, until in enumerate((site.clock() + DAY, site.clock() + 9 * DAY)):
        voucher = VoucherIssued(voucher=bytes([n] * 16), host=bytes(16), count=20, hours=8, until=until)
        site.run(partial(_enter, voucher))

    def told() -> list[float]:
        text = text_of(site)
        return [value(text, name) for name in ("calvox_voucher_cals_open", "calvox_vouchers_overdue")]

    assert told() == [40, 0]
    site.clock.later(days=1, seconds=1)
    assert told() == [40, 1]
    site.run(lambda tx: tx.append(VoucherSettled(voucher=bytes(16), used=3)))
    assert told() == [20, 0]


def test_how_hosts_stand_and_when_the_first_grace_ends(site: Site) -> None:
    """As they said; of one that is silent nothing is worked out, and with none in grace there is no value."""
    hosts = [site.enrol(name, "2022").enrolled.host for name in ("a", "b", "c")]
    assert "\ncalvox_grace_seconds " not in text_of(site)
    now = site.clock()
    for host, days, told in ((hosts[0], 9, now), (hosts[1], 1, now - 2 * DAY)):
        said = Standing("grace", now + days * DAY)
        site.run(partial(keep_standing, host=host, said=said, told=told))
    text = text_of(site)
    named = ("grace", "silent", "unheard", "licensed")
    assert [value(text, f'calvox_hosts_standing{{standing="{one}"}}') for one in named] == [1, 1, 1, 0]
    assert value(text, "calvox_grace_seconds") == 9 * DAY


def test_alarms_clock_and_certificate(site: Site) -> None:
    """An alarm has a line as long as it stands; a clock that was set is off by what it was set."""
    assert "calvox_alarm{" not in text_of(site)
    site.run(lambda tx: raise_alarm(tx, Alarm.FORK, "at 3"))
    site.clock.set(site.clock() - 10 * DAY)
    text = text_of(site)
    assert value(text, 'calvox_alarm{alarm="fork"}') == 1
    assert value(text, "calvox_clock_offset_seconds") == -10 * DAY
    assert value(text, "calvox_certificate_seconds") > 700 * DAY
    site.run(lambda tx: clear_alarm(tx, Alarm.FORK, "settled", "ada"))
    assert "calvox_alarm{" not in text_of(site)


def test_what_is_in_the_way_of_readiness_is_named(site: Site) -> None:
    """An alarm, a certificate that ends."""
    assert all(check.good for check in checks(site.server))
    site.run(lambda tx: raise_alarm(tx, Alarm.FORK, "at 3"))
    site.clock.later(days=818)
    found = {check.name: (check.good, check.detail) for check in checks(site.server)}
    assert found["alarms"] == (False, "fork")
    assert found["certificate"] == (False, "7 days left")
