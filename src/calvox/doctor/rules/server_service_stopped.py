"""Licence server: its service does not run.

What it checks: the state of the service TermServLicensing.

Why it matters: no CAL is issued or renewed while it stands still. Users notice late: those who have a CAL still get in.

Example: the service stopped after an update and nobody started it again.

Remedy: start it with “Start-Service TermServLicensing”, and read the System log for why it stopped.

Reference: Microsoft Support, “Cannot connect to RDS because no RD Licensing servers are available”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a service that is not running."""
    state = view.the_server.service_state.value or ""
    if state.lower() != "running":
        yield error(
            t(
                "The service Remote Desktop Licensing on {server} is not running: {state}",
                server=view.subject,
                state=state,
            )
        )


RULE = Rule(
    name="server-service-stopped",
    about="server",
    needs=("service_state",),
    title=t("The licensing service does not run"),
    remedy=t("Run “Start-Service TermServLicensing”, and read the System log for why it stopped."),
    check=check,
    reference="Microsoft Support, “Cannot connect to RDS because no RD Licensing servers are available”",
)
