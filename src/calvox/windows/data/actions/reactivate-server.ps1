function Set-State($Before) {
    $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'ReactivateServer' -Arguments @{ sNewLicenseServerId = $Given['code'] } -Confirm:$false
    return @{ Code = $answer.ReturnValue; Answer = @{ ActivationStatus = $answer.ActivationStatus } }
}
