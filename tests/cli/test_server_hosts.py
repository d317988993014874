"""`calvox server hosts list` and `settle-voucher`: how session hosts stand, and what one that is gone had of its voucher."""

import time
from functools import partial
from pathlib import Path

import pytest

from calvox.common.clock import DAY
from calvox.core.outages import PolicySet
from calvox.server.hosts import revoke_host
from calvox.server.standing import keep_standing
from calvox.server.statements import set_policy, statements_for
from calvox.wire.hostapi import Standing
from tests.cli.test_cal import run, seen
from tests.world import Site, wish

NOT_POSSIBLE, NOT_WELL_ASKED = 5, 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a closed licence server with a host in grace, a silent one, one that never came and one that is gone."""
    now = int(time.time())
    site = Site.founded(tmp_path_factory.mktemp("hosts"), now=now)
    site.activate(wish("user", "2022", 2))
    policy = PolicySet(mode="user", servers=(), fail_open=True, outage_cals=5, outage_hours=8, by="ada")
    set_policy(site.server, policy)
    said = {
        "calls": (Standing("grace", now + 5 * DAY, software="0.1.0"), now),
        "sleeps": (Standing("outage"), now - 2 * DAY),
    }
    for name in ("calls", "sleeps", "never", "gone"):
        host = site.enrol(name, "2022").enrolled.host
        if name in said:
            standing, told = said[name]
            site.run(partial(keep_standing, host=host, said=standing, told=told))
    (row,) = site.rows("host", name="gone")
    site.run(lambda tx: statements_for(tx, site.server, row))
    revoke_host(site.server, "gone", "burnt", "ada")
    site.close()
    return site.folder


def test_hosts_are_listed_with_how_they_stand(folder: Path) -> None:
    """For a script and for a person: what each said, and of whom nothing is known now."""
    told = {one["name"]: one["standing"] for one in run(folder, "server", "hosts", "list")}
    assert {name: one["stands"] for name, one in told.items()} == {
        "calls": "grace",
        "gone": "unheard",
        "never": "unheard",
        "sleeps": "silent",
    }
    assert (told["calls"]["days_left"], told["calls"]["software"], told["sleeps"]["said"]) == (5, "0.1.0", "outage")
    text = seen(folder, "server", "hosts", "list", width=240)
    for words in ("in grace, 5 days left", "0.1.0", "not heard of yet", "not heard for a day; last said: outage"):
        assert words in text


def test_a_voucher_is_settled_by_hand(folder: Path) -> None:
    """A script says --yes; once settled, it is settled."""
    (voucher,) = run(folder, "server", "vouchers")["vouchers"]
    assert (voucher["host"], voucher["by_hand"]) == ("gone", True)
    asked = ("server", "settle-voucher", voucher["voucher"][:8], "--used", "4", "--why", "burnt with the building")
    assert voucher["voucher"][:8] in seen(folder, "server", "vouchers")
    run(folder, *asked, code=NOT_WELL_ASKED)
    assert (run(folder, *asked, "--yes")["used"], run(folder, "server", "vouchers")["open_cals"]) == (4, 0)
    assert run(folder, *asked, "--yes", code=NOT_POSSIBLE)["code"] == "conflict"
