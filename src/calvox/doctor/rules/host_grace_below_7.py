"""Session host: fewer than 7 grace days are left and licensing does not work.

What it checks: a host with fewer than 7 grace days left, but not yet none, where licensing does not work: no mode, no licence server, or
no reachable activated one with a fitting pack among those collected. Where it works the counter means nothing.

Why it matters: in a few days the host refuses every connection but an administrator's.

Example: 3 days are left, and the licence server is not activated.

Remedy: mend what the other findings of this host name, before the grace days run out.

Reference: the 120 days: Microsoft Learn, “License Remote Desktop session hosts”; GetGracePeriodDays; event 1129.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import is_session_host, on_grace_alone
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a host that runs out of grace within a week and is not licensed."""
    values = {"host": view.subject, "days": view.the_host.grace_days.value}
    unknown = t("Grace days left on {host}: {days}; whether licensing works was not collected", **values)
    bad = t("Grace days left on {host}: {days}; licensing does not work", **values)
    yield from on_grace_alone(view, range(1, 7), error(bad), unknown)


RULE = Rule(
    name="host-grace-below-7",
    about="host",
    needs=("application_mode", "grace_days", "mode", "servers"),
    title=t("Fewer than 7 grace days are left"),
    remedy=t(
        "Mend what the other findings of this host name: mode, licence server, its activation, its packs. Have the purchase papers ready for the call; nothing lawful makes the grace period longer."
    ),
    check=check,
    applies=is_session_host,
    reference="Microsoft Learn, “License Remote Desktop session hosts”; event 1129",
)
