# ActivationStatus: 0 is activated, 1 is not, 2 is unknown. Of the licence server ID only whether it is the code is kept.
function Get-State {
    $status = (Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'GetActivationStatus' @Quiet).ActivationStatus
    $same = $null
    if ($status -eq 0) {
        $id = (Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'GetLicenseServerId' @Quiet).sLicenseServerId
        $same = ("$id" -replace '-', '') -eq $Given['code']
    }
    return @{ ActivationStatus = $status; IdIsTheCode = $same }
}

function Test-Wanted($State) {
    return $State['ActivationStatus'] -eq 0 -and $State['IdIsTheCode'] -eq $true
}
