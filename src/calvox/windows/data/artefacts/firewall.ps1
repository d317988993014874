$Group = 'Calvox RD licensing'
$Wanted = @(
    @{ Name = 'Calvox-RDLicensing-EndpointMapper'; DisplayName = 'RD licensing: RPC endpoint mapper'; Direction = 'Inbound'; Action = 'Allow'; Protocol = 'TCP'; LocalPort = '135'; RemoteAddress = $Hosts }
    @{ Name = 'Calvox-RDLicensing-DynamicRpc'; DisplayName = 'RD licensing: dynamic RPC'; Direction = 'Inbound'; Action = 'Allow'; Protocol = 'TCP'; LocalPort = '49152-65535'; RemoteAddress = $Hosts }
    @{ Name = 'Calvox-RDLicensing-NamedPipes'; DisplayName = 'RD licensing: named pipes'; Direction = 'Inbound'; Action = 'Allow'; Protocol = 'TCP'; LocalPort = @('139', '445'); RemoteAddress = $Hosts }
)
if ($NetBios) {
    $Wanted += @{ Name = 'Calvox-RDLicensing-NetBios'; DisplayName = 'RD licensing: NetBIOS names'; Direction = 'Inbound'; Action = 'Allow'; Protocol = 'UDP'; LocalPort = @('137', '138'); RemoteAddress = $Hosts }
}
if ($BlockInternet) {
    $Wanted += @{ Name = 'Calvox-RDLicensing-NoInternet'; DisplayName = 'No Internet from this licence server'; Direction = 'Outbound'; Action = 'Block'; Protocol = 'Any'; RemoteAddress = $Outside }
}

function Show-Own([string]$When) {
    $own = @(Get-NetFirewallRule -Group $Group -ErrorAction SilentlyContinue)
    Write-Host "${When}: $($own.Count) rules in the group $Group"
    foreach ($rule in $own) {
        $port = $rule | Get-NetFirewallPortFilter
        $address = $rule | Get-NetFirewallAddressFilter
        Write-Host "  $($rule.Name): $($rule.Direction) $($rule.Action) $($port.Protocol) $(@($port.LocalPort) -join ',') with $(@($address.RemoteAddress) -join ', ')"
    }
}

# Whether a rule for these ports lets in what ours let in.
function Test-Covering($Ports) {
    if ("$($Ports.Protocol)" -notin 'TCP', '6', 'Any') { return $false }
    foreach ($port in @($Ports.LocalPort)) {
        if ("$port" -in 'Any', 'RPC', 'RPCEPMap', '135', '139', '445') { return $true }
        if ("$port" -match '^(\d+)-(\d+)$' -and [int]$Matches[1] -le 65535 -and [int]$Matches[2] -ge 49152) { return $true }
    }
    return $false
}

# Other people's rules are shown, never changed: what they let in, a narrower rule beside them does not keep out.
function Show-Broader {
    $ports = @{}
    foreach ($one in @(Get-NetFirewallPortFilter -PolicyStore ActiveStore)) { $ports["$($one.InstanceID)"] = $one }
    $addresses = @{}
    foreach ($one in @(Get-NetFirewallAddressFilter -PolicyStore ActiveStore)) { $addresses["$($one.InstanceID)"] = $one }
    $broader = @(Get-NetFirewallRule -PolicyStore ActiveStore -Direction Inbound -Enabled True -Action Allow | Where-Object {
            $_.Group -ne $Group -and $ports["$($_.InstanceID)"] -and (Test-Covering $ports["$($_.InstanceID)"])
        })
    foreach ($rule in $broader) {
        $from = $addresses["$($rule.InstanceID)"]
        Write-Warning "$($rule.DisplayName) [$($rule.Name)] already lets in $(@($ports["$($rule.InstanceID)"].LocalPort) -join ',') from $(@($from.RemoteAddress) -join ', ')"
    }
    if ($broader.Count) {
        Write-Warning "While these $($broader.Count) rules stand, the rules of this script keep nobody out. Look at each; this script leaves them as they are."
    }
}

function Show-Profile {
    foreach ($one in @(Get-NetFirewallProfile -PolicyStore ActiveStore)) {
        if ("$($one.Enabled)" -eq 'False') { Write-Warning "The firewall is off in the profile $($one.Name): no rule counts there" }
        if ("$($one.DefaultInboundAction)" -eq 'Allow') { Write-Warning "The profile $($one.Name) lets everything in that no rule blocks" }
        if ("$($one.AllowLocalFirewallRules)" -eq 'False') { Write-Warning "In the profile $($one.Name) group policy leaves local rules out: put these rules into a policy" }
    }
}

Show-Profile
Show-Broader
Show-Own 'Before'

foreach ($want in $Wanted) {
    $name = $want.Name
    $there = Get-NetFirewallRule -Name $name -ErrorAction SilentlyContinue
    if ($there -and $there.Group -ne $Group) { throw "A rule $name exists and is not ours (group $($there.Group))" }
    if (-not $PSCmdlet.ShouldProcess($name, "$($want.Direction) $($want.Action) with $(@($want.RemoteAddress).Count) addresses")) { continue }
    if ($there) {
        $change = $want.Clone()
        $change.Remove('DisplayName')
        Set-NetFirewallRule @change -NewDisplayName $want.DisplayName
        Enable-NetFirewallRule -Name $name
    } else {
        New-NetFirewallRule @want -Group $Group -Profile Any -Enabled True -Description 'Made by Calvox from the description of the site' | Out-Null
    }
}
$names = @($Wanted | ForEach-Object { $_.Name })
foreach ($rule in @(Get-NetFirewallRule -Group $Group -ErrorAction SilentlyContinue | Where-Object { $names -notcontains $_.Name })) {
    if ($PSCmdlet.ShouldProcess($rule.Name, 'Remove: made by an earlier run, no longer wanted')) { Remove-NetFirewallRule -Name $rule.Name }
}
if ($WhatIfPreference) { return }
Show-Own 'After'
foreach ($want in $Wanted) {
    $held = Get-NetFirewallRule -Name $want.Name | Get-NetFirewallAddressFilter
    if (@($held.RemoteAddress).Count -ne @($want.RemoteAddress).Count) { throw "$($want.Name) does not hold the addresses that were set" }
}
