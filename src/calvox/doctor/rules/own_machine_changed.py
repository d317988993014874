"""Our own licence server: this is another machine.

What it checks: whether enough parts of the machine are those on which the licence server was made.

Why it matters: two copies of one licence server would issue each CAL twice. It goes on renewing for 30 days and gives no new CALs;
then it gives nothing.

Example: a virtual machine was cloned, or the server was restored on a new one after the old one failed.

Remedy: call the activation centre: a reissue makes this machine the right one.

Reference: Calvox, “Backups of our own servers”.
"""

from calvox.common.i18n import t
from calvox.core.alarms import Alarm
from calvox.doctor.own_checks import alarm_check, of_server
from calvox.doctor.rule import Rule

RULE = Rule(
    name="own-machine-changed",
    about="own",
    needs=("alarms",),
    title=t("Our server runs on another machine"),
    remedy=Alarm.FINGERPRINT.hint,
    check=alarm_check(Alarm.FINGERPRINT),
    applies=of_server,
    reference="Calvox, “Backups of our own servers”",
)
