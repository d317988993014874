# SHA-256 of every file below a folder, by its path there.
function Get-FileRow([string]$Root) {
    $full = (Get-Item -LiteralPath $Root).FullName.TrimEnd('\')
    return @(Get-ChildItem -LiteralPath $full -File -Recurse -Force | Sort-Object -Property FullName | ForEach-Object {
            [ordered]@{
                path   = $_.FullName.Substring($full.Length + 1)
                length = $_.Length
                sha256 = (Get-FileHash -LiteralPath $_.FullName -Algorithm SHA256).Hash
            }
        })
}

function Assert-SameFile($Wanted, $Found) {
    $there = @{}
    foreach ($row in @($Found)) { $there[$row.path] = $row.sha256 }
    foreach ($row in @($Wanted)) {
        if (-not $there.ContainsKey($row.path)) { throw "$($row.path) is missing" }
        if ($there[$row.path] -ne $row.sha256) { throw "$($row.path) has another SHA-256" }
    }
    if (@($Wanted).Count -ne @($Found).Count) { throw "there are $(@($Found).Count) files instead of $(@($Wanted).Count)" }
}

# Replays the logs into a second copy of the database and checks it. What was taken is only read: it stays as it is.
# ESE leaves a copy of a running database to be recovered, so “Dirty Shutdown” is normal before the logs are replayed.
function Test-Database([string]$Taken, [string]$Scratch) {
    if (Test-Path -LiteralPath $Scratch) { throw "$Scratch exists already" }
    Copy-Item -LiteralPath $Taken -Destination $Scratch -Recurse
    $databases = @(Get-ChildItem -LiteralPath $Scratch -Filter '*.edb' -File | Where-Object { $_.Name -notlike 'tmp*' })
    if ($databases.Count -eq 0) { throw 'the copy has no database file (*.edb)' }
    $bases = @(Get-ChildItem -LiteralPath $Scratch -Filter '*.chk' -File | ForEach-Object { $_.BaseName })
    $results = @()
    Push-Location -LiteralPath $Scratch
    try {
        foreach ($base in $bases) {
            & esentutl.exe /r $base /d /o | Out-Null
            $results += "esentutl /r $base : $LASTEXITCODE"
            if ($LASTEXITCODE -ne 0) { throw "esentutl /r $base ended with $LASTEXITCODE" }
        }
        foreach ($database in $databases) {
            $header = @(& esentutl.exe /mh $database.Name /o) -join "`n"
            $clean = $header -match 'Clean Shutdown'
            $results += "esentutl /mh $($database.Name) : $LASTEXITCODE, clean $clean"
            if ($LASTEXITCODE -ne 0 -or -not $clean) { throw "esentutl /mh $($database.Name) does not say Clean Shutdown" }
            & esentutl.exe /g $database.Name /o | Out-Null
            $results += "esentutl /g $($database.Name) : $LASTEXITCODE"
            if ($LASTEXITCODE -ne 0) { throw "esentutl /g $($database.Name) ended with $LASTEXITCODE" }
        }
    } finally {
        Pop-Location
    }
    return $results
}

function Assert-Administrator {
    $caller = [System.Security.Principal.WindowsPrincipal]::new([System.Security.Principal.WindowsIdentity]::GetCurrent())
    if (-not $caller.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw 'Run this elevated, as an administrator'
    }
    if (-not [System.Environment]::Is64BitProcess) { throw 'Run this in 64-bit PowerShell: 32-bit sees another System32' }
}

# Readable by administrators and the system alone: the database names users and machines. One that exists already must be
# theirs: on many volumes anybody may make a folder, and would own what is put into it.
function New-PrivateFolder([string]$Path) {
    if (-not (Test-Path -LiteralPath $Path)) {
        $rights = [System.Security.AccessControl.DirectorySecurity]::new()
        $rights.SetSecurityDescriptorSddlForm('O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)')
        [System.IO.Directory]::CreateDirectory($Path, $rights) | Out-Null
        return
    }
    $held = Get-Acl -LiteralPath $Path
    $owner = $held.GetOwner([System.Security.Principal.SecurityIdentifier]).Value
    if ($owner -notin 'S-1-5-32-544', 'S-1-5-18') { throw "$Path exists and is not owned by administrators ($owner): look at it first" }
    $open = @($held.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier]) | Where-Object {
            "$($_.IdentityReference)" -in 'S-1-1-0', 'S-1-5-11', 'S-1-5-32-545' -and "$($_.AccessControlType)" -eq 'Allow'
        })
    if ($open.Count) { Write-Warning "$Path can be read by others than administrators; it will hold names of users and machines" }
}

