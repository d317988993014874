"""Bundles of a small site that moves from one licence server to another, made from the healthy ones."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from calvox.windows.bundle import Bundle, Item, read_bundle, write_bundle

BUNDLES = Path(__file__).resolve().parents[1] / "bundles"
OLD, NEW, HOST = "lic01.corp.example", "lic02.corp.example", "rdsh01.corp.example"
NO_PACKS: dict[str, Any] = {"rows": []}
ACTIVATED, NOT_ACTIVATED = ({"ReturnValue": 0, "ActivationStatus": status} for status in (0, 1))


@cache
def healthy(kind: str) -> Bundle:
    """Read a healthy bundle."""
    return read_bundle((BUNDLES / f"healthy-{kind}-2022.json").read_bytes())


def at(bundle: Bundle, machine: str, time: int, **values: Any) -> bytes:
    """Write a bundle as of another machine and time, with some items changed; dots in their names are double underscores."""
    changed = {name.replace("__", "."): value for name, value in values.items()}
    items = {name: _item(item, time, changed.get(name, item.value)) for name, item in bundle.items.items()}
    named = {"Name": machine.partition(".")[0].upper(), "DNSHostName": machine.partition(".")[0]}
    computer = items["win32_computersystem"]
    items["win32_computersystem"] = msgspec.structs.replace(computer, value={**(computer.value or {}), **named})
    return write_bundle(msgspec.structs.replace(bundle, machine=machine, collected=time, items=items))


def _item(item: Item, time: int, value: dict[str, Any] | None) -> Item:
    return msgspec.structs.replace(item, time=time, value=value, error="" if value is not None else item.error)


def pack(number: int, user: bool, total: int) -> dict[str, Any]:
    """Make a row of Win32_TSLicenseKeyPack, version 2022."""
    return {
        "KeyPackId": number, "Description": "a pack", "KeyPackType": 2, "ProductType": int(user), "ProductVersion": "2022",
        "ProductVersionID": 7, "TotalLicenses": total, "IssuedLicenses": 0, "AvailableLicenses": total,
        "ExpirationDate": None, "AccessRights": 1, "TypeAndModel": "RDS CAL",
    }  # fmt: skip


PACKS: dict[str, Any] = {"rows": [pack(3, True, 50), pack(4, False, 20)]}


def report(*users: str) -> dict[str, Any]:
    """Make a per-user report."""
    rows = [
        {"User": user, "ExpirationDate": "2036-01-01T00:00:00Z", "CALType": "RDS Per User CAL", "ProductVersion": "2022",
         "ProductVersionID": 7}
        for user in users
    ]  # fmt: skip
    return {"FileName": "report", "GenerationDateTime": "2026-11-01T06:00:00Z", "rows": rows}


def server(machine: str, time: int, **values: Any) -> bytes:
    """Write a licence server's bundle."""
    plain = {
        "win32_tslicensekeypack": PACKS,
        "win32_tsissuedlicense": {"Total": 0, "rows": []},
        "win32_tslicensereport": report(),
    }
    return at(healthy("licence-server"), machine, time, **(plain | values))


def host(time: int, *servers: str) -> bytes:
    """Write the session host's bundle, which names these licence servers by policy."""
    policy = dict(healthy("session-host").items["registry_policy"].value or {}) | {"LicenseServers": ",".join(servers)}
    status = [{"ServerName": name, "ReturnValue": 0, "TsToLsConnectivityStatus": 11} for name in servers]
    reach = [{"Server": name, "Name": True, "Port135": True, "Port445": True, "Dynamic": True} for name in servers]
    values: dict[str, Any] = {
        "registry_policy": policy,
        "win32_terminalservicesetting__getspecifiedlicenseserverlist": {
            "ReturnValue": 0,
            "SpecifiedLSList": list(servers),
        },
        "win32_terminalservicesetting__gettstolsconnectivitystatus": {"rows": status},
        "reach": {"rows": reach},
    }
    return at(healthy("session-host"), HOST, time, **values)


def moving(start: int) -> list[list[bytes]]:
    """Play a migration: what is carried in, time after time, an hour apart; the first is before the plan."""
    when = [start + 3_600 * number for number in range(8)]
    activated, bare = "win32_tslicenseserver__getactivationstatus", "win32_tslicensekeypack"
    return [
        [server(OLD, when[0]), host(when[0], OLD)],
        [server(NEW, when[1], **{activated: NOT_ACTIVATED, bare: NO_PACKS})],
        [server(NEW, when[2], **{activated: ACTIVATED, bare: NO_PACKS})],
        [server(NEW, when[3])],
        [host(when[4], NEW)],
        [server(NEW, when[5], win32_tslicensereport=report("CORP\\user1")), host(when[5], NEW)],
        [server(OLD, when[6], **{bare: NO_PACKS})],
        [server(OLD, when[7], **{bare: NO_PACKS, activated: NOT_ACTIVATED})],
    ]
