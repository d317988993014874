$Parameters = 'HKLM:\SYSTEM\CurrentControlSet\Services\TermServLicensing\Parameters'
$Group = 'Calvox licence servers'
$Named = "$env:COMPUTERNAME\$Group"
$Value = 'WorkgroupLicenseServerAccountsGroup'

function Get-ParameterValue([string]$Key) {
    $found = Get-Item -LiteralPath $Parameters
    return $found.GetValue($Key)
}

function Get-Account([string]$Name) {
    $found = Get-LocalUser -Name $Name -ErrorAction SilentlyContinue
    if ($found -and "$($found.Description)" -ne $Mark) { throw "A user $Name exists that this script did not make: it stays, and another name must be chosen in site.toml" }
    return $found
}

function Show-State([string]$When) {
    foreach ($name in $Account, $PeerAccount) {
        $user = Get-LocalUser -Name $name -ErrorAction SilentlyContinue
        if ($null -eq $user) { Write-Host "${When}: there is no local user $name" }
        else { Write-Host "${When}: $name, enabled $($user.Enabled), password set $($user.PasswordLastSet)" }
        foreach ($sid in 'S-1-5-32-544', 'S-1-5-32-545', 'S-1-5-32-555') {
            $members = @(Get-LocalGroupMember -SID $sid -ErrorAction SilentlyContinue | ForEach-Object { "$($_.Name)" -replace '^.*\\', '' })
            if ($members -contains $name) { Write-Warning "$name is in the group $sid : it needs none, take it out" }
        }
    }
    if ((Get-ParameterValue 'DisableWorkgroupAuthEnforcement') -eq 1) {
        Write-Warning 'DisableWorkgroupAuthEnforcement is 1: hosts need no credentials now (CVE-2024-38099). Delete the value once every host has its own.'
    }
    Write-Host "$Value is '$(Get-ParameterValue $Value)'"
}

# In no group of Windows, the user can sign in over the network and nowhere else.
function Set-Account([string]$Name) {
    $found = Get-Account $Name
    if ($found -and -not $NewPassword) { Write-Host "$Name exists and stays as it is; -NewPassword changes its password"; return }
    if (-not $PSCmdlet.ShouldProcess($Name, 'Set the local user and its password')) { return }
    $password = Read-Password "$env:COMPUTERNAME\$Name"
    if ($found) { Set-LocalUser -Name $Name -Password $password }
    else { New-LocalUser -Name $Name -Password $password -Description $Mark -AccountNeverExpires -PasswordNeverExpires -UserMayNotChangePassword | Out-Null }
}

# Licence servers have a user of their own: whoever signs in as a member of this group is taken for a licence server.
function Set-Peer {
    Write-Warning 'Microsoft advises against several licence servers in a workgroup; support may be removed.'
    $held = Get-ParameterValue $Value
    if ($held -and $held -ne $Named) { throw "$Value names $held already, which is not ours" }
    Set-Account $PeerAccount
    if (-not $PSCmdlet.ShouldProcess($Named, "Recognise licence servers that sign in as $PeerAccount (CVE-2024-38231)")) { return }
    if ($null -eq (Get-LocalGroup -Name $Group -ErrorAction SilentlyContinue)) { New-LocalGroup -Name $Group -Description $Mark | Out-Null }
    $members = @(Get-LocalGroupMember -Name $Group | ForEach-Object { "$($_.Name)" -replace '^.*\\', '' })
    if ($members -notcontains $PeerAccount) { Add-LocalGroupMember -Group $Group -Member "$env:COMPUTERNAME\$PeerAccount" }
    # Microsoft's page writes the name of the value with a blank before it, which is taken for a slip.
    Set-ItemProperty -LiteralPath $Parameters -Name $Value -Value $Named -Type String
    Write-Host 'Restart the service TermServLicensing for this.'
}

function Remove-Everything {
    if ((Get-ParameterValue $Value) -eq $Named -and $PSCmdlet.ShouldProcess($Value, 'Remove the value, which names our group')) {
        Remove-ItemProperty -LiteralPath $Parameters -Name $Value
    }
    $found = Get-LocalGroup -Name $Group -ErrorAction SilentlyContinue
    if ($found -and "$($found.Description)" -eq $Mark -and $PSCmdlet.ShouldProcess($Group, 'Remove the group')) { Remove-LocalGroup -Name $Group }
    foreach ($name in $Account, $PeerAccount) {
        if ((Get-Account $name) -and $PSCmdlet.ShouldProcess($name, 'Remove the local user: nobody signs in as it any more')) { Remove-LocalUser -Name $name }
    }
}

Assert-Workgroup
Show-State 'Before'
if ($Remove) {
    Remove-Everything
    Show-State 'After'
    return
}
Set-Account $Account
if ($RecognisePeers) { Set-Peer }
if ($WhatIfPreference) { return }
Show-State 'After'
if ($null -eq (Get-Account $Account)) { throw "There is no user $Account" }
Write-Host 'Advice: by local policy (secpol.msc, User Rights Assignment) deny this user to log on locally, through Remote Desktop Services, as a batch job and as a service.'
