"""Session host: the licensing mode is not set.

What it checks: the mode in force is neither Per Device nor Per User: LicensingType 5, or 0 and 1 on a session host.

Why it matters: without a mode the host asks for no CALs, whatever the licence server holds, and refuses users when its
grace period is over.

Example: LicensingType is 5 after the role was installed; the host records event 1068.

Remedy: set the mode for which CALs were bought, by policy, in the deployment, or on the host by WMI.

Reference: Microsoft Learn, “Licensing mode for Remote Desktop Session Host is not configured”; Win32_TerminalServiceSetting.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Mode
from calvox.doctor.licensing import is_session_host
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a host without a mode."""
    if view.the_host.mode.value is Mode.NOT_SET:
        yield error(t("The licensing mode of {host} is not set", host=view.subject))
    elif view.the_host.mode.value is Mode.ADMIN:
        yield error(t("The licensing mode of {host} is still that of remote administration", host=view.subject))


RULE = Rule(
    name="host-mode-not-set",
    about="host",
    needs=("application_mode", "mode"),
    title=t("The licensing mode is not set"),
    remedy=t(
        "Set it by policy: “Set the Remote Desktop licensing mode” (value LicensingMode under HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services: 2 per device, 4 per user). With a connection broker: Set-RDLicenseConfiguration -Mode PerDevice or PerUser. Without: (Get-WmiObject -Namespace root\\cimv2\\TerminalServices Win32_TerminalServiceSetting).ChangeMode(2), or 4."
    ),
    check=check,
    applies=is_session_host,
    reference="Microsoft Learn, “Licensing mode for Remote Desktop Session Host is not configured”; Win32_TerminalServiceSetting.ChangeMode",
)
