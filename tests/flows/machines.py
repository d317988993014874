"""A Windows site that is not there: one licence server and its session hosts, in which things change as they are told to.

What a machine says follows from its state, whether it is asked over WinRM, by the collector or by the script of an action. In
the beginning nothing is in order: the licensing service is stopped, the licence server is in no group, no host names it.
Session hosts give CALs as Windows does: a user's is counted in the domain, a device's is temporary at first.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import serialization

from calvox.common.clock import DAY, utc
from tests.windows.surveying import issued
from tests.windows.wsman_answers import Date, Machine
from tests.windows.wsman_machines import POLICY, RCM, SERVICES
from tests.windows.wsman_state import (
    HOST,
    INVALID,
    PACK,
    REPORT,
    SERVER,
    Answers,
    LicenceServer,
    SessionHost,
)

BEGIN = int(datetime(2026, 11, 24, 8, 0, tzinfo=UTC).timestamp())
"""When the story begins."""
SERVER_ID = "AAAAABBBBBCCCCCDDDDDEEEEEFFFFFGGGGG"
PACK_ID = "HHHHHJJJJJKKKKKLLLLLMMMMMNNNNNPPPPP"
"""Codes that the clearing house gives in this story; nobody's."""
USER_PACK, DEVICE_PACK = (1, 7, 50), (0, 7, 20)
"""Packs that may lie behind the pack's code: type, version 2022, CALs."""
CONNECTED, NOT_CONNECTABLE = 11, 6
"""GetTStoLSConnectivityStatus."""


class Clock:
    """The time of the story; it goes on when it is told to."""

    def __init__(self) -> None:
        self.now = BEGIN

    def time(self) -> float:
        """Give it as Python's own clock does."""
        return float(self.now)

    def go_on(self, seconds: int = 60) -> None:
        """Let time pass."""
        self.now += seconds


class TheServer(LicenceServer):
    """The licence server, new, with its service stopped."""

    def __init__(self, name: str, pack: tuple[int, int, int], clock: Clock) -> None:
        self.clock = clock
        super().__init__(name)
        self.known = {PACK_ID: pack}
        self.users: dict[str, int] = {}
        """Users with a CAL in the domain, and its end."""
        self.made: dict[str, list[dict[str, Any]]] = {}
        """Reports and their entries."""
        self.state, self.start, self.reports = "Stopped", "Manual", []
        self.packs[:] = [
            {
                "KeyPackId": 2, "Description": "A02-5.00-EX", "KeyPackType": 6, "ProductType": 3,
                "ProductVersion": "Windows 2000 Server", "ProductVersionID": 0, "TotalLicenses": -1, "IssuedLicenses": 0,
                "AvailableLicenses": -1, "ExpirationDate": Date("2036-01-01T00:00:00Z"),
            }
        ]  # fmt: skip
        self.cals.clear()
        self.machine.classes[SERVER] = [
            {
                "ServerRole": 1, "DatabasePath": r"C:\Windows\system32\lserver", "ProductId": "00455-00000-00001-AA000",
                "Version": "10.0", "VersionNumber": "10.0", "FirstName": "Anne", "LastName": "Exemple",
                "Company": "Usine Exemple", "CountryRegion": "France",
            }
        ]  # fmt: skip
        self.machine.registry[SERVICES + r"\TermServLicensing\Parameters"] = {"MaxVerPages": 1024}
        self.machine.classes["Win32_NTLogEvent"] = []
        self.machine.methods |= {
            f"{SERVER}.IsLSPreventUpgradeGPEnabled": {"Enabled": 0},
            f"{REPORT}.FetchReportEntries": self._entries,
        }
        self._refresh()

    def _methods(self) -> dict[str, dict[str, Any]]:
        methods = super()._methods()
        methods[SERVER]["ActivateServer"] = lambda given: self._activate(given["sLicenseServerId"], SERVER_ID)
        methods[PACK]["InstallLicenseKeyPack"] = self._install
        return methods

    def _put_packs(self, *packs: tuple[int, int, int, int]) -> None:
        before = len(self.packs)
        super()._put_packs(*packs)
        for pack in self.packs[before:]:
            pack |= {"IssuedLicenses": 0, "AvailableLicenses": pack["TotalLicenses"]}

    def _refresh(self) -> None:
        super()._refresh()
        made = getattr(self, "made", {})
        self.machine.classes[REPORT] = [
            {"FileName": name, "GenerationDateTime": _date(int(name[:-4]))} for name in made
        ]

    def _report(self, given: Mapping[str, str]) -> Answers:
        name = f"{self.clock.now}.dat"
        self.made[name] = [
            {
                "User": user, "ExpirationDate": _date(end), "CALType": "RDS Per User CAL",
                "ProductVersion": "Windows Server 2022", "ProductVersionID": 7,
            }
            for user, end in self.users.items()
        ]  # fmt: skip
        self._refresh()
        return {"FileName": name}

    def _entries(self, given: Mapping[str, str]) -> Answers:
        rows = self.made[self.machine.selected["FileName"]]
        return {"Count": len(rows), "ReportEntries": rows}

    def issue(self, holder: str, per_user: bool) -> None:
        """Give a CAL to a user, or to a device: temporary the first time, permanent the second."""
        (pack,) = [pack for pack in self.packs if pack["ProductType"] == int(per_user)]
        if per_user:
            self.users[holder] = self.clock.now + 60 * DAY
        else:
            held = next((cal for cal in self.cals if cal["sIssuedToComputer"] == holder), None)
            if held is None:
                self.cals.append(self._cal(holder, 13, 1, 90))
                return
            held |= self._cal(holder, pack["KeyPackId"], 2, 60)
        pack["IssuedLicenses"] += 1
        pack["AvailableLicenses"] -= 1

    def _cal(self, device: str, pack: int, status: int, days: int) -> dict[str, Any]:
        return {
            "LicenseId": len(self.cals) + 1, "KeyPackId": pack, "sIssuedToUser": "", "sIssuedToComputer": device,
            "IssueDate": _date(self.clock.now), "ExpirationDate": _date(self.clock.now + days * DAY),
            "LicenseStatus": status,
        }  # fmt: skip


class TheHost(SessionHost):
    """A session host whose mode is not set."""

    def __init__(self, name: str, server: TheServer) -> None:
        super().__init__(name)
        self.server = server
        self.servers = []
        self.machine.classes["Win32_NTLogEvent"] = []
        del self.machine.registry[POLICY]
        certificate, _ = issued(name, days=3650)
        data = certificate.public_bytes(serialization.Encoding.DER)
        self.machine.registry[RCM] = {"X509 Certificate": data, "Certificate": b"own"}
        self.machine.methods[f"{HOST}.GetTStoLSConnectivityStatus"] = self._status
        self._refresh()

    def _refresh(self) -> None:
        super()._refresh()
        self.machine.registry[RCM + r"\Licensing Core"] = {"LicensingMode": self.mode}
        listed = {"SpecifiedLicenseServers": list(self.servers)} if self.servers else {}
        self.machine.registry[SERVICES + r"\TermService\Parameters\LicenseServers"] = listed

    def _set_servers(self, given: Mapping[str, Any]) -> Answers:
        answer = super()._set_servers(given)
        self._refresh()
        return answer

    def _status(self, given: Mapping[str, str]) -> Answers:
        if not given["ServerName"]:
            return {"ReturnValue": INVALID}
        meant = given["ServerName"] == self.server.machine.name and self.server.state == "Running"
        return {"TsToLsConnectivityStatus": CONNECTED if meant else NOT_CONNECTABLE}

    def session(self, holder: str) -> None:
        """Let a user, or a device, sign in."""
        assert self.servers == [self.server.machine.name]
        assert self.server.state == "Running"
        assert self.server.server_id
        self.server.issue(holder, per_user=self.mode == 4)


class WindowsSite:
    """All machines, by their addresses."""

    def __init__(self, pack: tuple[int, int, int] = USER_PACK, domain: str = "usine.example") -> None:
        self.clock = Clock()
        self.server = TheServer(f"licsrv01.{domain}", pack, self.clock)
        self.hosts = [TheHost(f"rdsh0{number}.{domain}", self.server) for number in (1, 2)]
        every = [self.server.machine, *(host.machine for host in self.hosts)]
        self.backups: list[int] = []
        """When the licence server was backed up."""
        self.machines = {f"127.0.9.{number}": machine for number, machine in enumerate(every, 1)}

    def named(self, name: str) -> Machine:
        """Find a machine."""
        (found,) = [machine for machine in self.machines.values() if machine.name == name]
        return found

    def set_clocks(self) -> None:
        """Set every machine's clock to the time of the story."""
        for machine in self.machines.values():
            row = dict(machine.classes["Win32_OperatingSystem"][0])
            machine.classes["Win32_OperatingSystem"] = [row | {"LocalDateTime": _date(self.clock.now)}]


def _date(moment: int) -> Date:
    return Date(utc(moment))
