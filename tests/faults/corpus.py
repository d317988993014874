"""The fault corpus: broken sites as data, and the doctor's score over them.

Rules:
- A case is a healthy site (`tests/doctor/sites.py`), harmless peculiarities on top, and changes that break it. What the
  doctor has to say is written down with the case, before it is asked.
- A cause is named if its rule gives an error or a warning about its subject. An error that is neither a cause nor an
  allowed consequence is a false error; a warning likewise is a false warning. Notices and *unknown* count as nothing.
- How a change is written stands in `README.md` beside the cases.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from calvox.doctor.engine import diagnose
from calvox.doctor.facts import (
    UNLIMITED,
    Directory,
    Domain,
    Event,
    Fact,
    From,
    Join,
    LicenceServer,
    Mode,
    ModeSetting,
    NamedServers,
    Pack,
    Reach,
    SessionHost,
    Site,
    short_name,
)
from calvox.doctor.own import OwnStore
from calvox.doctor.rule import Outcome, Rule
from tests.doctor.sites import (
    DAY,
    LICENSING,
    NOW,
    RCM,
    READ,
    changed,
    due_after,
    good_reach,
    healthy,
    own_servers,
    with_another_host,
    with_another_server,
    workgroup,
)

FOLDER = Path(__file__).parent
BASES = {"healthy": healthy, "workgroup": workgroup, "own": own_servers}
GROUPS: dict[str, tuple[str, type]] = {
    "host": ("session_hosts", SessionHost),
    "server": ("licence_servers", LicenceServer),
}
"""Whom a step is about: the site's field, and the type."""
VERSIONS = {"2008": 2, "2008R2": 3, "2012": 4, "2016": 5, "2019": 6, "2022": 7, "2025": 8}
PACKS = {"user": (2, 1), "device": (2, 0), "built-in": (6, 3), "temporary": (4, 0), "over-used": (7, 1)}
"""Words for packs: KeyPackType and ProductType."""

Step = dict[str, Any]
"""One change; its first key says of what."""
Said = tuple[str, str]
"""A rule, and the subject that it speaks about."""


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One broken site."""

    name: str
    about: str
    """What happened there, in a sentence."""
    source: str = ""
    """The published article or sample that it is built from: title, then repository or site; "" if it is invented."""
    base: str = "healthy"
    version: str = ""
    """Windows version of all machines and packs, where it is not the base's 2022."""
    harmless: list[Step] = []
    """Peculiarities that nobody need mend."""
    changes: list[Step]
    """What breaks it."""
    causes: list[str]
    """What must be named, as rule@subject; the subject may be *hosts*, *servers* or *site*."""
    allowed: list[str] = []
    """Consequences that may be reported too, likewise, or rule@any."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the doctor did on one case."""

    case: Case
    missed: tuple[str, ...]
    """Causes that were not named."""
    false_errors: tuple[Said, ...]
    false_warnings: tuple[Said, ...]
    consequences: int
    """Errors and warnings that are no cause and allowed."""
    errors: int
    """Errors said, deserved or not."""
    said: frozenset[Said]
    """Every error and warning."""

    @property
    def exact(self) -> bool:
        """Tell whether every cause was named and nothing was said without reason."""
        return not (self.missed or self.false_errors or self.false_warnings)


@dataclass(frozen=True, slots=True)
class Score:
    """How the doctor did on all of them."""

    cases: int
    published: int
    """Cases built from something published."""
    causes: int
    named: int
    errors: int
    false_errors: int
    false_warnings: int
    consequences: int
    exact: int
    """Cases without any fault."""


# Reading


@cache
def every_case() -> tuple[Case, ...]:
    """Read the cases, file by file."""
    files = sorted(FOLDER.glob("*.toml"))
    return tuple(msgspec.convert(one, Case) for file in files for one in tomllib.loads(file.read_text("utf-8"))["case"])


# Building


def sound(case: Case) -> Site:
    """Build the case's site before it broke: the base with its version and harmless peculiarities."""
    site = BASES[case.base]()
    if case.version:
        site = _of_version(site, VERSIONS[case.version])
    return _after(site, case.harmless)


def broken(case: Case) -> Site:
    """Build the case's site."""
    return _after(sound(case), case.changes)


def _after(site: Site, steps: Iterable[Step]) -> Site:
    for step in steps:
        verb, *_ = step
        changes = {key: value for key, value in step.items() if key != verb}
        site = VERBS[verb](site, step[verb], changes)
    return site


def _of_version(site: Site, version: int) -> Site:
    for group, _ in GROUPS.values():
        for at in range(len(getattr(site, group))):
            site = changed(site, f"{group}.{at}.machine.version", version)
    for at, server in enumerate(site.licence_servers):
        packs = (msgspec.structs.replace(p, version=version) if p.counts else p for p in server.packs.value or ())
        site = changed(site, f"licence_servers.{at}.packs", tuple(packs))
    return site


def _machines(verb: str) -> Callable[[Site, Any, Step], Site]:
    group, kind = GROUPS[verb]

    def apply(site: Site, which: int | list[int] | str, changes: Step) -> Site:
        for at in _positions(site, group, which):
            for key, value in changes.items():
                site = _put(site, f"{group}.{at}", kind, key, value)
        return site

    return apply


def _positions(site: Site, group: str, which: int | list[int] | str) -> list[int]:
    if which == "all":
        return list(range(len(getattr(site, group))))
    return [which] if isinstance(which, int) else list(map(int, which))


def _put(site: Site, place: str, kind: type, key: str, value: Any) -> Site:
    """Change one fact of a machine, or several by a word that keeps them in step."""
    group, at = place.split(".")
    one = getattr(site, group)[int(at)]
    match key:
        case "in_mode":
            mode = Mode(value)
            settings = () if mode is Mode.NOT_SET else (ModeSetting(mode=mode, where=_place(one)),)
            return changed(changed(site, f"{place}.mode", mode), f"{place}.mode_settings", settings)
        case "told":
            named = tuple(value)
            settings_of = (NamedServers(servers=named, where=_place(one)),) if named else ()
            site = changed(changed(site, f"{place}.servers", named), f"{place}.server_settings", settings_of)
            return changed(site, f"{place}.reach", tuple(good_reach(name) for name in named))
        case "version":
            return changed(site, f"{place}.machine.version", VERSIONS[value])
        case "packs" | "more_packs" if isinstance(value, list):
            before = (one.packs.value or ()) if key == "more_packs" else ()
            packs = (pack(text, number) for number, text in enumerate(value, len(before) + 1))
            return changed(site, f"{place}.packs", (*before, *packs))
    return changed(site, f"{place}.{key}", typed(kind, key, value))


def _place(host: SessionHost) -> From:
    return From.POLICY if host.machine.join.value is Join.DOMAIN else From.LOCAL


def _own(site: Site, which: int | list[int] | str, changes: Step) -> Site:
    """Change facts of servers of ours; what is due is worked out from the days since the key, the backup and the drill."""
    for at in _positions(site, "own", which):
        for key, value in changes.items():
            match key:
                case "due":
                    site = changed(site, f"own.{at}.due", due_after(**value))
                case "certificate_days":
                    site = changed(site, f"own.{at}.certificate_ends", READ + value * DAY)
                case _:
                    site = changed(site, f"own.{at}.{key}", typed(OwnStore, key, value))
    return site


def _reach(site: Site, which: int | list[int] | str, changes: Step) -> Site:
    """Change how hosts get to a licence server, to the first one unless *to* says which."""
    changes = dict(changes)
    to = changes.pop("to", 0)
    for at in _positions(site, "session_hosts", which):
        for key, value in changes.items():
            site = changed(site, f"session_hosts.{at}.reach.{to}.{key}", typed(Reach, key, value))
    return site


def _directory(site: Site, _: bool, changes: Step) -> Site:
    for key, value in changes.items():
        site = changed(site, f"directory.{key}", typed(Directory, key, value))
    return site


def _domain(site: Site, name: str, changes: Step) -> Site:
    """Add a domain."""
    facts = {key: typed(Domain, key, value) for key, value in changes.items()}
    members = facts.pop("group_members", Fact(why="not collected"))
    members = members if isinstance(members, Fact) else Fact(members, source="a case", time=READ)
    domain = Domain(name=name, group_members=members, **facts)
    return changed(site, "directory.domains", (*(site.directory.domains.value or ()), domain))


def _event(group: str, source: str) -> Callable[[Site, Any, Step], Site]:
    def apply(site: Site, which: int | list[int] | str, changes: Step) -> Site:
        event = msgspec.convert(_dated({"source": source, "days_ago": 1} | changes), Event)
        for at in _positions(site, group, which):
            before = getattr(site, group)[at].events.value or ()
            site = changed(site, f"{group}.{at}.events", (*before, event))
        return site

    return apply


def _add_host(site: Site, name: str, changes: Step) -> Site:
    return VERBS["host"](with_another_host(site, name), len(site.session_hosts), changes)


def _add_server(site: Site, name: str, changes: Step) -> Site:
    return VERBS["server"](with_another_server(site, name), len(site.licence_servers), changes)


VERBS: dict[str, Callable[[Site, Any, Step], Site]] = {
    "host": _machines("host"),
    "server": _machines("server"),
    "own": _own,
    "reach": _reach,
    "directory": _directory,
    "domain": _domain,
    "host_event": _event("session_hosts", RCM),
    "server_event": _event("licence_servers", LICENSING),
    "add_host": _add_host,
    "add_server": _add_server,
}


def typed(kind: type, key: str, value: Any) -> Any:
    """Give a value its type: that of the fact at a place ("machine.version") of a machine; {unknown = "why"} is none."""
    if isinstance(value, dict) and list(value) == ["unknown"]:
        return Fact(why=value["unknown"])
    hint: Any = kind
    for name in key.split("."):
        hint = get_type_hints(hint)[name]
    return msgspec.convert(_dated(value), get_args(hint)[0] if get_origin(hint) is Fact else hint)


def _dated(value: Any) -> Any:
    """Turn days before the collection into a time."""
    if isinstance(value, list):
        return [_dated(one) for one in value]
    if isinstance(value, dict) and "days_ago" in value:
        value = {key: one for key, one in value.items() if key != "days_ago"} | {
            "time": READ - int(value["days_ago"] * DAY)
        }
    return value


def pack(text: str, number: int) -> Pack:
    """Read a pack: "user 2022 50/62", "device 2019 20/20 ends 12" (days from now), "built-in 3", "temporary 2022 8"."""
    word, *rest = text.split()
    kind, product = PACKS[word]
    version = VERSIONS[rest.pop(0)] if rest[0] in VERSIONS and len(rest) > 1 else 3
    total, _, issued = rest[0].rpartition("/")
    expires = NOW + int(rest[2]) * DAY if rest[1:] else 0
    return Pack(
        number=number,
        kind=kind,
        product=product,
        version=version,
        total=int(total) if total else 0 if word == "over-used" else UNLIMITED,
        issued=int(issued),
        expires=expires,
    )


# Judging


def subjects(site: Site, wanted: str) -> Iterator[Said]:
    """Expand rule@subject: the subjects that it stands for."""
    rule, _, subject = wanted.partition("@")
    hosts = [host.machine.name for host in site.session_hosts]
    servers = [server.machine.name for server in site.licence_servers]
    everyone = [*hosts, *servers, *(own.name for own in site.own), site.name]
    groups = {"hosts": hosts, "servers": servers, "site": [site.name], "any": everyone}
    names = groups.get(subject) or [name for name in everyone if short_name(name) == short_name(subject)]
    assert names, wanted
    yield from ((rule, name) for name in names)


def answered(site: Site, rules: Iterable[Rule]) -> dict[Said, Outcome]:
    """Ask the rules, and give the errors and warnings: the worse of both for each rule and subject."""
    found: dict[Said, Outcome] = {}
    for finding in diagnose(site, rules, NOW):  # Worst first.
        if finding.outcome in (Outcome.ERROR, Outcome.WARNING):
            found.setdefault((finding.rule, finding.subject), finding.outcome)
    return found


def judge(case: Case, rules: Iterable[Rule]) -> Verdict:
    """Ask the doctor about one case."""
    site = broken(case)
    said = answered(site, rules)
    causes = {cause: set(subjects(site, cause)) for cause in case.causes}
    due = set().union(*causes.values())
    may = {one for allowed in case.allowed for one in subjects(site, allowed)}
    strange = {one: outcome for one, outcome in said.items() if one not in due | may}
    return Verdict(
        case=case,
        missed=tuple(cause for cause, wanted in causes.items() if not wanted <= said.keys()),
        false_errors=tuple(one for one, outcome in strange.items() if outcome is Outcome.ERROR),
        false_warnings=tuple(one for one, outcome in strange.items() if outcome is Outcome.WARNING),
        consequences=len((said.keys() & may) - due),
        errors=sum(outcome is Outcome.ERROR for outcome in said.values()),
        said=frozenset(said),
    )


def score(verdicts: Iterable[Verdict]) -> Score:
    """Add up."""
    of = list(verdicts)
    return Score(
        cases=len(of),
        published=sum(bool(one.case.source) for one in of),
        causes=sum(len(one.case.causes) for one in of),
        named=sum(len(one.case.causes) - len(one.missed) for one in of),
        errors=sum(one.errors for one in of),
        false_errors=sum(len(one.false_errors) for one in of),
        false_warnings=sum(len(one.false_warnings) for one in of),
        consequences=sum(one.consequences for one in of),
        exact=sum(one.exact for one in of),
    )


# Two cases in one site


def pairs() -> Iterator[tuple[Site, tuple[Case, Case]]]:
    """Put two cases into one site, wherever they have the same base and neither undoes the other's changes."""
    for one, other in combinations(every_case(), 2):
        if (one.base, one.version) != (other.base, other.version):
            continue
        both = msgspec.structs.replace(one, harmless=[*one.harmless, *other.harmless], changes=[])
        site = sound(both)
        try:
            here, there = (_after(_after(site, a.changes), b.changes) for a, b in ((one, other), (other, one)))
        except (AttributeError, IndexError):  # The first took away, or made unknown, what the second changes.
            continue
        if here == there:
            yield here, (one, other)


def named_in_pairs(rules: Iterable[Rule]) -> tuple[int, int, int]:
    """Ask about each pair; give the pairs, the causes in them, and how many were named."""
    count = causes = named = 0
    for site, both in pairs():
        said = answered(site, rules)
        count += 1
        for case in both:
            wanted = [set(subjects(broken(case), cause)) for cause in case.causes]
            causes += len(wanted)
            named += sum(one <= said.keys() for one in wanted)
    return count, causes, named
