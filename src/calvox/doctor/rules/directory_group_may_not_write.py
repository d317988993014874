"""Directory: licence servers may not write the licensing attributes of users.

What it checks: in a domain with per-user session hosts older than Windows Server 2019, whether the group Terminal Server
License Servers (S-1-5-32-561) may write the property set “Terminal Server license server” of user accounts.

Why it matters: for these hosts the licence server writes what it issued into the user's account. Windows grants the right by
default; where somebody took it away, or where inheritance is switched off for some accounts, CALs are issued and not tracked.

Example: event 4105 on the licence server for every user of one organisational unit.

Remedy: restore the default permission of the group on user objects, and inheritance where it was switched off.

Reference: Microsoft Learn, “Terminal-Server-License-Server property set” and class User; KB2030310 on event 4105.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import SessionHost
from calvox.doctor.licensing import tracked
from calvox.doctor.rule import Found, Rule, View, cannot_tell, warning
from calvox.doctor.rules.directory_self_may_not_write import WRITES_AS_USER


def written_by_server(host: SessionHost) -> bool | None:
    """Tell whether the licence server writes the attributes for this host; None if the facts do not tell."""
    version = host.machine.version.value
    signs = (tracked(host), None if version is None else version < WRITES_AS_USER)
    return False if False in signs else None if None in signs else True


def check(view: View) -> Iterator[Found]:
    """Find hosts whose users are not tracked."""
    may = view.site.directory.group_may_write
    if may.value:
        return
    hosts = [host.machine.name for host in view.site.session_hosts if written_by_server(host)]
    if may.value is None:
        why = may.why or t("not collected")
        yield cannot_tell(
            t("Whether licence servers may write users' licensing attributes is not known: {why}", why=why)
        )
    elif hosts:
        yield warning(
            t(
                "Licence servers may not write users' licensing attributes: {hosts} are not tracked",
                hosts=", ".join(hosts),
            )
        )
    else:
        yield cannot_tell(
            t("Licence servers may not write users' licensing attributes; whether a host needs it was not collected")
        )


RULE = Rule(
    name="directory-group-may-not-write",
    about="site",
    needs=(),
    title=t("Licence servers may not write users' licensing attributes"),
    remedy=t(
        "Give the group Terminal Server License Servers (S-1-5-32-561) read and write of “Terminal Server license server” "
        "on user objects again, and switch inheritance on for the accounts that event 4105 names."
    ),
    check=check,
    applies=lambda view: (
        not view.site.session_hosts or any(written_by_server(host) is not False for host in view.site.session_hosts)
    ),
    reference="Microsoft Learn, “Terminal-Server-License-Server property set”; KB2030310 on event 4105",
)
