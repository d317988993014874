"""Whether licensing works for a session host, as far as the facts tell."""

from calvox.core.products import serves
from calvox.doctor.facts import LicenceServer, Mode, SessionHost, short_name
from calvox.doctor.rule import View

GOOD_STATUS = (9, 11)
"""GetTStoLSConnectivityStatus: reachable and of the right version."""
PRODUCTS = {Mode.DEVICE: 0, Mode.USER: 1}
"""ProductType of the packs that each mode needs."""


def licensing_works(view: View) -> bool | None:
    """Tell whether a host can be given CALs; None if the facts do not tell.

    It works if mode and servers are set, and at least one of the servers is activated, reachable as far as tried, and has a
    pack that fits mode and version (or issues per user without one, which Windows does not refuse).
    """
    host = view.the_host
    if host.mode.value in (Mode.NOT_SET, None) or not host.servers.value:
        return None if host.mode.value is None or host.servers.value is None else False
    verdicts = [_works_with(host, server) for server in view.servers_of_host()]
    if any(verdicts):
        return True
    return False if verdicts and all(v is False for v in verdicts) else None


def _works_with(host: SessionHost, server: LicenceServer) -> bool | None:
    steps = (server.activated.value, _running(server), reached(host, server), has_fitting_pack(host, server))
    if any(step is False for step in steps):
        return False
    return True if all(step is not None for step in steps) else None


def _running(server: LicenceServer) -> bool | None:
    state = server.service_state.value
    return None if state is None else state.lower() == "running"


def reached(host: SessionHost, server: LicenceServer) -> bool | None:
    """Tell whether the host gets through to the server; None if it was not tried."""
    for reach in host.reach.value or ():
        if short_name(reach.server) == short_name(server.machine.name):
            if reach.status.value is not None:
                return reach.status.value in GOOD_STATUS
            tried = [step.value for step in (reach.name, reach.port_135, reach.dynamic, reach.pipe) if step.known]
            return False if False in tried else None
    return None


def has_fitting_pack(host: SessionHost, server: LicenceServer) -> bool | None:
    """Tell whether the server has a pack for the host's mode and version; None if the facts do not tell."""
    packs, version, mode = server.packs.value, host.machine.version.value, host.mode.value
    if packs is None or version is None or mode not in PRODUCTS:
        return None
    return any(pack.counts and pack.product == PRODUCTS[mode] and serves(pack.version, version) for pack in packs)
