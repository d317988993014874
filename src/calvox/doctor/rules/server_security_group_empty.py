"""Licence server: only listed hosts are served, and the list is empty.

What it checks: the policy “License server security group” is on, and the group RDS Endpoint Servers (S-1-5-32-576) of a
licence server in a domain has no members.

Why it matters: the policy makes the licence server refuse every host outside that group. The group is empty by default, so
the policy alone stops all CALs (events 1043 and 4140).

Example: a hardening guide was applied; since then no host gets a CAL.

Remedy: add the hosts’ computer accounts to the group, or switch the policy off.

Reference: policy “License server security group”; Microsoft Learn, “IsSecureAccessAllowed method”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Join
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error


def check(view: View) -> Iterator[Found]:
    """Find a policy that shuts every host out."""
    policy, members = view.the_server.security_group_policy.value, view.the_server.endpoint_members.value
    if policy is False or members:
        return
    if policy is None or members is None:
        yield cannot_tell(
            t("Which hosts {server} serves by its security group policy was not collected", server=view.subject)
        )
    else:
        yield error(t("{server} serves only RDS Endpoint Servers, and that group is empty", server=view.subject))


RULE = Rule(
    name="server-security-group-empty",
    about="server",
    needs=("machine.join",),
    title=t("Only listed hosts are served, and the list is empty"),
    remedy=t(
        "Add the hosts’ computer accounts to the licence server’s local group RDS Endpoint Servers, or switch the policy “License server security group” off and run “gpupdate /force”."
    ),
    check=check,
    applies=lambda view: view.the_server.machine.join.value is Join.DOMAIN,
    reference="Group policy “License server security group”",
)
