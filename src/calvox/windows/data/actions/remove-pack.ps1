# How many CALs shall remain: told so that doing it twice removes nothing twice.
$Keep = [long]0
if ($null -ne $Given['keep']) { $Keep = [long]$Given['keep'] }

function Test-Wanted($State) {
    $total = Get-Total $State $Given['pack']
    if ($null -eq $total) { return $Keep -eq 0 }
    return $total -eq $Keep
}

function Get-Obstacle($State) { return Get-PackObstacle $State $Keep }

function Set-State($Before) {
    $number = [uint32]$Given['pack']
    if ($Keep -eq 0) {
        $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseKeyPack' -MethodName 'UninstallLicenseKeyPackWithId' -Arguments @{ KeyPackId = $number } -Confirm:$false
    } else {
        $count = [uint32]((Get-Total $Before $Given['pack']) - $Keep)
        $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseKeyPack' -MethodName 'RemoveLicensesWithIdCount' -Arguments @{ KeyPackId = $number; LicenseCount = $count } -Confirm:$false
    }
    return @{ Code = $answer.ReturnValue; Answer = @{} }
}
