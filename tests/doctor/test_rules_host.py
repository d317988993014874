"""The rules about session hosts: each finds its fault, none finds one in a healthy site, and none calls unknown *ok*."""

from importlib import import_module
from typing import NamedTuple

import pytest

from calvox.doctor.engine import diagnose
from calvox.doctor.facts import From, Join, Mode, ModeSetting, NamedServers, Pack, Site
from calvox.doctor.licensing import licensing_works
from calvox.doctor.rule import Outcome, Rule, View
from tests.doctor.sites import (
    DAY,
    LICENSING,
    NOW,
    READ,
    V2016,
    V2019,
    V2025,
    answers,
    bare,
    built_in_pack,
    changed,
    device_pack,
    facts_in,
    findings,
    good_reach,
    healthy,
    not_collected,
    outcomes,
    rules_named,
    temporary_pack,
    user_pack,
    with_another_host,
    with_another_server,
    with_host,
    with_host_event,
    with_machine,
    with_packs,
    with_reach,
    with_server,
    workgroup,
)

ERROR, WARNING, NOTICE = Outcome.ERROR, Outcome.WARNING, Outcome.NOTICE
RULES = {rule.name: rule for rule in rules_named("host-")}
H1, LONE = "rdsh1.corp.example", "RDSH1"


class Case(NamedTuple):
    """One fault, and what a rule must say of it."""

    rule: str
    outcome: Outcome
    site: Site
    subject: str = H1
    alone: bool = True
    """Whether no other host rule may say anything."""


def modes(*settings: tuple[Mode, From]) -> tuple[ModeSetting, ...]:
    """Set modes in several places."""
    return tuple(ModeSetting(mode=mode, where=where) for mode, where in settings)


def naming(*settings: tuple[str, From]) -> tuple[NamedServers, ...]:
    """Name one licence server in each of several places."""
    return tuple(NamedServers(servers=(name,), where=where) for name, where in settings)


def closed(*members: str) -> Site:
    """Turn the licence server's security group policy on, and see no more whether hosts get through."""
    site = with_server(healthy(), 0, security_group_policy=True, endpoint_members=members)
    return with_reach(with_reach(site, 0, status=None), 1, status=None)


def unlicensed(days: int) -> Site:
    """Leave so many days of grace to a host whose licence server is not activated."""
    return with_server(with_host(healthy(), 0, grace_days=days), 0, activated=False)


CASES = [
    Case("host-no-server", ERROR, with_host(healthy(), 0, servers=(), server_settings=())),
    Case("host-mode-not-set", ERROR, with_host(healthy(), 0, mode=Mode.NOT_SET, mode_settings=())),
    Case("host-mode-not-set", ERROR, with_host(healthy(), 0, mode=Mode.ADMIN, mode_settings=())),
    Case("host-no-matching-packs", ERROR, with_packs(healthy(), 0, built_in_pack(), device_pack())),
    Case("host-no-matching-packs", ERROR, with_packs(workgroup(), 0, user_pack(), temporary_pack()), LONE, alone=False),
    Case("host-cals-older", ERROR, with_packs(healthy(), 0, user_pack(version=V2019), device_pack())),
    Case("host-server-older", ERROR, with_machine(healthy(), "ls1", version=V2019)),
    Case("host-join-differs", ERROR, with_machine(workgroup(), "LS1", join=Join.DOMAIN), LONE, alone=False),
    Case("host-server-lower-version", ERROR, with_reach(healthy(), 0, status=4)),
    Case("host-server-name", ERROR, with_reach(healthy(), 0, name=False)),
    Case("host-server-name", WARNING, with_reach(healthy(), 0, name=False, status=11)),
    Case("host-server-port-135", ERROR, with_reach(healthy(), 0, port_135=False)),
    Case("host-server-dynamic-ports", ERROR, with_reach(healthy(), 0, dynamic=False)),
    Case("host-server-pipe", ERROR, with_reach(healthy(), 0, pipe=False)),
    Case("host-server-not-connectable", ERROR, with_reach(healthy(), 0, status=6)),
    Case("host-server-not-connectable", ERROR, with_reach(healthy(), 0, status=10)),
    Case("host-server-access-denied", NOTICE, with_reach(healthy(), 0, status=8)),
    Case("host-not-allowed", ERROR, with_reach(with_server(healthy(), 0, security_group_policy=None), 0, status=5)),
    Case("host-not-allowed", ERROR, closed("CORP\\RDSH2$"), alone=False),
    Case("host-not-allowed", ERROR, closed(), alone=False),
    Case("host-unknown-server", NOTICE, with_host(healthy(), 0, servers=("ls1", "old")), alone=False),
    Case("host-mode-conflict", WARNING, with_host(healthy(), 0, mode_settings=modes((Mode.USER, From.POLICY), (Mode.DEVICE, From.LOCAL)))),
    Case("host-mode-conflict", WARNING, with_host(healthy(), 0, mode_settings=modes((Mode.DEVICE, From.LOCAL), (Mode.USER, From.DEPLOYMENT)))),
    Case("host-mode-conflict", WARNING, with_host(healthy(), 0, mode_settings=modes((Mode.DEVICE, From.POLICY)))),
    Case("host-policy-hides-local", NOTICE, with_host(healthy(), 0, server_settings=naming(("LS1", From.POLICY), ("new", From.LOCAL)))),
    Case("host-grace-below-30", WARNING, unlicensed(29)),
    Case("host-grace-below-30", WARNING, unlicensed(7)),
    Case("host-grace-below-7", ERROR, unlicensed(6)),
    Case("host-grace-below-7", ERROR, unlicensed(1)),
    Case("host-grace-over", ERROR, unlicensed(0)),
    Case("host-workgroup-credentials", ERROR, with_reach(with_host(workgroup(), 0, stored_credentials=False), 0, status=8), LONE, alone=False),
    Case("host-workgroup-credentials", WARNING, with_host(workgroup(), 0, stored_credentials=False), LONE),
    Case("host-per-user-workgroup", ERROR, with_packs(with_host(workgroup(), 0, mode=Mode.USER, mode_settings=()), 0, user_pack()), LONE),
    Case("host-entra-mode", WARNING, with_host(healthy(), 0, mode=Mode.ENTRA_USER, mode_settings=())),
    Case("host-bad-certificates", ERROR, with_host(healthy(), 0, bad_certificates=("X509 Certificate",))),
    Case("host-modes-differ", WARNING, with_host(healthy(), 0, mode=Mode.DEVICE, mode_settings=()), "corp"),
    Case("host-clock-skew", ERROR, with_machine(healthy(), "rdsh1", clock_offset=-301)),
    Case("host-clock-skew", NOTICE, with_machine(healthy(), "rdsh1", clock_offset=61)),
    Case("host-clock-skew", NOTICE, with_machine(workgroup(), "rdsh1", clock_offset=3600), LONE),
    Case("host-not-session-host", NOTICE, with_host(healthy(), 0, application_mode=False)),
    Case("host-events", WARNING, with_host_event(healthy(), 0, 1004)),
    Case("host-events", WARNING, with_host_event(healthy(), 0, 1011)),
    Case("host-events", WARNING, with_host_event(healthy(), 0, 1028, source="TermService")),
    Case("host-events", WARNING, with_host_event(healthy(), 0, 1061)),
    Case("host-events", ERROR, with_host_event(healthy(), 0, 1133)),
    *(Case("host-events", ERROR, with_host_event(unlicensed(90), 0, n)) for n in (1043, 1068, 1069, 1128, 1130, 1131)),
    Case("host-events", WARNING, with_host_event(unlicensed(90), 0, 1129)),
    Case("host-events", NOTICE, with_host_event(healthy(), 0, 1128)),
]  # fmt: skip


def host_rules(site: Site, rule: str = "host-") -> dict[tuple[str, str], Outcome]:
    """Ask the host rules."""
    return findings(site, rule)


def ids(case: Case) -> str:
    """Name a case."""
    return f"{case.rule}-{case.outcome}"


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_each_rule_finds_its_fault(case: Case) -> None:
    """With the right level and subject; where the fault is one of its own kind, no other host rule speaks of that host."""
    found = host_rules(case.site)
    assert found[case.rule, case.subject] is case.outcome
    if case.alone:
        others = {rule for rule, subject in found if subject == case.subject} - {case.rule}
        assert not others


def test_every_rule_has_a_case() -> None:
    """A rule that nothing tests finds nothing for sure."""
    assert {case.rule for case in CASES} == set(RULES)


@pytest.mark.parametrize("site", [healthy(), workgroup()], ids=["domain", "workgroup"])
def test_a_healthy_site_yields_nothing(site: Site) -> None:
    """Every answer is ok or not applicable, grace at 0 or not."""
    assert {f.outcome for f in answers(site, "host-")} <= {Outcome.OK, Outcome.NOT_APPLICABLE}


def test_a_site_of_which_only_names_are_known_yields_nothing_but_unknown() -> None:
    """Never ok."""
    assert {f.outcome for f in answers(bare(), "host-")} <= {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}
    assert {f.rule for f in answers(bare(), "host-") if f.outcome is Outcome.UNKNOWN} == set(RULES) - {
        "host-modes-differ"
    }


NEEDS = [(rule, need) for rule in RULES.values() for need in rule.needs]


@pytest.mark.parametrize(("rule", "need"), NEEDS, ids=lambda v: v.name if isinstance(v, Rule) else v)
def test_each_need_that_is_missing_is_unknown(rule: Rule, need: str) -> None:
    """Never ok, never not applicable; and the answer names it."""
    for site in (healthy(), workgroup()):
        (finding,) = (f for f in answers(not_collected(site, f"session_hosts.0.{need}"), rule.name) if f.missing)
        assert finding.outcome is Outcome.UNKNOWN
        assert finding.missing == (f"{need}: not collected",)


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_fault_is_never_ok_for_lack_of_facts(case: Case) -> None:
    """Whichever single fact is missing, the rule still finds it or says that it cannot tell."""
    rule = RULES[case.rule]
    fine = {Outcome.OK, Outcome.NOT_APPLICABLE}
    for path, _ in facts_in(case.site):
        found = diagnose(not_collected(case.site, path), [rule], NOW)
        said = {f.outcome for f in found if f.subject == case.subject}
        assert not said & fine, path


@pytest.mark.parametrize("site", [healthy(), workgroup()], ids=["domain", "workgroup"])
def test_a_missing_fact_is_no_fault(site: Site) -> None:
    """Whichever single fact is missing in a healthy site, nothing is found."""
    for path, _ in facts_in(site):
        assert host_rules(not_collected(site, path)) == {}, path


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_only_session_hosts_are_asked(case: Case) -> None:
    """A machine for remote administration takes no CALs: its clock still matters, and settings that have no effect."""
    found = host_rules(with_host(case.site, 0, application_mode=False))
    own = {rule for rule, subject in found if subject in (H1, LONE)}
    assert own <= {"host-not-session-host", "host-clock-skew"}


def test_settings_without_the_role_are_found_in_either_place() -> None:
    """Servers alone, a mode alone; nothing set is fine, and what was not collected is unknown."""
    bare_host = with_host(healthy(), 1, application_mode=False, servers=(), mode_settings=())
    subject = "rdsh2.corp.example"
    one_and_none = modes((Mode.NOT_SET, From.LOCAL), (Mode.USER, From.POLICY))
    assert host_rules(bare_host) == {}
    assert host_rules(with_host(bare_host, 1, servers=("ls1",)))["host-not-session-host", subject] is NOTICE
    assert host_rules(with_host(bare_host, 1, mode_settings=one_and_none))["host-not-session-host", subject] is NOTICE
    assert Outcome.UNKNOWN in outcomes(with_host(bare_host, 1, servers=None), "host-not-session-host")
    assert Outcome.UNKNOWN in outcomes(with_host(bare_host, 1, mode_settings=None), "host-not-session-host")


# What is told apart


def test_a_name_that_does_not_resolve_says_nothing_of_the_ports() -> None:
    """Even if somebody tried them and failed."""
    site = with_reach(healthy(), 0, name=False, port_135=False, dynamic=False, pipe=False)
    assert set(host_rules(site)) == {("host-server-name", H1)}


def test_a_failing_port_135_says_nothing_of_the_dynamic_ports() -> None:
    """They can be learned only through it; the named pipes stand alone."""
    found = host_rules(with_reach(healthy(), 0, port_135=False, dynamic=False, pipe=False))
    assert set(found) == {("host-server-port-135", H1), ("host-server-pipe", H1)}
    assert outcomes(with_reach(healthy(), 0, port_135=False, dynamic=False), "host-server-dynamic-ports") >= {
        Outcome.UNKNOWN
    }


@pytest.mark.parametrize("status", [None, 0, 7])
def test_a_connection_that_windows_is_unsure_of_is_unknown(status: int | None) -> None:
    """And no fault."""
    site = with_reach(healthy(), 0, status=status)
    assert Outcome.UNKNOWN in outcomes(site, "host-server-not-connectable")
    assert host_rules(site) == {}


def test_a_way_that_was_never_tried_is_unknown() -> None:
    """Reach was collected, but not towards the second server named."""
    site = with_another_server(with_host(healthy(), 0, servers=("ls1", "ls2")))
    rules = [name for name in RULES if name.startswith("host-server-")]
    assert all(Outcome.UNKNOWN in outcomes(site, name) for name in rules if name != "host-server-older")
    assert host_rules(site) == {}


@pytest.mark.parametrize("member", ["RDSH1$", "CORP\\rdsh1$", "rdsh1.corp.example", "RDSH1"])
def test_a_host_is_found_in_the_group_however_it_is_written(member: str) -> None:
    """With its domain before or after it, or as an account."""
    assert ("host-not-allowed", H1) not in host_rules(closed(member))
    assert host_rules(closed(member))["host-not-allowed", "rdsh2.corp.example"] is ERROR


def test_a_group_within_the_group_may_hold_the_host() -> None:
    """Then Windows' status decides; without one it is unknown."""
    site = closed("CORP\\Session Hosts")
    assert outcomes(site, "host-not-allowed") == {Outcome.UNKNOWN}
    assert outcomes(with_reach(with_reach(site, 0, status=11), 1, status=11), "host-not-allowed") == {Outcome.OK}


def test_access_denied_to_the_collector_does_not_make_licensing_fail() -> None:
    """Status 8 is about who asks: the grace rules then say that they cannot tell."""
    site = with_reach(with_host(healthy(), 0, grace_days=0), 0, status=8)
    assert outcomes(site, "host-grace-over") == {Outcome.UNKNOWN, Outcome.OK}


def test_no_packs_seen_without_rights_is_no_proof_that_there_are_none() -> None:
    """KB2546583: Windows shows none to those who are no administrators."""
    site = with_machine(with_packs(healthy(), 0), "ls1", administrator=False)
    assert host_rules(site) == {}
    assert outcomes(site, "host-no-matching-packs") == {Outcome.UNKNOWN}
    assert outcomes(with_packs(healthy(), 0), "host-no-matching-packs") == {ERROR}


# Packs and versions


def test_expired_packs_do_not_count() -> None:
    """A pack of a past subscription is none."""

    def ending(at: int) -> Pack:
        return Pack(number=2, kind=2, product=1, version=7, total=50, issued=3, expires=at)

    assert host_rules(with_packs(healthy(), 0, ending(NOW + DAY))) == {}
    assert ("host-no-matching-packs", H1) in host_rules(with_packs(healthy(), 0, ending(NOW - DAY)))


def test_one_fitting_pack_on_any_server_is_enough() -> None:
    """The second server's 2022 pack serves, whatever the first holds."""
    site = with_packs(with_another_server(healthy()), 0, user_pack(version=V2016))
    site = with_host(site, 0, servers=("ls1", "ls2"), reach=(good_reach("ls1"), good_reach("ls2")))
    assert {rule for rule, subject in host_rules(site) if subject == H1} == set()


def test_newer_cals_and_servers_are_fine() -> None:
    """A CAL serves older hosts, and a licence server may be newer."""
    site = with_machine(with_packs(healthy(), 0, user_pack(version=V2025)), "ls1", version=V2025)
    assert host_rules(site) == {}


def test_2008_and_2008_r2_count_as_one() -> None:
    """CALs and licence servers of 2008 serve hosts of both."""
    site = with_packs(healthy(), 0, user_pack(version=2))
    for name, version in (("ls1", 2), ("rdsh1", 3), ("rdsh2", 3)):
        site = with_machine(site, name, version=version)
    assert host_rules(site) == {}
    assert ("host-server-older", H1) in host_rules(with_machine(site, "rdsh1", version=4))


# Settings


def test_equal_settings_in_two_places_are_fine() -> None:
    """So is a place where no mode is set, and another way to write the same server."""
    equal = modes((Mode.USER, From.POLICY), (Mode.USER, From.LOCAL), (Mode.NOT_SET, From.DEPLOYMENT))
    names = naming(("ls1.corp.example", From.POLICY), ("LS1", From.LOCAL))
    assert host_rules(with_host(healthy(), 0, mode_settings=equal, server_settings=names)) == {}


def test_without_a_policy_nothing_is_hidden() -> None:
    """Two weaker places that differ are no matter of policy."""
    names = naming(("ls1", From.DEPLOYMENT), ("new", From.LOCAL))
    assert host_rules(with_host(healthy(), 0, server_settings=names)) == {}


def test_hosts_of_different_servers_may_differ_in_mode() -> None:
    """Only hosts of one licence server are compared."""
    site = with_another_server(healthy())
    site = with_host(site, 1, mode=Mode.DEVICE, mode_settings=(), servers=("ls2",), reach=(good_reach("ls2"),))
    assert host_rules(site) == {}


def test_one_host_has_nobody_to_differ_from() -> None:
    """And two have."""
    assert outcomes(workgroup(), "host-modes-differ") == {Outcome.NOT_APPLICABLE}
    site = with_another_host(workgroup(), "RDSH3", mode=Mode.USER)
    assert outcomes(site, "host-modes-differ") == {WARNING}


def test_a_licence_server_on_the_host_itself_needs_no_credentials() -> None:
    """Nor does one that does not demand them; that is another rule's matter."""
    lone = with_host(workgroup(), 0, stored_credentials=False)
    own = with_host(
        changed(lone, "licence_servers.0.machine.name", "RDSH1"), 0, servers=("RDSH1",), reach=(good_reach("RDSH1"),)
    )
    assert host_rules(own) == {}
    assert host_rules(with_server(lone, 0, workgroup_enforcement=False)) == {}


# Grace


@pytest.mark.parametrize("days", [0, 1, 6, 7, 29, 30])
def test_grace_means_nothing_where_licensing_works(days: int) -> None:
    """The counter may stand anywhere on a host that is licensed."""
    assert host_rules(with_host(healthy(), 0, grace_days=days)) == {}


def test_many_days_are_fine_even_without_a_licence() -> None:
    """From 30 on."""
    assert ("host-grace-below-30", H1) not in host_rules(unlicensed(30))


@pytest.mark.parametrize("server", [{"service_state": "Stopped"}, {"activated": False}, {"packs": ()}])
def test_licensing_fails_with_its_only_server(server: dict[str, object]) -> None:
    """And is unknown if another server is named that nobody collected."""
    site = with_server(healthy(), 0, **server)
    assert licensing_works(View(site, NOW, host=site.session_hosts[0])) is False
    site = with_host(site, 0, servers=("ls1", "elsewhere"))
    assert licensing_works(View(site, NOW, host=site.session_hosts[0])) is None


def test_licensing_fails_without_mode_or_server_and_is_unknown_if_they_are() -> None:
    """Whatever the licence server holds."""

    def works(**changes: object) -> bool | None:
        site = with_host(healthy(), 0, **changes)
        return licensing_works(View(site, NOW, host=site.session_hosts[0]))

    assert works() is True
    assert works(mode=Mode.NOT_SET) is False
    assert works(servers=()) is False
    assert works(mode=None) is works(servers=None) is works(reach=None) is None
    assert works(mode=Mode.ENTRA_USER) is None
    assert works(servers=("elsewhere", "ls1")) is True


@pytest.mark.parametrize(
    ("status", "verdict"), [(9, True), (11, True), (6, False), (5, False), (4, False), (8, None), (0, None)]
)
def test_windows_word_decides_unless_it_says_nothing(status: int, verdict: bool | None) -> None:
    """Only where Windows is mute do the steps count, and only against."""
    site = with_reach(healthy(), 0, status=status)
    assert licensing_works(View(site, NOW, host=site.session_hosts[0])) is verdict
    site = with_reach(site, 0, pipe=False, status=status)
    assert licensing_works(View(site, NOW, host=site.session_hosts[0])) is (verdict or False)


# Events


def test_old_events_and_those_of_others_are_left_alone() -> None:
    """14 days back, and only the session host's own sources."""
    assert host_rules(with_host_event(healthy(), 0, 1004, days_ago=14)) == {}
    assert host_rules(with_host_event(healthy(), 0, 1004, source="Application Error")) == {}
    assert host_rules(with_host_event(healthy(), 0, 1004, source=LICENSING)) == {}
    assert host_rules(with_host_event(healthy(), 0, 4624)) == {}


def test_an_event_is_told_once_with_the_newest_day() -> None:
    """However often it came."""
    site = with_host_event(with_host_event(healthy(), 0, 1061, days_ago=2), 0, 1061, days_ago=9)
    (finding,) = (f for f in answers(site, "host-events") if f.outcome is WARNING)
    assert "event 1061, last 2 days" in str(finding.text)


def test_events_age_with_the_time_of_their_reading() -> None:
    """A bundle that is opened a year later says the same."""
    site = with_host_event(healthy(), 0, 1061)
    (finding,) = (f for f in diagnose(site, [RULES["host-events"]], READ + 365 * DAY) if f.outcome is WARNING)
    assert "last 1 days" in str(finding.text)


# Texts


@pytest.mark.parametrize("name", RULES)
def test_each_rule_is_documented_and_says_what_to_do(name: str) -> None:
    """The docstring has every heading, and the remedy renders without leftovers."""
    rule = RULES[name]
    docs = import_module(f"calvox.doctor.rules.{name.replace('-', '_')}").__doc__ or ""
    headings = ("What it checks:", "Why it matters:", "Example:", "Remedy:", "Reference:")
    assert [line.split(":")[0] + ":" for line in docs.splitlines() if line.startswith(headings)] == list(headings)
    assert rule.reference
    assert "{" not in str(rule.remedy) + str(rule.title)
    assert "grace counter" not in str(rule.remedy).lower()


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_each_finding_names_its_host(case: Case) -> None:
    """And renders."""
    for finding in answers(case.site, case.rule):
        if finding.subject == case.subject and finding.outcome is case.outcome:
            assert "{" not in str(finding.text)
            assert finding.subject in str(finding.text) or finding.subject == "corp"
