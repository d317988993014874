"""Licence server: its clock is wrong.

What it checks: whether the licence server’s clock is more than 5 minutes away from the collector’s.

Why it matters: CALs begin and end by this clock, and in a domain Kerberos refuses whoever is 5 minutes off, so hosts no longer
get through. On an isolated network no time server on the Internet puts it right.

Example: after a power cut the virtual machine is two hours behind.

Remedy: look at “w32tm /query /status” on both machines, then “w32tm /resync”; in a workgroup name a common time source.

Reference: Microsoft Learn, “Windows Time service tools and settings”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, warning

ALLOWED = 300
"""Seconds that Kerberos allows by default."""


def check(view: View) -> Iterator[Found]:
    """Find a clock that is far off."""
    offset = view.the_server.machine.clock_offset.value or 0
    if offset > ALLOWED:
        yield warning(t("The clock of {server} is {seconds} seconds ahead", server=view.subject, seconds=offset))
    elif offset < -ALLOWED:
        yield warning(t("The clock of {server} is {seconds} seconds behind", server=view.subject, seconds=-offset))


RULE = Rule(
    name="server-clock-skew",
    about="server",
    needs=("machine.clock_offset",),
    title=t("The licence server’s clock is wrong"),
    remedy=t(
        "Compare with a clock that you trust; the collector’s may be the wrong one. Run “w32tm /query /status”, then “w32tm /resync”; in a workgroup name a common time source first."
    ),
    check=check,
    reference="Microsoft Learn, “Windows Time service tools and settings”",
)
