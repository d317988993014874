"""Whether hosts work by the plan's licence server: two readings, however long the plan takes."""

from collections.abc import Sequence

import msgspec
import pytest

from calvox.doctor.facts import Site
from calvox.windows.plans.migrate import migration
from tests.doctor.sites import DAY, READ, changed, with_host_event, with_server
from tests.windows.plans.playing import HOSTS, HOUR, LS2, STATES, case, read_at, read_in_turn, states_of
from tests.windows.plans.test_migrate import line_states

ONE = HOSTS[0]
LATER = READ + 40 * DAY
"""A reading long after the acceptance."""


def verified(states: Sequence[Site]) -> dict[str, str]:
    """Give the lines of the step that verifies the hosts."""
    return line_states(migration(case(states)), "verify")


def host_alone(site: Site, before: Site, time: int) -> Site:
    """Read the first host anew, and nothing else."""
    host = read_at(site.session_hosts[0], time)
    return msgspec.structs.replace(before, session_hosts=(host, *before.session_hosts[1:]))


def test_a_reading_long_after_does_not_undo_it() -> None:
    """Events in between may be missing; it was accepted before, works now, and no event is new."""
    states = (*STATES[:6], read_at(STATES[5], LATER))
    assert set(verified(states).values()) == {"proven"}
    assert states_of(migration(case(states)))["remove"] == "open"


def test_two_readings_long_apart_do_not_accept() -> None:
    """Nobody knows which events came and went."""
    states = (*STATES[:5], read_at(STATES[5], LATER))
    assert verified(states)[ONE] == "not-collected"
    states = (*states, read_at(with_server(STATES[5], LS2), LATER + DAY))
    assert verified(states)[ONE] == "proven"


@pytest.mark.parametrize(
    ("last", "state"),
    [
        (changed(STATES[5], "session_hosts.0.reach.0.status", 6), "open"),
        (changed(STATES[5], "session_hosts.0.reach", None), "not-collected"),
        (changed(STATES[5], "session_hosts.0.events", None), "not-collected"),
        (changed(STATES[5], "licence_servers.1.activated", None), "not-collected"),
    ],
)
def test_the_newest_reading_must_not_speak_against_it(last: Site, state: str) -> None:
    """It worked once; what is read later counts, and what is missing then is missed."""
    assert verified((*STATES[:6], read_at(last, LATER)))[ONE] == state


def test_a_new_event_long_after_opens_it() -> None:
    """1131: the licence server could not be reached."""
    last = read_at(with_host_event(STATES[5], 0, 1131, days_ago=-39), LATER)
    assert verified((*STATES[:6], last))[ONE] == "open"


def test_hosts_and_licence_server_need_not_be_read_together() -> None:
    """First the host, in the next bundle the licence server; or a third time the host alone."""
    host_first = host_alone(STATES[5], STATES[4], READ + 5 * HOUR)
    server = msgspec.structs.replace(
        host_first, licence_servers=read_at(STATES[5].licence_servers, READ + 5 * HOUR + 60)
    )
    assert verified((*STATES[:5], host_first))[ONE] == "not-collected"
    assert verified((*STATES[:5], host_first, server))[ONE] == "proven"
    again = host_alone(STATES[5], server, READ + 6 * HOUR)
    assert verified((*STATES[:5], host_first, server, again))[ONE] == "proven"
    once_more = host_alone(STATES[5], again, READ + 7 * HOUR)
    assert verified((*STATES[:5], host_first, server, again, once_more))[ONE] == "proven"


def test_a_session_counts_once() -> None:
    """A later reading in which no CAL is new does not take it away."""
    states = (*STATES[:6], read_at(STATES[5], READ + 6 * HOUR), read_at(STATES[5], READ + 7 * HOUR))
    assert verified(states)["session-user"] == "proven"
    without = read_in_turn([*STATES[:5], STATES[4], STATES[4]])
    assert verified(without)["session-user"] != "proven"
