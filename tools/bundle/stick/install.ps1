<#
.SYNOPSIS
    Installs Calvox @VERSION@ on Windows x86-64, or puts it in place of an older version. Needs Python and no network.

.DESCRIPTION
    It only looks for a Python that will do; install.py beside it checks and installs.

    Run on: no Windows yet. It was written from Microsoft's documents and checked by a parser alone.

.PARAMETER Prefix
    The folder to install into; by default Calvox under the program files for administrators, else under the user's data.
.PARAMETER PublisherKey
    The publisher's public key (a file) or its fingerprint, got by another way than the stick. Needs openssl 3.
.PARAMETER Python
    The Python to use; by default the newest one that will do.
#>
[CmdletBinding()]
param(
    [string]$Prefix = '',
    [string]$PublisherKey = '',
    [string]$Python = ''
)

$ErrorActionPreference = 'Continue'   # What a program writes as an error must not stop the search.
$Versions = '@PYTHONS@' -split ' '
$Language = 'en'
if ((Get-Culture).Name -like 'fr*') { $Language = 'fr' }

function Test-Python([string]$Program, [string[]]$First, [string]$Version) {
    if (-not (Get-Command -Name $Program -ErrorAction SilentlyContinue)) { return $false }
    & $Program @First '-c' "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$Version')" 2>$null | Out-Null
    return $LASTEXITCODE -eq 0
}

$Found = ''
$Start = @()
foreach ($Version in $Versions) {
    if ($Found) { break }
    if ($Python) {
        if (Test-Python $Python @() $Version) { $Found = $Python }
    } elseif (Test-Python 'py.exe' @("-$Version-64") $Version) {
        $Found = 'py.exe'
        $Start = @("-$Version-64")
    } elseif (Test-Python 'python.exe' @() $Version) {
        $Found = 'python.exe'
    }
}
if (-not $Found) {
    if ($Language -eq 'fr') {
        Write-Warning "Aucun Python qui convienne n’a été trouvé (il faut l’une de ces versions : $Versions). Installez-le, ou nommez-le : -Python CHEMIN"
    } else {
        Write-Warning "No Python that will do was found (one of these is needed: $Versions). Install it, or name it: -Python PATH"
    }
    exit 1
}

$Words = @('-I', '-B', (Join-Path $PSScriptRoot 'install.py'), '--lang', $Language)
if ($Prefix) { $Words += @('--prefix', $Prefix) }
if ($PublisherKey) { $Words += @('--publisher-key', $PublisherKey) }
& $Found @Start @Words
exit $LASTEXITCODE
