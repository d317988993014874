"""How session hosts stand, as their licence server heard it."""

from typing import Any

import pytest

from calvox.common.clock import DAY
from calvox.common.errors import BadInput
from calvox.core.standing import GRACE_DAYS, Stands, State
from calvox.server.hosts import revoke_host
from calvox.server.standing import HostStanding, at_a_glance, check_standing, host_standing, keep_standing
from calvox.wire.hostapi import LATEST, Standing
from tests.world import NOON, SessionHost, Site

GRACE = Standing("grace", NOON + 12 * DAY, software="0.1.0")


def say(host: SessionHost, said: Standing) -> None:
    """Let a host give a sign of life."""
    site, told = host.site, host.site.clock()
    site.run(lambda tx: keep_standing(tx, host.enrolled.host, check_standing(said), told))
    site.run(lambda tx: tx.put("seen", {"host": host.enrolled.host, "time": told}))


def stands(host: SessionHost) -> HostStanding:
    """Tell how it stands."""
    site = host.site
    told: tuple[int, HostStanding] = site.read(lambda reader: host_standing(reader, host.enrolled.host, site.clock()))
    return told[1]


def test_grace_counts_down_as_the_host_said(stocked: Site) -> None:
    """Until it was silent for a day: then its last word is told, and no days."""
    host = stocked.enrol("rdsh-1", "2022")
    assert stands(host) == HostStanding(Stands.UNHEARD)
    say(host, GRACE)
    told = stands(host)
    assert (told.stands, told.days_left, told.grace_ends, told.software) == (
        Stands.GRACE,
        12,
        NOON + 12 * DAY,
        "0.1.0",
    )
    stocked.clock.later(seconds=DAY - 1)
    assert (stands(host).stands, stands(host).days_left) == (Stands.GRACE, 12)
    stocked.clock.later(seconds=1)
    assert (stands(host).stands, stands(host).days_left) == (Stands.GRACE, 11)
    stocked.clock.later(seconds=1)
    told = stands(host)
    assert (told.stands, told.days_left, told.said, told.told) == (Stands.SILENT, 0, State.GRACE, NOON)
    say(host, Standing("licensed"))
    assert (stands(host).stands, stands(host).grace_ends, stands(host).software) == (Stands.LICENSED, 0, "")


def test_the_last_outage_stays_known(stocked: Site) -> None:
    """A host tells of it when it is over; the next sign of life does not wipe it out."""
    host = stocked.enrol("rdsh-1", "2022")
    say(host, Standing("outage", outage_since=NOON - 3600, voucher_used=2))
    assert (stands(host).stands, stands(host).voucher_used) == (Stands.OUTAGE, 2)
    stocked.clock.later(seconds=120)
    say(host, Standing("licensed"))
    told = stands(host)
    assert (told.stands, told.outage_since, told.outage_until, told.voucher_used) == (
        Stands.LICENSED,
        NOON - 3600,
        NOON,
        0,
    )


@pytest.mark.parametrize("state", ["", "asleep", "<b>", "silent", "GRACE"])
def test_a_host_that_says_nothing_of_use_does_not_say(stocked: Site, state: str) -> None:
    """An older one, or one of another mind; it was heard all the same."""
    host = stocked.enrol("rdsh-1", "2022")
    say(host, Standing(state, grace_ends=NOON + DAY, outage_since=5))
    told = stands(host)
    assert (told.stands, told.said, told.days_left, told.grace_ends, told.outage_until) == (
        Stands.UNTOLD,
        None,
        0,
        0,
        0,
    )
    stocked.clock.later(days=1, seconds=1)
    assert stands(host).stands is Stands.SILENT


def test_a_program_leaves_what_the_hosts_process_said(stocked: Site) -> None:
    """It knows neither grace nor outages; once the process was silent for a day, its word is no word any more."""
    host = stocked.enrol("rdsh-1", "2022")
    say(host, GRACE)
    stocked.clock.later(seconds=DAY)
    say(host, Standing(software="9.9"))
    assert (stands(host).stands, stands(host).software) == (Stands.GRACE, "0.1.0")
    stocked.clock.later(seconds=1)
    assert stands(host).stands is Stands.UNTOLD
    say(host, Standing(software="9.9"))
    assert (stands(host).stands, stands(host).said, stands(host).software) == (Stands.UNTOLD, None, "9.9")


@pytest.mark.parametrize("at", [LATEST, NOON + 1000 * DAY])
def test_what_a_host_says_is_bounded(stocked: Site, at: int) -> None:
    """No more grace than there is, and no outage that begins tomorrow: else a page could not show it."""
    host = stocked.enrol("rdsh-1", "2022")
    say(host, Standing("grace", grace_ends=at))
    assert (stands(host).days_left, stands(host).grace_ends) == (GRACE_DAYS, NOON + GRACE_DAYS * DAY)
    say(host, Standing("outage", outage_since=at))
    assert stands(host).outage_since == NOON


@pytest.mark.parametrize("software", ["\u202e0.1.0", "1\n2", "\x00"])
def test_what_cannot_be_shown_is_refused(software: str) -> None:
    """Signs that steer a text among them."""
    with pytest.raises(BadInput, match="software"):
        check_standing(Standing(software=software))


def test_a_glance_counts_enrolled_hosts_and_names_who_runs_out_first(stocked: Site) -> None:
    """Those who are silent come last, whatever they said; who was shut out does not count."""
    hosts = {name: stocked.enrol(name, "2022") for name in ("a", "b", "c", "d", "e", "out")}
    said: dict[str, Any] = {"a": NOON + 5 * DAY, "out": NOON + 1, "d": NOON + 2}
    for name, ends in said.items():
        say(hosts[name], Standing("grace", ends))
    stocked.clock.later(days=2)
    say(hosts["b"], Standing("licensed"))
    say(hosts["a"], Standing("grace", NOON + 5 * DAY))
    say(hosts["c"], Standing("grace", NOON + 4 * DAY))
    revoke_host(stocked.server, "out", "gone", "ada")
    told = stocked.read(lambda reader: at_a_glance(reader, stocked.clock()))
    assert told.counts == {"grace": 2, "licensed": 1, "silent": 1, "unheard": 1}
    graces = [(one.name, one.days_left, one.silent, one.seen) for one in told.graces]
    assert graces == [("c", 2, False, NOON + 2 * DAY), ("a", 3, False, NOON + 2 * DAY), ("d", 0, True, NOON)]
    assert told.first is not None
    assert told.first.name == "c"
    assert len(stocked.read(lambda reader: at_a_glance(reader, stocked.clock(), 1)).graces) == 1
