"""The doctor's rules as what operators are told of a serving store."""

import msgspec

from calvox.apps.alerting.by_rules import KEYS, NOT_TOLD, found_by_rules
from calvox.doctor.fact import Fact
from calvox.doctor.rules import every_rule
from tests.doctor.sites import NOW, due_after, own_servers, with_own


def test_each_rule_about_our_servers_is_told_or_has_a_reason_not_to() -> None:
    """A rule that somebody adds is not forgotten here."""
    names = {rule.name for rule in every_rule() if rule.about == "own"}
    assert names == KEYS.keys() | NOT_TOLD.keys()
    assert not KEYS.keys() & NOT_TOLD.keys()


def test_only_what_is_wrong_is_told() -> None:
    """What is unknown or moot is for the doctor."""
    well = own_servers().own[0]
    assert found_by_rules(well, NOW) == {}
    assert found_by_rules(msgspec.structs.replace(well, broken=Fact(why="verified elsewhere"), free=Fact()), NOW) == {}
    ill = with_own(own_servers(), 0, due=due_after(key=200, backup=3), alarms=("rollback", "fork"), free=0).own[0]
    assert set(found_by_rules(ill, NOW)) == {"alarm:rollback", "alarm:fork", "backup", "backup-drill", "room"}


def test_the_process_serves_though_nobody_said_so() -> None:
    """So its certificate is looked at."""
    store = with_own(own_servers(), 1, serving=None, certificate_ends=NOW).own[1]
    found = found_by_rules(store, NOW)
    assert set(found) == {"certificate"}
    assert found["certificate"].hint
