$Group = 'Calvox RD licensing'
$own = @(Get-NetFirewallRule -Group $Group -ErrorAction SilentlyContinue | Where-Object { $_.Name -like 'Calvox-RDLicensing-*' })
Write-Host "Before: $($own.Count) rules in the group $Group"
foreach ($rule in $own) {
    Write-Host "  $($rule.Name): $($rule.DisplayName)"
    if ($PSCmdlet.ShouldProcess($rule.Name, 'Remove the rule')) { Remove-NetFirewallRule -Name $rule.Name }
}
$left = @(Get-NetFirewallRule -Group $Group -ErrorAction SilentlyContinue)
Write-Host "After: $($left.Count) rules in the group $Group"
if ($left.Count -and -not $WhatIfPreference) { throw 'Rules of the group are left that this script did not make' }
