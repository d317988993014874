$kept = Get-Content -LiteralPath $Record -Raw -Encoding UTF8 | ConvertFrom-Json
if ($kept.format -ne 'calvox-delegation-1') { throw "$Record is no record of Grant-CalvoxLicensingRights.ps1" }
$Target = $kept.target
$entry = Get-Target
Show-Rule 'Before' $entry
if (@(Get-Own $entry).Count -eq 0) { Write-Host 'Nothing to do: the rule is not there.'; return }
if (-not $PSCmdlet.ShouldProcess($Target, 'Take from SELF what Grant-CalvoxLicensingRights.ps1 gave')) { return }
$entry.psbase.ObjectSecurity.RemoveAccessRuleSpecific((New-Rule))
$entry.psbase.CommitChanges()
$entry = Get-Target
Show-Rule 'After' $entry
if (@(Get-Own $entry).Count) { throw "$Target still holds the rule" }
Write-Host "The access rules before the grant stand in $Record, for comparing."
