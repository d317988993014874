# An empty domain is the server's own.
function Get-State {
    $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'IsLSinTSLSGroup' -Arguments @{ Domain = '' } @Quiet
    return @{ IsMember = [bool]$answer.IsMember }
}

function Test-Wanted($State) { return $State['IsMember'] }

function Set-State($Before) {
    $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'AddLStoTSLSGroup' -Confirm:$false
    return @{ Code = $answer.ReturnValue; Answer = @{} }
}
