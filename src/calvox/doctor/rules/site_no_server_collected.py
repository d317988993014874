"""Site: no licence server was collected.

What it checks: whether the facts hold at least one licence server; and which ones the session hosts name if they do not.

Why it matters: activation, packs, service and backup are facts of the licence server. Of one that was not collected nothing
is known, and the doctor must not call it healthy. The name may also be misspelt, or the server may be gone.

Example: three bundles of session hosts that name LIC01, and none of LIC01 itself.

Remedy: collect on each licence server too, as a local administrator; correct the name on the hosts if there is no such server.

Reference: Microsoft Learn, “License Remote Desktop session hosts”; an administrator is needed: KB2546583.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import listed
from calvox.doctor.rule import Found, Rule, View, cannot_tell


def check(view: View) -> Iterator[Found]:
    """Find that no licence server was collected."""
    if view.site.licence_servers:
        return
    named = sorted({name for host in view.site.session_hosts for name in host.servers.value or ()})
    if named:
        yield cannot_tell(
            t(
                "No licence server was collected, though session hosts name {servers}: collect there as an administrator",
                servers=listed(named),
            )
        )
    else:
        yield cannot_tell(t("No licence server was collected: activation, packs and backup cannot be seen"))


RULE = Rule(
    name="site-no-server-collected",
    about="site",
    needs=(),
    title=t("No licence server was collected"),
    remedy=t(
        "Collect on each licence server too, as a local administrator; correct names of servers that do not exist."
    ),
    check=check,
    reference="Microsoft Learn, “License Remote Desktop session hosts”; KB2546583",
)
