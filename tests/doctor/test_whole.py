"""All rules together: quiet about what is healthy, never content with what is unknown, and written as rules are."""

import pytest

from calvox.doctor.engine import diagnose, fact_at
from calvox.doctor.facts import Fact, LicenceServer, Machine, SessionHost, Site
from calvox.doctor.own import OwnStore
from calvox.doctor.rule import Outcome, Rule, View
from calvox.doctor.rules import every_rule
from tests.doctor.sites import (
    NOW,
    answers,
    bare,
    changed,
    facts_in,
    findings,
    healthy,
    not_collected,
    own_servers,
    workgroup,
)
from tests.faults.corpus import Case, broken, every_case
from tools.make_rules import HEADINGS, UNWRITTEN, levels, sections

RULES = every_rule()
QUIET = {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}
COLLECTED = {"site-no-host-collected", "site-no-server-collected"}
"""Rules that ask whether anything was collected at all, and need no fact for it."""
SILENT = {
    "site-no-host-collected": "answers unknown, never more: a site without hosts is not broken",
    "site-no-server-collected": "answers unknown, never more: a site without licence servers is not broken",
}
"""Rules that find nothing in the fault corpus, and why."""


def unread(site: Site) -> Site:
    """Keep the names of a site's machines and nothing else."""
    return Site(
        name=site.name,
        session_hosts=tuple(SessionHost(machine=Machine(name=host.machine.name)) for host in site.session_hosts),
        licence_servers=tuple(LicenceServer(machine=Machine(name=one.machine.name)) for one in site.licence_servers),
        own=tuple(OwnStore(name=one.name, kind=one.kind) for one in site.own),
    )


@pytest.mark.parametrize("site", [healthy(), workgroup(), own_servers()], ids=["domain", "workgroup", "own"])
def test_a_healthy_site_yields_no_finding(site: Site) -> None:
    """Neither error nor warning nor notice, of any rule."""
    assert findings(site) == {}


def test_a_healthy_domain_leaves_nothing_unknown() -> None:
    """With every fact known every rule has an answer."""
    for site in (healthy(), own_servers()):
        assert {finding.outcome for finding in answers(site)} == {Outcome.OK, Outcome.NOT_APPLICABLE}


@pytest.mark.parametrize(
    "site",
    [Site(name="empty"), bare(), unread(healthy()), unread(workgroup()), unread(own_servers())],
    ids=["empty", "bare", "domain", "lone", "own"],
)
def test_what_is_unknown_is_never_ok(site: Site) -> None:
    """Where nothing was read every rule answers unknown or not applicable."""
    assert not any(fact.known for _, fact in facts_in(site))
    loud = [(f.rule, f.subject, f.outcome) for f in diagnose(site, RULES, NOW) if f.outcome not in QUIET]
    assert [one for one in loud if one[0] not in COLLECTED] == []
    assert {outcome for *_, outcome in loud} <= {Outcome.OK}


def test_no_single_missing_fact_makes_a_healthy_site_ill() -> None:
    """Whichever fact is missing, nothing is found; at most something is not known."""
    for site in (healthy(), workgroup(), own_servers()):
        for path, fact in facts_in(site):
            if fact.known:
                assert findings(not_collected(site, path)) == {}, path


@pytest.mark.parametrize("case", every_case(), ids=lambda case: case.name)
def test_forgetting_who_was_administrator_makes_nothing_ok(case: Case) -> None:
    """A rule that finds an error says so or *unknown* if the rights are not known: it never changes to *ok*."""
    site = broken(case)
    found = {(f.rule, f.subject) for f in diagnose(site, RULES, NOW) if f.outcome is Outcome.ERROR}
    for at in range(len(site.licence_servers)):
        site = changed(site, f"licence_servers.{at}.machine.administrator", None)
    after = {(f.rule, f.subject): f.outcome for f in diagnose(site, RULES, NOW)}
    assert {one for one in found if after[one] is Outcome.OK} == set()


def test_there_are_at_least_forty_rules() -> None:
    """Each with a name of its own."""
    assert len(RULES) >= 40
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_written_as_rules_are(rule: Rule) -> None:
    """Five headings with something under each, a title, a remedy, a reference; nothing left from the template."""
    parts = sections(rule.docs)
    assert list(parts)[1:] == list(HEADINGS)
    assert all(len(text) > 10 for text in parts.values())
    assert UNWRITTEN not in rule.docs + str(rule.remedy) + str(rule.title)
    assert len(str(rule.title)) > 10
    assert not str(rule.title).endswith(".")
    assert len(str(rule.remedy)) > 30
    assert rule.reference


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_needs_lead_to_facts(rule: Rule) -> None:
    """Each is a fact of what the rule is about, or of the site; a rule about the site needs those of the site alone."""
    site = bare()
    view = {
        "host": View(site, NOW, host=site.session_hosts[0]),
        "server": View(site, NOW, server=site.licence_servers[0]),
        "site": View(site, NOW),
        "own": View(site, NOW, own=site.own[0]),
    }[rule.about]
    for need in rule.needs:
        assert isinstance(fact_at(view, need), Fact)
        assert need.startswith("site.") or rule.about != "site"


def test_every_rule_speaks_in_the_corpus_or_has_a_reason_not_to() -> None:
    """Error, warning or notice in at least one broken site."""
    spoken = {
        finding.rule
        for case in every_case()
        for finding in diagnose(broken(case), RULES, NOW)
        if finding.outcome in (Outcome.ERROR, Outcome.WARNING, Outcome.NOTICE)
    }
    assert {rule.name for rule in RULES} - spoken == set(SILENT)
    assert all(levels(rule) == [] for rule in RULES if rule.name in SILENT)
