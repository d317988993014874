"""Site: no session host was collected.

What it checks: whether the facts hold at least one session host.

Why it matters: grace period, mode, named licence servers and reachability are facts of each host. Without one, most of what
keeps users out stays unseen, however healthy the licence server looks.

Example: a bundle that was made on the licence server alone.

Remedy: collect on each session host too, and give the doctor all the facts together.

Reference: the 120 days and the licensing settings belong to each host: Microsoft Learn, “License Remote Desktop session
hosts”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, cannot_tell


def check(view: View) -> Iterator[Found]:
    """Find that no host was collected."""
    if not view.site.session_hosts:
        yield cannot_tell(t("No session host was collected: what keeps users out cannot be seen"))


RULE = Rule(
    name="site-no-host-collected",
    about="site",
    needs=(),
    title=t("No session host was collected"),
    remedy=t("Collect on each session host too, and give the doctor all the facts together."),
    check=check,
    reference="Microsoft Learn, “License Remote Desktop session hosts”",
)
