<#
.SYNOPSIS
    Installs Calvox @VERSION@ on Windows x86-64, or puts it in place of an older version. Needs Python and no network.

.DESCRIPTION
    It only looks for a Python that will do; install.py beside it checks and installs.

    Run on: no Windows yet. It was written from Microsoft's documents and checked by a parser alone.

.PARAMETER Prefix
    The folder to install into; by default Calvox under the program files for administrators, else under the user's data.
.PARAMETER PublisherKey
    The publisher's public key (a file) or its fingerprint, got by another way than the stick. Needs openssl.
.PARAMETER Python
    The Python to use; by default the newest one that will do.
#>
[CmdletBinding()]
param(
    [string]$Prefix = '',
    [string]$PublisherKey = '',
    [string]$Python = ''
)

$ErrorActionPreference = 'Stop'
$Versions = '@PYTHONS@' -split ' '
$Language = (Get-UICulture).TwoLetterISOLanguageName

function Test-Python([string]$Program, [string[]]$First) {
    try { & $Program @First '-c' 'import sys' 2>$null } catch { return $false }
    return $LASTEXITCODE -eq 0
}

if (-not $Prefix) {
    $Prefix = Join-Path $env:LOCALAPPDATA 'Calvox'
    & net.exe session 2>$null | Out-Null   # Only an administrator may ask this.
    if ($LASTEXITCODE -eq 0) { $Prefix = Join-Path $env:ProgramFiles 'Calvox' }
}

$Found = ''
$First = @()
if ($Python) {
    $Found = $Python
} else {
    foreach ($Version in $Versions) {
        if (Test-Python 'py.exe' @("-$Version-64")) { $Found = 'py.exe'; $First = @("-$Version-64"); break }
    }
}
if (-not $Found) {
    if ($Language -eq 'fr') {
        [Console]::Error.WriteLine("Aucun Python qui convienne n'a été trouvé (il faut l'une de ces versions : $Versions). Installez-le, ou nommez-le : -Python CHEMIN")
    } else {
        [Console]::Error.WriteLine("No Python that will do was found (one of these is needed: $Versions). Install it, or name it: -Python PATH")
    }
    exit 1
}

$Words = @('-I', '-B', (Join-Path $PSScriptRoot 'install.py'), '--prefix', $Prefix, '--lang', $Language)
if ($PublisherKey) { $Words += @('--publisher-key', $PublisherKey) }
& $Found @First @Words
exit $LASTEXITCODE
