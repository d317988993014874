"""Machines for the WS-Man double that change when they are told to, as Microsoft's pages of the methods say they do.

Codes are artificial: one letter 35 times. Where the pages do not say which number a refusal has, it is WBEM_E_FAILED; a code
that is not the machine's own is WBEM_E_INVALID_PARAMETER.
"""

from collections.abc import Mapping
from typing import Any

from tests.windows.wsman_answers import Date, Machine
from tests.windows.wsman_machines import licence_server, session_host

FAILED, INVALID, NOT_FOUND, INVALID_OPERATION, EXISTS = 0x80041001, 0x80041008, 0x80041002, 0x80041016, 0x80041019
SERVER_ID, NEW_SERVER_ID, CONFIRMATION = "A" * 35, "B" * 35, "CONFIRM1"
PACK_ID, OTHER_PACK_ID, SOURCE_ID = "P" * 35, "Q" * 35, "S" * 35
SOURCE = "old.corp.example.test"
NEVER, NEXT = "1601-01-01T00:00:00Z", "2099-03-01T00:00:00Z"
Answers = Mapping[str, Any]
SERVER, PACK, ISSUED, REPORT = (
    "Win32_TSLicenseServer", "Win32_TSLicenseKeyPack", "Win32_TSIssuedLicense", "Win32_TSLicenseReport",
)  # fmt: skip
HOST, SERVICE = "Win32_TerminalServiceSetting", "Win32_Service"


class LicenceServer:
    """A licence server with a state; `machine` is what the double serves."""

    def __init__(self, name: str, *, activated: bool = False, **changes: Any) -> None:
        self.machine = licence_server(name, **changes)
        self.server_id = SERVER_ID if activated else ""
        self.member = self.published = False
        self.known = {PACK_ID: (1, 7, 50), OTHER_PACK_ID: (0, 7, 20)}
        """Packs' codes: product type, version, quantity."""
        self.used: set[str] = set()
        self.packs: list[dict[str, Any]] = []
        self.reports = ["old.dat"]
        self.state, self.start = "Running", "Auto"
        self.revoked_before = 0
        """CALs that stood revoked before, for the 20 % rule."""
        self.cals = [_cal(n, f"PC-{n:04}") for n in range(1, 6)]
        machine = self.machine
        machine.classes |= {PACK: self.packs, ISSUED: self.cals, REPORT: []}  # type: ignore[dict-item]
        self._put_packs((21, 0, 7, 100))
        self._refresh()
        for cls, methods in self._methods().items():
            machine.methods |= {f"{cls}.{method}": work for method, work in methods.items()}

    def _methods(self) -> dict[str, dict[str, Any]]:
        return {
            SERVER: {
                "GetActivationStatus": lambda given: {"ActivationStatus": 0 if self.server_id else 1},
                "GetLicenseServerId": lambda given: {"sLicenseServerId": self.server_id},
                "ActivateServer": lambda given: self._activate(given["sLicenseServerId"], SERVER_ID),
                "ReactivateServer": lambda given: self._activate(given["sNewLicenseServerId"], NEW_SERVER_ID),
                "DeactivateServer": self._deactivate,
                "IsLSinTSLSGroup": self._is_member,
                "AddLStoTSLSGroup": lambda given: self._set("member"),
                "IsLSPublished": lambda given: {"Published": self.published},
                "PublishLS": lambda given: self._set("published"),
            },
            PACK: {
                "InstallLicenseKeyPack": self._install,
                "ReinstallLicenseKeyPackOffline": self._install,
                "ImportLicenseKeyPackOffline": self._import,
                "ConvertLicenses": self._convert,
                "RemoveLicensesWithIdCount": self._remove,
                "UninstallLicenseKeyPackWithId": self._uninstall,
            },
            ISSUED: {"Revoke": self._revoke},
            REPORT: {"GenerateReportEx": self._report},
            SERVICE: {"StartService": self._start, "ChangeStartMode": self._change_start},
        }

    def _put_packs(self, *packs: tuple[int, int, int, int]) -> None:
        for number, kind, version, total in packs:
            self.packs.append(
                {
                    "KeyPackId": number, "Description": "A02-6.00-S", "KeyPackType": 2, "ProductType": kind,
                    "ProductVersion": "Windows Server 2022", "ProductVersionID": version, "TotalLicenses": total,
                    "IssuedLicenses": 5, "AvailableLicenses": total - 5, "ExpirationDate": Date("2038-01-01T00:00:00Z"),
                }
            )  # fmt: skip

    def _refresh(self) -> None:
        self.machine.classes[REPORT] = [{"FileName": name} for name in self.reports]
        self.machine.classes[SERVICE] = [{"Name": "TermServLicensing", "State": self.state, "StartMode": self.start}]

    def _activate(self, given: str, right: str) -> Answers:
        if given != right:
            return {"ReturnValue": INVALID, "ActivationStatus": 0 if self.server_id else 1}
        self.server_id = given
        return {"ActivationStatus": 0}

    def _deactivate(self, given: Mapping[str, str]) -> Answers:
        if given["sConfirmCode"] != CONFIRMATION:
            return {"ReturnValue": INVALID, "ActivationStatus": 0}
        self.server_id = ""
        return {"ActivationStatus": 1}

    def _is_member(self, given: Mapping[str, str]) -> Answers:
        assert given == {"Domain": ""}
        return {"IsMember": self.member}

    def _set(self, what: str) -> Answers:
        setattr(self, what, True)
        return {}

    def _install(self, given: Mapping[str, str]) -> Answers:
        code = given["sLicenseKeyPackId"]
        if not self.server_id:
            return {"ReturnValue": INVALID_OPERATION}
        if code not in self.known:
            return {"ReturnValue": INVALID}
        if code in self.used:
            return {"ReturnValue": EXISTS}
        self.used.add(code)
        number = max(pack["KeyPackId"] for pack in self.packs) + 1
        self._put_packs((number, *self.known[code]))
        return {"KeyPackId": number}

    def _import(self, given: Mapping[str, str]) -> Answers:
        assert set(given) == {"sLicenseKeyPackId", "sSourceLSName", "sSourceLSProductId"}
        if (given["sSourceLSName"], given["sSourceLSProductId"]) != (SOURCE, SOURCE_ID):
            return {"ReturnValue": INVALID}
        return self._install(given)

    def _pack(self, number: str) -> dict[str, Any] | None:
        return next((pack for pack in self.packs if pack["KeyPackId"] == int(number)), None)

    def _convert(self, given: Mapping[str, str]) -> Answers:
        pack = self._pack(self.machine.selected["KeyPackId"])
        assert pack is not None
        count = int(given["Count"])
        if count > pack["TotalLicenses"]:
            return {"ReturnValue": 0x8004102B}
        pack["TotalLicenses"] -= count
        self._put_packs((77, 1 - pack["ProductType"], pack["ProductVersionID"], count))
        return {"KeypackID": 77}

    def _remove(self, given: Mapping[str, str]) -> Answers:
        pack = self._pack(given["KeyPackId"])
        if pack is None:
            return {"ReturnValue": NOT_FOUND}
        pack["TotalLicenses"] -= int(given["LicenseCount"])
        return {}

    def _uninstall(self, given: Mapping[str, str]) -> Answers:
        pack = self._pack(given["KeyPackId"])
        if pack is None:
            return {"ReturnValue": NOT_FOUND}
        self.packs.remove(pack)
        return {}

    def _revoke(self, given: Mapping[str, str]) -> Answers:
        keys = self.machine.selected
        (cal,) = [
            cal for cal in self.cals
            if (str(cal["LicenseId"]), str(cal["KeyPackId"])) == (keys["LicenseId"], keys["KeyPackId"])
        ]  # fmt: skip
        total = sum(pack["TotalLicenses"] for pack in self.packs if pack["ProductType"] == 0)
        left = max(1, total // 5) - self.revoked_before
        if left <= 0:
            return {"ReturnValue": FAILED, "RevokableCals": 0, "NextRevokeAllowedOn": Date(NEXT)}
        cal["LicenseStatus"], self.revoked_before = 4, self.revoked_before + 1
        return {"RevokableCals": left - 1, "NextRevokeAllowedOn": Date(NEVER)}

    def _report(self, given: Mapping[str, str]) -> Answers:
        self.reports.append("new.dat")
        self._refresh()
        return {"FileName": "new.dat"}

    def _start(self, given: Mapping[str, str]) -> Answers:
        if self.start == "Disabled" or self.state == "Running":
            return {"ReturnValue": 14 if self.start == "Disabled" else 10}
        self.state = "Running"
        self._refresh()
        return {}

    def _change_start(self, given: Mapping[str, str]) -> Answers:
        assert self.machine.selected == {"Name": "TermServLicensing"}
        self.start = {"Automatic": "Auto"}[given["StartMode"]]
        self._refresh()
        return {}


def _cal(number: int, device: str) -> dict[str, Any]:
    return {
        "LicenseId": number, "KeyPackId": 21, "sIssuedToUser": "CORP\\u", "sIssuedToComputer": device,
        "IssueDate": Date("2026-10-01T08:00:00Z"), "ExpirationDate": Date("2026-12-20T08:00:00Z"), "LicenseStatus": 2,
    }  # fmt: skip


class SessionHost:
    """A session host with a state; by policy nothing can be changed there."""

    def __init__(self, name: str, *, policy: bool = False, **changes: Any) -> None:
        self.machine: Machine = session_host(name, **changes)
        self.policy, self.mode, self.servers = policy, 5, ["old.corp.example.test"]
        self.machine.methods |= {
            f"{HOST}.GetSpecifiedLicenseServerList": lambda given: {"SpecifiedLSList": list(self.servers)},
            f"{HOST}.SetSpecifiedLicenseServerList": self._set_servers,
            f"{HOST}.ChangeMode": self._change_mode,
        }
        self._refresh()

    def tell_no_policy(self) -> None:
        """Say that no policy rules, although one does."""
        row = dict(self.machine.classes[HOST][0])
        self.machine.classes[HOST] = [row | {"PolicySourceLicensingType": 0, "PolicySourceConfiguredLicenseServers": 0}]

    def _refresh(self) -> None:
        row = dict(self.machine.classes[HOST][0])
        by = int(self.policy)
        row |= {"PolicySourceLicensingType": by, "PolicySourceConfiguredLicenseServers": by}
        self.machine.classes[HOST] = [row | {"LicensingType": self.mode}]

    def _selected(self) -> None:
        assert self.machine.selected == {"ServerName": self.machine.name.partition(".")[0].upper()}

    def _set_servers(self, given: Mapping[str, Any]) -> Answers:
        self._selected()
        if self.policy:
            return {"ReturnValue": INVALID_OPERATION}
        listed = given["SpecifiedLSList"]
        self.servers = list(listed) if isinstance(listed, list) else [listed]
        return {}

    def _change_mode(self, given: Mapping[str, str]) -> Answers:
        self._selected()
        if self.policy or given["LicensingType"] not in ("0", "1", "2", "4"):
            return {"ReturnValue": INVALID_OPERATION if self.policy else INVALID}
        self.mode = int(given["LicensingType"])
        self._refresh()
        return {}
