"""The collector script reads and does nothing else: it is parsed, and everything that it calls stands in a list.

It cannot be run here; no Windows is at hand. The parser is a grammar of PowerShell, not PowerShell.
"""

import hashlib
import re
from pathlib import Path

import pytest

from calvox.common.errors import Conflict
from calvox.windows.collector import collector_script, write_collector
from calvox.windows.items import ITEMS
from tests.windows.powershell_checks import problems
from tests.windows.powershell_tree import Script, nodes, text

TEXT = collector_script().decode("utf-8-sig")
SCRIPT = Script(TEXT)

READING = {
    "convertto-json", "foreach-object", "get-childitem", "get-ciminstance", "get-date", "get-itemproperty", "get-winevent",
    "resolve-dnsname", "select-object", "sort-object", "test-path", "where-object", "write-host",
    "new-cimsession", "new-cimsessionoption",
}  # fmt: skip
"""Cmdlets that read, and the two that open a conversation for reading."""
ONCE = {"set-content"}
"""Writes the result; used once."""
PROGRAMS = {"whoami.exe", "vssadmin.exe", "cmdkey.exe", "w32tm.exe"}
CLASSES = {
    "Win32_ComputerSystem", "Win32_Group", "Win32_GroupUser", "Win32_IP4RouteTable", "Win32_LogicalDisk",
    "Win32_OperatingSystem", "Win32_Service", "Win32_TSDeploymentLicensing", "Win32_TSIssuedLicense",
    "Win32_TSLicenseKeyPack", "Win32_TSLicenseReport", "Win32_TSLicenseServer", "Win32_TSSessionDirectory",
    "Win32_TerminalServiceSetting",
}  # fmt: skip
WMI_METHODS = {
    "FetchReportEntries", "GetActivationStatus", "GetGracePeriodDays", "GetLicenseServerId", "GetSpecifiedLicenseServerList",
    "GetTStoLSConnectivityStatus", "IsLSPreventUpgradeGPEnabled", "IsLSPublished", "IsLSRegisteredToSCP",
    "IsLSSecGrpGPEnabled", "IsLSinTSLSGroup", "IsLSonDC",
}  # fmt: skip
NET_METHODS = {
    "AddDays", "ComputeHash", "ConnectAsync", "ContainsKey", "Create", "Dispose", "FindAll", "FindOne", "GetAccessRules",
    "GetBytes", "Import", "Matches", "Replace", "Substring", "ToFileTimeUtc", "ToString", "ToUniversalTime", "Trim", "Wait",
    "new",
}  # fmt: skip
NET_TYPES = {
    "System.Net.Sockets.TcpClient", "System.Security.Cryptography.SHA256", "System.Security.Principal.SecurityIdentifier",
    "System.Security.Cryptography.X509Certificates.X509Certificate2Collection", "System.Text.Encoding", "adsi",
    "adsisearcher", "bool", "byte[]", "char", "datetime", "array", "hashtable", "hashtable[]", "int", "regex", "string",
    "string[]", "switch", "uint32",
}  # fmt: skip
ARGUMENTS = {
    "whoami.exe": "/groups /user /fo csv /nh", "vssadmin.exe": "list writers", "cmdkey.exe": "/list",
    "w32tm.exe": '/stripchart "/computer:$($Computer.Domain)" /samples:1 /dataonly',
}  # fmt: skip


def test_it_parses() -> None:
    """Nothing is wrong with it that can be seen without running it."""
    assert problems(collector_script(), members=["ProxyEnable"], dynamic=["$part.Read"]) == []
    assert len(TEXT.splitlines()) <= 500


def test_cmdlets_and_programs() -> None:
    """Each is in the list; what is called by `&` is a listed program or an item's own reading."""
    found = {command.name.lower() for command in SCRIPT.commands if not command.called} - set(SCRIPT.functions)
    assert {command.name.lower() for command in SCRIPT.commands if command.called} == PROGRAMS | {"$part.read"}
    assert found <= READING | ONCE | {"invoke-cimmethod"}
    assert len(re.findall("Set-Content", TEXT)) == 1
    assert len(re.findall(r"\.(exe|com|bat|cmd|dll)\b", TEXT)) == 5


def test_programs_are_asked_to_list_only() -> None:
    """Their arguments are known too: cmdkey and w32tm could change things."""
    for program, arguments in ARGUMENTS.items():
        calls = re.findall(rf"& {re.escape(program)} (.*?)\) -join", TEXT)
        assert calls
        for given in calls:
            assert set(given.split()) <= set(arguments.split()), program


def test_own_functions_only_read() -> None:
    """Their names begin with Get or Test."""
    assert {name.split("-")[0] for name in SCRIPT.functions} == {"get", "test"}


def test_classes() -> None:
    """Only these classes are read."""
    assert set(re.findall(r"'(Win32_\w+)'", TEXT)) == CLASSES


def test_wmi_methods() -> None:
    """Only methods that read are called, each by a literal name."""
    literal = set(re.findall(r"-MethodName '(\w+)'", TEXT)) | set(re.findall(r"Get-ServerAnswer '(\w+)'", TEXT))
    assert literal == WMI_METHODS
    assert all(re.match("Get|Is|Fetch", name) for name in literal)
    assert re.findall(r"-MethodName (?!')\S+", TEXT) == ["-MethodName $Method"]


def test_net_methods_and_types() -> None:
    """Nothing of .NET is used beyond these."""
    called = {
        text(child)
        for node in nodes("invokation_expression", SCRIPT.root)
        for child in node.children
        if child.type == "member_name"
    }
    assert called <= NET_METHODS
    types = {
        text(node).strip("[]") + ("[]" if text(node).endswith("[]]") else "")
        for node in nodes("type_literal", SCRIPT.root)
    }
    assert types <= NET_TYPES | {"CmdletBinding"}


def test_properties_are_never_set() -> None:
    """Members are assigned only to the searcher; otherwise variables and tables."""
    for node in nodes("assignment_expression", SCRIPT.root):
        left = text(node.children[0])
        member = re.search(r"\.\w+$", left)
        assert member is None or left in ("$searcher.SearchRoot", "$searcher.PageSize"), left


def test_never_there() -> None:
    """Neither the grace counter nor the Internet nor anything that runs text is touched."""
    for word in (
        "GracePeriod'", "RCM\\GracePeriod", "Set-Item", "New-Item", "Remove-", "Invoke-Expression", "Invoke-Web", "iex",
        "Start-", "Stop-", "Set-Cim", "Set-Wmi", "DownloadString", "http:", "https:", "Add-Type", "-EncodedCommand",
        "Password", "CommitChanges", "SetInfo", ".Put(", "Register-",
    ):  # fmt: skip
        assert word.lower() not in TEXT.lower(), word


def test_registry() -> None:
    """Only these keys are read."""
    keys = set(re.findall(r"'(HK\w+:\\[^']+)'", TEXT))
    assert keys == {
        r"HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services",
        r"HKLM:\SYSTEM\CurrentControlSet\Services",
        r"HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server\RCM",
        r"HKCU:\Software\Microsoft\Windows\CurrentVersion\Internet Settings",
    }
    assert "-Recurse" not in "".join(line for line in TEXT.splitlines() if "HK" in line or "$Rcm" in line)


def test_items_are_those_of_the_table() -> None:
    """It delivers every item of the table, and no other; its header is honest."""
    assert re.findall(r"@\{ Name = '([\w.]+)'; Source", TEXT) == list(ITEMS)
    assert "Run on: no Windows yet" in TEXT
    for name in ("OutFile", "Server", "Days", "BackupFolder", "Directory", "ShowOnly"):
        assert f".PARAMETER {name}" in TEXT


def test_written_for_windows(tmp_path: Path) -> None:
    """CRLF, a byte order mark, ASCII, the hash of the file; and nothing is written over."""
    path = tmp_path / "collector.ps1"
    digest = write_collector(path)
    data = path.read_bytes()
    assert digest == hashlib.sha256(data).hexdigest()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data[3:].isascii()
    assert data.count(b"\n") == data.count(b"\r\n") > 100
    with pytest.raises(Conflict):
        write_collector(path)
    assert path.read_bytes() == data
