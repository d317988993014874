$Program = Join-Path -Path $env:ProgramFiles -ChildPath 'Calvox'
$Installed = Join-Path -Path $Program -ChildPath 'Backup-CalvoxLServer.ps1'
$Given = Join-Path -Path $PSScriptRoot -ChildPath 'Backup-CalvoxLServer.ps1'
$Source = 'Calvox backup'
$Path = '\Calvox\'
$Name = 'Backup of RD Licensing'

function Show-Task([string]$When) {
    $found = Get-ScheduledTask -TaskPath $Path -TaskName $Name -ErrorAction SilentlyContinue
    if ($null -eq $found) { Write-Host "${When}: there is no task $Path$Name"; return }
    $last = Get-ScheduledTaskInfo -TaskPath $Path -TaskName $Name
    Write-Host "${When}: $Path$Name is $($found.State); next run $($last.NextRunTime), last result $($last.LastTaskResult)"
}

Assert-Administrator
Show-Task 'Before'
if ($Remove) {
    if ($PSCmdlet.ShouldProcess("$Path$Name", 'Remove the task and its script; backups stay')) {
        if (Get-ScheduledTask -TaskPath $Path -TaskName $Name -ErrorAction SilentlyContinue) {
            Unregister-ScheduledTask -TaskPath $Path -TaskName $Name -Confirm:$false
        }
        if (Test-Path -LiteralPath $Installed) { Remove-Item -LiteralPath $Installed }
    }
    Show-Task 'After'
    return
}

if (-not (Test-Path -LiteralPath $Given -PathType Leaf)) { throw "$Given is not beside this script" }
if (-not (Get-WindowsFeature -Name 'Windows-Server-Backup').Installed) {
    Write-Warning 'The feature Windows Server Backup is missing, so wbadmin cannot save the system state: Install-WindowsFeature -Name Windows-Server-Backup'
}
# What the system account runs lies where only administrators can write.
if ($PSCmdlet.ShouldProcess($Installed, 'Install the backup script')) {
    New-Item -ItemType Directory -Path $Program -Force | Out-Null
    Copy-Item -LiteralPath $Given -Destination $Installed -Force
    if ((Get-FileHash -LiteralPath $Given).Hash -ne (Get-FileHash -LiteralPath $Installed).Hash) { throw "$Installed is not what was copied" }
}
if ($PSCmdlet.ShouldProcess($Folder, 'Make the folder for backups, for administrators alone')) { New-PrivateFolder $Folder }
if (-not [System.Diagnostics.EventLog]::SourceExists($Source) -and $PSCmdlet.ShouldProcess($Source, 'Register the source of events')) {
    New-EventLog -LogName 'Application' -Source $Source
}
if ($PSCmdlet.ShouldProcess("$Path$Name", "Run it daily at $At as SYSTEM")) {
    $action = New-ScheduledTaskAction -Execute "$env:SystemRoot\System32\WindowsPowerShell\v1.0\powershell.exe" -Argument "-NoProfile -NonInteractive -ExecutionPolicy RemoteSigned -File `"$Installed`""
    $trigger = New-ScheduledTaskTrigger -Daily -At $At
    $principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
    $settings = New-ScheduledTaskSettingsSet -MultipleInstances IgnoreNew -StartWhenAvailable -ExecutionTimeLimit (New-TimeSpan -Hours 8)
    Register-ScheduledTask -TaskPath $Path -TaskName $Name -Action $action -Trigger $trigger -Principal $principal -Settings $settings -Description 'Made by Calvox: system state and database of RD Licensing' -Force | Out-Null
    Show-Task 'After'
}
