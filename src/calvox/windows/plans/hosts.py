"""Which session hosts a plan is about, what each names, and whether each gets CALs from the licence server of the plan.

Rules:
- A host of which it is not known which licence servers it names is one that may use this one. One that a person left out of the
  inventory, with a note, is left out of the rest.
- A host names the old licence server as long as one place does: policy, deployment or local setting. A place that is hidden today
  by a stronger one comes back with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from calvox.common.i18n import Text, t
from calvox.doctor.facts import From, Mode, SessionHost, Site, short_name
from calvox.doctor.licensing import MODE_NAMES, PLACE_NAMES, PRODUCTS, listed
from calvox.windows.checklist_facts import Seen, evidences_of, unknown
from calvox.windows.facts_from import same_machine
from calvox.windows.plans.case import Case
from calvox.windows.plans.plan import Line, Vouch

SETTINGS = ("servers", "server_settings", "mode", "mode_settings")
Index = dict[str, list[SessionHost]]


@dataclass(frozen=True, slots=True)
class Hosts:
    """The session hosts of a plan, in every state since it was opened."""

    case: Case
    names: tuple[str, ...]
    left_out: tuple[str, ...]
    """Those that a person says the plan need not look at."""
    states: tuple[Index, ...]

    def now(self, name: str) -> SessionHost | None:
        """Find a host as it is known now; None if it was never collected."""
        return _among(self.states[-1], name)

    def at(self, number: int, name: str) -> SessionHost | None:
        """Find a host as it was in a state."""
        return _among(self.states[number], name)


def hosts_of(case: Case, *servers: str) -> Hosts:
    """Gather the hosts that use one of these licence servers, may use one, or stand in site.toml."""
    states = tuple(_index(site) for site in case.since)
    names = [host.machine.name for host in case.site.session_hosts if _may_use(states, host, servers)]
    known = (host.machine.name for host in case.site.session_hosts)
    missing = [name for name in case.hosts if not any(same_machine(name, other) for other in known)]
    every = (*names, *missing)
    left_out = tuple(name for name in every if _is_left_out(case, name, servers))
    return Hosts(case, tuple(name for name in every if name not in left_out), left_out, states)


def _is_left_out(case: Case, name: str, servers: tuple[str, ...]) -> bool:
    """Tell whether a person left a host out, and it was not read since to use one of these licence servers after all."""
    vouched, host = case.vouched(f"inventory/{name}"), case.host(name)
    if vouched is None or host is None or host.servers.time <= vouched.time:
        return vouched is not None
    return not any(same_machine(one, server) for one in _named(host) for server in servers)


def _index(site: Site) -> Index:
    index: Index = {}
    for host in site.session_hosts:
        index.setdefault(short_name(host.machine.name), []).append(host)
    return index


def _among(index: Index, name: str) -> SessionHost | None:
    return next((h for h in index.get(short_name(name), ()) if same_machine(h.machine.name, name)), None)


def _may_use(states: tuple[Index, ...], host: SessionHost, servers: tuple[str, ...]) -> bool:
    if host.application_mode.value is False:
        return False
    seen = [one for state in states if (one := _among(state, host.machine.name))]
    named = [name for one in seen for name in _named(one)]
    return not named or any(same_machine(name, server) for name in named for server in servers)


def _named(host: SessionHost) -> tuple[str, ...]:
    """List the licence servers that a host names anywhere."""
    places = (name for one in host.server_settings.value or () for name in one.servers)
    return (*(host.servers.value or ()), *places)


# The inventory


def known_hosts(hosts: Hosts) -> Iterator[Line]:
    """Tell of which hosts it is known which licence servers they name."""
    told = []
    for name in (*hosts.names, *hosts.left_out):
        host = hosts.now(name)
        if name in hosts.left_out:
            yield Line(name, Seen(None, t("{host} is left out of the plan.", host=name)), Vouch.IF_MISSING)
        elif host is None:
            yield Line(name, not_collected(name), Vouch.IF_MISSING)
        elif not host.servers.known:
            yield Line(name, unknown(host, "servers"), Vouch.IF_MISSING)
        else:
            told.append(host)
    if told:
        text = t("Session hosts ({count}): {names}.", count=len(told), names=listed(h.machine.name for h in told))
        evidence = tuple(one for host in told for one in evidences_of(host, "servers"))
        yield Line("hosts", Seen(True, text, evidence))
    elif not hosts.names:
        yield nobody()


def nobody() -> Line:
    """Say that there is no host to look at."""
    return Line("hosts", Seen(None, t("No session host that the plan could look at was collected.")), Vouch.IF_MISSING)


def not_collected(name: str) -> Seen:
    """Say that a host is missed."""
    return Seen(None, t("{host} stands in site.toml and was not collected.", host=name))


# Settings


def repointed(hosts: Hosts, old: str, new: str) -> Iterator[Line]:
    """Tell of each host whether every place names the new licence server, and none the old one."""
    for name in hosts.names:
        host = hosts.now(name)
        yield Line(name, points(host, old, new) if host else not_collected(name), Vouch.ALWAYS)
    if not hosts.names:
        yield nobody()


def points(host: SessionHost, old: str, new: str) -> Seen:
    """Tell whether a host uses the new licence server and names the old one nowhere, in a mode that gives CALs."""
    for fact in SETTINGS:
        if not getattr(host, fact).known:
            return unknown(host, fact)
    mode = host.mode.value or Mode.NOT_SET
    uses = any(same_machine(name, new) for name in host.servers.value or ())
    stale = any(same_machine(name, old) for name in _named(host))
    values = {"host": host.machine.name, "places": places(host), "mode": MODE_NAMES[mode]}
    text = t("{host}: {places}; mode “{mode}”.", **values)
    return Seen(uses and not stale and mode in PRODUCTS, text, evidences_of(host, *SETTINGS))


def places(host: SessionHost) -> Text:
    """Say where which licence servers are named."""
    text = t("in force {servers}", servers=listed(host.servers.value or ()) or t("none"))
    for one in host.server_settings.value or ():
        text = t("{before}; {place} {servers}", before=text, place=PLACE_NAMES[one.where], servers=listed(one.servers))
    return text


def places_of(hosts: Hosts, name: str, server: str = "") -> set[From]:
    """List the places where a host is told licence servers, or this one."""
    host = hosts.now(name)
    told = (host.server_settings.value or ()) if host else ()
    return {one.where for one in told if not server or any(same_machine(other, server) for other in one.servers)}
