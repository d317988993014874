# Whether the command worked shows in what is read back; it gives no number.
$Modes = @{ device = 'PerDevice'; user = 'PerUser' }
$Broker = @{}
if ($Given['broker']) { $Broker = @{ ConnectionBroker = $Given['broker'] } }
Import-Module -Name 'RemoteDesktop'

function Get-State {
    $found = Get-RDLicenseConfiguration @Broker
    return @{ Mode = "$($found.Mode)"; LicenseServer = @($found.LicenseServer | Where-Object { $_ } | ForEach-Object { "$_" }); Broker = "$($Given['broker'])" }
}

function Test-Wanted($State) {
    return $State['Mode'] -eq $Modes[$Given['mode']] -and (@($State['LicenseServer']) -join ',') -eq (@($Given['servers']) -join ',')
}

function Set-State($Before) {
    $null = Set-RDLicenseConfiguration -LicenseServer ([string[]]@($Given['servers'])) -Mode $Modes[$Given['mode']] -Force @Broker
    return @{ Code = 0; Answer = @{} }
}
