"""The checks find slips that are planted, and find nothing in good scripts."""

import pytest

from calvox.windows.collector import collector_script
from calvox.windows.powershell import script_bytes
from tests.windows.powershell_checks import problems
from tests.windows.powershell_tables import CLASSES, CMDLETS, INTERNET, METHODS

GOOD = """<# https://learn.microsoft.com may stand in a comment. #>
[CmdletBinding(SupportsShouldProcess = $true)]
param([string]$Code = '', [switch]$Force)
$ErrorActionPreference = 'Stop'
function Get-Answer([string]$Method, [hashtable]$Arguments = @{}) {
    return Invoke-CimMethod -Namespace 'root/cimv2' -ClassName 'Win32_TSLicenseServer' -MethodName $Method -Arguments $Arguments
}
$server = Get-CimInstance -Namespace 'root/cimv2' -ClassName 'Win32_TSLicenseServer' | Select-Object -First 1
Write-Host "Server ${Code}: $($server.ProductId) on $env:COMPUTERNAME"
if ($PSCmdlet.ShouldProcess($Code, 'activate')) {
    $answer = Get-Answer 'ActivateServer' @{ sLicenseServerId = $Code }
    if ($answer.ReturnValue -ne 0) { throw "answer $($answer.ActivationStatus)" }
}
foreach ($pack in @(Get-CimInstance -ClassName 'Win32_TSLicenseKeyPack')) { Write-Host $pack.KeyPackId -NoNewline:$Force }
$rule = @{ DisplayName = 'x'; Direction = 'Inbound' }
New-NetFirewallRule @rule -Action Allow -WhatIf
& esentutl.exe /mh $Code > $null
try { Get-Item -LiteralPath $Code -ErrorAction Stop } catch { Write-Warning "$($_.Exception.Message)" }
# Another comment, éàü, with www.example.test in it.
exit $LASTEXITCODE # and http://example.test
"""


def told(line: str) -> list[str]:
    """Check a good script with one more line."""
    return problems(script_bytes(GOOD + line + "\n"))


def test_good_scripts() -> None:
    """Nothing is found in them."""
    assert told("") == []
    assert told("Write-Host 'a “b”, l’’été, l''été' # l’été –") == []
    assert problems(collector_script(), members=["ProxyEnable"], dynamic=["$part.Read"]) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Get-ItmeProperty -LiteralPath 'x'", "unknown command"),
        ("Get-ItemProperty -LiteralPth 'x'", "no parameter -LiteralPth"),
        ("New-NetFirewallRule -DisplayName 'x' -Direction Inbund", "does not accept 'Inbund'"),
        ("New-NetFirewallRule -DisplayName 'x' -Direction", "lacks its value"),
        ("Get-Answer -Methd 'x'", "no parameter -Methd"),
        ("$more = @{ DisplayNam = 'x' }; New-NetFirewallRule @more", "no parameter -DisplayNam"),
        ("gci C:\\", "gci is an alias"),
        ("$server | % { $_ }", "% is an alias"),
        ("& $Code", "unknown command"),
        ("& vssadmin.exe delete shadows /all", "not known with"),
        ("& regedit.exe", "unknown command"),
        ("Get-CimInstance -ClassName 'Win32_TSLicenceServer'", "unknown WMI class"),
        ("Get-Answer 'ActivateServr'", "unknown WMI method"),
        ("Get-Answer $Code", "not a plain name"),
        ("Invoke-CimMethod -ClassName 'Win32_TSLicenseKeyPack' -MethodName 'ActivateServer'", "has no method"),
        ("Get-Answer 'ActivateServer' @{ LicenseServerId = 'x' }", "takes no 'LicenseServerId'"),
        ("Get-CimInstance -ClassName 'Win32_Service' -Property 'Name', 'Stat'", "no property Stat"),
        ("$server.ProductID2", "unknown property"),
        ("$server.KeyPackId", "unknown property"),
        ("(Get-CimInstance -ClassName 'Win32_Service').StartType", "unknown property"),
        ("foreach ($one in $server) { $one.KeyPackId }", "unknown property"),
        ("$Code.Sbstring(1)", "unknown method"),
        ("[System.Net.WebRequest]::Create('x')", "unknown type"),
        ("Write-Host $Coed", "never given a value"),
        ('Write-Host "$Code: x"', "means a drive"),
        ("Invoke-Expression $Code", "forbidden"),
        ("Write-Host 'http://x'", "forbidden"),
        ("Get-Item 'HKLM:\\x\\RCM\\GracePeriod'", "forbidden"),
        ("Get-Answer 'ActivateServerAutomatic'", "Internet"),
        ('Write-Host "a “b” c"', "typographic quote"),
        ("Write-Host 'l’été'", "typographic quote"),
        ("Get-Item –LiteralPath 'x'", "quotes or dashes"),
        ("if ($Code) { ", "does not parse"),
        ("Get-Item 'x' && Get-Item 'y'", "does not parse"),
        ("$x = $Code ?? 'y'", "does not parse"),
    ],
)
def test_planted_slips(line: str, what: str) -> None:
    """Each is found, and named."""
    assert any(what in problem for problem in told(line)), told(line)


def test_bytes() -> None:
    """What 5.1 would misread is found."""
    good = script_bytes(GOOD)
    assert problems(good[3:]) == ["no byte-order mark"]
    assert problems(good.replace(b"\r\n", b"\n", 1)) == ["line ends are not CR LF"]
    assert "not UTF-8" in problems(good + b"# \xe9\r\n")


def test_tables() -> None:
    """They hold what they should: nothing that goes to the Internet, each method's class, the cmdlets of the reference."""
    assert not {name for of in METHODS.values() for name in of} & set(INTERNET)
    assert set(METHODS) <= set(CLASSES)
    assert len(CMDLETS) > 150
    assert CMDLETS["new-localuser"]["passwordneverexpires"].switch
    assert "allow" in CMDLETS["new-netfirewallrule"]["action"].values
