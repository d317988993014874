"""Directory: licensing attributes of users are out of date.

What it checks: in a domain with per-user session hosts, whether there are users who sign in although the date in their
msTSExpireDate passed long ago.

Why it matters: a per-user CAL is extended when it comes near its end. A date long past on somebody who works every day means
that nobody writes the attributes any more, and that the per-user report understates the use.

Example: forty users with dates of the year in which the hosts were replaced by newer ones.

Remedy: find out who should write: the host with the user's account (2019 and newer), or the licence server (older ones);
mend the permission or the membership that is missing, then make a new report.

Reference: Microsoft, KB4547091 and KB2030310; Microsoft Learn, “Track your Remote Desktop Services client access licenses”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import tracked
from calvox.doctor.rule import Found, Rule, View, cannot_tell, warning


def check(view: View) -> Iterator[Found]:
    """Find users whose attributes nobody extends."""
    stale = view.site.directory.stale_users
    if stale.value == 0:
        return
    if stale.value is None:
        why = stale.why or t("not collected")
        yield cannot_tell(t("How old users' licensing attributes are is not known: {why}", why=why))
    elif any(tracked(host) for host in view.site.session_hosts):
        yield warning(
            t(
                "{count} users sign in although their licensing attributes ended long ago: nobody writes them",
                count=stale.value,
            )
        )
    else:
        yield cannot_tell(
            t(
                "{count} users have old licensing attributes; whether a host works per user was not collected",
                count=stale.value,
            )
        )


RULE = Rule(
    name="directory-stale-users",
    about="site",
    needs=(),
    title=t("Licensing attributes of users are out of date"),
    remedy=t(
        "Check that SELF may write “Terminal Server license server” on user objects (hosts of 2019 and newer) and that "
        "each licence server is in the group Terminal Server License Servers (older hosts); then make a new report."
    ),
    check=check,
    applies=lambda view: (
        not view.site.session_hosts or any(tracked(host) is not False for host in view.site.session_hosts)
    ),
    reference="Microsoft, KB4547091 and KB2030310",
)
