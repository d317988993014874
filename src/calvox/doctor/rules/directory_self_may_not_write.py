"""Directory: users may not write their own licensing attributes.

What it checks: in a domain with per-user session hosts of Windows Server 2019 or newer, whether SELF may write the property
set “Terminal Server license server” of user accounts.

Why it matters: since Windows Server 2019 the session host writes msTSExpireDate, msTSLicenseVersion and msTSManagingLS with
the user's own account. By default SELF may not, so nothing is written, nobody is told, and the per-user report stays empty.

Example: three hosts of 2022 in per-user mode, two hundred users a day, and a per-user report without entries.

Remedy: in Active Directory Users and Computers delegate to SELF, on user objects, “Read and write Terminal Server license
server”; then let a test user sign in and make a new report.

Reference: Microsoft, KB4547091, “License attributes not updated for an RDSH server”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import SessionHost
from calvox.doctor.licensing import tracked
from calvox.doctor.rule import Found, Rule, View, cannot_tell, warning

WRITES_AS_USER = 6
"""Windows Server 2019, the first version whose hosts write with the user's account."""


def writes_as_user(host: SessionHost) -> bool | None:
    """Tell whether this host writes the attributes, with the user's account; None if the facts do not tell."""
    version = host.machine.version.value
    signs = (tracked(host), None if version is None else version >= WRITES_AS_USER)
    return False if False in signs else None if None in signs else True


def check(view: View) -> Iterator[Found]:
    """Find hosts that cannot write."""
    may = view.site.directory.self_may_write
    if may.value:
        return
    hosts = [host.machine.name for host in view.site.session_hosts if writes_as_user(host)]
    if may.value is None:
        why = may.why or t("not collected")
        yield cannot_tell(t("Whether users may write their own licensing attributes is not known: {why}", why=why))
    elif hosts:
        yield warning(
            t(
                "Users may not write their own licensing attributes: nothing is tracked on {hosts}",
                hosts=", ".join(hosts),
            )
        )
    else:
        yield cannot_tell(
            t("Users may not write their own licensing attributes; whether a host has to was not collected")
        )


RULE = Rule(
    name="directory-self-may-not-write",
    about="site",
    needs=(),
    title=t("Users may not write their own licensing attributes"),
    remedy=t(
        "In Active Directory Users and Computers choose “Delegate Control” on the users' domain or organisational unit: "
        "to SELF, only user objects, General, “Read and write Terminal Server license server”. Then make a new report."
    ),
    check=check,
    applies=lambda view: (
        not view.site.session_hosts or any(writes_as_user(host) is not False for host in view.site.session_hosts)
    ),
    reference="Microsoft, KB4547091, “License attributes not updated for an RDSH server”",
)
