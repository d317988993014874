[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param()

$ErrorActionPreference = 'Stop'
#@ORDER@
#@BEFORE@
#@COMMON@
# Fails unless a method returned 0.
function Assert-Done($Answer) {
    if ($Answer.ReturnValue -ne 0) { throw "Windows answered $($Answer.ReturnValue); see what was set until then." }
}

#@BODY@
Write-Host "Bring back on ${Full} what was there before: $Title. Values then:"
Write-Host (ConvertTo-Json -Depth 8 -InputObject $Before)
if ($PSCmdlet.ShouldProcess($Full, "Bring back what was there before: $Title")) {
    Restore-State
    Write-Host 'Done. Read the machine again: survey or collector.'
}
