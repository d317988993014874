"""Our own licence server: its clock is behind.

What it checks: whether the machine’s clock is more than a day behind what is known of the time: the last entry, the last signed
day, the time that was noted last.

Why it matters: licensing time never goes back. It stands still until the clock has caught up, so that CALs neither end nor begin
at the right moment, and whoever sets a clock back wins nothing.

Example: the battery of the mainboard is empty, and after a power cut the machine wakes up in 2010.

Remedy: set the clock right; the alarm ends by itself.

Reference: Calvox, “Running it for years”.
"""

from calvox.common.i18n import t
from calvox.core.alarms import Alarm
from calvox.doctor.own_checks import alarm_check, of_server
from calvox.doctor.rule import Rule

RULE = Rule(
    name="own-clock-behind",
    about="own",
    needs=("alarms",),
    title=t("Our server’s clock is behind"),
    remedy=Alarm.CLOCK_BEHIND.hint,
    check=alarm_check(Alarm.CLOCK_BEHIND),
    applies=of_server,
    reference="Calvox, “Running it for years”",
)
