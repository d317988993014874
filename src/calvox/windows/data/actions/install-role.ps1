function Get-State {
    $feature = Get-WindowsFeature -Name 'RDS-Licensing'
    if ($null -eq $feature) { throw 'This Windows has no feature RDS-Licensing.' }
    return @{ Installed = [bool]$feature.Installed }
}

function Test-Wanted($State) { return $State['Installed'] }

function Set-State($Before) {
    $done = Install-WindowsFeature -Name 'RDS-Licensing' -IncludeManagementTools -Confirm:$false
    return @{ Code = 0; Answer = @{ ExitCode = "$($done.ExitCode)"; RestartNeeded = "$($done.RestartNeeded)" } }
}
