"""Whether each session host of a plan works by the plan's licence server, and whether a session was given a CAL.

Rules:
- A host is accepted by two readings after all was set for it, through this licence server and no other. Of the readings before the
  newest any may be the first of the two, so that a plan may take long; but its newest reading must not speak against it.
- Readings further apart than events are kept may hide some. A host that was accepted before stays so then, if the newest reading
  shows that it works and no event is new.
- A session counts once: two readings of the licence server, one before it and one after.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from calvox.common.i18n import Text, t
from calvox.doctor.facts import LicenceServer, Mode, SessionHost, Site
from calvox.doctor.licensing import MODE_NAMES, PRODUCTS
from calvox.windows.acceptance import accept
from calvox.windows.checklist_facts import Seen, evidences_of, unknown
from calvox.windows.evidence import Condition, Verdict, reading_of
from calvox.windows.facts_from import same_machine
from calvox.windows.plans.hosts import Hosts, nobody, not_collected
from calvox.windows.plans.plan import Do, Line, Vouch, command

GOOD = {Verdict.PROVEN: True, Verdict.FAILED: False, Verdict.NOT_COLLECTED: None}
SESSION = ("session", "permanent", "server-events")
"""Conditions of the acceptance that are about the licence server and one session, the one that is told first."""
HOST = ("grace", "host-events")
"""Those that are about one host."""
Ready = Callable[[SessionHost, Site], bool]


def accepted(hosts: Hosts, server: str, ready: Ready) -> Iterator[Line]:
    """Tell of each host whether it works by the licence server, and of each mode whether a session was given a CAL.

    Args:
        hosts: the hosts of the plan.
        server: the licence server through which they must work.
        ready: tells whether all is set for a host in a state; what is read after the first such state counts.
    """
    trial = _Trial(hosts, server, tuple(_through(site, server) for site in hosts.case.since))
    begins: dict[Mode, int] = {}
    for name in hosts.names:
        host, at = hosts.now(name), _begin(hosts, name, ready)
        mode = host.mode.value if host else None
        if host is None or mode not in PRODUCTS:
            yield Line(name, not_collected(name) if host is None else _no_mode(host), Vouch.ALWAYS)
        elif at is None:
            text = t("{host} was not read since all was set for it.", host=host.machine.name)
            yield Line(name, Seen(None, text, evidences_of(host, "servers")), Vouch.ALWAYS)
        else:
            begins[mode] = min(at, begins.get(mode, at))
            yield Line(name, trial.host(host, mode, at), Vouch.ALWAYS)
    for mode, at in begins.items():
        yield Line(f"session-{mode.value}", trial.session(mode, at), Vouch.IF_MISSING)
    if not hosts.names:
        yield nobody()


def session_do(hosts: Hosts, server: str) -> Iterator[Do]:
    """Say how a session is tested, as the hosts' modes need it."""
    modes = {host.mode.value for name in hosts.names if (host := hosts.now(name))}
    if Mode.DEVICE in modes:
        yield Do(
            t(
                "Per device: on each host open a session from a device without a CAL, and a second one from the same device."
            )
        )
    if Mode.USER in modes:
        text = t("Per user: on each host open a session as a user who has no CAL; then have a new report made:")
        yield Do(text, command("windows", "act", "make-report", "--machine", server))


def _begin(hosts: Hosts, name: str, ready: Ready) -> int | None:
    """Find the first state in which all is set for a host."""
    for at, site in enumerate(hosts.case.since):
        host = hosts.at(at, name)
        if host is not None and ready(host, site):
            return at
    return None


@dataclass(frozen=True, slots=True)
class _Trial:
    """The states in which hosts have the one licence server alone."""

    hosts: Hosts
    server: str
    states: tuple[Site, ...]

    # A host

    def host(self, host: SessionHost, mode: Mode, begin: int) -> Seen:
        """Judge one host: by its newest reading, and one before that which fits."""
        name, last = host.machine.name, len(self.states) - 1
        cuts = self._cuts(begin, lambda at: _read(self.hosts.at(at, name)))
        earlier = cuts[:-1] or cuts
        for before in reversed(earlier):
            told = self._of_host(before, last, mode, name)
            if all(one.verdict is Verdict.PROVEN for one in told):
                return _summed(name, told)
        newest = self._of_host(earlier[-1], last, mode, name)
        if self._is_only_long(newest, earlier[-1], host) and self._was_accepted(cuts, mode, name):
            return _summed(name, newest[:1])
        return _summed(name, newest)

    def _of_host(self, before: int, after: int, mode: Mode, name: str) -> list[Condition]:
        told = accept(self.states[before], self.states[after], self.server, mode, self.hosts.case.now, host=name)
        return [one for wanted in HOST for one in told.conditions if one.name == wanted]

    def _is_only_long(self, told: list[Condition], before: int, host: SessionHost) -> bool:
        """Tell whether nothing is wanting but that the two readings are too far apart for every event to be seen."""
        earlier = self.hosts.at(before, host.machine.name)
        if earlier is None or [one.verdict for one in told] != [Verdict.PROVEN, Verdict.NOT_COLLECTED]:
            return False
        reading = reading_of(earlier, host, "events")
        return reading.before.known and reading.again

    def _was_accepted(self, cuts: Sequence[int], mode: Mode, name: str) -> bool:
        """Tell whether a host was accepted by two readings one after the other, at some time."""
        pairs = self._pairs(cuts)
        return any(all(c.verdict is Verdict.PROVEN for c in self._of_host(*pair, mode, name)) for pair in pairs)

    # A session

    def session(self, mode: Mode, begin: int) -> Seen:
        """Judge the sessions of one mode: one that was given a CAL is enough."""
        cuts = self._cuts(begin, lambda at: _read(self.hosts.case.server(self.server, self.states[at])))
        told: list[Condition] = []
        for before, after in (*self._pairs(cuts), (begin, len(self.states) - 1)):
            conditions = accept(
                self.states[before], self.states[after], self.server, mode, self.hosts.case.now
            ).conditions
            told = [one for wanted in SESSION for one in conditions if one.name == wanted]
            if all(one.verdict is Verdict.PROVEN for one in told):
                break
        return _summed(MODE_NAMES[mode], told)

    # Readings

    def _cuts(self, begin: int, read: Callable[[int], int]) -> list[int]:
        """List the states in which something was read anew, from one on."""
        return [begin, *(at for at in range(begin + 1, len(self.states)) if read(at) > read(at - 1))]

    def _pairs(self, cuts: Sequence[int]) -> list[tuple[int, int]]:
        """Pair each reading with the last state before the next but one: what else was read in between belongs to it."""
        ends = [*(at - 1 for at in cuts[2:]), len(self.states) - 1]
        return list(zip(cuts[:-1], ends, strict=False))


def _read(machine: SessionHost | LicenceServer | None) -> int:
    """Tell when a machine was last read."""
    if machine is None:
        return 0
    if isinstance(machine, SessionHost):
        return max(fact.time for fact in (machine.mode, machine.servers, machine.reach, machine.events))
    return max(fact.time for fact in (machine.activated, machine.packs, machine.issued, machine.user_report))


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


def _summed(about: Text | str, conditions: Sequence[Condition]) -> Seen:
    """Make one line of several conditions: the worst speaks."""
    evidence = tuple(dict.fromkeys(one for condition in conditions for one in condition.evidence))
    for verdict in (Verdict.FAILED, Verdict.NOT_COLLECTED):
        for condition in conditions:
            if condition.verdict is verdict:
                return Seen(GOOD[verdict], t("{about}: {text}", about=about, text=condition.text), evidence)
    text = conditions[0].text if conditions else t("nothing was tested")
    return Seen(bool(conditions) or None, t("{about}: {text}", about=about, text=text), evidence)
