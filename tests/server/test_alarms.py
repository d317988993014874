"""Clock, clone, rollback: each is detected, named, and told with the way out; and none of it gives a CAL too many."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from calvox.apps.host_api.app import desk_of, host_app
from calvox.common.clock import DAY
from calvox.common.errors import Conflict
from calvox.core.alarms import Alarm
from calvox.core.deciding import Reason, Refused
from calvox.core.products import CalType
from calvox.server.alarms import confirm_clock, hear_token, standing, watch_clock, watch_machine
from calvox.server.issue import acquire
from calvox.wire import hostapi as api
from tests.apps.test_host_api import Peer, enrolled
from tests.world import NOON, PARTS, Site

Y2010, Y2099 = 1_262_304_000, 4_070_908_800


def alarms(site: Site) -> list[str]:
    """Name the alarms that stand, after the server has looked at its clock."""
    site.run(lambda tx: watch_clock(tx, site.server))
    return [one.alarm for one in site.read(standing)]


# The clock


@pytest.mark.parametrize("wrong", [NOON - 366 * DAY, Y2010])
def test_a_clock_set_back_wins_nothing(stocked: Site, wrong: int) -> None:
    """What was issued later is not issued earlier; the alarm goes when the clock is right again."""
    host = stocked.enrol("h", "2022")
    host.cal(CalType.USER, "anna")
    held = stocked.rows("cal")
    stocked.clock.set(wrong)
    stocked.run(acquire(stocked.server, host.ask(CalType.USER, "anna")))
    assert stocked.rows("cal") == held
    assert stocked.run(lambda tx: tx.now) == NOON
    assert alarms(stocked) == ["clock-behind"]
    stocked.clock.set(NOON + 60)
    assert alarms(stocked) == []
    assert stocked.entries()[-2:] == ["AlarmRaised", "AlarmCleared"]


def test_a_clock_set_back_over_a_restart_wins_nothing(stocked: Site) -> None:
    """The ledger knows how far time had come, to the last note of it."""
    stocked.clock.later(days=1)
    alarms(stocked)
    stocked.close()
    stocked.clock.set(Y2010)
    stocked.open()
    assert stocked.run(lambda tx: tx.now) == NOON + DAY
    assert alarms(stocked) == ["clock-behind"]


def test_an_hour_back_is_nobodys_business(stocked: Site) -> None:
    """Time stands still until it has caught up."""
    stocked.clock.set(NOON - 3600)
    assert stocked.run(lambda tx: tx.now) == NOON
    assert alarms(stocked) == []


def test_a_clock_at_2099_ends_no_cal(stocked: Site) -> None:
    """It is not believed; nothing expires; an administrator's word makes it count."""
    host = stocked.enrol("h", "2022")
    host.cal(CalType.USER, "anna")
    stocked.clock.set(Y2099)
    stocked.sweep()
    assert alarms(stocked) == ["clock-ahead"]
    assert len(stocked.rows("cal")) == 1
    assert stocked.run(lambda tx: tx.now) == NOON
    confirm_clock(stocked.server, "ada")
    stocked.sweep()
    assert (alarms(stocked), stocked.rows("cal")) == ([], [])
    assert "ClockConfirmed" in stocked.entries()


def test_a_good_clock_needs_no_confirmation(stocked: Site) -> None:
    """And one that is behind is not mended by it."""
    with pytest.raises(Conflict):
        confirm_clock(stocked.server, "ada")
    stocked.clock.set(Y2010)
    with pytest.raises(Conflict):
        confirm_clock(stocked.server, "ada")


def peers(site: Site, *names: str) -> list[Peer]:
    """Enrol hosts on one listener."""
    app = host_app(desk_of(site.server))
    return [enrolled(site, app, name, approved=True) for name in names]


def test_two_hosts_confirm_a_clock(stocked: Site) -> None:
    """After a long holiday; one host, or one that disagrees, is not enough."""
    first, second, third = peers(stocked, "a", "b", "c")
    moment = NOON + 20 * DAY
    stocked.clock.set(moment)
    first.ask("POST", api.HEARTBEAT, api.Heartbeat(now=moment + 5))
    first.ask("POST", api.HEARTBEAT, api.Heartbeat(now=moment + 6))
    second.ask("POST", api.HEARTBEAT, api.Heartbeat(now=NOON))
    assert stocked.run(lambda tx: tx.now) == NOON
    third.ask("POST", api.HEARTBEAT, api.Heartbeat(now=moment - 5))
    assert stocked.run(lambda tx: tx.now) == moment


# The machine


def test_another_machine_gets_no_new_cals_for_thirty_days_and_then_nothing(stocked: Site) -> None:
    """Renewals go on meanwhile; back on its own machine all is well again."""
    host = stocked.enrol("h", "2022")
    host.cal(CalType.USER, "anna")
    watch_machine(stocked.server, {"machine-id": "another"})
    assert alarms(stocked) == ["fingerprint"]
    assert host.acquire(CalType.USER, "ben") == Refused(Reason.SERVER_FROZEN)
    stocked.clock.later(days=30)
    until = host.cal(CalType.USER, "anna").row["valid_until"]
    stocked.clock.later(days=25)
    assert until > stocked.clock() + DAY
    assert host.acquire(CalType.USER, "anna") == Refused(Reason.SERVER_FROZEN)
    watch_machine(stocked.server, PARTS)
    assert alarms(stocked) == []
    host.cal(CalType.USER, "ben")


def test_half_of_the_weight_is_not_enough_and_a_part_more_does_not_matter(stocked: Site) -> None:
    """Sixty per cent of what was enrolled; what could not be read then does not count."""
    watch_machine(stocked.server, {"machine-id": PARTS["machine-id"]})
    assert alarms(stocked) == ["fingerprint"]
    watch_machine(stocked.server, {**PARTS, "disk-serial": "new", "cpu-model": "new"})
    assert alarms(stocked) == []


# The history


def snapshot(site: Site, folder: Path) -> Path:
    """Copy the server's folder behind its back, as a snapshot of its disk does."""
    site.close()
    shutil.copytree(site.folder, folder)
    site.open()
    return folder


def put_back(site: Site, folder: Path) -> None:
    """Put a snapshot back without a word."""
    site.close()
    shutil.rmtree(site.folder)
    shutil.copytree(folder, site.folder)
    site.open()


def test_a_snapshot_put_back_without_a_word_is_told_by_a_hosts_token(stocked: Site, tmp_path: Path) -> None:
    """The token was signed beyond the end of the ledger: no new CALs, renewals go on."""
    host = stocked.enrol("h", "2022")
    host.cal(CalType.USER, "anna")
    kept = snapshot(stocked, tmp_path / "kept")
    newer = host.cal(CalType.USER, "ben")
    put_back(stocked, kept)
    assert stocked.run(lambda tx: hear_token(tx, stocked.server, newer.token)) is Alarm.ROLLBACK
    assert alarms(stocked) == ["rollback"]
    assert host.acquire(CalType.USER, "carl") == Refused(Reason.SERVER_FROZEN)
    assert host.cal(CalType.USER, "anna")


def test_two_histories_are_told_apart(stocked: Site, tmp_path: Path) -> None:
    """A snapshot that went on by itself has another entry where the token was signed."""
    host = stocked.enrol("h", "2022")
    kept = snapshot(stocked, tmp_path / "kept")
    there = host.cal(CalType.USER, "ben")
    put_back(stocked, kept)
    for name in ("carl", "dora", "emil"):
        host.cal(CalType.USER, name)
    assert stocked.run(lambda tx: hear_token(tx, stocked.server, there.token)) is Alarm.FORK
    assert alarms(stocked) == ["fork"]


def test_only_what_this_server_signed_counts(stocked: Site, tmp_path: Path) -> None:
    """A token of another server, garbage, or one that is in the ledger raises nothing."""
    other = Site.founded(tmp_path / "other", seed=9)
    foreign = other.enrol("h", "2022").cal(CalType.USER, "ben")
    other.close()
    own = stocked.enrol("h", "2022").cal(CalType.USER, "ben")
    for token in (foreign.token, b"garbage", b"", own.token, own.token[:-1] + bytes([own.token[-1] ^ 1])):
        assert stocked.run(partial(hear_token, server=stocked.server, data=token)) is None
    assert alarms(stocked) == []
