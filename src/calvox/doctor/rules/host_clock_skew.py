"""Session host: its clock differs from the collector's.

What it checks: by how much the clock of the host was ahead or behind when its facts were read: more than 5 minutes in a
domain, more than 1 minute anywhere.

Why it matters: Kerberos refuses clocks that differ by more than 5 minutes, and with it users, policies and the licence
server. The dates of CALs and certificates are wrong by as much.

Example: an isolated network without a time source; a host restored from a snapshot is 12 minutes behind.

Remedy: give the domain one time source and let the hosts follow it. The collecting machine's clock may be the wrong one.

Reference: Microsoft Learn, “Maximum tolerance for computer clock synchronization”; “Windows Time service tools and settings”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Join
from calvox.doctor.rule import Found, Rule, View, error, notice

KERBEROS = 300
"""Seconds that Kerberos bears."""
NOTABLE = 60


def check(view: View) -> Iterator[Found]:
    """Find a clock that is off."""
    offset = abs(view.the_host.machine.clock_offset.value or 0)
    values = {"host": view.subject, "seconds": offset}
    if offset > KERBEROS and view.the_host.machine.join.value is Join.DOMAIN:
        yield error(t("The clock of {host} is off by {seconds} s; in a domain Kerberos bears 300 s", **values))
    elif offset > NOTABLE:
        yield notice(t("The clock of {host} is off by {seconds} s", **values))


RULE = Rule(
    name="host-clock-skew",
    about="host",
    needs=("machine.clock_offset", "machine.join"),
    title=t("The clock is off"),
    remedy=t(
        "First see whether the collecting machine's own clock is right. On the host: w32tm /query /status; in a domain w32tm /config /syncfromflags:domhier /update, then w32tm /resync. Without the Internet the domain controller with the PDC role needs a time source of its own."
    ),
    check=check,
    reference="Microsoft Learn, “Maximum tolerance for computer clock synchronization”",
)
