"""Our own licence server: its clock jumped ahead.

What it checks: whether the machine’s clock shows more than two days beyond what can be, and nobody has confirmed it.

Why it matters: a time once believed is never given back: CALs and subscriptions would end too early. Licensing time goes on by an
even clock for seven days at most, then it stands still.

Example: somebody typed 2062 instead of 2026; or the machine was really switched off for a week.

Remedy: set the clock right; if it is right, confirm it, or let two session hosts whose clocks agree do so by themselves.

Reference: Calvox, “Running it for years”.
"""

from calvox.common.i18n import t
from calvox.core.alarms import Alarm
from calvox.doctor.own_checks import alarm_check, of_server
from calvox.doctor.rule import Rule

RULE = Rule(
    name="own-clock-ahead",
    about="own",
    needs=("alarms",),
    title=t("Our server’s clock jumped ahead"),
    remedy=Alarm.CLOCK_AHEAD.hint,
    check=alarm_check(Alarm.CLOCK_AHEAD),
    applies=of_server,
    reference="Calvox, “Running it for years”",
)
