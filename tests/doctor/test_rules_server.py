"""Each rule about licence servers fires on its fault, is silent on healthy sites, and never takes what is unknown for ok."""

import random
from collections.abc import Callable
from importlib import import_module

import msgspec
import pytest

from calvox.common.commands import Command
from calvox.common.i18n import LANGUAGES
from calvox.doctor import rules
from calvox.doctor.engine import diagnose
from calvox.doctor.facts import UNLIMITED, Backup, Event, Fact, Mode, Pack, Site
from calvox.doctor.rule import Finding, Outcome, Rule
from tests.doctor.sites import (
    DAY,
    FOUND,
    LICENSING,
    NOW,
    READ,
    V2016,
    V2019,
    V2022,
    V2025,
    bare,
    built_in_pack,
    cal,
    changed,
    device_pack,
    facts_in,
    healthy,
    known,
    not_collected,
    rules_named,
    temporary_pack,
    user_pack,
    with_another_server,
    with_machine,
    with_packs,
    with_server,
    with_server_event,
    workgroup,
)

RULES = {rule.name: rule for rule in (*rules_named("server"), *rules_named("collector-not-administrator"))}
OK, NOTICE, WARNING, ERROR = Outcome.OK, Outcome.NOTICE, Outcome.WARNING, Outcome.ERROR
UNKNOWN, NOT_APPLICABLE = Outcome.UNKNOWN, Outcome.NOT_APPLICABLE
BACKUP = Backup(time=READ - DAY, folder=True, system_state=True, tested=True)
SERVER = "licence_servers.0"


def ask(site: Site, name: str) -> list[Finding]:
    """Give what one rule answers."""
    return diagnose(site, [RULES[name]], NOW)


def outcomes(site: Site, name: str) -> set[Outcome]:
    """Give the outcomes that one rule answers."""
    return {finding.outcome for finding in ask(site, name)}


def hosts(site: Site, **changes: object) -> Site:
    """Change a fact of every session host."""
    for at in range(len(site.session_hosts)):
        for path, value in changes.items():
            site = changed(site, f"session_hosts.{at}.{path.replace('__', '.')}", value)
    return site


def server(**changes: object) -> Site:
    """Change facts of the healthy licence server."""
    return with_server(healthy(), 0, **changes)


def machine(**changes: object) -> Site:
    """Change facts of the healthy licence server as a machine."""
    return with_machine(healthy(), "ls1", **changes)


def packs(*some: Pack) -> Site:
    """Give the healthy licence server other packs."""
    return with_packs(healthy(), 0, built_in_pack(), *some)


def backup(**changes: object) -> Site:
    """Change the healthy licence server's backup."""
    return server(backup=msgspec.structs.replace(BACKUP, **changes))


def event(number: int, source: str = LICENSING, text: str = "", days_ago: int = 1, count: int = 1) -> Site:
    """Add one event to the healthy licence server's."""
    return server(events=(Event(id=number, source=source, time=READ - days_ago * DAY, text=text, count=count),))


def two_in_a_domain(**changes: object) -> Site:
    """Build a domain with two licence servers and the same changes on both."""
    site = with_another_server(healthy(), **changes)
    return with_server(site, 0, **changes)


Case = tuple[str, Outcome, Callable[[], Site]]

FAULTS: list[Case] = [
    ("server-not-activated", ERROR, lambda: server(activated=False)),
    ("server-service-stopped", ERROR, lambda: server(service_state="Stopped")),
    ("server-service-stopped", ERROR, lambda: server(service_state="Stop Pending")),
    ("server-service-not-automatic", WARNING, lambda: server(service_start="Manual")),
    ("server-service-not-automatic", ERROR, lambda: server(service_start="Disabled")),
    ("server-no-packs", ERROR, lambda: packs()),
    ("server-no-packs", ERROR, lambda: packs(temporary_pack())),
    ("server-no-packs", WARNING, lambda: with_another_server(healthy(), packs=())),
    ("server-only-temporary", WARNING, lambda: packs(user_pack(), temporary_pack(issued=7))),
    ("server-only-temporary", WARNING, lambda: packs(device_pack(), temporary_pack(issued=7))),
    (
        "server-only-temporary",
        WARNING,
        lambda: server(issued=(msgspec.structs.replace(cal("PC1", per_user=False), temporary=True, status=1),)),
    ),
    ("server-pool-used", WARNING, lambda: packs(user_pack(total=50, issued=45))),
    ("server-pool-used", WARNING, lambda: packs(user_pack(total=50, issued=50))),
    ("server-pool-used", WARNING, lambda: packs(device_pack(total=10, issued=9))),
    ("server-pool-used", ERROR, lambda: packs(device_pack(total=10, issued=10))),
    (
        "server-pool-used",
        WARNING,
        lambda: packs(device_pack(version=V2019, total=9, issued=9), device_pack(4, version=V2022)),
    ),
    (
        "server-pool-used",
        ERROR,
        lambda: with_server(
            packs(device_pack(version=V2019, total=9, issued=9), device_pack(4, version=V2022)),
            0,
            prevent_upgrade=True,
        ),
    ),
    ("server-over-use", WARNING, lambda: packs(user_pack(total=50, issued=62))),
    (
        "server-over-use",
        WARNING,
        lambda: packs(
            user_pack(total=50, issued=50), Pack(number=10, kind=7, product=1, version=V2022, total=0, issued=12)
        ),
    ),
    ("server-built-in-over-used", WARNING, lambda: packs(user_pack(), built_in_pack(9, issued=5))),
    ("server-built-in-over-used", WARNING, lambda: packs(built_in_pack(9, issued=5))),
    (
        "server-built-in-over-used",
        WARNING,
        lambda: hosts(packs(user_pack(), built_in_pack(9, issued=5)), mode=Mode.DEVICE),
    ),
    ("server-packs-newer", ERROR, lambda: packs(user_pack(version=V2025))),
    ("server-packs-newer", ERROR, lambda: machine(version=V2019)),
    ("server-packs-unfit", ERROR, lambda: packs(device_pack())),
    ("server-packs-unfit", ERROR, lambda: hosts(packs(user_pack()), mode=Mode.DEVICE)),
    ("server-per-user-workgroup", ERROR, lambda: with_packs(workgroup(), 0, device_pack(), user_pack())),
    ("server-not-in-group", WARNING, lambda: server(in_group=False)),
    ("server-not-published", WARNING, lambda: hosts(server(published=False), servers=())),
    ("server-not-published", NOTICE, lambda: hosts(server(registered=False), servers=())),
    ("server-workgroup-role", NOTICE, lambda: hosts(server(role=0), servers=())),
    ("server-security-group-empty", ERROR, lambda: server(security_group_policy=True)),
    ("server-peer-authentication", WARNING, lambda: two_in_a_domain(published=False)),
    ("server-peer-authentication", WARNING, lambda: with_another_server(workgroup(), "LS2")),
    ("server-workgroup-enforcement-off", WARNING, lambda: with_server(workgroup(), 0, workgroup_enforcement=False)),
    ("server-on-domain-controller", WARNING, lambda: machine(domain_controller=True)),
    ("server-no-backup", ERROR, lambda: server(backup=False)),
    ("server-backup-old", WARNING, lambda: backup(time=READ - 8 * DAY)),
    ("server-backup-old", WARNING, lambda: backup(time=READ - 30 * DAY)),
    ("server-backup-old", ERROR, lambda: backup(time=READ - 30 * DAY - 1)),
    ("server-backup-partial", ERROR, lambda: backup(system_state=False)),
    ("server-backup-partial", ERROR, lambda: backup(folder=False)),
    ("server-backup-partial", ERROR, lambda: backup(folder=False, system_state=False)),
    ("server-backup-untested", WARNING, lambda: backup(tested=False)),
    ("server-little-room", WARNING, lambda: server(database_free=2**30 - 1)),
    ("server-little-room", WARNING, lambda: server(database_free=100 * 2**20)),
    ("server-little-room", ERROR, lambda: server(database_free=100 * 2**20 - 1)),
    ("server-reaches-internet", NOTICE, lambda: machine(internet=True)),
    ("server-pack-ending", WARNING, lambda: packs(_until(user_pack(), NOW + 10 * DAY))),
    ("server-pack-ending", WARNING, lambda: packs(_until(user_pack(), NOW + 30 * DAY))),
    ("server-pack-ending", ERROR, lambda: packs(_until(user_pack(), NOW))),
    ("server-pack-ending", ERROR, lambda: packs(_until(user_pack(), NOW - DAY), device_pack(9))),
    ("server-pack-ending", ERROR, lambda: packs(_until(user_pack(), NOW - DAY), user_pack(9, version=V2019))),
    ("server-pack-ending", NOTICE, lambda: packs(_until(user_pack(), NOW - DAY), user_pack(9))),
    ("server-prevent-upgrade", WARNING, lambda: _newer_only(Mode.USER)),
    ("server-prevent-upgrade", ERROR, lambda: _newer_only(Mode.DEVICE)),
    ("server-clock-skew", WARNING, lambda: machine(clock_offset=301)),
    ("server-clock-skew", WARNING, lambda: machine(clock_offset=-7200)),
    ("server-events", ERROR, lambda: event(623, source="ESENT", text="svchost (1234) The version store …")),
    ("server-events", ERROR, lambda: event(44)),
    ("server-events", NOTICE, lambda: event(16)),
    ("collector-not-administrator", NOTICE, lambda: machine(administrator=False)),
    (
        "collector-not-administrator",
        WARNING,
        lambda: with_server(machine(administrator=False), 0, packs=None),
    ),
    ("collector-not-administrator", WARNING, lambda: with_packs(machine(administrator=False), 0)),
    ("collector-not-administrator-host", WARNING, lambda: with_machine(healthy(), "rdsh1", administrator=False)),
]
EVENTS = {
    **dict.fromkeys((9, 12, 17, 19, 26, 44, 4100), ERROR),
    **dict.fromkeys((7, 8, 14, 15, 18, 20, 21, 22, 39, 90, 92, 93, 4105, 4107, 4108, 4140, 4141), WARNING),
    16: NOTICE,
}
FAULTS += [("server-events", outcome, lambda number=number: event(number)) for number, outcome in EVENTS.items()]  # type: ignore[misc]

SILENT: list[tuple[str, Callable[[], Site]]] = [
    ("server-service-not-automatic", lambda: server(service_start="Automatic")),
    ("server-only-temporary", lambda: packs(device_pack(issued=1), temporary_pack(issued=7))),
    ("server-pool-used", lambda: packs(user_pack(total=50, issued=44))),
    ("server-over-use", lambda: packs(user_pack(total=50, issued=50))),
    ("server-over-use", lambda: packs(user_pack(total=50, issued=60), user_pack(9, total=20, issued=5))),
    ("server-over-use", lambda: packs(_until(user_pack(total=50, issued=60), NOW - DAY))),
    ("server-built-in-over-used", lambda: hosts(packs(device_pack(), built_in_pack(9, issued=5)), mode=Mode.DEVICE)),
    ("server-built-in-over-used", lambda: packs(user_pack(), device_pack(issued=1), temporary_pack(issued=7))),
    ("server-packs-newer", lambda: packs(user_pack(version=V2016))),
    ("server-packs-unfit", lambda: changed(packs(device_pack()), "session_hosts.1.mode", Mode.DEVICE)),
    ("server-not-published", lambda: server(published=False, registered=False)),
    ("server-not-published", lambda: hosts(healthy(), servers=())),
    (
        "server-not-published",
        lambda: changed(
            changed(server(published=False), "session_hosts.1.servers", ()), "session_hosts.1.application_mode", False
        ),
    ),
    ("server-workgroup-role", lambda: server(role=0)),
    ("server-security-group-empty", lambda: server(security_group_policy=True, endpoint_members=("RDSH1",))),
    ("server-peer-authentication", lambda: two_in_a_domain(published=True)),
    ("server-peer-authentication", lambda: two_in_a_domain(published=False, peers=("LS1", "ls2.corp.example"))),
    (
        "server-peer-authentication",
        lambda: with_server(two_in_a_domain(published=False, peers=("ls1",)), 0, machine=_controller()),
    ),
    ("server-backup-old", lambda: backup(time=READ - 7 * DAY)),
    ("server-backup-old", lambda: backup(time=READ + DAY)),
    ("server-little-room", lambda: server(database_free=2**30)),
    ("server-pack-ending", lambda: packs(_until(user_pack(), NOW + 31 * DAY))),
    ("server-prevent-upgrade", lambda: with_server(_newer_only(Mode.DEVICE), 0, prevent_upgrade=False)),
    ("server-prevent-upgrade", lambda: server(prevent_upgrade=True)),
    ("server-clock-skew", lambda: machine(clock_offset=-300)),
    ("server-clock-skew", lambda: machine(clock_offset=300)),
    ("server-events", lambda: event(44, text="ESE error -1316 JET_errInvalidObject, Object is invalid for operation.")),
    ("server-events", lambda: event(18, days_ago=15)),
    ("server-events", lambda: event(4)),
    ("server-events", lambda: event(18, source="Service Control Manager")),
    ("server-events", lambda: event(623, source="ESENT", text="wuaueng.dll (2160) SUS20ClientDataStore: …")),
    *[("server-events", lambda n=n: with_server_event(event(n, days_ago=3), 0, 4)) for n in (17, 18, 19, 39)],
]

TOLD_UNKNOWN: list[tuple[str, Callable[[], Site]]] = [
    ("server-only-temporary", lambda: server(issued=None)),
    ("server-built-in-over-used", lambda: hosts(packs(device_pack(), built_in_pack(9, issued=5)), mode=None)),
    ("server-built-in-over-used", lambda: hosts(packs(device_pack(), built_in_pack(9, issued=5)), servers=None)),
    ("server-built-in-over-used", lambda: without_hosts(packs(device_pack(), built_in_pack(9, issued=5)))),
    ("server-packs-unfit", lambda: hosts(healthy(), mode=None)),
    ("server-packs-unfit", lambda: hosts(healthy(), servers=None)),
    ("server-packs-unfit", lambda: without_hosts(healthy())),
    ("server-not-in-group", lambda: server(in_group=None)),
    ("server-not-published", lambda: hosts(server(published=False), servers=None)),
    ("server-not-published", lambda: hosts(server(published=None), servers=())),
    ("server-not-published", lambda: hosts(server(registered=None), servers=())),
    ("server-not-published", lambda: without_hosts(server(published=False))),
    ("server-not-published", lambda: hosts(server(published=False), servers=(), application_mode=None)),
    ("server-workgroup-role", lambda: without_hosts(server(role=0))),
    ("server-workgroup-role", lambda: hosts(server(role=0), servers=None)),
    ("server-security-group-empty", lambda: server(security_group_policy=None)),
    ("server-security-group-empty", lambda: server(security_group_policy=True, endpoint_members=None)),
    ("server-peer-authentication", lambda: two_in_a_domain(published=None)),
    ("server-peer-authentication", lambda: two_in_a_domain(published=False, peers=None)),
    ("server-prevent-upgrade", lambda: without_hosts(server(prevent_upgrade=True))),
    ("server-prevent-upgrade", lambda: hosts(server(prevent_upgrade=True), servers=None)),
    ("server-prevent-upgrade", lambda: hosts(server(prevent_upgrade=True), mode=None)),
    ("server-prevent-upgrade", lambda: hosts(server(prevent_upgrade=True), machine__version=None)),
]


def _until(pack: Pack, end: int) -> Pack:
    return msgspec.structs.replace(pack, expires=end)


def _newer_only(mode: Mode) -> Site:
    site = hosts(healthy(), mode=mode, machine__version=V2019)
    return with_server(site, 0, prevent_upgrade=True)


def _controller() -> object:
    return machine(domain_controller=True).licence_servers[0].machine


def without_hosts(site: Site) -> Site:
    """Leave the session hosts out."""
    return msgspec.structs.replace(site, session_hosts=())


def _number(cases: list[Case]) -> list[str]:
    return [f"{name}-{outcome}-{at}" for at, (name, outcome, _) in enumerate(cases)]


def test_every_rule_has_a_fault() -> None:
    """No rule about licence servers is left untested."""
    assert {name for name, _, _ in FAULTS} == set(RULES)


@pytest.mark.parametrize(("name", "outcome", "site"), FAULTS, ids=_number(FAULTS))
def test_fires_on_its_fault(name: str, outcome: Outcome, site: Callable[[], Site]) -> None:
    """A rule names its fault, at its level, with a remedy."""
    found = [finding for finding in ask(site(), name) if finding.outcome in FOUND]
    assert {finding.outcome for finding in found} == {outcome}
    assert all(finding.remedy for finding in found)
    for finding in found:
        for language in LANGUAGES:
            assert "{" not in finding.text.into(language)


@pytest.mark.parametrize(("name", "site"), SILENT, ids=[f"{name}-{at}" for at, (name, _) in enumerate(SILENT)])
def test_silent_where_it_looks_like_a_fault(name: str, site: Callable[[], Site]) -> None:
    """A rule keeps silent just beside its fault."""
    assert outcomes(site(), name) <= {OK, NOT_APPLICABLE}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("site", [healthy, workgroup])
def test_silent_on_healthy_sites(name: str, site: Callable[[], Site]) -> None:
    """A healthy site gives no finding, and everything is known there."""
    assert outcomes(site(), name) <= {OK, NOT_APPLICABLE}


@pytest.mark.parametrize(("name", "need"), [(rule.name, need) for rule in RULES.values() for need in rule.needs])
@pytest.mark.parametrize("site", [healthy, workgroup])
def test_unknown_without_a_needed_fact(name: str, need: str, site: Callable[[], Site]) -> None:
    """Without a fact that it needs a rule says so, with the reason."""
    about = "session_hosts.0" if RULES[name].about == "host" else SERVER
    unknown = [f for f in ask(not_collected(site(), f"{about}.{need}", "access denied"), name) if f.missing]
    assert [finding.outcome for finding in unknown] == [UNKNOWN]
    assert unknown[0].missing == (f"{need}: access denied",)


def _one_by_one_and_everywhere(site: Site) -> list[list[str]]:
    """List each fact, and for each kind of fact all that there are in the site."""
    paths = [path for path, _ in facts_in(site)]
    kinds: dict[str, list[str]] = {}
    for path in paths:
        kinds.setdefault("".join(c for c in path if not c.isdigit()), []).append(path)
    return [[path] for path in paths] + list(kinds.values())


def _without(site: Site, paths: list[str]) -> Site:
    for path in sorted(paths, key=len, reverse=True):
        site = not_collected(site, path)
    return site


@pytest.mark.parametrize(
    ("name", "site"), TOLD_UNKNOWN, ids=[f"{name}-{at}" for at, (name, _) in enumerate(TOLD_UNKNOWN)]
)
def test_says_what_the_facts_do_not_tell(name: str, site: Callable[[], Site]) -> None:
    """A rule that looks further than the facts it always needs says so when those are missing."""
    assert outcomes(site(), name) == {UNKNOWN}


@pytest.mark.parametrize(("name", "outcome", "site"), FAULTS, ids=_number(FAULTS))
def test_hiding_a_fact_never_turns_a_fault_into_ok(name: str, outcome: Outcome, site: Callable[[], Site]) -> None:
    """Whatever fact of a faulty site is not collected, the rule still finds the fault or says that it does not know."""
    faulty = site()
    guilty = {finding.subject for finding in ask(faulty, name) if finding.outcome in FOUND}
    for hidden in _one_by_one_and_everywhere(faulty):
        answered = ask(_without(faulty, hidden), name)
        for subject in guilty:
            said = {finding.outcome for finding in answered if finding.subject == subject}
            assert said & {UNKNOWN, *FOUND}, (hidden, said)


@pytest.mark.parametrize("site", [healthy, workgroup])
def test_hiding_facts_of_a_healthy_site_makes_no_fault(site: Callable[[], Site]) -> None:
    """Whatever is missing of a healthy site, no rule claims a fault."""
    chance = random.Random(3)
    paths = [path for path, _ in facts_in(site())]
    tries = [[path] for path in paths] + [chance.sample(paths, chance.randint(2, len(paths) // 2)) for _ in range(100)]
    for hidden in tries:
        found = [f for f in diagnose(_without(site(), hidden), RULES.values(), NOW) if f.outcome in FOUND]
        assert not found, (hidden, found)


def test_nothing_known_gives_nothing_but_unknown() -> None:
    """Of a site of which only names are known, no rule says ok or claims a fault."""
    said = {finding.outcome for finding in diagnose(bare(), RULES.values(), NOW)}
    assert UNKNOWN in said
    assert said <= {UNKNOWN, NOT_APPLICABLE}


PACK_RULES = [name for name, rule in RULES.items() if "packs" in rule.needs]


@pytest.mark.parametrize("name", PACK_RULES)
@pytest.mark.parametrize("administrator", [False, None])
def test_a_zero_that_no_administrator_saw_is_not_believed(name: str, administrator: bool | None) -> None:
    """Empty packs are unknown unless an administrator collected (KB2546583)."""
    site = with_server(with_packs(healthy() if "workgroup" not in name else workgroup(), 0), 0, prevent_upgrade=True)
    for empty in (site, with_packs(site, 0, user_pack(total=0, issued=0))):
        assert outcomes(with_machine(empty, "ls1", administrator=administrator), name) == {UNKNOWN}


def test_what_it_says_holds_the_numbers() -> None:
    """Over-use is told per type and version, issued minus total over all packs, in both languages."""
    site = packs(user_pack(total=50, issued=62), user_pack(8, total=10, issued=3), device_pack(9, V2019, 5, 6))
    texts = [str(finding.text) for finding in ask(site, "server-over-use")]
    assert texts == [
        "ls1.corp.example, CALs per device of version 2019: 6 issued, 5 bought, 1 too many",
        "ls1.corp.example, CALs per user of version 2022: 65 issued, 60 bought, 5 too many",
    ]


def test_events_of_one_kind_are_told_once() -> None:
    """Equal events become one finding with their count and what to do."""
    same = Event(id=4105, source="Microsoft-Windows-TerminalServices-Licensing", time=READ - DAY, count=4)
    [finding] = ask(server(events=(same, same)), "server-events")
    assert "4105" in str(finding.text)
    assert "(count: 8)" in str(finding.text)


def test_old_events_are_measured_from_the_collection() -> None:
    """A bundle that lay about for a year still tells of the events that were recent when it was made."""
    old = Event(id=4105, source=LICENSING, time=READ - 400 * DAY)
    site = server(events=Fact((old,), time=READ - 399 * DAY))
    assert outcomes(site, "server-events") == {WARNING}
    assert outcomes(server(events=known((old,))), "server-events") == {OK}


def test_half_a_backup_is_told_by_its_half() -> None:
    """What a backup lacks is named."""
    lacks = [
        (backup(folder=False), "lacks the database folder"),
        (backup(system_state=False), "lacks the system state"),
        (backup(folder=False, system_state=False), "neither its database folder nor the system state"),
    ]
    for site, words in lacks:
        [finding] = ask(site, "server-backup-partial")
        assert words in str(finding.text)


def test_only_the_licensing_service_tells_of_an_activation() -> None:
    """Event 4 of another source mends nothing."""
    site = with_server_event(event(18, days_ago=3), 0, 4, source="TerminalServices-PnPDevices")
    assert outcomes(site, "server-events") == {WARNING}


def test_events_of_just_14_days_ago_count() -> None:
    """The last day of the time looked at is part of it."""
    assert outcomes(event(4105, days_ago=14), "server-events") == {WARNING}
    assert outcomes(server(events=(Event(id=4105, source=LICENSING, time=READ - 14 * DAY - 1),)), "server-events") == {
        OK
    }


def test_a_backup_from_the_future_has_no_age() -> None:
    """A backup dated after the collection is neither old nor new."""
    assert outcomes(backup(time=READ + 2 * DAY), "server-backup-old") == {UNKNOWN}


def test_an_unlimited_pack_is_neither_full_nor_missing() -> None:
    """A row that Windows does not count is no pool."""
    odd = Pack(number=7, kind=2, product=1, version=V2022, total=UNLIMITED, issued=900)
    assert outcomes(packs(odd, user_pack()), "server-over-use") == {OK}
    assert outcomes(packs(odd), "server-no-packs") == {ERROR}


HEADINGS = ("What it checks:", "Why it matters:", "Example:", "Remedy:", "Reference:")


@pytest.mark.parametrize("name", RULES)
def test_the_docstring_has_its_headings(name: str) -> None:
    """Each rule tells people what it checks, why, an example, the remedy and the source, in this order."""
    docs = import_module(f"{rules.__name__}.{name.replace('-', '_')}").__doc__ or ""
    places = [docs.index(f"\n{heading}") for heading in HEADINGS]
    assert places == sorted(places)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_title_and_remedy_can_be_shown(rule: Rule) -> None:
    """Title and remedy have no value to fill in but commands of ours, and every rule names its source."""
    assert str(rule.title) == rule.title.message
    assert all(isinstance(value, Command) for value in rule.remedy.values.values())
    assert "{" not in str(rule.remedy)
    assert rule.reference
