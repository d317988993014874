"""In which order licence servers are asked, and when one that was silent is tried again. Pure; an even clock is handed in.

Rules: the order is the signed policy's, else the host's own settings', else the order of enrolment. A server that did not
answer is left alone for a pause; after it, it is asked first again, as its place in the order says. An address that this host
is not enrolled with cannot be asked; where none of an order's can be, all enrolments are taken as they come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

PAUSE = 60.0
"""Seconds for which a silent server is left alone, unless a setting says otherwise."""


def plain(address: str) -> str:
    """Write an address so that two ways of writing it compare equal."""
    return address.strip().rstrip("/").lower()


def ordered(enrolled: Sequence[str], *orders: Sequence[str]) -> list[str]:
    """Put the addresses of enrolments in order.

    Args:
        enrolled: Addresses as they were enrolled with, in that order.
        orders: Wishes, the strongest first; an empty one says nothing.
    """
    known = {plain(address): address for address in enrolled}
    for order in orders:
        chosen = [known[plain(address)] for address in order if plain(address) in known]
        if chosen:
            return list(dict.fromkeys(chosen))
    return list(enrolled)


def missing(enrolled: Sequence[str], *orders: Sequence[str]) -> list[str]:
    """List the addresses of the strongest order that this host is not enrolled with."""
    known = {plain(address) for address in enrolled}
    order = next((order for order in orders if order), ())
    return [address for address in order if plain(address) not in known]


@dataclass(slots=True)
class Ring:
    """Which servers are silent."""

    pause: float = PAUSE
    silent: dict[str, float] = field(default_factory=dict)
    """Until when a server is left alone, by an even clock."""

    def failed(self, server: str, ran: float) -> None:
        """Note that a server did not answer."""
        self.silent[server] = ran + self.pause

    def answered(self, server: str) -> None:
        """Note that it did."""
        self.silent.pop(server, None)

    def due(self, servers: Sequence[str], ran: float) -> list[str]:
        """List the servers that may be asked now, in their order."""
        return [server for server in servers if self.silent.get(server, ran) <= ran]

    def all(self, servers: Sequence[str], ran: float) -> list[str]:
        """List all of them, those that are silent last."""
        due = self.due(servers, ran)
        return due + [server for server in servers if server not in due]
