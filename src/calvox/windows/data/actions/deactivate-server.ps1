function Test-Wanted($State) {
    return $State['ActivationStatus'] -eq 1
}

function Set-State($Before) {
    $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'DeactivateServer' -Arguments @{ sConfirmCode = $Given['code'] } -Confirm:$false
    return @{ Code = $answer.ReturnValue; Answer = @{ ActivationStatus = $answer.ActivationStatus } }
}
