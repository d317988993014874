"""What the doctor's rules find wrong with a serving store, as its operators are told: there is no second judge of the same facts.

The keys are older than the rules, and stand in logs and in files of what was told.
"""

import msgspec

from calvox.apps.alerting.watched import Finding, Findings
from calvox.doctor.engine import diagnose
from calvox.doctor.facts import Fact, Site
from calvox.doctor.own import OwnStore
from calvox.doctor.rule import Outcome
from calvox.doctor.rules import rules_named

KEYS = {
    "own-no-recovery-key": "backup-key",
    "own-no-backup": "backup",
    "own-backup-old": "backup",
    "own-drill-overdue": "backup-drill",
    "own-clock-behind": "alarm:clock-behind",
    "own-clock-ahead": "alarm:clock-ahead",
    "own-machine-changed": "alarm:fingerprint",
    "own-rolled-back": "alarm:rollback",
    "own-forked": "alarm:fork",
    "own-little-room": "room",
    "own-certificate-ending": "certificate",
    "own-calls-unsigned": "calls-unsigned",
    "own-callers-locked": "callers-locked",
}
"""The rules whose errors and warnings are told, each with its key."""
NOT_TOLD = {
    "own-journal-broken": "the process ends for it, and is told of by `telling_of_tampering`",
    "own-not-activated": "whoever makes a server knows; Prometheus' rule waits for a day",
}
"""The other rules about our own servers, and why they are not told."""


def found_by_rules(store: OwnStore, now: int) -> Findings:
    """Ask the rules about a store that serves."""
    serving = msgspec.structs.replace(store, serving=Fact(True, source="this process", time=now))
    found = diagnose(Site(name=store.name, own=(serving,)), rules_named(KEYS), now)
    wrong = [one for one in found if one.outcome in (Outcome.ERROR, Outcome.WARNING)]
    return {KEYS[one.rule]: Finding(str(one.text), str(one.remedy or "")) for one in wrong}
