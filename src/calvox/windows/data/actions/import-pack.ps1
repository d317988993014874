function Test-Reached($Before, $After) {
    return (Get-Added $Before $After) -gt 0
}

function Set-State($Before) {
    $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseKeyPack' -MethodName 'ImportLicenseKeyPackOffline' -Arguments @{
        sLicenseKeyPackId  = $Given['code']
        sSourceLSName      = $Given['source_name']
        sSourceLSProductId = $Given['source_id']
    } -Confirm:$false
    return @{ Code = $answer.ReturnValue; Answer = @{ KeyPackId = $answer.KeyPackId } }
}
