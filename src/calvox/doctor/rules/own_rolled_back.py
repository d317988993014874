"""Our own licence server: its ledger went back.

What it checks: whether a session host showed a token that this licence server signed and does not know of.

Why it matters: the ledger was put back to an earlier state without a restore that says so. What was issued since is counted nowhere,
so no new CALs are given; renewals go on.

Example: the administrator of the virtual machines took it back to a snapshot of last night.

Remedy: call the activation centre. Next time restore by a backup: its restore brings back what session hosts hold.

Reference: Calvox, “Backups of our own servers”.
"""

from calvox.common.i18n import t
from calvox.core.alarms import Alarm
from calvox.doctor.own_checks import alarm_check, of_server
from calvox.doctor.rule import Rule

RULE = Rule(
    name="own-rolled-back",
    about="own",
    needs=("alarms",),
    title=t("Our server’s ledger went back"),
    remedy=Alarm.ROLLBACK.hint,
    check=alarm_check(Alarm.ROLLBACK),
    applies=of_server,
    reference="Calvox, “Backups of our own servers”",
)
