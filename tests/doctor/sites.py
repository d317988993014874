"""Whole sites for the doctor's tests: healthy ones with every fact known, and terse ways to break them.

A test takes `healthy()` or `workgroup()`, changes one thing with the `with_…` helpers, and looks at `findings(…)`.
Changes are given as plain values: whatever stands in a Fact is wrapped by the helpers, and None makes it unknown.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar

import msgspec

from calvox.core.due import Due, due
from calvox.doctor import rules
from calvox.doctor.engine import ORDER, diagnose
from calvox.doctor.facts import (
    UNLIMITED,
    Backup,
    Directory,
    Domain,
    Event,
    Fact,
    From,
    IssuedCal,
    Join,
    LicenceServer,
    Machine,
    Mode,
    ModeSetting,
    NamedServers,
    Pack,
    Reach,
    SessionHost,
    Site,
    short_name,
)
from calvox.doctor.own import Kind, OwnStore
from calvox.doctor.rule import Finding, Outcome, Rule

T = TypeVar("T")

DAY = 86_400
NOW = 1_793_620_800
"""When the rules are asked: 2026-11-02 12:00 UTC."""
READ = NOW - 3_600
"""When every fact was read."""
V2012, V2016, V2019, V2022, V2025 = range(4, 9)
RCM = "TerminalServices-RemoteConnectionManager"
"""Source of a session host's licensing events."""
LICENSING = "TerminalServices-Licensing"
"""Source of a licence server's events."""
FOUND = (Outcome.ERROR, Outcome.WARNING, Outcome.NOTICE)


def known(value: T, source: str = "a test", time: int = READ) -> Fact[T]:
    """Make a fact that was read."""
    return Fact(value, source=source, time=time)


# Healthy sites


def healthy() -> Site:
    """Build a domain with a 2022 licence server and two 2022 session hosts, per user by policy; all is well.

    The second host's grace counter stands at 0, as it may on a host that is licensed.
    """
    hosts = ("rdsh1.corp.example", "rdsh2.corp.example")
    server = "ls1.corp.example"
    return Site(
        name="corp",
        collected=READ,
        licence_servers=(_domain_server(server),),
        session_hosts=tuple(_host(name, server, Mode.USER, _member(name)) for name in hosts),
        directory=Directory(
            domains=known((Domain(name="corp.example", group_members=known((server,))),)),
            site_objects=known((server,)),
            self_may_write=known(True),
            group_may_write=known(True),
            stale_users=known(0),
        ),
    )


def workgroup() -> Site:
    """Build a workgroup with a 2022 licence server and one 2022 session host, per device; all is well."""
    no_domain: Fact[Any] = Fact(why="not in a domain")
    return Site(
        name="workshop",
        collected=READ,
        licence_servers=(_workgroup_server("LS1"),),
        session_hosts=(_host("RDSH1", "LS1", Mode.DEVICE, _loner("RDSH1"), grace=0),),
        directory=Directory(
            domains=known(()),
            site_objects=known(()),
            self_may_write=no_domain,
            group_may_write=no_domain,
            stale_users=no_domain,
        ),
    )


def own_servers() -> Site:
    """Build a machine with a licence server and an activation centre of ours; both serve, and all is well."""
    names = {Kind.SERVER: "ls1.corp.example", Kind.CENTRE: "the-centre"}
    return Site(name="corp", kind="calvox", collected=READ, own=tuple(_own(name, kind) for kind, name in names.items()))


def _own(name: str, kind: Kind) -> OwnStore:
    return OwnStore(
        name=name,
        kind=kind,
        folder=f"/var/lib/calvox/{kind}",
        serving=known(True),
        in_use=known(True),
        broken=known(""),
        alarms=known(()),
        due=known(due_after(key=300, backup=0.5, drill=20)),
        free=known(40 * 2**30),
        size=known(120 * 2**20),
        certificate_ends=known(READ + 60 * DAY),
        unsigned=known(0),
        locked=known(0),
    )


def due_after(*, key: float | None = None, backup: float | None = None, drill: float | None = None) -> Due:
    """Tell what is due when these were so many days ago, or never, by the usual settings."""
    made, last, drilled = (0 if days is None else READ - int(days * DAY) for days in (key, backup, drill))
    return due(made, last, drilled, READ, warn_hours=36, drill_days=180)


def bare() -> Site:
    """Build a site of which only the names of a host, a licence server and a licence server of ours are known."""
    host, server = SessionHost(machine=Machine(name="rdsh1")), LicenceServer(machine=Machine(name="ls1"))
    own = OwnStore(name="ls2", kind=Kind.SERVER)
    return Site(name="bare", licence_servers=(server,), session_hosts=(host,), own=(own,))


def _machine(name: str, join: Join, domain: str) -> Machine:
    return Machine(
        name=name,
        version=known(V2022),
        join=known(join),
        domain=known(domain),
        domain_controller=known(False),
        clock_offset=known(2),
        administrator=known(True),
        internet=known(False),
    )


def _member(name: str) -> Machine:
    return _machine(name, Join.DOMAIN, "corp.example")


def _loner(name: str) -> Machine:
    return _machine(name, Join.WORKGROUP, "WORKSHOP")


def user_pack(number: int = 2, version: int = V2022, total: int = 50, issued: int = 3) -> Pack:
    """Make a bought per-user pack."""
    return Pack(
        number=number, kind=2, product=1, version=version, total=total, issued=issued, description="C50-10.02-S"
    )


def device_pack(number: int = 3, version: int = V2022, total: int = 20, issued: int = 0) -> Pack:
    """Make a bought per-device pack."""
    return Pack(
        number=number, kind=2, product=0, version=version, total=total, issued=issued, description="A02-10.02-S"
    )


def built_in_pack(number: int = 1, issued: int = 0) -> Pack:
    """Make the built-in row that every Windows licence server has."""
    return Pack(number=number, kind=6, product=3, version=3, total=UNLIMITED, issued=issued, description="A02-5.00-EX")


def temporary_pack(number: int = 4, version: int = V2022, issued: int = 1) -> Pack:
    """Make the row of temporary device CALs that Windows adds with the first of them."""
    return Pack(number=number, kind=4, product=0, version=version, total=UNLIMITED, issued=issued)


def cal(holder: str, per_user: bool, version: int = V2022) -> IssuedCal:
    """Make a CAL issued ten days ago."""
    return IssuedCal(
        holder=holder,
        per_user=per_user,
        version=version,
        issued=READ - 10 * DAY,
        expires=READ + 50 * DAY,
        status=0 if per_user else 2,
    )


def _domain_server(name: str) -> LicenceServer:
    return LicenceServer(
        machine=_member(name),
        role=known(1),
        packs=known((built_in_pack(), user_pack(), device_pack())),
        issued=known(()),
        user_report=known(tuple(cal(f"CORP\\user{n}", per_user=True) for n in range(3))),
        published=known(True),
        registered=known(True),
        in_group=known(True),
        **_any_server(),
    )


def _workgroup_server(name: str) -> LicenceServer:
    return LicenceServer(
        machine=_loner(name),
        role=known(0),
        packs=known((built_in_pack(), device_pack(issued=2))),
        issued=known(tuple(cal(f"PC{n}", per_user=False) for n in range(2))),
        user_report=known(()),
        published=known(False),
        registered=known(False),
        in_group=known(False),
        **_any_server(),
    )


def _any_server() -> dict[str, Any]:
    return {
        "activated": known(True),
        "product_id": known("00477-001-9732671-84851"),
        "server_id": known("ABCDE" * 7),
        "service_state": known("Running"),
        "service_start": known("Auto"),
        "security_group_policy": known(False),
        "endpoint_members": known(()),
        "prevent_upgrade": known(False),
        "peers": known(()),
        "workgroup_enforcement": known(True),
        "database_path": known("C:\\Windows\\System32\\LServer"),
        "database_free": known(40 * 2**30),
        "version_pages": known(1024),
        "backup": known(Backup(time=READ - DAY, folder=True, system_state=True, tested=True)),
        "events": known(()),
    }


def _host(name: str, server: str, mode: Mode, machine: Machine, grace: int | None = None) -> SessionHost:
    where = From.POLICY if machine.join.value is Join.DOMAIN else From.LOCAL
    return SessionHost(
        machine=machine,
        application_mode=known(True),
        mode=known(mode),
        mode_settings=known((ModeSetting(mode=mode, where=where),)),
        servers=known((server,)),
        server_settings=known((NamedServers(servers=(server,), where=where),)),
        grace_days=known((0 if "2" in name else 87) if grace is None else grace),
        reach=known((good_reach(server),)),
        certificates=known(("X509 Certificate", "X509 Certificate2", "X509 Certificate ID")),
        bad_certificates=known(()),
        stored_credentials=known(machine.join.value is Join.WORKGROUP),
        broker=known(False),
        events=known(()),
    )


def good_reach(server: str) -> Reach:
    """Make a reach where every step succeeds."""
    yes = known(True)
    return Reach(server=server, name=yes, port_135=yes, dynamic=yes, pipe=yes, status=known(11))


# Changing them


def changed(site: Site, path: str, value: object) -> Site:
    """Put a value somewhere deep: "session_hosts.0.reach.0.name"; Facts on the way need no mention.

    Where a Fact stands, a plain value becomes a known Fact, and None an unknown one.
    """
    changed_site: Site = _put(site, path.split("."), value)
    return changed_site


def _put(thing: Any, path: list[str], value: object) -> Any:
    if not path:
        return _fact_of(value) if isinstance(thing, Fact) else value
    if isinstance(thing, Fact):
        return msgspec.structs.replace(thing, value=_put(thing.value, path, value))
    if isinstance(thing, tuple):
        at = int(path[0])
        return (*thing[:at], _put(thing[at], path[1:], value), *thing[at + 1 :])
    return msgspec.structs.replace(thing, **{path[0]: _put(getattr(thing, path[0]), path[1:], value)})


def _fact_of(value: object) -> Fact[Any]:
    if isinstance(value, Fact):
        return value
    return Fact(why="not collected") if value is None else known(value)


def not_collected(site: Site, path: str, why: str = "not collected") -> Site:
    """Make one fact unknown.

    Example: `not_collected(site, "licence_servers.0.machine.version")`.
    """
    return changed(site, path, Fact(why=why))


def with_host(site: Site, at: int, /, **changes: object) -> Site:
    """Change facts of one session host.

    Example: `with_host(site, 0, grace_days=5, mode=None)`.
    """
    return _with(site, f"session_hosts.{at}", changes)


def with_server(site: Site, at: int, /, **changes: object) -> Site:
    """Change facts of one licence server.

    Example: `with_server(site, 0, activated=False)`.
    """
    return _with(site, f"licence_servers.{at}", changes)


def with_own(site: Site, at: int, /, **changes: object) -> Site:
    """Change facts of one server of ours: 0 is the licence server, 1 the centre.

    Example: `with_own(site, 0, alarms=("rollback",))`.
    """
    return _with(site, f"own.{at}", changes)


def with_machine(site: Site, name: str, /, **changes: object) -> Site:
    """Change facts of a machine, found by the first part of its name.

    Example: `with_machine(site, "rdsh1", version=V2025)`.
    """
    for group in ("session_hosts", "licence_servers"):
        for at, one in enumerate(getattr(site, group)):
            if short_name(one.machine.name) == short_name(name):
                site = _with(site, f"{group}.{at}.machine", changes)
    return site


def with_directory(site: Site, /, **changes: object) -> Site:
    """Change facts of the directory.

    Example: `with_directory(site, self_may_write=False)`.
    """
    return _with(site, "directory", changes)


def with_domain(site: Site, at: int, /, **changes: object) -> Site:
    """Change facts of one domain.

    Example: `with_domain(site, 0, group_members=())`.
    """
    return _with(site, f"directory.domains.{at}", changes)


def with_packs(site: Site, at: int, /, *packs: Pack) -> Site:
    """Replace the packs of one licence server."""
    return with_server(site, at, packs=packs)


def with_reach(site: Site, at: int, /, **changes: object) -> Site:
    """Change how one host gets to its first licence server.

    Example: `with_reach(site, 0, port_135=False)`. A step that fails gives status 6, as on Windows, unless a status is
    given; with no name nothing more is tried.
    """
    if False in changes.values():
        changes = {"status": 6} | changes
    if changes.get("name") is False:
        changes = {"port_135": None, "dynamic": None, "pipe": None} | changes
    return _with(site, f"session_hosts.{at}.reach.0", changes)


def with_host_event(site: Site, at: int, number: int, /, days_ago: float = 1, source: str = RCM) -> Site:
    """Add an event to a session host's."""
    return _with_event(site, f"session_hosts.{at}", _event(number, days_ago, source))


def with_server_event(site: Site, at: int, number: int, /, days_ago: float = 1, source: str = LICENSING) -> Site:
    """Add an event to a licence server's."""
    return _with_event(site, f"licence_servers.{at}", _event(number, days_ago, source))


def with_another_server(site: Site, name: str = "ls2.corp.example", /, **changes: object) -> Site:
    """Add a copy of the first licence server under another name; no host names it."""
    copy = changed(site, "licence_servers.0.machine.name", name).licence_servers[0]
    site = msgspec.structs.replace(site, licence_servers=(*site.licence_servers, copy))
    return with_server(site, len(site.licence_servers) - 1, **changes)


def with_another_host(site: Site, name: str, /, **changes: object) -> Site:
    """Add a copy of the first session host under another name."""
    copy = changed(site, "session_hosts.0.machine.name", name).session_hosts[0]
    site = msgspec.structs.replace(site, session_hosts=(*site.session_hosts, copy))
    return with_host(site, len(site.session_hosts) - 1, **changes)


def _with(site: Site, path: str, changes: dict[str, object]) -> Site:
    for name, value in changes.items():
        site = changed(site, f"{path}.{name}", value)
    return site


def _event(number: int, days_ago: float, source: str) -> Event:
    return Event(id=number, source=source, time=READ - int(days_ago * DAY))


def _with_event(site: Site, path: str, event: Event) -> Site:
    group, at = path.split(".")
    before = getattr(site, group)[int(at)].events.value or ()
    return changed(site, f"{path}.events", (*before, event))


# Asking


def rules_named(beginning: str = "") -> tuple[Rule, ...]:
    """Load the rules whose names begin so."""
    names = sorted(module.name for module in iter_modules(rules.__path__))
    wanted = (name for name in names if name.startswith(beginning.replace("-", "_")))
    return tuple(import_module(f"{rules.__name__}.{name}").RULE for name in wanted)


def answers(site: Site, of: str = "") -> list[Finding]:
    """Ask every rule, or those whose names begin with `of`, and give all that they answer."""
    return diagnose(site, rules_named(of), NOW)


def findings(site: Site, of: str = "") -> dict[tuple[str, str], Outcome]:
    """Ask likewise, and give the errors, warnings and notices: the worst for each rule and subject."""
    found = sorted(answers(site, of), key=lambda f: ORDER.index(f.outcome), reverse=True)
    return {(f.rule, f.subject): f.outcome for f in found if f.outcome in FOUND}


def outcomes(site: Site, rule: str) -> set[Outcome]:
    """Ask one rule, and give every outcome that it answers, of whatever subject."""
    return {finding.outcome for finding in answers(site, rule) if finding.rule == rule}


def facts_in(thing: object, path: str = "") -> Iterator[tuple[str, Fact[Any]]]:
    """List every fact of a site with its path, those inside other facts too; `changed` takes the paths."""
    if isinstance(thing, Fact):
        yield path, thing
        yield from facts_in(thing.value, path)
    elif isinstance(thing, tuple):
        for at, one in enumerate(thing):
            yield from facts_in(one, f"{path}.{at}")
    elif isinstance(thing, msgspec.Struct):
        for name in thing.__struct_fields__:
            yield from facts_in(getattr(thing, name), f"{path}.{name}".lstrip("."))
