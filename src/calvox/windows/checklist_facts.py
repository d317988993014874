"""What the facts say about each line of the procedure's checklist, machine by machine.

Rules: a missing fact gives no answer, with the reason why it is missing. What no fact can show is said in the text. Of the
Diagnoser the same questions are answered: mode, licence server, way to it, activation, fitting packs.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from calvox.common.clock import DAY
from calvox.common.i18n import Text, t
from calvox.doctor.facts import Backup, LicenceServer, Mode, Reach, SessionHost, Site, short_name
from calvox.doctor.licensing import (
    GOOD_STATUS,
    MODE_NAMES,
    PRODUCTS,
    licensing_works,
    listed,
    named_servers,
    reach_to,
)
from calvox.doctor.rule import View
from calvox.windows.evidence import Acceptance, Evidence, Verdict

FRESH_DAYS = 7
"""A backup older than this does not show that backups are planned."""
CONNECTED_STATUS = (*GOOD_STATUS, 3, 4, 5, 10)
"""GetTStoLSConnectivityStatus of a licence server that answered, whatever it said."""
NOT_CONNECTABLE = 6


@dataclass(frozen=True, slots=True)
class Seen:
    """What one machine's facts say about an item; None: they do not tell."""

    good: bool | None
    text: Text
    evidence: tuple[Evidence, ...] = ()


# The licence server


def service(server: LicenceServer) -> Iterator[Seen]:
    """Tell whether the service runs and starts by itself."""
    state, start = server.service_state, server.service_start
    if state.value is None:
        yield unknown(server, "service_state")
    else:
        text = t("The service TermServLicensing is in the state “{state}”.", state=state.value)
        yield Seen(state.value.lower() == "running", text, (evidence_of(server, "service_state"),))
    if start.value is None:
        yield unknown(server, "service_start")
    else:
        text = t("The service TermServLicensing starts in the way “{start}”.", start=start.value)
        yield Seen(start.value.lower().startswith("auto"), text, (evidence_of(server, "service_start"),))


def activated(server: LicenceServer) -> Seen:
    """Tell whether the licence server is activated."""
    if server.activated.value is None:
        return unknown(server, "activated")
    yes = t("It is activated; that this was done by telephone, only the record of the call shows.")
    text = yes if server.activated.value else t("It is not activated.")
    return Seen(server.activated.value, text, (evidence_of(server, "activated"),))


def backup(server: LicenceServer, now: int) -> Seen:
    """Tell whether a fresh backup has all that it needs and was tested."""
    found = server.backup.value
    if found is None:
        return unknown(server, "backup")
    evidence = (evidence_of(server, "backup"),)
    if not isinstance(found, Backup):
        return Seen(False, t("No backup was found."), evidence)
    days = (now - found.time) // DAY
    if not (found.folder and found.system_state):
        return Seen(False, t("The backup lacks the database folder or the system state: both are needed."), evidence)
    if not -1 <= days <= FRESH_DAYS:
        return Seen(False, t("The newest backup is {days} days old.", days=days), evidence)
    if not found.tested:
        return Seen(False, t("The newest backup was not tested."), evidence)
    text = t(
        "The newest backup is {days} days old and was tested; that it is planned, no fact shows.", days=max(0, days)
    )
    return Seen(True, text, evidence)


# The session hosts


def of_hosts(
    site: Site, server: LicenceServer, now: int, look: Callable[[View, LicenceServer], Seen]
) -> Iterator[Seen]:
    """Look at each session host that concerns the licence server."""
    hosts = hosts_of(site, server)
    if not hosts:
        yield Seen(None, t("No session host that uses {name} was collected.", name=server.machine.name))
    yield from (look(View(site, now, host=host), server) for host in hosts)


def hosts_of(site: Site, server: LicenceServer) -> list[SessionHost]:
    """List the session hosts that use a licence server, or do not say which they use."""
    own = short_name(server.machine.name)
    hosts = [host for host in site.session_hosts if host.application_mode.value is not False]
    return [h for h in hosts if not h.servers.value or own in {short_name(name) for name in h.servers.value}]


def configured(view: View, server: LicenceServer) -> Seen:
    """Tell whether a host has a mode that gives CALs, and licence servers."""
    host, mode, servers = view.the_host, view.the_host.mode.value, view.the_host.servers.value
    for fact in ("mode", "servers"):
        if not getattr(host, fact).known:
            return unknown(host, fact)
    names = listed(servers or ()) or t("none")
    values = {"host": view.subject, "mode": MODE_NAMES[mode or Mode.NOT_SET], "servers": names}
    text = t("{host}: mode “{mode}”, licence servers: {servers}.", **values)
    return Seen(mode in PRODUCTS and bool(servers), text, evidences_of(host, "mode", "servers"))


def way(view: View, server: LicenceServer) -> Seen:
    """Tell whether a host gets through to the licence server."""
    host = view.the_host
    if not host.reach.known:
        return unknown(host, "reach")
    passed = _passes(reach_to(host, server.machine.name))
    values = {"host": view.subject, "server": server.machine.name}
    text = {
        True: t("{host} gets through to {server}.", **values),
        False: t("{host} does not get through to {server}.", **values),
        None: t("Whether {host} gets through to {server} was not tried to the end.", **values),
    }[passed]
    return Seen(passed, text, evidences_of(host, "reach"))


def _passes(reach: Reach | None) -> bool | None:
    """Tell whether the network lets the host through; what the licence server then answers is another question."""
    if reach is None:
        return None
    status, steps = reach.status.value, (reach.name.value, reach.port_135.value, reach.dynamic.value)
    if status in CONNECTED_STATUS:
        return True
    if status == NOT_CONNECTABLE or False in steps:
        return False
    return None if None in steps else True


def diagnosed(view: View, server: LicenceServer) -> Seen:
    """Answer what the Diagnoser asks of a host, as far as an administrator read the licence server."""
    if not server.machine.administrator.value:
        text = t(
            "{server} was not read as an administrator: the Diagnoser would show a false zero.",
            server=server.machine.name,
        )
        return Seen(None, text, (evidence_of(server, "machine.administrator"),))
    return _works(
        view,
        t("{host}: mode, licence server, way to it, activation and packs fit together.", host=view.subject),
        t("{host}: mode, licence server, way to it, activation and packs do not fit together.", host=view.subject),
    )


def without_grace(view: View, server: LicenceServer) -> Seen:
    """Tell whether a host can be given CALs without its grace period."""
    return _works(
        view,
        t("{host} can be given CALs: it does not need the grace period, whatever the counter says.", host=view.subject),
        t("{host} cannot be given CALs: only the grace period lets people in.", host=view.subject),
    )


def _works(view: View, yes: Text, no: Text) -> Seen:
    works = licensing_works(view)
    facts = [server for _, server in named_servers(view) if server]
    theirs = [one for server in facts for one in evidences_of(server, "activated", "service_state", "packs")]
    evidence = (*evidences_of(view.the_host, "mode", "servers", "reach"), *theirs)
    unknown = t("Whether {host} can be given CALs is not known.", host=view.subject)
    return Seen(works, {True: yes, False: no, None: unknown}[works], evidence)


# The test session


def session(acceptance: Acceptance | None, only: Iterable[str] | None) -> Seen:
    """Take over the acceptance, or the conditions of it that speak of the session alone."""
    if acceptance is None:
        return Seen(None, t("No state before and after a test session was compared."))
    names = set(only) if only else None
    taken = [c for c in acceptance.conditions if names is None or c.name in names]
    for verdict, good in ((Verdict.FAILED, False), (Verdict.NOT_COLLECTED, None)):
        for condition in taken:
            if condition.verdict is verdict:
                return Seen(good, condition.text, condition.evidence)
    text = taken[0].text if names and taken else t("The test session is accepted.")
    evidence = dict.fromkeys(one for condition in taken for one in condition.evidence)
    return Seen(True if taken else None, text, tuple(evidence))


# Common


def unknown(machine: LicenceServer | SessionHost, fact: str) -> Seen:
    """Say that a fact is not known, and why."""
    why = getattr(machine, fact).why or t("not collected")
    text = t("The fact “{fact}” of {name} is not known: {why}.", fact=fact, name=machine.machine.name, why=why)
    return Seen(None, text)


def evidence_of(machine: LicenceServer | SessionHost, path: str) -> Evidence:
    """Say from where and when a fact was read."""
    fact: Any = machine
    for part in path.split("."):
        fact = getattr(fact, part)
    return Evidence(machine.machine.name, path, fact.source, fact.time)


def evidences_of(machine: LicenceServer | SessionHost, *facts: str) -> tuple[Evidence, ...]:
    """Say it of several facts."""
    return tuple(evidence_of(machine, fact) for fact in facts)
