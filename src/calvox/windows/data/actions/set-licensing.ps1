# LicensingType 2 is per device, 4 per user, 5 not set. A source of 1 is group policy, which wins.
$Modes = @{ device = 2; user = 4 }

function Get-Setting {
    $found = Get-CimInstance -Namespace $Terminal -ClassName 'Win32_TerminalServiceSetting' | Select-Object -First 1
    if ($null -eq $found) { throw 'This machine has no settings of a session host.' }
    return $found
}

function Get-State {
    $setting = Get-Setting
    $listed = Invoke-CimMethod -InputObject $setting -MethodName 'GetSpecifiedLicenseServerList' @Quiet
    return @{
        ServerName                           = "$($setting.ServerName)"
        TerminalServerMode                   = $setting.TerminalServerMode
        LicensingType                        = $setting.LicensingType
        PolicySourceLicensingType            = $setting.PolicySourceLicensingType
        PolicySourceConfiguredLicenseServers = $setting.PolicySourceConfiguredLicenseServers
        SpecifiedLSList                      = @($listed.SpecifiedLSList | Where-Object { $_ } | ForEach-Object { "$_" })
    }
}

function Test-Mode($State) {
    return $null -eq $Given['mode'] -or $State['LicensingType'] -eq $Modes[$Given['mode']]
}

function Test-Server($State) {
    return $null -eq $Given['servers'] -or (@($State['SpecifiedLSList']) -join ',') -eq (@($Given['servers']) -join ',')
}

function Test-Wanted($State) { return (Test-Mode $State) -and (Test-Server $State) }

function Get-Obstacle($State) {
    if (-not (Test-Mode $State) -and $State['PolicySourceLicensingType'] -eq 1) { return 'Group policy sets the mode of this host.' }
    if (-not (Test-Server $State) -and $State['PolicySourceConfiguredLicenseServers'] -eq 1) { return 'Group policy names its licence servers.' }
    return ''
}

function Set-State($Before) {
    $setting = Get-Setting
    $code = [long]0
    if (-not (Test-Server $Before)) {
        $code = (Invoke-CimMethod -InputObject $setting -MethodName 'SetSpecifiedLicenseServerList' -Arguments @{ SpecifiedLSList = [string[]]@($Given['servers']) } -Confirm:$false).ReturnValue
    }
    if ($code -eq 0 -and -not (Test-Mode $Before)) {
        $code = (Invoke-CimMethod -InputObject $setting -MethodName 'ChangeMode' -Arguments @{ LicensingType = [uint32]$Modes[$Given['mode']] } -Confirm:$false).ReturnValue
    }
    return @{ Code = $code; Answer = @{} }
}
