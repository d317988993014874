"""PowerShell for the group policy object: made from nothing, or imported from its backup, then linked to the unit.

Rules:
- Cmdlets of the module GroupPolicy alone, with the parameters that Microsoft documents.
- Run again, the script changes what differs: an object of that name is kept, as is a link that is there.
- PowerShell's names know no capitals: what is read back has names of its own.
- An import replaces all settings of an object, so it refuses one that exists unless it is told to replace it.
"""

from calvox.windows.artefacts.checks import domain_checked
from calvox.windows.artefacts.given import NUMBERS, HostLicensing, KitInput
from calvox.windows.artefacts.script import script
from calvox.windows.powershell import array, literal
from calvox.windows.queries import POLICY

MODULE = "GroupPolicy"
NAMES = """\
$Name = {gpo}
$Domain = {domain}
$Unit = {unit}
$Key = {key}
$Servers = {servers} -join ','
$Mode = {mode}

"""
FIND = """\
$found = @(Get-GPO -All -Domain $Domain | Where-Object { $_.DisplayName -eq $Name })
if ($found.Count -gt 1) { throw "There are several group policy objects named $Name" }
"""
MAKE = """\
if ($found.Count -eq 0 -and $PSCmdlet.ShouldProcess($Name, 'Make the group policy object')) {
    New-GPO -Name $Name -Domain $Domain -Comment 'RD licensing of session hosts, by Calvox' | Out-Null
}
if ($PSCmdlet.ShouldProcess($Name, "Set LicenseServers to $Servers")) {
    Set-GPRegistryValue -Name $Name -Domain $Domain -Key $Key -ValueName 'LicenseServers' -Type String -Value $Servers |
        Out-Null
}
if ($PSCmdlet.ShouldProcess($Name, "Set LicensingMode to $Mode")) {
    Set-GPRegistryValue -Name $Name -Domain $Domain -Key $Key -ValueName 'LicensingMode' -Type DWord -Value $Mode | Out-Null
}
"""
IMPORT = """\
if ($found.Count -ne 0 -and -not $Replace) {
    throw "The group policy object $Name exists; -Replace imports into it, and all its settings are replaced"
}
if ($PSCmdlet.ShouldProcess($Name, 'Import the group policy object')) {
    Import-GPO -BackupId $Backup -Path $PSScriptRoot -TargetName $Name -Domain $Domain -CreateIfNeeded | Out-Null
}
"""
LINK = """\
if ($Unit) {
    $links = @((Get-GPInheritance -Target $Unit -Domain $Domain).GpoLinks | Where-Object { $_.DisplayName -eq $Name })
    if ($links.Count -eq 0 -and $PSCmdlet.ShouldProcess($Unit, "Link $Name")) {
        New-GPLink -Name $Name -Domain $Domain -Target $Unit -LinkEnabled Yes | Out-Null
    }
}
"""
READ_BACK = """\
if ($WhatIfPreference) { return }
$heldServers = "$((Get-GPRegistryValue -Name $Name -Domain $Domain -Key $Key -ValueName 'LicenseServers').Value)"
$heldMode = (Get-GPRegistryValue -Name $Name -Domain $Domain -Key $Key -ValueName 'LicensingMode').Value
Write-Output "$Name holds: LicenseServers = $heldServers, LicensingMode = $heldMode"
if ($heldServers.TrimEnd([char]0) -ne $Servers -or $heldMode -ne $Mode) {
    throw 'The group policy object does not hold what was set'
}
"""


def gpo_script(given: KitInput) -> dict[str, bytes]:
    """Make the script that makes the object."""
    licensing = domain_checked(given.licensing)
    title = "Makes the group policy object for RD licensing of session hosts, and links it."
    return {"make-gpo.ps1": script(title, _names(licensing) + FIND + MAKE + LINK + READ_BACK, modules=(MODULE,))}


def import_script(given: HostLicensing, backup: str) -> bytes:
    """Make the script that imports the backup that lies beside it."""
    title = "Imports the group policy object that lies beside this script, and links it."
    body = f"$Backup = {literal(backup.strip('{}'))}\n" + _names(given) + FIND + IMPORT + LINK + READ_BACK
    return script(title, body, modules=(MODULE,), parameters="[switch]$Replace")


def _names(given: HostLicensing) -> str:
    return NAMES.format(
        gpo=literal(given.gpo),
        domain=literal(given.domain),
        unit=literal(given.unit),
        key=literal("HKLM\\" + POLICY),
        servers=array(given.servers),
        mode=NUMBERS[given.mode],
    )
