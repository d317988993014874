"""Licence server: it accepts hosts of a workgroup without credentials.

What it checks: whether DisableWorkgroupAuthEnforcement is 1 on the licence server.

Why it matters: the value switches the protection against CVE-2024-38099 off: whoever reaches the server may talk to its
licensing service anonymously. Microsoft does not recommend it, and future versions may ignore the value: hosts then fail
without warning.

Example: hosts lost their CALs after the update of July 2024, and the value was set as a quick way out.

Remedy: give the hosts credentials (cmdkey as NETWORK SERVICE), then delete the value.

Reference: Microsoft Learn, “License Remote Desktop session hosts”; CVE-2024-38099.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, warning


def check(view: View) -> Iterator[Found]:
    """Find enforcement that is switched off."""
    if not view.the_server.workgroup_enforcement.value:
        yield warning(t("{server} accepts hosts without credentials (CVE-2024-38099)", server=view.subject))


RULE = Rule(
    name="server-workgroup-enforcement-off",
    about="server",
    needs=("workgroup_enforcement",),
    title=t("Hosts of a workgroup need no credentials"),
    remedy=t(
        "On each host store credentials for the licence server: as NETWORK SERVICE run “cmdkey /add:SERVER /user:SERVER\\USER /pass”. Then delete DisableWorkgroupAuthEnforcement from HKLM\\SYSTEM\\CurrentControlSet\\Services\\TermServLicensing\\Parameters on the licence server."
    ),
    check=check,
    reference="Microsoft Learn, “License Remote Desktop session hosts”; CVE-2024-38099",
)
