"""Which session hosts a plan is about, what each names, and whether each gets CALs from the licence server of the plan.

Rules:
- A host of which it is not known which licence servers it names is one that may use this one. One that a person left out of the
  inventory, with a note, is left out of the rest.
- A host names the old licence server as long as one place does: policy, deployment or local setting. A place that is hidden today
  by a stronger one comes back with it.
- A host is accepted by two readings with a test session between them, through the plan's licence server and no other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from calvox.common.i18n import Text, t
from calvox.doctor.facts import From, Mode, SessionHost, Site, short_name
from calvox.doctor.licensing import MODE_NAMES, PLACE_NAMES, PRODUCTS, listed
from calvox.windows.acceptance import accept
from calvox.windows.checklist_facts import Seen, evidences_of, unknown
from calvox.windows.evidence import Condition, Verdict
from calvox.windows.facts_from import same_machine
from calvox.windows.plans.case import Case
from calvox.windows.plans.plan import Do, Line, Vouch, command

GOOD = {Verdict.PROVEN: True, Verdict.FAILED: False, Verdict.NOT_COLLECTED: None}
SETTINGS = ("servers", "server_settings", "mode", "mode_settings")
SESSION = ("session", "permanent", "server-events")
"""Conditions of the acceptance that are about the licence server and one session."""
HOST = ("grace", "host-events")
"""Those that are about one host, the one that is told first."""
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

    def first(self, name: str, holds: Callable[[SessionHost], bool]) -> int | None:
        """Find the first state in which something holds for a host."""
        for at, state in enumerate(self.states):
            host = _among(state, name)
            if host is not None and holds(host):
                return at
        return None


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
            yield Line(name, _not_collected(name), Vouch.IF_MISSING)
        elif not host.servers.known:
            yield Line(name, unknown(host, "servers"), Vouch.IF_MISSING)
        else:
            told.append(host)
    if told:
        text = t("Session hosts ({count}): {names}.", count=len(told), names=listed(h.machine.name for h in told))
        evidence = tuple(one for host in told for one in evidences_of(host, "servers"))
        yield Line("hosts", Seen(True, text, evidence))
    elif not hosts.names:
        yield _nobody()


def _nobody() -> Line:
    return Line("hosts", Seen(None, t("No session host that the plan could look at was collected.")), Vouch.IF_MISSING)


def _not_collected(name: str) -> Seen:
    return Seen(None, t("{host} stands in site.toml and was not collected.", host=name))


# Settings


def repointed(hosts: Hosts, old: str, new: str) -> Iterator[Line]:
    """Tell of each host whether every place names the new licence server, and none the old one."""
    for name in hosts.names:
        host = hosts.now(name)
        yield Line(name, points(host, old, new) if host else _not_collected(name), Vouch.ALWAYS)
    if not hosts.names:
        yield _nobody()


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


# The acceptance


def session_do(hosts: Hosts, server: str) -> Iterator[Do]:
    """Say how a session is tested, as the hosts' modes need it."""
    modes = {host.mode.value for name in hosts.names if (host := hosts.now(name))}
    if Mode.DEVICE in modes:
        yield Do(
            t(
                "Per device: on each host open a session from a device that has no CAL, and a second one from the same device."
            )
        )
    if Mode.USER in modes:
        text = t("Per user: on each host open a session as a user who has no CAL; then have a new report made:")
        yield Do(text, command("windows", "act", "make-report", "--machine", server))


def accepted(hosts: Hosts, server: str, ready: Callable[[SessionHost, Site], bool]) -> Iterator[Line]:
    """Tell of each host whether it works by the licence server, and of each mode whether a session was given a CAL.

    Args:
        hosts: the hosts of the plan.
        server: the licence server through which they must work.
        ready: tells whether all is set for a host in a state; what is read after the first such state counts.
    """
    case, after = hosts.case, _through(hosts.case.site, server)
    begins: dict[Mode, int] = {}
    for name in hosts.names:
        host = hosts.now(name)
        at = next((n for n, site in enumerate(case.since) if _is_ready(hosts, n, name, site, ready)), None)
        mode = host.mode.value if host else None
        if host is None or mode not in PRODUCTS:
            yield Line(name, _not_collected(name) if host is None else _no_mode(host), Vouch.ALWAYS)
        elif at is None:
            text = t("{host} was not read since all was set for it.", host=host.machine.name)
            yield Line(name, Seen(None, text, evidences_of(host, "servers")), Vouch.ALWAYS)
        else:
            begins[mode] = min(at, begins.get(mode, at))
            told = accept(case.since[at], after, server, mode, case.now, host=host.machine.name)
            own = [one for name in HOST for one in told.conditions if one.name == name]
            yield Line(name, _summed(host.machine.name, own), Vouch.ALWAYS)
    for mode, at in begins.items():
        told = accept(case.since[at], after, server, mode, case.now)
        session = [one for one in told.conditions if one.name in SESSION]
        yield Line(f"session-{mode.value}", _summed(MODE_NAMES[mode], session), Vouch.IF_MISSING)
    if not hosts.names:
        yield _nobody()


def _is_ready(hosts: Hosts, at: int, name: str, site: Site, ready: Callable[[SessionHost, Site], bool]) -> bool:
    host = _among(hosts.states[at], name)
    return host is not None and ready(host, site)


def _through(site: Site, server: str) -> Site:
    """Leave each host only the one licence server, so that it is not accepted through another."""
    hosts = (_narrowed(host, server) for host in site.session_hosts)
    return msgspec.structs.replace(site, session_hosts=tuple(hosts))


def _narrowed(host: SessionHost, server: str) -> SessionHost:
    if not host.servers.known:
        return host
    own = tuple(name for name in host.servers.value or () if same_machine(name, server))
    return msgspec.structs.replace(host, servers=msgspec.structs.replace(host.servers, value=own))


def _no_mode(host: SessionHost) -> Seen:
    if not host.mode.known:
        return unknown(host, "mode")
    values = {"host": host.machine.name, "mode": MODE_NAMES[host.mode.value or Mode.NOT_SET]}
    return Seen(False, t("{host} is in mode “{mode}”, which gives no CALs.", **values), evidences_of(host, "mode"))


def _summed(about: Text | str, conditions: list[Condition]) -> Seen:
    """Make one line of several conditions: the worst speaks."""
    evidence = tuple(dict.fromkeys(one for condition in conditions for one in condition.evidence))
    for verdict in (Verdict.FAILED, Verdict.NOT_COLLECTED):
        for condition in conditions:
            if condition.verdict is verdict:
                return Seen(GOOD[verdict], t("{about}: {text}", about=about, text=condition.text), evidence)
    text = conditions[0].text if conditions else t("nothing was tested")
    return Seen(bool(conditions) or None, t("{about}: {text}", about=about, text=text), evidence)
