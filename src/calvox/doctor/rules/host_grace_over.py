"""Session host: the grace period is over and licensing does not work.

What it checks: a host with no grace days left, where licensing does not work: no mode, no licence server, or no reachable
activated one among those collected. On a host that is licensed correctly the counter may well stand at 0; that is no fault.

Why it matters: at the end of the grace period the host refuses every connection but an administrator's.

Example: GetGracePeriodDays gives 0, and the only licence server named is not activated.

Remedy: name an activated licence server with packs that fit the host; until then connect with “mstsc /admin”.

Reference: the 120 days, and what a host checks: Microsoft Learn, “License Remote Desktop session hosts”; event 1128.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import is_session_host, on_grace_alone
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a host that is out of grace and not licensed."""
    unknown = t("{host} has no grace days left; whether licensing works was not collected", host=view.subject)
    bad = t("The grace period of {host} is over, and licensing does not work: users are refused", host=view.subject)
    yield from on_grace_alone(view, range(1), error(bad), unknown)


RULE = Rule(
    name="host-grace-over",
    about="host",
    needs=("application_mode", "grace_days", "mode", "servers"),
    title=t("The grace period is over"),
    remedy=t("Name an activated licence server whose packs fit; until then administrators get in with “mstsc /admin”."),
    check=check,
    applies=is_session_host,
    reference="Microsoft Learn, “License Remote Desktop session hosts”; event 1128",
)
