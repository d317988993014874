"""The fault corpus: the doctor names what was broken in each site, and calls nothing else an error."""

import pytest

from calvox.doctor.rules import every_rule
from tests.doctor.sites import healthy
from tests.faults.corpus import (
    Case,
    answered,
    broken,
    every_case,
    judge,
    named_in_pairs,
    pack,
    score,
    sound,
    subjects,
    typed,
)
from tools.make_rules import levels

CASES = every_case()
RULES = every_rule()
MINIMUM = 66


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_cause_is_named_and_nothing_is_a_false_error(case: Case) -> None:
    """Nor is there a warning that nobody deserves."""
    verdict = judge(case, RULES)
    assert verdict.missed == ()
    assert verdict.false_errors == ()
    assert verdict.false_warnings == ()


@pytest.mark.parametrize("case", [case for case in CASES if case.harmless or case.version], ids=lambda case: case.name)
def test_peculiarities_are_harmless(case: Case) -> None:
    """Before the site broke, its version and its peculiarities gave neither error nor warning."""
    assert answered(sound(case), RULES) == {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_allowance_is_idle(case: Case) -> None:
    """Each allowed consequence occurs: what the doctor no longer says is no longer allowed."""
    said, site = judge(case, RULES).said, broken(case)
    assert [one for one in case.allowed if said.isdisjoint(subjects(site, one))] == []


def test_the_corpus_is_as_large_and_as_varied_as_promised() -> None:
    """At least 66 sites, a third of them published, a third with distractions, one or two causes each."""
    assert len(CASES) >= MINIMUM
    assert sum(bool(case.source) for case in CASES) * 3 >= len(CASES)
    assert sum(bool(case.harmless) for case in CASES) * 3 >= len(CASES)
    assert {len(case.causes) for case in CASES} == {1, 2}
    assert {case.base for case in CASES} == {"healthy", "workgroup", "own"}
    assert len({case.name for case in CASES}) == len(CASES)


def test_published_cases_cite_title_and_place() -> None:
    """“Title; repository or site”, and never an address or a quotation of more than a line."""
    for case in CASES:
        assert "://" not in case.source + case.about
        assert len(case.about) < 160
        if case.source:
            title, _, place = case.source.rpartition("; ")
            assert title, case.name
            assert place, case.name


def test_every_rule_that_can_err_is_a_cause_somewhere() -> None:
    """Each rule with an error or a warning is the cause, not a mere consequence, in at least one site."""
    able = {rule.name for rule in RULES if {"error", "warning"} & set(levels(rule))}
    causes = {cause.partition("@")[0] for case in CASES for cause in case.causes}
    assert able - causes == set()
    assert causes - {rule.name for rule in RULES} == set()


def test_the_score_adds_up() -> None:
    """Nothing that was injected is missed, and nothing is said without reason."""
    total = score(judge(case, RULES) for case in CASES)
    assert (total.cases, total.named, total.exact) == (len(CASES), total.causes, len(CASES))
    assert (total.false_errors, total.false_warnings) == (0, 0)


def test_two_faults_hide_each_other_seldom() -> None:
    """Two cases in one site: 97 of 100 causes are still named; the rest the other fault makes moot, or cannot be told."""
    count, causes, named = named_in_pairs(RULES)
    assert count > 500
    assert named / causes > 0.97


def test_the_score_counts_what_a_doctor_without_rules_misses_and_one_that_cries_wolf() -> None:
    """A doctor who says nothing names nothing; an error that no case allows is false."""
    case = next(case for case in CASES if case.name == "no-backup")
    silent = judge(case, [])
    assert (silent.missed, silent.exact) == (("server-no-backup@ls1",), False)
    other = Case(name="x", about="x", changes=[{"server": 0, "activated": False}], causes=["server-no-backup@ls1"])
    assert ("server-not-activated", "ls1.corp.example") in judge(other, RULES).false_errors
    total = score([silent, judge(other, RULES)])
    assert (total.causes, total.named, total.exact, total.false_errors) == (2, 0, 0, 2)


def test_a_misspelt_case_is_refused() -> None:
    """An unknown fact, a wrong type, a subject that does not exist."""
    with pytest.raises(KeyError):
        typed(type(healthy().licence_servers[0]), "activatd", True)
    with pytest.raises(ValueError, match="Expected `bool`"):
        typed(type(healthy().licence_servers[0]), "activated", "yes")
    with pytest.raises(AssertionError):
        list(subjects(healthy(), "server-no-packs@ls9"))


def test_packs_are_read_from_words() -> None:
    """Kind, product, version, total and issued, and the end if there is one."""
    made = pack("device 2019 20/21 ends 12", 5)
    assert (made.number, made.kind, made.product, made.version, made.total, made.issued) == (5, 2, 0, 6, 20, 21)
    assert made.over_use == 1
    assert not pack("built-in 3", 1).counts
    assert pack("temporary 2022 8", 1).issued == 8
