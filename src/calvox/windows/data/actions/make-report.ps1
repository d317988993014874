function Get-State {
    $null = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'GetActivationStatus' @Quiet
    $names = @(Get-CimInstance -Namespace $Cim -ClassName 'Win32_TSLicenseReport' | Select-Object -First 1000 | ForEach-Object { "$($_.FileName)" })
    return @{ Reports = $names }
}

function Test-Reached($Before, $After) {
    return @($After['Reports'] | Where-Object { $Before['Reports'] -notcontains $_ }).Count -gt 0
}

function Set-State($Before) {
    $answer = Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseReport' -MethodName 'GenerateReportEx' -Confirm:$false
    return @{ Code = $answer.ReturnValue; Answer = @{ FileName = "$($answer.FileName)" } }
}
