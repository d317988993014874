"""Session host: fewer than 30 grace days are left and licensing does not work.

What it checks: a host with between 7 and 30 grace days left, where licensing does not work: no mode, no licence server, or
no reachable activated one with a fitting pack among those collected. Where it works the counter means nothing.

Why it matters: users are refused from one day to the next when they are over; CALs take days to buy and a call to install.

Example: 21 days are left, and the licensing mode is not set.

Remedy: mend what the other findings of this host name, before the grace days run out.

Reference: the 120 days: Microsoft Learn, “License Remote Desktop session hosts”; GetGracePeriodDays; event 1129.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import is_session_host, on_grace_alone
from calvox.doctor.rule import Found, Rule, View, warning


def check(view: View) -> Iterator[Found]:
    """Find a host that runs out of grace within a month and is not licensed."""
    values = {"host": view.subject, "days": view.the_host.grace_days.value}
    unknown = t("Grace days left on {host}: {days}; whether licensing works was not collected", **values)
    bad = t("Grace days left on {host}: {days}; licensing does not work", **values)
    yield from on_grace_alone(view, range(7, 30), warning(bad), unknown)


RULE = Rule(
    name="host-grace-below-30",
    about="host",
    needs=("application_mode", "grace_days", "mode", "servers"),
    title=t("Fewer than 30 grace days are left"),
    remedy=t(
        "Mend what the other findings of this host name: mode, licence server, its activation, its packs. Have the purchase papers ready for the call; nothing lawful makes the grace period longer."
    ),
    check=check,
    applies=is_session_host,
    reference="Microsoft Learn, “License Remote Desktop session hosts”; event 1129",
)
