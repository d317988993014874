function Get-State {
    $service = Get-CimInstance -Namespace $Cim -ClassName 'Win32_Service' -Filter "Name='TermServLicensing'"
    if ($null -eq $service) { return @{ State = $null; StartMode = $null } }
    return @{ State = "$($service.State)"; StartMode = "$($service.StartMode)" }
}

function Test-Wanted($State) { return $State['State'] -eq 'Running' -and $State['StartMode'] -eq 'Auto' }

function Get-Obstacle($State) {
    if (-not $State['State']) { return 'There is no service TermServLicensing: the role is not installed.' }
    return ''
}

function Set-State($Before) {
    Set-Service -Name 'TermServLicensing' -StartupType Automatic -Confirm:$false
    Start-Service -Name 'TermServLicensing' -Confirm:$false
    return @{ Code = 0; Answer = @{} }
}
