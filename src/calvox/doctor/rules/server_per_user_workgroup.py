"""Licence server: per-user packs in a workgroup.

What it checks: a licence server in a workgroup holds per-user packs.

Why it matters: per-user CALs are kept in Active Directory. In a workgroup only per-device CALs work; hosts per user warn their
users there, and Windows Server 2019 cuts their sessions after an hour.

Example: 20 per-user CALs bought for a single host that belongs to no domain.

Remedy: convert the packs to per device in RD Licensing Manager, or join a domain.

Reference: Microsoft Support, “Set up Remote Desktop licensing across domain forests or workgroups” (KB2473823).
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Join
from calvox.doctor.rule import Found, Rule, View, error
from calvox.doctor.rules.collector_not_administrator import believable_packs, doubtful


def check(view: View) -> Iterator[Found]:
    """Find per-user packs."""
    packs = believable_packs(view)
    if packs is None:
        yield doubtful(view)
        return
    count = sum(pack.total for pack in packs if pack.counts and pack.product == 1)
    if count:
        yield error(
            t(
                "{server} is in a workgroup: its {count} per-user CALs do not work there",
                server=view.subject,
                count=count,
            )
        )


RULE = Rule(
    name="server-per-user-workgroup",
    about="server",
    needs=("machine.join", "packs"),
    title=t("Per-user packs in a workgroup"),
    remedy=t("Convert the packs to per device in RD Licensing Manager, or join hosts and licence server to a domain."),
    check=check,
    applies=lambda view: view.the_server.machine.join.value is Join.WORKGROUP,
    reference="Microsoft Support, KB2473823",
)
