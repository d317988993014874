"""What a plan is made from: the plan's beginning, the site after each reading, what was bought and telephoned.

Rules: names of machines are compared as bundles are, with or without their domain. A licence server that was never collected is
one of which nothing is known.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from calvox.core.purchases import Purchase
from calvox.doctor.facts import Event, LicenceServer, Machine, SessionHost, Site, short_name
from calvox.windows.checklist_facts import Seen
from calvox.windows.evidence import Evidence
from calvox.windows.facts_from import same_machine
from calvox.windows.plans.plan import voucher
from calvox.windows.record import Call, Code, Plan, Record, Step


@dataclass(frozen=True, slots=True)
class Case:
    """One plan's material."""

    plan: Plan
    record: Record
    states: tuple[Site, ...]
    """What was known of the site after each reading, oldest first; the last is what is known now."""
    begun: int
    """Which of the states was the last when the plan was opened."""
    purchases: tuple[Purchase, ...]
    """What was bought, as site.toml tells."""
    hosts: tuple[str, ...]
    """Session hosts that site.toml names."""
    now: int

    @property
    def opened(self) -> int:
        """Tell when the plan was opened."""
        return self.plan.opened

    @property
    def site(self) -> Site:
        """Give what is known now."""
        return self.states[-1]

    @property
    def since(self) -> tuple[Site, ...]:
        """Give the states from the plan's opening on."""
        return self.states[self.begun :]

    def server(self, name: str, site: Site | None = None) -> LicenceServer:
        """Find a licence server, as it is known now or was in a state."""
        among = (site or self.site).licence_servers
        found = (one for one in among if same_machine(one.machine.name, name))
        return next(found, None) or LicenceServer(machine=Machine(name=name))

    def host(self, name: str, site: Site | None = None) -> SessionHost | None:
        """Find a session host, as it is known now or was in a state."""
        among = (site or self.site).session_hosts
        return next((one for one in among if same_machine(one.machine.name, name)), None)

    def first(self, holds: Callable[[Site], bool]) -> Site | None:
        """Find the first state since the plan was opened in which something holds."""
        return next((site for site in self.since if holds(site)), None)

    def when_known(self, name: str, fact: str) -> LicenceServer:
        """Find a licence server as it was when a fact of it was first known in this plan; else as it is known now."""
        first = self.first(lambda site: getattr(self.server(name, site), fact).known)
        return self.server(name, first)

    def steady(self, look: Callable[[Site], Seen]) -> Seen:
        """Look at what must have been good once: the first reading that is, else the first that tells anything.

        So a later reading of the same fault does not outweigh somebody's word about it.
        """
        told = [look(site) for site in self.since]
        good = next((seen for seen in told if seen.good), None)
        return good or next((seen for seen in told if seen.good is False), told[-1])

    def vouched(self, key: str) -> Step | None:
        """Find who vouches for something."""
        return voucher(self.plan, key)

    def bare(self, name: str) -> str:
        """Give a name as short as it can be without meaning another machine of the plan."""
        short = short_name(name)
        both = {short_name(self.plan.old), short_name(self.plan.new)}
        clash = self.plan.old != self.plan.new and len(both) == 1
        return name if clash else name[: len(short)]

    # Calls and events

    def calls(self, server: str, *kinds: str) -> Iterator[Call]:
        """List the calls about a licence server that were opened since the plan was."""
        for call in self.record.calls:
            if call.kind in kinds and call.opened >= self.opened and same_machine(call.server, server):
                yield call

    def codes(self, server: str, *kinds: str) -> Iterator[tuple[Call, Code]]:
        """List the codes of such calls that Windows took."""
        for call in self.calls(server, *kinds):
            yield from ((call, code) for code in call.codes if code.entered)

    def evidence_of_codes(self, server: str, *kinds: str) -> tuple[Evidence, ...]:
        """Say which codes Windows took, as evidence."""
        return tuple(
            Evidence(server, f"call {call.call}, {code.slot}", f"{code.check}, {code.how}", code.entered)
            for call, code in self.codes(server, *kinds)
        )

    def events(self, server: str, *numbers: int) -> Iterator[Event]:
        """List events of a licence server's licensing service since the plan was opened."""
        for event in self.server(server).events.value or ():
            if event.id in numbers and "licensing" in event.source.lower() and event.time >= self.opened:
                yield event
