# ActivationStatus: 0 is activated, 1 is not, 2 is unknown.
function Get-State {
    return @{ ActivationStatus = (Invoke-CimMethod -Namespace $Cim -ClassName 'Win32_TSLicenseServer' -MethodName 'GetActivationStatus' @Quiet).ActivationStatus }
}
