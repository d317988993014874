function Get-State {
    $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'IsLSPublished' @Quiet
    return @{ Published = [bool]$answer.Published }
}

function Test-Wanted($State) { return $State['Published'] }

function Set-State($Before) {
    $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'PublishLS' -Confirm:$false
    return @{ Code = $answer.ReturnValue; Answer = @{} }
}
