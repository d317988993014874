"""Licence server: its service does not start by itself.

What it checks: the start mode of the service TermServLicensing. Manual is a warning; disabled is an error.

Why it matters: after the next restart of the machine nothing issues CALs, and nobody has touched anything.

Example: the service was set to Manual during a migration and left so.

Remedy: “Set-Service TermServLicensing -StartupType Automatic”.

Reference: Microsoft Support, “Service overview and network port requirements for Windows”; Win32_Service.StartMode.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, error, warning


def check(view: View) -> Iterator[Found]:
    """Find a service that a restart leaves stopped."""
    start = (view.the_server.service_start.value or "").lower()
    if start == "disabled":
        yield error(t("The service Remote Desktop Licensing on {server} is disabled", server=view.subject))
    elif not start.startswith("auto"):
        yield warning(
            t("The service Remote Desktop Licensing on {server} does not start by itself", server=view.subject)
        )


RULE = Rule(
    name="server-service-not-automatic",
    about="server",
    needs=("service_start",),
    title=t("The licensing service does not start by itself"),
    remedy=t("Run “Set-Service TermServLicensing -StartupType Automatic”."),
    check=check,
    reference="Microsoft Support, “Service overview and network port requirements for Windows”",
)
