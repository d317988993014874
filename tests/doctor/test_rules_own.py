"""Rules about our own servers: how bad each thing is, in which words, and where the question makes no sense."""

import pytest

from calvox.core.alarms import Alarm
from calvox.doctor.engine import diagnose
from calvox.doctor.facts import Site
from calvox.doctor.rule import Finding, Outcome
from calvox.doctor.rules import every_rule, rules_named
from tests.doctor.sites import (
    DAY,
    NOW,
    READ,
    answers,
    changed,
    due_after,
    findings,
    healthy,
    outcomes,
    own_servers,
    with_own,
)

ERROR, WARNING, UNKNOWN, OK, MOOT = (
    Outcome.ERROR,
    Outcome.WARNING,
    Outcome.UNKNOWN,
    Outcome.OK,
    Outcome.NOT_APPLICABLE,
)
SERVER, CENTRE = "ls1.corp.example", "the-centre"
BACKUPS = ("own-no-recovery-key", "own-no-backup", "own-backup-old", "own-drill-overdue")
OWN = [rule for rule in every_rule() if rule.about == "own"]


def about(site: Site, at: int = 0) -> dict[str, Finding]:
    """Ask the rules about one server of ours."""
    name = site.own[at].name
    return {one.rule: one for one in diagnose(site, OWN, NOW) if one.subject == name}


@pytest.mark.parametrize(
    ("key", "backup", "drill", "found"),
    [
        (None, None, None, {"own-no-recovery-key": ERROR}),
        (0, None, None, {"own-no-backup": ERROR}),
        (300, 1.5, 20, {}),
        (300, 1.51, 20, {"own-backup-old": WARNING}),
        (300, 30.9, 20, {"own-backup-old": WARNING}),
        (300, 31, 20, {"own-backup-old": ERROR}),
        (180, 1, None, {}),
        (181, 1, None, {"own-drill-overdue": WARNING}),
        (900, 1, 180, {}),
        (900, 40, 181, {"own-backup-old": ERROR, "own-drill-overdue": WARNING}),
        (190, None, None, {"own-no-backup": ERROR, "own-drill-overdue": WARNING}),
    ],
)
@pytest.mark.parametrize("at", [0, 1], ids=["server", "centre"])
def test_backups(
    key: float | None, backup: float | None, drill: float | None, found: dict[str, Outcome], at: int
) -> None:
    """Of a licence server and of a centre alike: no key, no backup, an old one, a drill."""
    site = with_own(own_servers(), at, due=due_after(key=key, backup=backup, drill=drill))
    assert findings(site) == {(name, (SERVER, CENTRE)[at]): outcome for name, outcome in found.items()}


def test_what_is_late_is_said_in_days() -> None:
    """As of the reading, whenever the doctor is asked."""
    site = with_own(own_servers(), 0, due=due_after(key=900, backup=9.5, drill=200))
    found = about(site)
    assert str(found["own-backup-old"].text) == "The last verified backup is 9 days old"
    assert "last typed 200 days ago" in str(found["own-drill-overdue"].text)
    never = about(with_own(own_servers(), 0, due=due_after(key=190, backup=1)))
    assert "made 190 days ago and never typed" in str(never["own-drill-overdue"].text)
    replaced = about(with_own(own_servers(), 0, due=due_after(key=181, backup=1, drill=182)))
    assert "made 181 days ago and never typed" in str(replaced["own-drill-overdue"].text)


def test_a_server_that_is_not_activated_has_nothing_to_lose() -> None:
    """It is told to be activated, and nothing about backups."""
    found = about(with_own(own_servers(), 0, in_use=False, due=due_after()))
    assert {name: found[name].outcome for name in BACKUPS} == dict.fromkeys(BACKUPS, MOOT)
    assert found["own-not-activated"].outcome is WARNING


@pytest.mark.parametrize("alarm", Alarm)
def test_every_alarm_has_its_rule(alarm: Alarm) -> None:
    """With the alarm's own words and way out; a centre has none."""
    found = [one for one in about(with_own(own_servers(), 0, alarms=(str(alarm),))).values() if one.outcome is ERROR]
    assert [(str(one.text), str(one.remedy)) for one in found] == [(str(alarm.text), str(alarm.hint))]
    assert about(own_servers(), 1)[found[0].rule].outcome is MOOT


@pytest.mark.parametrize(
    ("free", "size", "outcome"),
    [
        (2**30, 2**29, OK),
        (2**30 - 1, 0, WARNING),
        (100 * 2**20, 0, WARNING),
        (100 * 2**20 - 1, 0, ERROR),
        (10 * 2**30, 5 * 2**30 + 1, WARNING),
    ],
)
def test_room(free: int, size: int, outcome: Outcome) -> None:
    """Below a gibibyte or twice the journal it is little, below a hundred mebibytes hardly any."""
    assert about(with_own(own_servers(), 0, free=free, size=size))["own-little-room"].outcome is outcome


@pytest.mark.parametrize(
    ("left", "serving", "outcome"),
    [
        (7 * DAY + 1, True, OK),
        (7 * DAY, True, WARNING),
        (1, True, WARNING),
        (0, True, ERROR),
        (0, False, MOOT),
        (-READ, True, MOOT),
    ],
)
def test_certificates(left: int, serving: bool, outcome: Outcome) -> None:
    """Only a serving process makes its own anew, and one that never served has none."""
    site = with_own(own_servers(), 0, certificate_ends=READ + left, serving=serving)
    assert about(site)["own-certificate-ending"].outcome is outcome


def test_a_journal_that_does_not_hold_is_told_with_the_reason() -> None:
    """And what could not be read besides is unknown, not well."""
    site = with_own(own_servers(), 0, broken="Table cal is not what its entries say", due=None)
    found = about(site)
    assert "Table cal is not what its entries say" in str(found["own-journal-broken"].text)
    assert {found[name].outcome for name in BACKUPS} == {UNKNOWN}


def test_calls_and_callers_are_a_centres() -> None:
    """A licence server has none."""
    site = own_servers()
    for at in (0, 1):
        site = with_own(site, at, unsigned=2, locked=1)
    assert findings(site) == {("own-calls-unsigned", CENTRE): ERROR, ("own-callers-locked", CENTRE): WARNING}


@pytest.mark.parametrize("rule", OWN, ids=lambda rule: rule.name)
def test_each_is_unknown_without_its_facts(rule: object) -> None:
    """With the reason; of a server or of a centre, whichever it is about."""
    (asked,) = rules_named([rule.name])  # type: ignore[attr-defined]
    for need in asked.needs:
        site = own_servers()
        for at in (0, 1):
            site = with_own(site, at, **{need: None})
        assert outcomes(site, asked.name) == {UNKNOWN}, need


def test_servers_of_ours_alone_are_asked_nothing_about_windows() -> None:
    """Beside Windows' machines they are asked about too, and those as ever."""
    assert {one.rule for one in answers(own_servers())} == {rule.name for rule in OWN}
    both = changed(healthy(), "own", own_servers().own)
    assert {one.rule for one in answers(both)} == {rule.name for rule in every_rule()}
    assert findings(both) == {}
