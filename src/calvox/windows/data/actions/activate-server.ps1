function Get-Obstacle($State) {
    if ($State['ActivationStatus'] -eq 0) { return 'The server is activated already, with another licence server ID.' }
    return ''
}

function Set-State($Before) {
    $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'ActivateServer' -Arguments @{ sLicenseServerId = $Given['code'] } -Confirm:$false
    return @{ Code = $answer.ReturnValue; Answer = @{ ActivationStatus = $answer.ActivationStatus } }
}
