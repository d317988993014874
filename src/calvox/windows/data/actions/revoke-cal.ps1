# LicenseStatus 4 is revoked. The device's name has no quote in it: whoever wrote this script made sure of that.
function Get-Issued {
    return Get-CimInstance -Namespace $Cim -ClassName 'Win32_TSIssuedLicense' -Filter "sIssuedToComputer='$($Given['device'])'"
}

function Get-State {
    $rows = @(Get-Issued | Select-Object -First 100 | ForEach-Object {
            @{
                LicenseId         = $_.LicenseId
                KeyPackId         = $_.KeyPackId
                sIssuedToComputer = "$($_.sIssuedToComputer)"
                LicenseStatus     = $_.LicenseStatus
                ExpirationDate    = Get-Utc $_.ExpirationDate
            }
        })
    return @{ Cals = $rows }
}

# Those that are meant and not revoked.
function Get-Standing($State) {
    return @($State['Cals'] | Where-Object { $_['LicenseStatus'] -ne 4 -and ($null -eq $Given['issued'] -or $_['LicenseId'] -eq $Given['issued']) })
}

function Test-Wanted($State) {
    return @($State['Cals']).Count -gt 0 -and @(Get-Standing $State).Count -eq 0
}

function Get-Obstacle($State) {
    $found = @(Get-Standing $State)
    if ($found.Count -eq 0) { return "No device CAL is issued to $($Given['device'])." }
    if ($found.Count -gt 1) { return "$($Given['device']) has several CALs; name one of them." }
    return ''
}

function Test-Reached($Before, $After) {
    $meant = @(Get-Standing $Before)[0]
    $left = @(Get-Standing $After | Where-Object { $_['LicenseId'] -eq $meant['LicenseId'] -and $_['KeyPackId'] -eq $meant['KeyPackId'] })
    return $left.Count -eq 0
}

function Set-State($Before) {
    $meant = @(Get-Standing $Before)[0]
    $cal = Get-Issued | Where-Object { $_.LicenseId -eq $meant['LicenseId'] -and $_.KeyPackId -eq $meant['KeyPackId'] }
    $answer = Invoke-CimMethod -InputObject $cal -MethodName 'Revoke' -Confirm:$false
    return @{ Code = $answer.ReturnValue; Answer = @{ RevokableCals = $answer.RevokableCals; NextRevokeAllowedOn = Get-Utc $answer.NextRevokeAllowedOn } }
}
