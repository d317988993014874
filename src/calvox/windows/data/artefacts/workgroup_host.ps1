$Folder = '\Calvox\'
$Task = 'Credentials of the licence server'
$Secret = 'secret.bin'
$Ended = @{ '0' = 'done'; '10' = 'it did not run as NETWORK SERVICE'; '11' = 'cmdkey refused'; '12' = 'cmdkey does not list it afterwards'; '13' = 'another error' }

# What runs as NETWORK SERVICE. It writes nothing but the credentials; its exit code is all it says.
function Invoke-Stage([string]$Place) {
    try {
        if ("$([System.Security.Principal.WindowsIdentity]::GetCurrent().User.Value)" -ne 'S-1-5-20') { return 10 }
        Add-Type -AssemblyName 'System.Security'
        $sealed = [System.IO.File]::ReadAllBytes((Join-Path -Path $Place -ChildPath $Secret))
        $bytes = [System.Security.Cryptography.ProtectedData]::Unprotect($sealed, $null, [System.Security.Cryptography.DataProtectionScope]::LocalMachine)
        $lines = [System.Text.Encoding]::Unicode.GetString($bytes) -split "`n"
        $target = $lines[0]
        if ($lines[1] -eq 'remove') {
            & cmdkey.exe "/delete:$target" | Out-Null
            if ($LASTEXITCODE -ne 0) { return 11 }
            return 0
        }
        & cmdkey.exe "/add:$target" "/user:$($lines[1])" "/pass:$($lines[2])" | Out-Null
        if ($LASTEXITCODE -ne 0) { return 11 }
        $listed = @(& cmdkey.exe "/list:$target") -join ' '
        if ($listed -notlike "*$($lines[1])*") { return 12 }
        return 0
    } catch {
        return 13
    }
}

function Get-ServiceName {
    $service = [System.Security.Principal.SecurityIdentifier]::new('S-1-5-20')
    return $service.Translate([System.Security.Principal.NTAccount]).Value
}

# For administrators and the system; NETWORK SERVICE may read it.
function New-Place {
    $place = Join-Path -Path $env:ProgramData -ChildPath "Calvox-$([guid]::NewGuid())"
    $rights = [System.Security.AccessControl.DirectorySecurity]::new()
    $rights.SetSecurityDescriptorSddlForm('O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FRFX;;;NS)')
    [System.IO.Directory]::CreateDirectory($place, $rights) | Out-Null
    return $place
}

# Sealed with the machine's key, so that what is left of the file on a disk or in a backup is of no use on another machine.
function Save-Secret([string]$Place, [string[]]$Lines) {
    Add-Type -AssemblyName 'System.Security'
    $bytes = [System.Text.Encoding]::Unicode.GetBytes($Lines -join "`n")
    $sealed = [System.Security.Cryptography.ProtectedData]::Protect($bytes, $null, [System.Security.Cryptography.DataProtectionScope]::LocalMachine)
    [System.IO.File]::WriteAllBytes((Join-Path -Path $Place -ChildPath $Secret), $sealed)
}

function Invoke-AsNetworkService([string[]]$Lines) {
    $place = New-Place
    try {
        Save-Secret $place $Lines
        $copy = Join-Path -Path $place -ChildPath 'stage.ps1'
        Copy-Item -LiteralPath $PSCommandPath -Destination $copy
        $action = New-ScheduledTaskAction -Execute "$env:SystemRoot\System32\WindowsPowerShell\v1.0\powershell.exe" -Argument "-NoProfile -NonInteractive -ExecutionPolicy RemoteSigned -File `"$copy`" -Stage `"$place`""
        $principal = New-ScheduledTaskPrincipal -UserId (Get-ServiceName) -LogonType ServiceAccount
        $settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit (New-TimeSpan -Minutes 5)
        Register-ScheduledTask -TaskPath $Folder -TaskName $Task -Action $action -Principal $principal -Settings $settings -Force | Out-Null
        Start-ScheduledTask -TaskPath $Folder -TaskName $Task
        $before = 267009, 267011   # the task runs; it has not run yet
        for ($second = 0; $second -lt 120; $second += 1) {
            Start-Sleep -Seconds 1
            $result = (Get-ScheduledTaskInfo -TaskPath $Folder -TaskName $Task).LastTaskResult
            if ("$((Get-ScheduledTask -TaskPath $Folder -TaskName $Task).State)" -ne 'Running' -and $result -notin $before) { return "$result" }
        }
        throw 'The task did not end within two minutes'
    } finally {
        if (Get-ScheduledTask -TaskPath $Folder -TaskName $Task -ErrorAction SilentlyContinue) {
            Unregister-ScheduledTask -TaskPath $Folder -TaskName $Task -Confirm:$false
        }
        Remove-Item -LiteralPath $place -Recurse -Force
    }
}

if ($Stage) { exit (Invoke-Stage $Stage) }

Assert-Workgroup
$lsa = Get-Item -LiteralPath 'HKLM:\SYSTEM\CurrentControlSet\Control\Lsa'
if ($lsa.GetValue('disabledomaincreds') -eq 1) {
    throw 'The policy “Network access: Do not allow storage of passwords and credentials for network authentication” is on: nothing can be stored'
}
foreach ($server in $Servers) {
    $machine = ($server -split '\.')[0]
    if ($machine -eq $env:COMPUTERNAME) { Write-Host "$server is this machine: it needs no credentials for itself"; continue }
    $user = if ($Peer) { "$machine\$PeerAccount" } else { "$machine\$Account" }
    $what = if ($Remove) { 'Delete the credentials of NETWORK SERVICE' } else { "Store credentials for NETWORK SERVICE: $user" }
    if (-not $PSCmdlet.ShouldProcess($server, $what)) { continue }
    $lines = if ($Remove) { @($server, 'remove') } else { @($server, $user, (Get-Plain (Read-Password $user))) }
    $result = Invoke-AsNetworkService $lines
    $lines = $null
    $why = if ($Ended.ContainsKey("$result")) { $Ended["$result"] } else { "the task ended with $result" }
    Write-Host "${server}: $why"
    if ("$result" -ne '0') { throw "Nothing may be stored for ${server}: $why" }
}
Write-Host 'The service TermService takes this up when it starts: restart the machine when nobody works on it.'
Write-Host 'To check: the licence server stops logging refusals, GetTStoLSConnectivityStatus answers 9 or 11, and Calvox''s doctor finds nothing.'
