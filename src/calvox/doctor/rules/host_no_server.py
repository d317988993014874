"""Session host: no licence server is named.

What it checks: the list of licence servers in force is empty.

Why it matters: automatic discovery has not been supported since Windows Server 2008 R2. A host that is told no licence
server gets no CALs, and refuses users when its grace period is over.

Example: GetSpecifiedLicenseServerList gives an empty list, and the policy is not configured; the host records event 1130.

Remedy: name the licence server by policy, in the deployment, or on the host by WMI.

Reference: Microsoft Learn, “License Remote Desktop session hosts”; KB2473823.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import is_session_host
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a host that is told no licence server."""
    if not view.the_host.servers.value:
        yield error(t("{host} is told no licence server", host=view.subject))


RULE = Rule(
    name="host-no-server",
    about="host",
    needs=("application_mode", "servers"),
    title=t("No licence server is named"),
    remedy=t(
        'Name it by policy: “Use the specified Remote Desktop license servers” (value LicenseServers under HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services). With a connection broker: Set-RDLicenseConfiguration. Without: (Get-WmiObject -Namespace root\\cimv2\\TerminalServices Win32_TerminalServiceSetting).SetSpecifiedLicenseServerList("NAME").'
    ),
    check=check,
    applies=is_session_host,
    reference="Microsoft Learn, “License Remote Desktop session hosts”; KB2473823",
)
