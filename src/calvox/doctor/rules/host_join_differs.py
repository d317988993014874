"""Session host: it is in a domain and its licence server in a workgroup, or the other way round.

What it checks: a session host and each licence server that it names belong to the same kind of network: both in a domain,
or both in a workgroup.

Why it matters: Microsoft supports licensing within one workgroup, within one domain, or across a two-way trust; between a
domain and a workgroup the host is not given CALs, whatever else is right.

Example: rdsh1 is in CORP, and the licence server that it names was installed in a workgroup.

Remedy: join both to the same domain, or put both into the same workgroup (there only per-device CALs work).

Reference: Microsoft Support, “How to set up Remote Desktop licensing across domain forests or workgroups” (KB2473823).
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error


def check(view: View) -> Iterator[Found]:
    """Compare the host with each of its licence servers that was collected."""
    own = view.the_host.machine.join.value
    for server in view.servers_of_host():
        other, name = server.machine.join.value, server.machine.name
        if other is None:
            yield cannot_tell(t("Whether {server} is in a domain was not collected", server=name))
        elif other is not own:
            yield error(
                t(
                    "Of {host} and its licence server {server}, one is in a domain and the other in a workgroup",
                    host=view.subject,
                    server=name,
                )
            )


RULE = Rule(
    name="host-join-differs",
    about="host",
    needs=("application_mode", "machine.join", "servers"),
    title=t("Host and licence server are not in the same kind of network"),
    remedy=t("Join both to the same domain, or put both into the same workgroup, where only per-device CALs work."),
    check=check,
    applies=lambda view: bool(view.the_host.application_mode.value),
    reference="Microsoft Support, KB2473823",
)
