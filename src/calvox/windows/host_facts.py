"""Facts of a session host, from its items.

Rules:
- LicensingType: 2 per device, 4 per user, 5 not set, 6 per user by Entra, 0 and 1 administration. 3 occurs in documents
  only and is unknown here.
- Where a mode or server is set counts only if policy, deployment and registry could all be looked at; a deployment class
  that does not exist sets nothing. A place with mode 5 sets none.
- An X509 value of which the form could not be read is not bad, only unknown.
"""

from typing import TypeVar

from calvox.doctor.facts import Fact, From, Mode, ModeSetting, NamedServers, Reach, SessionHost
from calvox.windows.believing import Believing, Unknown, joined, need
from calvox.windows.items import CLASS_MISSING, NOT_ADMINISTRATOR
from calvox.windows.machine_facts import events_of, machine_of, split_names
from calvox.windows.taking import Taken

T = TypeVar("T")

SETTING = "win32_terminalservicesetting"
DEPLOYMENT = "win32_tsdeploymentlicensing"
MODES = {2: Mode.DEVICE, 4: Mode.USER, 5: Mode.NOT_SET, 6: Mode.ENTRA_USER, 0: Mode.ADMIN, 1: Mode.ADMIN}
DATED = ("X509 Certificate", "X509 Certificate2")
"""Values that hold a certificate with an end."""


def is_host(ask: Believing) -> bool:
    """Tell whether the machine shows the role."""
    return ask.fact(SETTING, _application_mode).value is True


def host_of(ask: Believing) -> SessionHost:
    """Make the facts of a session host."""
    return SessionHost(
        machine=machine_of(ask),
        application_mode=ask.fact(SETTING, _application_mode),
        mode=ask.fact(SETTING, lambda taken: _mode_in_force(ask, taken)),
        mode_settings=_mode_settings(ask),
        servers=ask.fact(
            f"{SETTING}.getspecifiedlicenseserverlist", lambda taken: taken.texts("SpecifiedLSList") or ()
        ),
        server_settings=_server_settings(ask),
        grace_days=ask.fact(f"{SETTING}.getgraceperioddays", lambda taken: taken.number("DaysLeft")),
        reach=_reach(ask),
        certificates=ask.fact("registry_rcm_certificates", _certificates),
        bad_certificates=ask.fact("registry_rcm_certificates", _bad_certificates),
        stored_credentials=ask.fact("stored_credentials", _credentials),
        broker=ask.fact("win32_tssessiondirectory", lambda taken: taken.truth("SessionDirectoryActive")),
        events=events_of(ask, "events_session_host"),
    )


def _application_mode(taken: Taken) -> bool | None:
    mode = taken.number("TerminalServerMode")
    return None if mode is None else mode == 1


def _mode(number: int | None) -> Mode | None:
    if number is not None and number not in MODES:
        raise Unknown(f"LicensingType {number}")
    return None if number is None else MODES[number]


def _mode_in_force(ask: Believing, taken: Taken) -> Mode | None:
    number = taken.number("LicensingType")
    if number == 0 and ask.bundle.administrator is not True:
        raise Unknown(NOT_ADMINISTRATOR)
    return _mode(number)


def _places(ask: Believing, policy: Fact[T], deployment: Fact[T], local: tuple[Fact[T], ...]) -> tuple[Fact[T], ...]:
    """List the places that set something; without a deployment only the others count."""
    without = not deployment.known and deployment.why == CLASS_MISSING
    return (policy, *local) if without else (policy, deployment, *local)


def _mode_settings(ask: Believing) -> Fact[tuple[ModeSetting, ...]]:
    def of(item: str, key: str, where: From) -> Fact[tuple[ModeSetting, ...]]:
        def take(taken: Taken) -> tuple[ModeSetting, ...]:
            if where is From.DEPLOYMENT and not need(taken.truth("UseCentralLicensingSettings"), "the setting"):
                return ()
            mode = _mode(taken.number(key))
            return () if mode in (None, Mode.NOT_SET) else (ModeSetting(mode=mode, where=where),)

        return ask.fact(item, take)

    places = _places(
        ask,
        of("registry_policy", "LicensingMode", From.POLICY),
        of(DEPLOYMENT, "LicensingType", From.DEPLOYMENT),
        (of("registry_licensing_core", "LicensingMode", From.LOCAL),),
    )
    return joined(places, tuple(one for place in places for one in place.value or ()))


def _server_settings(ask: Believing) -> Fact[tuple[NamedServers, ...]]:
    def central(taken: Taken) -> tuple[str, ...]:
        used = need(taken.truth("UseCentralLicensingSettings"), "the setting")
        return (taken.texts("LicenseServers") or ()) if used else ()

    def listed(taken: Taken) -> tuple[str, ...]:
        return taken.texts("SpecifiedLicenseServers") or ()

    policy = ask.fact("registry_policy", lambda taken: split_names(taken.text("LicenseServers") or ""))
    deployment = ask.fact(DEPLOYMENT, central)
    local = tuple(ask.fact(name, listed) for name in ("registry_license_servers", "registry_license_servers_subkey"))
    own = tuple(dict.fromkeys(name for fact in local for name in fact.value or ()))
    named = ((policy.value, From.POLICY), (deployment.value, From.DEPLOYMENT), (own, From.LOCAL))
    settings = tuple(NamedServers(servers=servers, where=where) for servers, where in named if servers)
    return joined(_places(ask, policy, deployment, local), settings)


def _reach(ask: Believing) -> Fact[tuple[Reach, ...]]:
    tried, statuses = ask.taken("reach"), ask.taken(f"{SETTING}.gettstolsconnectivitystatus")
    if tried is None and statuses is None:
        return ask.fact("reach", lambda taken: ())
    servers: dict[str, str] = {}
    rows: dict[str, Taken] = {}
    status: dict[str, Taken] = {}
    for taken, key, into in ((tried, "Server", rows), (statuses, "ServerName", status)):
        for row in taken.rows() if taken else ():
            name = row.text(key)
            if name is not None:
                servers.setdefault(name.lower(), name)
                into.setdefault(name.lower(), row)
    reach = tuple(
        Reach(
            server=name,
            name=_step(ask, rows.get(low), "Name"),
            port_135=_step(ask, rows.get(low), "Port135"),
            dynamic=_step(ask, rows.get(low), "Dynamic"),
            pipe=_step(ask, rows.get(low), "Port445"),
            status=_status(ask, status.get(low)),
        )
        for low, name in servers.items()
    )
    items = [ask.bundle.items[taken.item] for taken in (tried, statuses) if taken]
    return Fact(reach, source=", ".join(item.source for item in items), time=min(item.time for item in items))


def _step(ask: Believing, row: Taken | None, key: str) -> Fact[bool]:
    item = ask.bundle.items.get("reach")
    if item is None or row is None:
        return Fact(why="not tried")
    value = row.truth(key)
    return Fact(value, source=item.source, time=item.time, why="" if value is not None else "not tried")


def _status(ask: Believing, row: Taken | None) -> Fact[int]:
    item = ask.bundle.items.get(f"{SETTING}.gettstolsconnectivitystatus")
    if item is None or row is None:
        return Fact(why="not tried")
    code, status = row.number("ReturnValue"), row.number("TsToLsConnectivityStatus")
    why = f"0x{code & 0xFFFFFFFF:08X}" if code else "" if status else "Windows does not know"
    return Fact(None if why else status, source=item.source, time=item.time, why=why)


def _certificates(taken: Taken) -> tuple[str, ...]:
    names = (need(row.text("Name"), "Name") for row in taken.rows())
    return tuple(name for name in names if name.upper().startswith("X509"))


def _bad_certificates(taken: Taken) -> tuple[str, ...]:
    bad, unread = [], []
    for row in taken.rows():
        name = need(row.text("Name"), "Name")
        if not name.upper().startswith("X509"):
            continue
        ends = row.moment("NotAfter")
        if row.number("Length") == 0 or row.truth("Readable") is False or (ends is not None and ends < taken.time):
            bad.append(name)
        elif name in DATED and ends is None:
            unread.append(name)
    if unread and not bad:
        raise Unknown(f"the form of {unread[0]} could not be read")
    return tuple(bad)


def _credentials(taken: Taken) -> bool | None:
    if taken.truth("NetworkService") is not True:
        raise Unknown("only a run as NETWORK SERVICE shows them")
    return taken.truth("Stored")
