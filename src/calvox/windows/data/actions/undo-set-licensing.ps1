function Restore-State {
    $setting = Get-CimInstance -Namespace $Terminal -ClassName 'Win32_TerminalServiceSetting' | Select-Object -First 1
    $names = [string[]]@($Before.SpecifiedLSList | Where-Object { $_ })
    if ($names.Count -gt 0) {
        Assert-Done (Invoke-CimMethod -InputObject $setting -MethodName 'SetSpecifiedLicenseServerList' -Arguments @{ SpecifiedLSList = $names } -Confirm:$false)
    } else {
        Assert-Done (Invoke-CimMethod -InputObject $setting -MethodName 'EmptySpecifiedLicenseServerList' -Confirm:$false)
    }
    if ($setting.LicensingType -eq $Before.LicensingType) { return }
    if ($Before.LicensingType -notin 2, 4) {
        Write-Warning 'The mode was not set before; WMI cannot bring that back.'
        return
    }
    Assert-Done (Invoke-CimMethod -InputObject $setting -MethodName 'ChangeMode' -Arguments @{ LicensingType = [uint32]$Before.LicensingType } -Confirm:$false)
}
