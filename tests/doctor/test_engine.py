"""The engine: what is unknown stays unknown, whom it asks, in which order it answers."""

from collections.abc import Callable, Iterable

import pytest

from calvox.common.i18n import t
from calvox.doctor.engine import diagnose, fact_at
from calvox.doctor.rule import About, Found, Outcome, Rule, View, cannot_tell, error, notice, warning
from tests.doctor.sites import NOW, bare, changed, facts_in, healthy, known, not_collected, with_host, workgroup

Check = Callable[[View], Iterable[Found]]


def rule(check: Check, name: str = "a-rule", about: About = "host", needs: tuple[str, ...] = ("grace_days",)) -> Rule:
    """Make a rule that asks as it is told."""
    return Rule(name=name, about=about, needs=needs, title=t("A title"), remedy=t("A remedy"), check=check)


def nothing(_: View) -> list[Found]:
    """Find nothing."""
    return []


def test_nothing_found_is_ok() -> None:
    """One answer for each host, none with a remedy."""
    found = diagnose(healthy(), [rule(nothing)], NOW)
    assert [(f.subject, f.outcome) for f in found] == [
        ("rdsh1.corp.example", Outcome.OK),
        ("rdsh2.corp.example", Outcome.OK),
    ]
    assert all(f.remedy is None for f in found)


def test_a_missing_fact_is_unknown_and_the_rule_is_not_asked() -> None:
    """The answer names each missing fact with its reason."""

    def explode(_: View) -> list[Found]:
        raise AssertionError

    site = not_collected(with_host(bare(), 0), "session_hosts.0.grace_days", why="access denied")
    (finding,) = diagnose(site, [rule(explode, needs=("grace_days", "machine.join"))], NOW)
    assert finding.outcome is Outcome.UNKNOWN
    assert finding.missing == ("grace_days: access denied", "machine.join: not collected")
    assert str(finding.text) == "A title: not known, because something was not collected"


def test_false_and_zero_and_empty_are_known() -> None:
    """Only None is unknown."""
    for value in (0, False, "", ()):
        assert known(value).known


def test_a_rule_that_does_not_apply_says_so() -> None:
    """Once the facts are known, and without asking for faults."""
    never = Rule(
        "a-rule", "site", (), t("A title"), t("A remedy"), check=lambda _: [error(t("x"))], applies=lambda _: False
    )
    assert [f.outcome for f in diagnose(healthy(), [never], NOW)] == [Outcome.NOT_APPLICABLE]


def test_a_rule_may_say_that_it_cannot_tell() -> None:
    """That is unknown, and there is nothing to mend."""
    (finding, _) = diagnose(healthy(), [rule(lambda _: [cannot_tell(t("x"))])], NOW)
    assert (finding.outcome, finding.remedy) == (Outcome.UNKNOWN, None)


@pytest.mark.parametrize(("about", "subjects"), [("host", 2), ("server", 1), ("site", 1)])
def test_each_rule_is_asked_about_what_it_is_about(about: About, subjects: int) -> None:
    """Once for each host, each licence server, or once; with the time that was given."""
    seen: list[View] = []

    def look(view: View) -> list[Found]:
        seen.append(view)
        return []

    diagnose(healthy(), [rule(look, about=about, needs=())], NOW)
    assert len(seen) == subjects
    assert {view.now for view in seen} == {NOW}


def test_findings_come_worst_first() -> None:
    """Errors, warnings, notices, unknown, ok; then by subject and rule; each with its remedy where there is one."""
    rules = [
        rule(nothing, "e-ok"),
        rule(lambda _: [notice(t("n"))], "d-notice"),
        rule(lambda _: [cannot_tell(t("u"))], "c-unknown"),
        rule(lambda _: [warning(t("w"))], "b-warning"),
        rule(lambda _: [error(t("e")), error(t("f"))], "a-error"),
    ]
    found = diagnose(workgroup(), rules, NOW)
    assert [f.rule for f in found] == ["a-error", "a-error", "b-warning", "d-notice", "c-unknown", "e-ok"]
    assert [f.remedy is not None for f in found] == [True, True, True, True, False, False]


def test_needs_reach_into_machine_and_site() -> None:
    """“site.…” starts at the site, all else at the machine."""
    view = View(healthy(), NOW, host=healthy().session_hosts[0])
    assert fact_at(view, "machine.version").value == 7
    assert fact_at(view, "site.directory.self_may_write").value is True


def test_a_need_that_is_no_fact_is_a_mistake_of_the_rule() -> None:
    """It is found at once, not answered as unknown."""
    with pytest.raises(AssertionError):
        diagnose(healthy(), [rule(nothing, needs=("machine",))], NOW)


def test_servers_and_hosts_find_each_other_by_their_first_names() -> None:
    """A host that names LS1 is a host of ls1.corp.example."""
    site = with_host(healthy(), 0, servers=("LS1",))
    assert [s.machine.name for s in View(site, NOW, host=site.session_hosts[0]).servers_of_host()] == [
        "ls1.corp.example"
    ]
    assert len(View(site, NOW, server=site.licence_servers[0]).hosts_of_server()) == 2


def test_every_fact_of_the_healthy_sites_is_known() -> None:
    """With its source and time; only a workgroup has no directory to ask."""
    for site in (healthy(), workgroup()):
        for path, fact in facts_in(site):
            if fact.known:
                assert fact.source, path
                assert fact.time, path
            else:
                assert site.name == "workshop", path
                assert path.startswith("directory."), path


def test_a_change_touches_one_fact_and_leaves_the_rest() -> None:
    """Deep inside a fact too."""
    before, after = dict(facts_in(healthy())), dict(facts_in(changed(healthy(), "session_hosts.1.reach.0.name", False)))
    assert before.keys() == after.keys()
    different = [path for path in before if before[path] != after[path]]
    assert different == ["session_hosts.1.reach", "session_hosts.1.reach.0.name"]
