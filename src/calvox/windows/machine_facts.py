"""Facts that every machine has: version, domain, clock, rights.

Rules:
- The version is known by the build number alone; a workstation has none, and a build that is no server's release is told.
- Whether the Internet can be reached is never tried, so it stays unknown.
"""

from calvox.doctor.facts import Event, Fact, Join, Machine
from calvox.windows.believing import Believing, Unknown, need
from calvox.windows.taking import Taken

BUILDS = {
    6001: 2, 6002: 2, 6003: 2,
    7600: 3, 7601: 3,
    9200: 4, 9600: 4,
    14393: 5, 17763: 6, 20348: 7, 26100: 8,
}  # fmt: skip
"""Build of Windows Server to the number of its version in `core.products`."""
WORKSTATION = 1
"""ProductType of a Windows that is no server."""
MOST_EVENTS = 200
"""Events kept of one log."""
SEVERE = 0xC000
"""Added by some versions of RemoteConnectionManager to its numbers: 50280 is 1128."""
PREFIX = "Microsoft-Windows-"
"""What the names of most providers begin with."""


def machine_of(ask: Believing) -> Machine:
    """Make the facts of the machine itself."""
    bundle = ask.bundle
    rights = Fact(bundle.administrator, source="collector", time=bundle.collected)
    return Machine(
        name=bundle.machine,
        version=ask.fact("win32_operatingsystem", _version),
        join=ask.fact("win32_computersystem", _join),
        domain=ask.fact("win32_computersystem", lambda taken: taken.text("Domain")),
        domain_controller=ask.fact("win32_computersystem", _controller),
        clock_offset=ask.fact("clock", lambda taken: taken.number("Offset")),
        administrator=rights if rights.known else Fact(why="not told"),
        internet=ask.fact("network", _internet),
    )


def events_of(ask: Believing, name: str) -> Fact[tuple[Event, ...]]:
    """Make the events of a log; none is believed only where the System log was read."""
    return ask.fact(name, _events)


def names_of(taken: Taken) -> tuple[str, ...]:
    """Take the members of a group."""
    return tuple(need(row.text("Name"), "Name") for row in taken.rows())


def split_names(text: str) -> tuple[str, ...]:
    """Split a list of servers as the policy writes it."""
    return tuple(name for part in text.replace(";", ",").split(",") if (name := part.strip()))


def _version(taken: Taken) -> int | None:
    if taken.number("ProductType") == WORKSTATION:
        raise Unknown("a workstation")
    build = need(taken.number("BuildNumber"), "BuildNumber")
    if build not in BUILDS:
        raise Unknown(f"build {build} is no release of Windows Server")
    return BUILDS[build]


def _join(taken: Taken) -> Join | None:
    part = taken.truth("PartOfDomain")
    return None if part is None else Join.DOMAIN if part else Join.WORKGROUP


def _controller(taken: Taken) -> bool | None:
    role = taken.number("DomainRole")
    return None if role is None else role in (4, 5)


def _internet(taken: Taken) -> bool | None:
    routes, proxy = taken.texts("DefaultRoutes"), taken.truth("Proxy")
    noted = "not read" if routes is None else str(len(routes))
    raise Unknown(f"never tried; default routes: {noted}, proxy: {proxy}")


def _number(row: Taken) -> int:
    number = need(row.number("Id"), "Id")
    plain = number - SEVERE
    return plain if "RemoteConnectionManager" in (row.text("ProviderName") or "") and 1000 <= plain < 1200 else number


def _events(taken: Taken) -> tuple[Event, ...]:
    unread = taken.texts("Unread") or ()
    if "System" in unread:
        raise Unknown(f"not read: {', '.join(unread)}"[:200])
    events = [
        Event(
            id=_number(row),
            source=need(row.text("ProviderName"), "ProviderName").removeprefix(PREFIX),
            time=need(row.moment("TimeCreated"), "TimeCreated"),
            text=row.text("Message") or "",
            count=max(1, row.number("Count") or 1),
        )
        for row in taken.rows()
    ]
    return tuple(sorted(events, key=lambda event: event.time, reverse=True)[:MOST_EVENTS])
