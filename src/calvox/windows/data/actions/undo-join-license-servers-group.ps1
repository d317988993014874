function Restore-State {
    if ($Before.IsMember) { return }
    Assert-Done (Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'RemoveLSfromTSLSGroup' -Confirm:$false)
}
