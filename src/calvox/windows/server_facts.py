"""Facts of a licence server, from its items.

Rules:
- GetActivationStatus: 0 is activated, 1 is not, 2 is an error and unknown.
- A pack's version is ProductVersionID, never the text, which is localised. A total of -1 or 4294967295 is not counted.
- The over-used row (KeyPackType 7) is kept as Windows gives it, with total 0.
- A registry value that is not set means what Microsoft documents: no peers, enforcement on.
"""

from calvox.doctor.facts import UNLIMITED, Backup, Fact, IssuedCal, LicenceServer, Pack
from calvox.windows.believing import Believing, Unknown, joined, need
from calvox.windows.machine_facts import events_of, machine_of, names_of, split_names
from calvox.windows.taking import Taken

SERVER = "win32_tslicenseserver"
SERVICE = "termservlicensing"
UNCOUNTED = (-1, 0xFFFFFFFF)
"""Totals that mean that Windows does not count."""
TEMPORARY = 1
"""LicenseStatus of a temporary CAL."""


def is_server(ask: Believing) -> bool:
    """Tell whether the machine shows the role: its class answered, or its service is installed."""
    return ask.has(SERVER) or ask.fact("win32_service", lambda taken: _service(taken, "Name")).known


def server_of(ask: Believing) -> LicenceServer:
    """Make the facts of a licence server."""
    packs = ask.fact("win32_tslicensekeypack", _packs)
    versions = {pack.number: pack.version for pack in packs.value or ()}
    return LicenceServer(
        machine=machine_of(ask),
        activated=ask.fact(f"{SERVER}.getactivationstatus", _activated),
        role=ask.fact(SERVER, lambda taken: taken.number("ServerRole")),
        product_id=ask.fact(SERVER, lambda taken: taken.text("ProductId")),
        server_id=ask.fact(f"{SERVER}.getlicenseserverid", lambda taken: taken.text("sLicenseServerId")),
        packs=packs,
        issued=ask.fact("win32_tsissuedlicense", lambda taken: _issued(taken, versions)),
        user_report=ask.fact("win32_tslicensereport", _report),
        service_state=ask.fact("win32_service", lambda taken: _service(taken, "State")),
        service_start=ask.fact("win32_service", lambda taken: _service(taken, "StartMode")),
        published=_truth(ask, "islspublished", "Published"),
        registered=_truth(ask, "islsregisteredtoscp", "Registered"),
        in_group=_truth(ask, "islsintslsgroup", "IsMember"),
        security_group_policy=_truth(ask, "islssecgrpgpenabled", "Enabled"),
        endpoint_members=ask.fact("group_rds_endpoint_servers", names_of),
        prevent_upgrade=_truth(ask, "islspreventupgradegpenabled", "Enabled"),
        peers=_peers(ask),
        workgroup_enforcement=ask.fact("registry_termservlicensing", _enforcement),
        database_path=ask.fact(SERVER, lambda taken: taken.text("DatabasePath")),
        database_free=ask.fact("database_volume", lambda taken: taken.number("FreeSpace")),
        version_pages=ask.fact("registry_termservlicensing", lambda taken: taken.number("MaxVerPages")),
        backup=ask.fact("backup", _backup),
        events=events_of(ask, "events_licence_server"),
    )


def _truth(ask: Believing, method: str, key: str) -> Fact[bool]:
    return ask.fact(f"{SERVER}.{method}", lambda taken: taken.truth(key))


def _activated(taken: Taken) -> bool | None:
    status = taken.number("ActivationStatus")
    if status is not None and status not in (0, 1):
        raise Unknown(f"ActivationStatus {status}")
    return None if status is None else status == 0


def _service(taken: Taken, key: str) -> str | None:
    for row in taken.rows():
        if (row.text("Name") or "").lower() == SERVICE:
            return row.text(key)
    raise Unknown("the service is not installed")


def _packs(taken: Taken) -> tuple[Pack, ...]:
    return tuple(_pack(row) for row in taken.rows())


def _pack(row: Taken) -> Pack:
    def number(key: str) -> int:
        return need(row.number(key), key)

    total, issued = number("TotalLicenses"), number("IssuedLicenses")
    return Pack(
        number=number("KeyPackId"),
        kind=number("KeyPackType"),
        product=number("ProductType"),
        version=number("ProductVersionID"),
        total=UNLIMITED if total in UNCOUNTED else total,
        issued=0 if issued in UNCOUNTED else issued,
        description=row.text("Description") or row.text("TypeAndModel") or "",
        expires=row.expiry("ExpirationDate") or 0,
    )


def _issued(taken: Taken, versions: dict[int, int]) -> tuple[IssuedCal, ...]:
    return tuple(
        IssuedCal(
            holder=row.text("sIssuedToComputer") or row.text("sIssuedToUser") or "",
            per_user=False,
            version=versions.get(need(row.number("KeyPackId"), "KeyPackId"), 0),
            issued=row.moment("IssueDate") or 0,
            expires=row.expiry("ExpirationDate") or 0,
            temporary=row.number("LicenseStatus") == TEMPORARY,
            status=row.number("LicenseStatus") or 0,
        )
        for row in taken.rows()
    )


def _report(taken: Taken) -> tuple[IssuedCal, ...]:
    if taken.text("FileName") is None:
        raise Unknown("no report was made on the server")
    return tuple(
        IssuedCal(
            holder=need(row.text("User"), "User"),
            per_user=True,
            version=need(row.number("ProductVersionID"), "ProductVersionID"),
            expires=row.expiry("ExpirationDate") or 0,
        )
        for row in taken.rows()
    )


def _peers(ask: Believing) -> Fact[tuple[str, ...]]:
    own = ask.fact("registry_termservlicensing", lambda taken: taken.texts("SpecifiedLicenseServers") or ())
    policy = ask.fact("registry_policy", lambda taken: split_names(taken.text("LicenseServers") or ""))
    return joined((own, policy), tuple(dict.fromkeys((*(policy.value or ()), *(own.value or ())))))


def _enforcement(taken: Taken) -> bool:
    return taken.number("DisableWorkgroupAuthEnforcement") != 1


def _backup(taken: Taken) -> Backup | bool:
    found = [
        Backup(
            time=need(row.moment("Time"), "Time"),
            folder=need(row.truth("Folder"), "Folder"),
            system_state=need(row.truth("SystemState"), "SystemState"),
        )
        for row in taken.rows()
    ]
    return max(found, key=lambda backup: backup.time, default=False)
