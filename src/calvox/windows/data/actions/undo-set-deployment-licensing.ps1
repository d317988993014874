Import-Module -Name 'RemoteDesktop'

function Restore-State {
    $named = @{}
    if ($Before.Broker) { $named = @{ ConnectionBroker = "$($Before.Broker)" } }
    $names = [string[]]@($Before.LicenseServer | Where-Object { $_ })
    if ($names.Count -gt 0) {
        $null = Set-RDLicenseConfiguration -LicenseServer $names -Mode "$($Before.Mode)" -Force @named
    } else {
        $null = Set-RDLicenseConfiguration -Mode "$($Before.Mode)" -Force @named
        Write-Warning 'No licence server was set before; take the ones that are set now out by hand.'
    }
}
