"""Licence server: it is not in the group Terminal Server License Servers.

What it checks: in a domain, whether the licence server is a member of that group (S-1-5-32-561) of its own domain.

Why it matters: without membership the licence server cannot read and write the users’ licensing attributes, so per-user CALs
are neither tracked nor reported (event 4105). Nobody is refused.

Example: the role was installed by somebody who is no domain administrator.

Remedy: add the computer account to the group in every domain that has users, then restart the service.

Reference: Microsoft Learn, “IsLSinTSLSGroup method”; Microsoft Support, KB2030310.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Join
from calvox.doctor.rule import Found, Rule, View, cannot_tell, warning


def check(view: View) -> Iterator[Found]:
    """Find a server that is not a member."""
    match view.the_server.in_group.value:
        case None:
            yield cannot_tell(
                t("Whether {server} is in Terminal Server License Servers was not collected", server=view.subject)
            )
        case False:
            yield warning(
                t(
                    "{server} is not in Terminal Server License Servers: per-user CALs are not tracked",
                    server=view.subject,
                )
            )


RULE = Rule(
    name="server-not-in-group",
    about="server",
    needs=("machine.join",),
    title=t("The licence server is not in Terminal Server License Servers"),
    remedy=t(
        "As a domain administrator add the licence server’s computer account to the group Terminal Server License Servers of every domain with users, then run “Restart-Service TermServLicensing”."
    ),
    check=check,
    applies=lambda view: view.the_server.machine.join.value is Join.DOMAIN,
    reference="Microsoft Learn, “IsLSinTSLSGroup method”; Microsoft Support, KB2030310",
)
