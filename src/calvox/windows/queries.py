"""What is asked of each machine, and how each answer becomes an item.

Rules:
- Items and their keys are those of `calvox.windows.items`. Each is read by itself: what fails is that item's error.
- If a class is missing, its methods are not called: their error is the class's.
- Members of groups are asked with `LocalAccount`, or Windows would go through the domain's groups.
"""

from collections.abc import Mapping
from typing import Any

from calvox.common.clock import DAY, utc
from calvox.common.errors import CalvoxError, NotFound
from calvox.common.i18n import t
from calvox.windows import readings
from calvox.windows.bundle import MOST_ROWS, Item
from calvox.windows.items import ITEMS, NOT_COLLECTED, NOT_FOUND, ROWS
from calvox.windows.visit import CIMV2, Visit

TERMINAL = "root/cimv2/TerminalServices"
SERVER, HOST = "Win32_TSLicenseServer", "Win32_TerminalServiceSetting"
MOST_ISSUED, MOST_EVENTS, MOST_SERVERS = 5_000, 200, 16
"""Rows kept of issued CALs and of events; licence servers to which connections are asked about."""
ENDPOINT_SERVERS, LICENCE_SERVERS = "S-1-5-32-576", "S-1-5-32-561"
"""RDS Endpoint Servers, and Terminal Server License Servers, of which only a domain controller's has a meaning."""
CONTROLLERS = (4, 5)
"""Values of DomainRole."""
CONTROL = r"SYSTEM\CurrentControlSet\Control\Terminal Server"
SERVICES = r"SYSTEM\CurrentControlSet\Services"
POLICY = r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
RCM = CONTROL + r"\RCM"
KEYS = {
    "registry_termservlicensing": SERVICES + r"\TermServLicensing\Parameters",
    "registry_policy": POLICY,
    "registry_licensing_core": RCM + r"\Licensing Core",
    "registry_license_servers": SERVICES + r"\TermService\Parameters\LicenseServers",
    "registry_license_servers_subkey": SERVICES + r"\TermService\Parameters\LicenseServers\SpecifiedLicenseServers",
    "registry_rcm_license_servers": RCM,
}
"""Key of each item that is a handful of registry values."""
METHODS = {
    "GetActivationStatus": {}, "GetLicenseServerId": {}, "IsLSPublished": {}, "IsLSRegisteredToSCP": {},
    "IsLSinTSLSGroup": {"Domain": ""}, "IsLSonDC": {}, "IsLSSecGrpGPEnabled": {}, "IsLSPreventUpgradeGPEnabled": {},
}  # fmt: skip
"""Methods of the licence server, with what they are given."""
LICENCE_EVENTS = (
    "Logfile='System' and (SourceName='Microsoft-Windows-TerminalServices-Licensing' or SourceName='TermServLicensing')",
    "Logfile='Application' and SourceName='ESENT' and EventCode=623",
)
HOST_EVENTS = (
    "Logfile='System' and (SourceName='TermService' or SourceName='TermDD'"
    " or SourceName='Microsoft-Windows-TerminalServices-RemoteConnectionManager')",
)
UNREAD = {
    "events_licence_server": ("Licensing/Admin", "Licensing/Operational"),
    "events_session_host": ("RemoteConnectionManager/Admin", "RemoteConnectionManager/Operational"),
}
"""Logs that WMI does not know, without their prefix Microsoft-Windows-TerminalServices-."""
ELSEWHERE = dict.fromkeys(
    ("backup", "vss_writer", "reach", "stored_credentials"), "Not read over WS-Man; the collector reads it"
)
Value = dict[str, Any]


def read_machine(visit: Visit, days: int, servers: tuple[str, ...]) -> None:
    """Ask everything, in the order in which it matters most."""
    try:
        visit.administrator = visit.registry.may_write(CONTROL)
    except CalvoxError:
        visit.administrator = None
    for name, error in ELSEWHERE.items():
        visit.items[name] = Item(name, "", visit.now(), None, error)
    _any_machine(visit)
    _licence_server(visit, days)
    _session_host(visit, days, servers)
    for item, key in KEYS.items():
        _values(visit, item, key)
    visit.read("registry_rcm_certificates", "HKLM\\" + RCM, lambda: _certificates(visit))


def _any_machine(visit: Visit) -> None:
    for name in ("Win32_OperatingSystem", "Win32_ComputerSystem"):
        _single(visit, CIMV2, name)
    where = "Name='TermServLicensing' or Name='TermService'"
    visit.read("win32_service", "Win32_Service", lambda: _listed(visit, "win32_service", "Win32_Service", where))
    visit.read("clock", "Win32_OperatingSystem.LocalDateTime", lambda: _clock(visit))
    visit.read("network", "Win32_IP4RouteTable", lambda: _network(visit))
    for item, sid in (("group_rds_endpoint_servers", ENDPOINT_SERVERS), ("group_license_servers", LICENCE_SERVERS)):
        visit.read(item, "Win32_GroupUser", lambda sid=sid: _group(visit, sid))  # type: ignore[misc]


def _licence_server(visit: Visit, days: int) -> None:
    _single(visit, CIMV2, SERVER)
    for method, given in METHODS.items():
        _method(visit, CIMV2, SERVER, method, given)
    for name in ("win32_tslicensekeypack", "win32_tsissuedlicense"):
        cls = {"win32_tslicensekeypack": "Win32_TSLicenseKeyPack"}.get(name, "Win32_TSIssuedLicense")
        visit.read(name, cls, lambda name=name, cls=cls: _listed(visit, name, cls))  # type: ignore[misc]
    visit.read("win32_tslicensereport", "Win32_TSLicenseReport.FetchReportEntries", lambda: _report(visit))
    visit.read("database_volume", "Win32_LogicalDisk", lambda: _volume(visit))
    _events(visit, "events_licence_server", LICENCE_EVENTS, days)


def _session_host(visit: Visit, days: int, servers: tuple[str, ...]) -> None:
    _single(visit, TERMINAL, HOST)
    _method(visit, TERMINAL, HOST, "GetGracePeriodDays", {}, of_instance=True)
    _method(visit, TERMINAL, HOST, "GetSpecifiedLicenseServerList", {}, of_instance=True)
    item = "win32_terminalservicesetting.gettstolsconnectivitystatus"
    visit.read(item, f"{HOST}.GetTStoLSConnectivityStatus", lambda: _connections(visit, servers))
    for name in ("Win32_TSDeploymentLicensing", "Win32_TSSessionDirectory"):
        _single(visit, TERMINAL, name)
    _events(visit, "events_session_host", HOST_EVENTS, days)


def _single(visit: Visit, namespace: str, name: str) -> None:
    item = name.lower()
    visit.read(item, name, lambda: readings.typed(visit.one(namespace, name), ITEMS[item]))


def _keys_of(visit: Visit) -> dict[str, str]:
    name = readings.text(visit.one(TERMINAL, HOST).get("ServerName"))
    return {"ServerName": name} if name else {}


def _method(
    visit: Visit, namespace: str, name: str, method: str, given: Mapping[str, str], *, of_instance: bool = False
) -> None:
    item = f"{name}.{method}".lower()

    def ask() -> Value:
        visit.one(namespace, name)
        keys = _keys_of(visit) if of_instance else None
        return readings.typed(visit.call(namespace, name, method, given, keys), ITEMS[item])

    visit.read(item, f"{name}.{method}", ask)


def _listed(visit: Visit, item: str, name: str, where: str = "") -> Value:
    keys = [key for key in ITEMS[item] if key not in (ROWS, "Total")]
    rows = visit.rows(CIMV2, name, where)
    value: Value = {ROWS: [readings.typed(row, keys) for row in rows[:MOST_ISSUED]]}
    if "Total" in ITEMS[item]:
        value["Total"] = len(rows) if len(rows) <= MOST_ROWS else None
    return value


def _report(visit: Visit) -> Value:
    name = "Win32_TSLicenseReport"
    made = [row for row in visit.rows(CIMV2, name) if readings.text(row.get("FileName"))]
    newest = max(made, key=lambda row: readings.zoned(row.get("GenerationDateTime")) or 0, default=None)
    if newest is None:
        return {"FileName": None, "GenerationDateTime": None, ROWS: []}
    file = readings.text(newest["FileName"])
    given = {"StartIndex": "0", "Count": "0"}
    answer = visit.call(CIMV2, name, "FetchReportEntries", given, {"FileName": file})
    keys = ("User", "ExpirationDate", "CALType", "ProductVersion", "ProductVersionID")
    rows = [readings.typed(entry, keys) for entry in readings.entries(dict(answer))[:MOST_ROWS]]
    return {"FileName": file, "GenerationDateTime": readings.text(newest.get("GenerationDateTime")) or None, ROWS: rows}


def _volume(visit: Visit) -> Value:
    path = readings.text(visit.one(CIMV2, SERVER).get("DatabasePath"))
    if path.lower().startswith(("%systemroot%", "%windir%", "%systemdrive%")):
        path = readings.text(visit.one(CIMV2, "Win32_OperatingSystem").get("SystemDrive"))
    if not (path[:1].isascii() and path[:1].isalpha() and path[1:2] == ":"):
        raise NotFound(t("{error}", error=NOT_FOUND))
    rows = visit.rows(CIMV2, "Win32_LogicalDisk", f"DeviceID='{path[0].upper()}:'")
    if not rows:
        raise NotFound(t("{error}", error=NOT_FOUND))
    return readings.typed(rows[0], ITEMS["database_volume"])


def _clock(visit: Visit) -> Value:
    before = visit.now()
    there = readings.zoned(visit.rows(CIMV2, "Win32_OperatingSystem", "Primary=true")[0].get("LocalDateTime"))
    if there is None:
        raise NotFound(t("{error}", error=NOT_FOUND))
    return {"Against": "survey", "Offset": there - (before + visit.now()) // 2}


def _network(visit: Visit) -> Value:
    rows = visit.rows(CIMV2, "Win32_IP4RouteTable", "Destination='0.0.0.0'")
    return {"DefaultRoutes": readings.texts([row.get("NextHop") for row in rows]), "Proxy": None}


def _group(visit: Visit, sid: str) -> Value:
    role = readings.number(visit.one(CIMV2, "Win32_ComputerSystem").get("DomainRole"))
    if sid == LICENCE_SERVERS and role not in CONTROLLERS:
        raise NotFound(t("{error}", error=NOT_COLLECTED))
    groups = visit.rows(CIMV2, "Win32_Group", f"SID='{sid}' and LocalAccount=true")
    if not groups:
        raise NotFound(t("{error}", error=NOT_FOUND))
    named = (readings.text(groups[0].get(key)).replace('"', "") for key in ("Domain", "Name"))
    path = 'Win32_Group.Domain="{}",Name="{}"'.format(*named).replace("\\", "\\\\").replace("'", "\\'")
    members = visit.rows(CIMV2, "Win32_GroupUser", f"GroupComponent='{path}'")
    names = [readings.member(row.get("PartComponent")) for row in members]
    return {"Sid": sid, ROWS: [{"Name": name} for name in names if name]}


def _connections(visit: Visit, servers: tuple[str, ...]) -> Value:
    keys = _keys_of(visit)
    listed = visit.items[f"{HOST}.GetSpecifiedLicenseServerList".lower()].value or {}
    asked = dict.fromkeys([*listed.get("SpecifiedLSList", []), *servers])
    rows = []
    for server in list(asked)[:MOST_SERVERS]:
        answer = visit.call(TERMINAL, HOST, "GetTStoLSConnectivityStatus", {"ServerName": server}, keys)
        rows.append({"ServerName": server, **readings.typed(answer, ("ReturnValue", "TsToLsConnectivityStatus"))})
    return {ROWS: rows}


def _events(visit: Visit, item: str, conditions: tuple[str, ...], days: int) -> None:
    since = utc(visit.now() - days * DAY).replace("-", "").replace(":", "").replace("T", "").replace("Z", "")

    def ask() -> Value:
        if item == "events_licence_server":
            visit.one(CIMV2, SERVER)
        span = f"TimeGenerated>='{since}.000000+000'"
        rows = [row for one in conditions for row in visit.rows(CIMV2, "Win32_NTLogEvent", f"{one} and {span}")]
        unread = [f"Microsoft-Windows-TerminalServices-{log}" for log in UNREAD[item]]
        return {"Days": days, "Unread": unread, ROWS: readings.summary(rows, MOST_EVENTS)}

    visit.read(item, "Win32_NTLogEvent", ask)


def _values(visit: Visit, item: str, key: str) -> None:
    def ask() -> Value:
        try:
            return visit.registry.values(key, ITEMS[item])
        except NotFound:
            if item == "registry_policy":
                return {}
            raise

    visit.read(item, "HKLM\\" + key, ask)


def _certificates(visit: Visit) -> Value:
    rows = []
    for name, kind in visit.registry.names(RCM).items():
        if not name.lower().startswith("x509 certificate") or kind != 3:
            continue
        data = visit.registry.value(RCM, name, kind)
        end = readings.ends(data) if data else None
        rows.append(
            {
                "Name": name,
                "Length": len(data),
                "NotAfter": utc(end) if end else None,
                "Readable": True if end else None,
            }
        )
    return {ROWS: rows}
