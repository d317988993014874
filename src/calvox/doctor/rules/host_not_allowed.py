"""Session host: it is not on the list of those that its licence server serves.

What it checks: where the policy “License server security group” is on, whether the host is in the licence server's local
group RDS Endpoint Servers (S-1-5-32-576); and Windows' own word for it, connectivity status 5. A name in the group that
belongs to no machine of the site may be a group that holds the host: then the status decides.

Why it matters: with the policy on, the licence server refuses every host outside the group. The group is empty at first.

Example: a third host was added, and nobody put it into the group; it records event 1043.

Remedy: add the host's computer account to the group on the licence server.

Reference: policy “License server security group”; Win32_TSLicenseServer.IsSecureAccessAllowed; event 1043.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import LicenceServer, Site, short_name
from calvox.doctor.licensing import GOOD_STATUS, is_session_host, named_servers, status_of
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error

NOT_IN_GROUP = 5


def check(view: View) -> Iterator[Found]:
    """Find licence servers that keep the host out."""
    for name, server in named_servers(view):
        status = status_of(view.the_host, name)
        allowed = _allowed(view.site, view.subject, server)
        if allowed is False or status == NOT_IN_GROUP:
            yield error(
                t("{server} does not serve {host}: it is not in RDS Endpoint Servers", host=view.subject, server=name)
            )
        elif allowed is None and status not in GOOD_STATUS:
            yield cannot_tell(t("Whether {server} lets {host} ask was not collected", host=view.subject, server=name))


def _allowed(site: Site, name: str, server: LicenceServer | None) -> bool | None:
    if server is None or server.security_group_policy.value is None:
        return None
    if not server.security_group_policy.value:
        return True
    if server.endpoint_members.value is None:
        return None
    members = {_account(member) for member in server.endpoint_members.value}
    if short_name(name) in members:
        return True
    machines = {short_name(one.machine.name) for one in site.session_hosts}
    machines |= {short_name(one.machine.name) for one in site.licence_servers}
    unclear = [m for m in server.endpoint_members.value if not m.endswith("$") and _account(m) not in machines]
    return None if unclear else False


def _account(member: str) -> str:
    """Give the bare name of a member, written with its domain before or after it, or with the dollar of an account."""
    return short_name(member.rpartition("\\")[2].removesuffix("$"))


RULE = Rule(
    name="host-not-allowed",
    about="host",
    needs=("application_mode", "servers"),
    title=t("The licence server does not serve this host"),
    remedy=t(
        "On the licence server add the host's computer account to the local group RDS Endpoint Servers: Add-LocalGroupMember -SID S-1-5-32-576 -Member DOMAIN\\HOST$. Or turn the policy “License server security group” off."
    ),
    check=check,
    applies=is_session_host,
    reference="Policy “License server security group”; event 1043",
)
