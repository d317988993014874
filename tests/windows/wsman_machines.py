"""Machines for the WS-Man double.

Published rows: the packs are those that Checkmk shows of real licence servers (`cmk/base/legacy_checks/rds_licenses.py`, in
the comment that opens it): a German Windows Server 2008 R2 with its built-in and temporary pools of -1, and packs of 2012
and 2019. Names, codes and meanings of everything else are those of Microsoft's pages of the classes; its values are made up.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.windows.wsman_answers import Date, Machine, Method, Reference, Row

CHECKMK = """
13,A02-6.00-S,4,0,Windows Server 2008 oder Windows Server 2008 R2,2,-1,100,-1,20380119031407.000000-000
2,A02-5.00-EX,6,3,Windows 2000 Server,0,-1,0,-1,20351231230000.000000-000
3,A02-6.00-S,2,0,Windows Server 2008 oder Windows Server 2008 R2,2,250,250,0,20230209121549.000000-000
14,A02-6.00-S,2,0,Windows Server 2008 oder Windows Server 2008 R2,2,1050,731,319,20380101081108.000000-000
16,A02-6.00-S,2,0,Windows Server 2008 oder Windows Server 2008 R2,2,50,23,27,20380101150128.000000-000
17,A02-6.00-S,2,0,Windows Server 2008 oder Windows Server 2008 R2,2,50,18,32,20380101110453.000000-000
18,A02-6.00-S,2,0,Windows Server 2008 oder Windows Server 2008 R2,2,65,22,43,20380101083530.000000-000
19,A02-6.00-S,2,0,Windows Server 2008 oder Windows Server 2008 R2,2,600,0,600,20380101083248.000000-000
4,C50-6.02-S,2,1,Windows Server 2012,4,300,0,300,20380101000000.000000-000
3,C50-10.01-S,5,1,Windows Server 2019,6,2000,1,1999,20380101093636.000000-000
"""
PACK = (
    "KeyPackId", "Description", "KeyPackType", "ProductType", "ProductVersion", "ProductVersionID", "TotalLicenses",
    "IssuedLicenses", "AvailableLicenses", "ExpirationDate",
)  # fmt: skip
PACKS: list[Row] = [dict(zip(PACK, line.split(","), strict=True)) for line in CHECKMK.split("\n") if line]
CONTROL = r"SYSTEM\CurrentControlSet\Control\Terminal Server"
RCM = CONTROL + r"\RCM"
SERVICES = r"SYSTEM\CurrentControlSet\Services"
POLICY = r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
ALWAYS = "2099-01-01T00:00:00Z"
"""Newer than any span of events."""


def now() -> Date:
    """Give this moment as Windows in Paris would."""
    return Date(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.123456+00:00"))


def member_server(name: str, **changes: Any) -> Machine:
    """Make a member of a domain with no role."""
    short, _, domain = name.partition(".")
    classes: dict[str, list[Row]] = {
        "Win32_OperatingSystem": [
            {
                "BuildNumber": "20348", "ProductType": 3, "Caption": "Microsoft Windows Server 2022 Standard",
                "Version": "10.0.20348", "OSLanguage": 1036, "SystemDrive": "C:", "Primary": True, "LocalDateTime": now(),
                "SerialNumber": "not wanted",
            }
        ],
        "Win32_ComputerSystem": [
            {
                "Name": short.upper()[:15], "DNSHostName": short, "Domain": domain or "WORKGROUP",
                "PartOfDomain": bool(domain), "DomainRole": 3 if domain else 2,
            }
        ],
        "Win32_Service": [{"Name": "TermService", "State": "Running", "StartMode": "Manual"}],
        "Win32_IP4RouteTable": [
            {"Destination": "0.0.0.0", "NextHop": "10.1.0.254"},
            {"Destination": "10.1.0.0", "NextHop": "10.1.0.7"},
        ],
        "Win32_Group": [
            {"Domain": short.upper(), "Name": "Serveurs d'extrémité RDS", "SID": "S-1-5-32-576", "LocalAccount": True}
        ],
        "Win32_GroupUser": [
            {
                "GroupComponent": Reference({"Domain": short.upper(), "Name": "Serveurs d'extrémité RDS"}),
                "PartComponent": Reference({"Domain": "CORP", "Name": "RDSH-1$"}),
            }
        ],
        "Win32_NTLogEvent": [],
        "Win32_LogicalDisk": [{"DeviceID": "C:", "FreeSpace": 52_000_000_000, "Size": 120_000_000_000}],
    }  # fmt: skip
    return Machine(name=name, classes=classes, **changes)


def licence_server(name: str, **changes: Any) -> Machine:
    """Make a licence server with Checkmk's packs."""
    machine = member_server(name, **changes)
    machine.classes |= {
        "Win32_TSLicenseServer": [
            {
                "ServerRole": 1, "DatabasePath": r"C:\Windows\system32\lserver", "ProductId": "00454-10000-00001-AA123",
                "Version": "10.0", "VersionNumber": "10.0", "FirstName": "Zoé", "LastName": "<b>Martin</b>",
                "Company": "=1+1", "CountryRegion": None,
            }
        ],
        "Win32_TSLicenseKeyPack": PACKS,
        "Win32_TSIssuedLicense": [
            {
                "LicenseId": n, "KeyPackId": 14, "sIssuedToUser": "CORP\\u", "sIssuedToComputer": f"PC-{n:04}",
                "IssueDate": Date("2026-10-01T08:00:00Z"), "ExpirationDate": Date("2026-12-20T08:00:00Z"),
                "LicenseStatus": 2, "sHardwareId": "not wanted",
            }
            for n in range(95)
        ],
        "Win32_TSLicenseReport": [
            {"FileName": "old.dat", "GenerationDateTime": Date("2025-01-01T00:00:00Z")},
            {"FileName": "new.dat", "GenerationDateTime": Date("2026-11-01T00:00:00Z")},
        ],
        "Win32_NTLogEvent": [
            event("System", "Microsoft-Windows-TerminalServices-Licensing", 4105, "cannot update"),
            event("System", "Microsoft-Windows-TerminalServices-Licensing", 4105, "cannot update"),
            event("Application", "ESENT", 623, "version store"),
            event("Application", "ESENT", 301, "not wanted"),
        ],
    }  # fmt: skip
    machine.classes["Win32_Service"].append({"Name": "TermServLicensing", "State": "Running", "StartMode": "Auto"})
    outputs: dict[str, Method] = {
        "GetActivationStatus": {"ActivationStatus": 0}, "GetLicenseServerId": {"sLicenseServerId": "ABCDE" * 7},
        "IsLSPublished": {"Published": 1}, "IsLSRegisteredToSCP": {"Registered": True},
        "IsLSinTSLSGroup": {"IsMember": False}, "IsLSonDC": {"OnDC": 0}, "IsLSSecGrpGPEnabled": {"Enabled": 0},
        "IsLSPreventUpgradeGPEnabled": {"ReturnValue": 2147749889},
    }  # fmt: skip
    machine.methods |= {f"Win32_TSLicenseServer.{method}": output for method, output in outputs.items()}
    machine.methods["Win32_TSLicenseReport.FetchReportEntries"] = {
        "Count": 1,
        "ReportEntries": [
            {
                "User": "CORP\\zoe", "ExpirationDate": Date("2027-01-01T00:00:00Z"), "CALType": "RDS Per User CAL",
                "ProductVersion": "Windows Server 2019", "ProductVersionID": 6,
            }
        ],
    }  # fmt: skip
    machine.registry[SERVICES + r"\TermServLicensing\Parameters"] = {
        "maxverpages": 512, "SpecifiedLicenseServers": ["ls2.corp.example.test"], "Other": "not wanted",
    }  # fmt: skip
    return machine


def session_host(name: str, **changes: Any) -> Machine:
    """Make a session host, per user by policy."""
    machine = member_server(name, **changes)
    short = name.partition(".")[0].upper()
    machine.classes |= {
        "Win32_TerminalServiceSetting": [
            {
                "ServerName": short, "TerminalServerMode": 1, "LicensingType": 4, "LicensingName": "Par utilisateur",
                "PossibleLicensingTypes": 15, "PolicySourceLicensingType": 1, "PolicySourceConfiguredLicenseServers": 0,
            }
        ],
        "Win32_TSDeploymentLicensing": [
            {"UseCentralLicensingSettings": False, "LicenseServers": None, "LicensingType": 5}
        ],
        "Win32_TSSessionDirectory": [{"SessionDirectoryActive": 0, "SessionDirectoryLocation": ""}],
        "Win32_NTLogEvent": [event("System", "TermService", 1128, "grace is over")],
    }  # fmt: skip

    def connectivity(given: Mapping[str, str]) -> Mapping[str, Any]:
        return {"TsToLsConnectivityStatus": 11 if given["ServerName"].startswith("ls1") else 6}

    setting = "Win32_TerminalServiceSetting"
    machine.methods |= {
        f"{setting}.GetGracePeriodDays": {"DaysLeft": 97},
        f"{setting}.GetSpecifiedLicenseServerList": {"SpecifiedLSList": ["ls1.corp.example.test"]},
        f"{setting}.GetTStoLSConnectivityStatus": connectivity,
    }
    machine.registry |= {
        POLICY: {"LicensingMode": 4, "LicenseServers": "ls1.corp.example.test,10.1.0.9"},
        RCM: {"X509 Certificate": b"\x00\x01 no documented form", "X509 Certificate ID": b"", "Certificate": b"own"},
        RCM + r"\Licensing Core": {"LicensingMode": 2},
        SERVICES + r"\TermService\Parameters\LicenseServers": {"SpecifiedLicenseServers": ["ls1.corp.example.test"]},
    }
    return machine


def event(log: str, source: str, code: int, text: str) -> Row:
    """Make an event."""
    return {
        "Logfile": log, "SourceName": source, "EventCode": code, "TimeGenerated": Date(ALWAYS), "Message": text,
        "InsertionStrings": ["a", "b"],
    }  # fmt: skip
