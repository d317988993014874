$manifestFile = Join-Path -Path $Backup -ChildPath 'manifest.json'
$copy = Join-Path -Path $Backup -ChildPath 'LServer'
$scratch = Join-Path -Path $Into -ChildPath "calvox-test-$([guid]::NewGuid())"

Assert-Administrator
$manifest = Get-Content -LiteralPath $manifestFile -Raw -Encoding UTF8 | ConvertFrom-Json
if ($manifest.format -ne 'calvox-lserver-backup-1') { throw "$manifestFile is no manifest of this backup" }
Write-Host "Backup $($manifest.made) of $($manifest.machine): $($manifest.state)"
Assert-SameFile $manifest.files (Get-FileRow $copy)
Write-Host "$(@($manifest.files).Count) files, every SHA-256 as in the manifest"
if (-not (Test-Path -LiteralPath (Join-Path -Path $Backup -ChildPath 'SystemState'))) { Write-Warning 'The system state of that time was not saved: this is half a backup' }
if (-not $PSCmdlet.ShouldProcess($scratch, 'Copy the database there and check it with esentutl')) { return }
New-PrivateFolder $scratch
try {
    foreach ($result in @(Test-Database $copy (Join-Path -Path $scratch -ChildPath 'LServer'))) { Write-Host $result }
} finally {
    Remove-Item -LiteralPath $scratch -Recurse -Force
}
Write-Host 'The backup is good. That it can be restored is proved only by restoring it: see RESTORE.'
