"""Licence server: its discovery scope is the workgroup, in a domain whose hosts rely on discovery.

What it checks: ServerRole is 0 (workgroup) on a licence server in a domain, and a session host names no licence server.

Why it matters: with that scope the licence server makes itself known to its workgroup only, so hosts of the domain do not
find it.

Example: the role was installed before the machine joined the domain, and the scope was never changed.

Remedy: name the licence server on every host, or change its discovery scope to domain or forest.

Reference: Microsoft Learn, “Win32_TSLicenseServer class”, ServerRole; “ChangeRole method”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Join
from calvox.doctor.rule import Found, Rule, View, cannot_tell, notice
from calvox.doctor.rules.server_not_published import hosts_discover


def check(view: View) -> Iterator[Found]:
    """Find a scope that leaves the hosts out."""
    if view.the_server.role.value != 0:
        return
    discover = hosts_discover(view)
    if discover is None:
        yield cannot_tell(
            t("The scope of {server} is the workgroup; what the hosts name was not collected", server=view.subject)
        )
    elif discover:
        yield notice(
            t("The discovery scope of {server} is the workgroup, and hosts name no licence server", server=view.subject)
        )


RULE = Rule(
    name="server-workgroup-role",
    about="server",
    needs=("role", "machine.join"),
    title=t("The discovery scope is the workgroup, in a domain"),
    remedy=t(
        "Name the licence server on every host, or change its scope to domain or forest in RD Licensing Manager under Review Configuration."
    ),
    check=check,
    applies=lambda view: view.the_server.machine.join.value is Join.DOMAIN,
    reference="Microsoft Learn, “ChangeRole method”",
)
