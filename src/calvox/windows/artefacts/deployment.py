"""PowerShell for a deployment with a connection broker: licensing mode and licence servers in one command.

Rules:
- `Set-RDLicenseConfiguration` knows no `-WhatIf`, so the script asks `ShouldProcess` itself.
- It shows the configuration before and after, and ends with an error if it is not what was meant.
- A group policy wins over the deployment; the script says so, and cannot see it.
"""

from calvox.windows.artefacts.checks import deployment_checked
from calvox.windows.artefacts.given import KitInput
from calvox.windows.artefacts.script import script
from calvox.windows.powershell import array, literal

MODES = {"device": "PerDevice", "user": "PerUser"}
BODY = """\
$Broker = {broker}
$Servers = {servers}
$Mode = {mode}

$before = Get-RDLicenseConfiguration -ConnectionBroker $Broker
Write-Output "Before: $($before.Mode), $(@($before.LicenseServer) -join ', ')"
"""
SET = """\
if ($PSCmdlet.ShouldProcess($Broker, "Set $Mode, $($Servers -join ', ')")) {
    Set-RDLicenseConfiguration -Mode $Mode -LicenseServer $Servers -ConnectionBroker $Broker -Force
    $after = Get-RDLicenseConfiguration -ConnectionBroker $Broker
    Write-Output "After: $($after.Mode), $(@($after.LicenseServer) -join ', ')"
    if ("$($after.Mode)" -ne $Mode -or (@($after.LicenseServer) -join ',') -ne ($Servers -join ',')) {
        throw 'The deployment does not hold what was set'
    }
}
"""


def deployment_script(given: KitInput) -> dict[str, bytes]:
    """Make the script."""
    licensing = deployment_checked(given.licensing)
    named = BODY.format(
        broker=literal(licensing.broker), servers=array(licensing.servers), mode=literal(MODES[licensing.mode])
    )
    title = "Sets licensing mode and licence servers of a deployment."
    about = ("A group policy for licensing wins over what is set here; look for one first.",)
    body = script(title, named + SET, modules=("RemoteDesktop",), about=about)
    return {"set-deployment.ps1": body}
