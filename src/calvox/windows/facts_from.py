"""From bundles to the facts of a site.

Rules:
- A machine is a licence server, a session host or both, as it shows itself; one that shows no role is kept as a session
  host with what is known, for somebody thought it worth collecting.
- Of several bundles the newest known fact wins, whatever the order in which they come; a newer “unknown” does not blot
  out an older value.
- Two names are one machine's if they are equal, or if their first parts are and one of them has no domain.
- Machines stand in the order of their names, in whatever order they were read.
- Whether a domain is a trusted one is decided when the licence servers' domains are known: theirs are not.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from calvox.doctor.facts import Directory, Domain, Fact, Join, LicenceServer, Machine, SessionHost, Site, short_name
from calvox.windows.believing import Believing
from calvox.windows.bundle import Bundle
from calvox.windows.directory_facts import directory_of
from calvox.windows.host_facts import host_of, is_host
from calvox.windows.server_facts import is_server, server_of

S = TypeVar("S", bound=msgspec.Struct)
R = TypeVar("R", LicenceServer, SessionHost)

NO_DOMAIN = "not in a domain"
"""Source, and reason, of the directory's facts where every machine is in a workgroup."""


class Part(msgspec.Struct, frozen=True):
    """What one bundle says of a site."""

    machine: str
    """Name of the machine."""
    collected: int
    """When it was read, seconds since 1970-01-01 UTC."""
    licence_server: LicenceServer | None
    """Its facts, if it is one."""
    session_host: SessionHost | None
    """Its facts, if it is one or shows no role."""
    directory: Directory | None
    """What it says of Active Directory."""


def facts_from(bundle: Bundle) -> Part:
    """Turn a bundle into facts.

    Raises:
        BadInput: an item holds what Windows does not give; the message names machine and item.
    """
    ask = Believing(bundle)
    serves = is_server(ask)
    return Part(
        machine=bundle.machine,
        collected=bundle.collected,
        licence_server=server_of(ask) if serves else None,
        session_host=host_of(ask) if is_host(ask) or not serves else None,
        directory=directory_of(ask),
    )


def merge(site: Site, parts: Iterable[Part]) -> Site:
    """Put parts into a site."""
    servers, hosts = list(site.licence_servers), list(site.session_hosts)
    directory, collected = site.directory, site.collected
    for part in sorted(parts, key=lambda part: part.collected):
        if part.licence_server is not None:
            _put(servers, part.licence_server)
        if part.session_host is not None:
            _put(hosts, part.session_host)
        if part.directory is not None:
            directory = _directory(directory, part.directory)
        collected = max(collected, part.collected)
    hosts = _without_ghosts(servers, hosts)
    return msgspec.structs.replace(
        site,
        collected=collected,
        licence_servers=tuple(sorted(servers, key=_by_name)),
        session_hosts=tuple(sorted(hosts, key=_by_name)),
        directory=_placed(directory, servers, hosts),
    )


def same_machine(one: str, other: str) -> bool:
    """Tell whether two names are of one machine."""
    first, second = one.strip().lower().rstrip("."), other.strip().lower().rstrip(".")
    bare = short_name(first) == first or short_name(second) == second
    return first == second or (bare and short_name(first) == short_name(second))


def _by_name(thing: LicenceServer | SessionHost) -> str:
    return thing.machine.name.lower()


def _put(things: list[R], new: R) -> None:
    for at, old in enumerate(things):
        if same_machine(old.machine.name, new.machine.name):
            things[at] = _newest(old, new)
            return
    things.append(new)


def _newest(old: S, new: S) -> S:
    """Merge two structs fact by fact."""
    changes: dict[str, Any] = {}
    for field in old.__struct_fields__:
        before, after = getattr(old, field), getattr(new, field)
        if isinstance(before, Fact):
            changes[field] = _newer(before, after)
        elif isinstance(before, Machine):
            changes[field] = _newest(before, after)
    if isinstance(old, Machine) and isinstance(new, Machine):
        changes["name"] = max(new.name, old.name, key=len)
    return msgspec.structs.replace(old, **changes)


def _newer(old: Fact[Any], new: Fact[Any]) -> Fact[Any]:
    if old.known == new.known:
        return new if new.time >= old.time else old
    return new if new.known else old


def _directory(old: Directory, new: Directory) -> Directory:
    merged = _newest(old, new)
    if old.domains.value and new.domains.value:
        by_name = {domain.name.lower(): domain for domain in old.domains.value}
        for domain in new.domains.value:
            before = by_name.get(domain.name.lower(), domain)
            members = _newer(before.group_members, domain.group_members)
            by_name[domain.name.lower()] = msgspec.structs.replace(domain, group_members=members)
        domains = msgspec.structs.replace(merged.domains, value=tuple(by_name.values()))
        merged = msgspec.structs.replace(merged, domains=domains)
    return merged


def _without_ghosts(servers: list[LicenceServer], hosts: list[SessionHost]) -> list[SessionHost]:
    """Leave out licence servers that were kept as hosts while nothing was known of their role."""
    kept = []
    for host in hosts:
        at = next((n for n, one in enumerate(servers) if same_machine(one.machine.name, host.machine.name)), None)
        if at is None or host.application_mode.value is True:
            kept.append(host)
        else:
            machine = _newest(servers[at].machine, host.machine)
            servers[at] = msgspec.structs.replace(servers[at], machine=machine)
    return kept


def _placed(directory: Directory, servers: list[LicenceServer], hosts: list[SessionHost]) -> Directory:
    """Say which domains are trusted ones, and that there are none where every machine is in a workgroup."""
    machines = [*(server.machine for server in servers), *(host.machine for host in hosts)]
    loners = bool(machines) and all(machine.join.value is Join.WORKGROUP for machine in machines)
    if loners and not directory.domains.known:
        time = max(machine.join.time for machine in machines)
        none: Fact[Any] = Fact((), source=NO_DOMAIN, time=time)
        unknown: Fact[Any] = Fact(time=time, why=NO_DOMAIN)
        return Directory(
            domains=none, site_objects=none, self_may_write=unknown, group_may_write=unknown, stale_users=unknown
        )
    if not loners and directory.domains.source == NO_DOMAIN:
        return Directory()
    own = {server.machine.domain.value.lower() for server in servers if server.machine.domain.value}
    domains = tuple(_trust(domain, own) for domain in directory.domains.value or ())
    if not domains:
        return directory
    return msgspec.structs.replace(directory, domains=msgspec.structs.replace(directory.domains, value=domains))


def _trust(domain: Domain, own: set[str]) -> Domain:
    return msgspec.structs.replace(domain, trusted=domain.name.lower() not in own if own else domain.trusted)
