# Whether a user below the target got the rule. Protected accounts (adminCount 1) do not inherit, and are left as they are.
function Test-Inherited {
    $searcher = [adsisearcher]'(&(objectCategory=person)(objectClass=user)(!(adminCount=1))(!(isCriticalSystemObject=TRUE)))'
    $searcher.SearchRoot = [adsi]"LDAP://$($Target -replace '/', '\/')"
    $user = $searcher.FindOne()
    if ($null -eq $user) { Write-Warning "There is no user below $Target to look at"; return }
    $rules = ([adsi]$user.Path).psbase.ObjectSecurity.GetAccessRules($false, $true, [System.Security.Principal.SecurityIdentifier])
    $held = @($rules | Where-Object { "$($_.IdentityReference)" -eq 'S-1-5-10' -and "$($_.ObjectType)" -eq $Set -and "$($_.ActiveDirectoryRights)" -match 'WriteProperty' })
    if ($held.Count) { Write-Host "$($user.Path) has it" } else { Write-Warning "$($user.Path) does not have it: is inheritance switched off there?" }
}

function Show-Group {
    $members = @(([adsi]'LDAP://<SID=S-1-5-32-561>').member | ForEach-Object { (("$_" -split ',')[0] -replace '^CN=', '').ToLowerInvariant() })
    foreach ($server in $Servers) {
        $short = ($server -split '\.')[0].ToLowerInvariant()
        if ($members -contains $short) { Write-Host "$server is in the group Terminal Server License Servers" }
        else { Write-Warning "$server is not in the group Terminal Server License Servers (S-1-5-32-561) of this domain: as a domain administrator call AddLStoTSLSGroup of Win32_TSLicenseServer on it, then restart TermServLicensing" }
    }
}

Show-Group
$entry = Get-Target
Show-Rule 'Before' $entry
if (@(Get-Own $entry).Count) {
    Write-Host 'Nothing to do: the rule is there already, and this script did not make it now.'
    return
}
# .NET joins a new rule with one that is like it, and what was there before could not be told apart afterwards.
$like = @($entry.psbase.ObjectSecurity.GetAccessRules($true, $false, [System.Security.Principal.SecurityIdentifier]) | Where-Object {
        "$($_.IdentityReference)" -eq 'S-1-5-10' -and "$($_.ObjectType)" -eq $Set
    })
if ($like.Count) { throw "$Target has another rule for SELF on this property set; look at it first: dsacls `"$Target`"" }
if (-not $PSCmdlet.ShouldProcess($Target, 'Let SELF read and write “Terminal Server License Server” on users below it')) { return }
if (Test-Path -LiteralPath $Record) { throw "$Record exists already" }
$before = $entry.psbase.ObjectSecurity.GetSecurityDescriptorSddlForm([System.Security.AccessControl.AccessControlSections]::Access)
ConvertTo-Json -InputObject ([ordered]@{ format = 'calvox-delegation-1'; target = $Target; before = $before }) | Set-Content -LiteralPath $Record -Encoding UTF8
$entry.psbase.ObjectSecurity.AddAccessRule((New-Rule))
$entry.psbase.CommitChanges()
$entry = Get-Target
Show-Rule 'After' $entry
if (@(Get-Own $entry).Count -ne 1) { throw "$Target does not hold the rule that was set" }
Test-Inherited
Write-Host "Keep $Record : Revoke-CalvoxLicensingRights.ps1 -Record takes exactly this rule away again."
