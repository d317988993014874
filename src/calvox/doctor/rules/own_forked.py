"""Our own licence server: there are two of its ledger.

What it checks: whether a session host showed a token that this licence server signed at a place where its ledger says something
else.

Why it matters: two copies of one licence server were at work. Each issues CALs that the other does not count, so no new CALs are
given; renewals go on.

Example: a clone of the machine was started for a test, in the same network, and served hosts for a day.

Remedy: find the other copy and switch it off for good, then call the activation centre.

Reference: Calvox, “Backups of our own servers”.
"""

from calvox.common.i18n import t
from calvox.core.alarms import Alarm
from calvox.doctor.own_checks import alarm_check, of_server
from calvox.doctor.rule import Rule

RULE = Rule(
    name="own-forked",
    about="own",
    needs=("alarms",),
    title=t("There are two of our server’s ledger"),
    remedy=Alarm.FORK.hint,
    check=alarm_check(Alarm.FORK),
    applies=of_server,
    reference="Calvox, “Backups of our own servers”",
)
