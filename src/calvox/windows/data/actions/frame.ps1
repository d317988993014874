[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param()

$ErrorActionPreference = 'Stop'
#@ORDER@
#@COMMON@
$Folder = "$PSScriptRoot"
if (-not $Folder) { $Folder = "$(Get-Location)" }
$ResultFile = Join-Path -Path $Folder -ChildPath "calvox-result-$Order.json"
$RollbackFile = Join-Path -Path $Folder -ChildPath "calvox-rollback-$Order.ps1"

# Helpers

function Get-Utc($Time) {
    if ($null -eq $Time) { return $null }
    return $Time.ToUniversalTime().ToString('s') + 'Z'
}

function Get-Short([string]$Text) {
    if ($Text.Length -gt 500) { return $Text.Substring(0, 500) }
    return $Text
}

function Get-Ascii([string]$Text) {
    $seen = @{}
    foreach ($found in [regex]::Matches($Text, '[^\x20-\x7e]')) { $seen[[int][char]$found.Value] = $true }
    foreach ($number in @($seen.Keys)) { $Text = $Text.Replace("$([char]$number)", ('\u{0:x4}' -f $number)) }
    return $Text
}

# The number of an error, or -1 if it has none.
function Get-Code($Failure) {
    if ("$($Failure.FullyQualifiedErrorId)" -match 'HRESULT (0x[0-9a-fA-F]{8})') { return [long]$Matches[1] }
    return [long]-1
}

function Write-Result([string]$Outcome, [long]$Code, $Before, $After) {
    $head = Get-Ascii (ConvertTo-Json -Compress -Depth 8 -InputObject @{
            format  = 'calvox-windows-result-1'
            order   = $Order
            action  = $Action
            machine = $Full
            user    = "$env:USERDOMAIN\$env:USERNAME"
            time    = Get-Utc (Get-Date)
            outcome = $Outcome
            code    = $Code
            before  = $Before
            after   = $After
        })
    $bytes = [System.Security.Cryptography.SHA256]::Create().ComputeHash([System.Text.Encoding]::ASCII.GetBytes($head))
    $hash = @($bytes | ForEach-Object { '{0:x2}' -f $_ }) -join ''
    $text = $head.Substring(0, $head.Length - 1) + ',"sha256":"' + $hash + '"}'
    Set-Content -LiteralPath $ResultFile -Value $text -Encoding ASCII @Quiet
}

# What an action may leave as it is.
function Test-Wanted($State) { return $false }
function Get-Obstacle($State) { return '' }
function Test-Reached($Before, $After) { return Test-Wanted $After }

#@BODY@
#@ROLLBACK@
# Doing it

if ((Test-Path -LiteralPath $ResultFile) -and (Get-Content -LiteralPath $ResultFile -Raw) -match '"outcome":"(done|unknown)"') {
    throw "$ResultFile shows that this order was carried out; it is not done twice. For another time, have another script written."
}

$before = Get-State
$after = $before
$code = [long]0
$obstacle = Get-Obstacle $before
Write-Host "$Title, on ${Full}. Values before:"
Write-Host (ConvertTo-Json -Depth 8 -InputObject $before)

if (Test-Wanted $before) {
    $outcome = 'unchanged'
} elseif ($obstacle) {
    $outcome = 'failed'
    Write-Warning "Nothing was done. $obstacle"
} elseif ($PSCmdlet.ShouldProcess($Full, $Title)) {
    if ($RollbackText) {
        $kept = (Get-Ascii (ConvertTo-Json -Compress -Depth 8 -InputObject $before)).Replace("'", "''")
        $line = '$Before = ConvertFrom-Json -InputObject ' + "'" + $kept + "'"
        $filled = $RollbackText.Replace('#@BEFORE@', $line)
        Set-Content -LiteralPath $RollbackFile -Value $filled -Encoding UTF8 @Quiet
        Write-Host "The way back, before anything is changed: $RollbackFile"
    }
    Write-Result 'unknown' 0 $before $null
    $answer = @{}
    $fault = ''
    try {
        $did = Set-State $before
        $code = [long]$did['Code']
        $answer = $did['Answer']
    } catch {
        $code = Get-Code $_
        $fault = Get-Short "$($_.Exception.Message)"
        Write-Warning $fault
    }
    $outcome = 'failed'
    $after = $null
    try { $after = Get-State } catch { Write-Warning (Get-Short "$($_.Exception.Message)") }
    if ($null -eq $after) {
        if ($code -eq 0) { $outcome = 'unknown' }
    } else {
        if ($code -eq 0 -and (Test-Reached $before $after)) { $outcome = 'done' }
        if ($answer.Count -gt 0) { $after['Answer'] = $answer }
        if ($fault) { $after['Error'] = $fault }
    }
} elseif ($WhatIfPreference) {
    $outcome = 'rehearsed'
} else {
    Write-Host 'Nothing was done, and nothing was written.'
    return
}

Write-Result $outcome $code $before $after
Write-Host "Outcome: $outcome, code $code. Values after:"
Write-Host (ConvertTo-Json -Depth 8 -InputObject $after)
Write-Host "Written: $ResultFile. Bring it back, then: calvox windows import"
