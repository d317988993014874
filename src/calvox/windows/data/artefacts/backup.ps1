$Writer = '{5382579C-98DF-47A7-AC6C-98A6D7106E09}'
$Stamp = [datetime]::UtcNow.ToString("yyyy-MM-dd'T'HHmmss'Z'", [cultureinfo]::InvariantCulture)
$Named = '^\d{4}-\d{2}-\d{2}T\d{6}Z$'
$New = Join-Path -Path $Folder -ChildPath $Stamp
$Work = Join-Path -Path $Folder -ChildPath '_work'
$Log = Join-Path -Path $Folder -ChildPath 'calvox-backup.log'
$Source = 'Calvox backup'
$code = 1
$letter = ''
$mine = $false
$warnings = @()

function Write-Log([string]$Text) {
    $line = "$([datetime]::UtcNow.ToString('s'))Z $Text"
    Write-Host $line
    if (Test-Path -LiteralPath $Folder) { Add-Content -LiteralPath $Log -Value $line -Encoding UTF8 }
}

# An event only where the source was registered, by Register-CalvoxBackupTask.ps1.
function Write-Outcome([int]$Id, [string]$Kind, [string]$Text) {
    Write-Log $Text
    try {
        if ([System.Diagnostics.EventLog]::SourceExists($Source)) {
            Write-EventLog -LogName 'Application' -Source $Source -EventId $Id -EntryType $Kind -Message $Text
        }
    } catch { Write-Log "the event was not written: $($_.Exception.Message)" }
}

function Get-DatabasePath {
    $server = Get-CimInstance -Namespace 'root/cimv2' -ClassName 'Win32_TSLicenseServer' | Select-Object -First 1
    if ($null -eq $server -or -not $server.DatabasePath) { throw 'Windows does not say where the database of RD Licensing is' }
    $path = [System.Environment]::ExpandEnvironmentVariables($server.DatabasePath).TrimEnd('\')
    if ($path -notmatch '^[A-Za-z]:\\.' -or -not (Test-Path -LiteralPath $path -PathType Container)) { throw "$path is no folder" }
    return $path
}

function Assert-Ready([string]$Database) {
    $writers = @(& vssadmin.exe list writers) -join ' '
    if ($writers -notmatch [regex]::Escape($Writer)) { throw "The VSS writer TermServLicensing $Writer is not there: is the service running?" }
    $drive = $SystemStateVolume.TrimEnd('\')
    $disk = Get-CimInstance -Namespace 'root/cimv2' -ClassName 'Win32_LogicalDisk' -Filter "DeviceID='$drive'" | Select-Object -First 1
    if ($null -eq $disk) { throw "The volume $drive for the system state is not there" }
    if ($drive -eq $env:SystemDrive -or $drive -eq $Database.Substring(0, 2)) { throw "$drive is a volume that is backed up: the system state needs one of its own" }
    $room = [math]::Round($disk.FreeSpace / 1073741824)
    if ($room -lt 20) { $script:warnings += "little room on ${drive}: $room GB" }
}

function Save-SystemState {
    $text = @(& wbadmin.exe start systemstatebackup "-backupTarget:$SystemStateVolume" -quiet)
    $ended = $LASTEXITCODE
    # The name that counts is given last: whoever looks for backups takes an unfinished one for none.
    $place = Join-Path -Path $New -ChildPath 'partial-SystemState'
    New-Item -ItemType Directory -Path $place | Out-Null
    Set-Content -LiteralPath (Join-Path -Path $place -ChildPath 'wbadmin.txt') -Value $text -Encoding UTF8
    if ($ended -ne 0) { throw "wbadmin ended with $ended" }
    $versions = @(& wbadmin.exe get versions "-backupTarget:$SystemStateVolume")
    Set-Content -LiteralPath (Join-Path -Path $place -ChildPath 'versions.txt') -Value $versions -Encoding UTF8
    Rename-Item -LiteralPath $place -NewName 'SystemState'
}

function Invoke-DiskShadow([string[]]$Lines, [string]$File) {
    $script = Join-Path -Path $Work -ChildPath $File
    Set-Content -LiteralPath $script -Value $Lines -Encoding ASCII
    $text = @(& diskshadow.exe /s $script)
    $ended = $LASTEXITCODE
    Set-Content -LiteralPath "$script.log" -Value $text -Encoding UTF8
    if ($ended -ne 0) { throw "diskshadow ended with $ended (left-over shadow copies: vssadmin list shadows): $(@($text) -join ' ')" }
}

# A copy backup (no “begin backup”): the writers take part, and nobody's logs are truncated.
function Show-Shadow([string]$Volume) {
    $used = @(Get-CimInstance -Namespace 'root/cimv2' -ClassName 'Win32_LogicalDisk' | ForEach-Object { $_.DeviceID })
    $free = @('P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z' | ForEach-Object { "${_}:" } | Where-Object { $used -notcontains $_ })
    if ($free.Count -eq 0) { throw 'No drive letter is free for the shadow copy' }
    $script:letter = $free[0]
    Invoke-DiskShadow -File 'create.dsh' -Lines @(
        'set verbose on'
        'set context persistent'
        "set metadata $Work\shadow.cab"
        "add volume $Volume alias calvox"
        "writer verify $Writer"
        'create'
        "expose %calvox% $script:letter"
    )
}

function Hide-Shadow {
    if (-not $script:letter) { return }
    if (Test-Path -LiteralPath "$script:letter\") {
        Invoke-DiskShadow -File 'delete.dsh' -Lines @("delete shadows exposed $script:letter")
    }
    $script:letter = ''
}

# Gives the files of the copy. The folder gets its name only when every file is proved the same as in the shadow copy.
function Copy-Database([string]$Database) {
    Show-Shadow ($Database.Substring(0, 2))
    $shadow = $script:letter + $Database.Substring(2)
    $copy = Join-Path -Path $New -ChildPath 'partial-LServer'
    Copy-Item -LiteralPath $shadow -Destination $copy -Recurse
    $files = Get-FileRow $copy
    Assert-SameFile (Get-FileRow $shadow) $files
    Hide-Shadow
    return $files
}

function Copy-Second($Files) {
    $place = Join-Path -Path $Second -ChildPath $env:COMPUTERNAME
    $partial = Join-Path -Path $place -ChildPath "$Stamp.partial"
    New-Item -ItemType Directory -Path $place -Force | Out-Null
    Copy-Item -LiteralPath $New -Destination $partial -Recurse
    Assert-SameFile $Files (Get-FileRow (Join-Path -Path $partial -ChildPath 'LServer'))
    Rename-Item -LiteralPath $partial -NewName $Stamp
    Remove-Old $place
}

# Whole backups are kept, as many as asked for; what is older than those goes, if this script made it.
function Remove-Old([string]$Place) {
    $whole = 0
    foreach ($one in @(Get-ChildItem -LiteralPath $Place -Directory | Where-Object { $_.Name -match $Named } | Sort-Object -Property Name -Descending)) {
        $ours = Test-Path -LiteralPath (Join-Path -Path $one.FullName -ChildPath 'manifest.json')
        if ($ours -and $whole -ge $Keep) {
            Write-Log "removing $($one.FullName)"
            Remove-Item -LiteralPath $one.FullName -Recurse -Force
        } elseif ($ours -and (Test-Path -LiteralPath (Join-Path -Path $one.FullName -ChildPath 'LServer')) -and (Test-Path -LiteralPath (Join-Path -Path $one.FullName -ChildPath 'SystemState'))) {
            $whole += 1
        }
    }
}

function Save-Manifest([string]$State, $Files, $Tests) {
    $manifest = [ordered]@{
        format       = 'calvox-lserver-backup-1'
        machine      = $env:COMPUTERNAME
        made         = $Stamp
        state        = $State
        database     = $database
        system_state = "$SystemStateVolume"
        tests        = @($Tests)
        files        = @($Files)
    }
    ConvertTo-Json -InputObject $manifest -Depth 5 | Set-Content -LiteralPath (Join-Path -Path $New -ChildPath 'manifest.json') -Encoding UTF8
}

try {
    Assert-Administrator
    $database = Get-DatabasePath
    Assert-Ready $database
    Write-Host "Database: $database. Copy: $New. System state: $SystemStateVolume. Second place: $Second. Kept: $Keep."
    if (-not $PSCmdlet.ShouldProcess($env:COMPUTERNAME, "Back up system state and $database")) { exit 0 }

    New-PrivateFolder $Folder
    if (Test-Path -LiteralPath $Work) {
        if ((Get-Item -LiteralPath $Work).LastWriteTimeUtc -gt [datetime]::UtcNow.AddHours(-12)) { throw "$Work is there: another backup is running" }
        Remove-Item -LiteralPath $Work -Recurse -Force
    }
    New-Item -ItemType Directory -Path $Work | Out-Null
    $mine = $true
    New-Item -ItemType Directory -Path $New | Out-Null
    Save-Manifest 'begun' @() @()
    Write-Log "backup $Stamp begins"

    $half = ''
    try {
        Save-SystemState
        Write-Log "system state saved to $SystemStateVolume"
    } catch { $half = "$($_.Exception.Message)" }

    $code = 2
    $files = Copy-Database $database
    Write-Log "$(@($files).Count) files copied from the shadow copy, every SHA-256 the same"
    $code = 3
    $tests = Test-Database (Join-Path -Path $New -ChildPath 'partial-LServer') (Join-Path -Path $Work -ChildPath 'test')
    foreach ($test in @($tests)) { Write-Log $test }
    Rename-Item -LiteralPath (Join-Path -Path $New -ChildPath 'partial-LServer') -NewName 'LServer'

    $code = 4
    if ($half) {
        Save-Manifest 'half' $files $tests
        throw "the database is saved, the system state is not: $half"
    }
    Save-Manifest 'whole' $files $tests
    $code = 5
    if ($Second) {
        Copy-Second $files
        Write-Log "copied to $Second, every SHA-256 the same"
    }
    Remove-Old $Folder
    $code = 0
    foreach ($warning in $warnings) { Write-Outcome 1001 'Warning' "Backup $Stamp is whole, but: $warning" }
    Write-Outcome 1000 'Information' "Backup of RD Licensing $Stamp is whole: $New"
} catch {
    Write-Outcome 1002 'Error' "Backup of RD Licensing $Stamp failed ($code): $($_.Exception.Message)"
} finally {
    try { Hide-Shadow } catch { Write-Log "the shadow copy at $letter was not removed: $($_.Exception.Message)" }
    if ($mine -and (Test-Path -LiteralPath $Work)) { Remove-Item -LiteralPath $Work -Recurse -Force }
}
exit $code
