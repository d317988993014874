function Restore-State {
    if ($Before.Published) { return }
    Assert-Done (Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'UnpublishLS' -Confirm:$false)
}
