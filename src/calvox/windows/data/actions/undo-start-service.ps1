function Restore-State {
    $modes = @{ Auto = 'Automatic'; Manual = 'Manual'; Disabled = 'Disabled' }
    if ("$($Before.State)" -eq 'Stopped') { Stop-Service -Name 'TermServLicensing' -Confirm:$false }
    if ($modes["$($Before.StartMode)"]) { Set-Service -Name 'TermServLicensing' -StartupType $modes["$($Before.StartMode)"] -Confirm:$false }
}
