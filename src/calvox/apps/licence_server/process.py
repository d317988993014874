"""The licence-server process: its use cases, its listeners, and what it does by itself.

It never holds the activation centre's code: neither this file nor anything that it imports reaches `centre` (an import
contract), and a test reads the modules of the running process.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from socket import socket
from typing import Any

import msgspec
import structlog

from calvox.apps.alerting.alerter import keep_alerting, telling_of_tampering
from calvox.apps.alerting.cases import alert_cases
from calvox.apps.alerting.mailing import check_settings
from calvox.apps.continuity.cases import BACKUP_CASES, OWN_BACKUP_CASES
from calvox.apps.continuity.restoring import finish_restore
from calvox.apps.continuity.tidying import tidy
from calvox.apps.host_api import desk_of, host_app, tls_context
from calvox.apps.host_api.tls import refresh
from calvox.apps.journals import JOURNAL_CASES, until_tampered
from calvox.apps.licence_server.backing_up import BACKUP_RUN_CASES
from calvox.apps.licence_server.cal_cases import CAL_CASES
from calvox.apps.licence_server.call_cases import CALL_CASES
from calvox.apps.licence_server.clock_cases import CLOCK_CASES
from calvox.apps.licence_server.findings import watched, watched_unopened
from calvox.apps.licence_server.host_cases import HOST_CASES, Nothing
from calvox.apps.licence_server.metrics import ServerMetrics, checks
from calvox.apps.licence_server.own_facts import OWN_FACTS_CASES
from calvox.apps.licence_server.policy_cases import POLICY_CASES
from calvox.apps.licence_server.report_cases import REPORT_CASES
from calvox.apps.licence_server.retired import serve_retired, still_active
from calvox.apps.licence_server.retirement_cases import RETIREMENT_CASES
from calvox.apps.licence_server.upkeep import Retiring, keep_certificate, keep_sweeping, until_retiring, verify_aside
from calvox.apps.manager import manager_routes
from calvox.apps.operations import bind_operations, operations_app
from calvox.apps.owner import Owner, UseCase, listen
from calvox.apps.people_api import Certificates, PeopleDesk, PeopleSocket, open_people_socket, people_app
from calvox.apps.people_api.cases import OWN_CASES, PEOPLE_CASES
from calvox.apps.people_api.directory import site_directory
from calvox.apps.serving import Listener, bind, control_app, run_loop, serve
from calvox.common.clock import SYSTEM, World
from calvox.common.settings import Settings
from calvox.core.reports import CalReport, RefusalReport
from calvox.server import report
from calvox.server.alarms import watch_machine
from calvox.server.authority import settle_exchange
from calvox.server.call import open_call
from calvox.server.expire import extend_leases
from calvox.server.fingerprint import read_parts
from calvox.server.keys import renew_tls
from calvox.server.retire import demand_retired, settle_retirement
from calvox.server.store import LicenceServer, open_server

log = structlog.get_logger()
SWEEP_SECONDS = 20


class Page(msgspec.Struct, frozen=True):
    """Part of a long list."""

    limit: int = -1
    offset: int = 0


def _read(work: Callable[[Any, Any], Any], server: LicenceServer, asked: Any, by: str) -> Any:
    with server.journal.read() as reader:
        return work(reader, asked)


def _status(server: LicenceServer, asked: Nothing, by: str) -> report.Status:
    with server.journal.read() as reader:
        return report.status(server, reader)


def _packs(server: LicenceServer, asked: Nothing, by: str) -> report.PacksReport:
    with server.journal.read() as reader:
        return report.packs_report(reader, server.world.now())


CASES: dict[str, UseCase[LicenceServer]] = {
    **JOURNAL_CASES,
    **BACKUP_CASES,
    **BACKUP_RUN_CASES,
    **CALL_CASES,
    **CAL_CASES,
    **HOST_CASES,
    **POLICY_CASES,
    **CLOCK_CASES,
    **alert_cases(watched),
    **PEOPLE_CASES,
    **REPORT_CASES,
    **RETIREMENT_CASES,
    "status": UseCase(Nothing, report.Status, _status, reads=True),
    "report-packs": UseCase(Nothing, report.PacksReport, _packs, reads=True),
    "report-cals": UseCase(
        Page,
        list[CalReport],
        partial(_read, lambda reader, asked: report.cals_report(reader, limit=asked.limit, offset=asked.offset)),
        reads=True,
    ),
    "report-refusals": UseCase(
        Nothing, list[RefusalReport], partial(_read, lambda reader, asked: report.refusals_report(reader)), reads=True
    ),
}


def owner(settings: Settings, world: World = SYSTEM) -> Owner[LicenceServer]:
    """Give the licence server of the settings' folder to the command line."""
    cases = {**CASES, **OWN_CASES, **OWN_BACKUP_CASES, **OWN_FACTS_CASES}
    return Owner(Path(settings.server.folder), cases, lambda: _opened(settings, world))


def _opened(settings: Settings, world: World) -> LicenceServer:
    still_active(Path(settings.server.folder), settings.zone)
    server = open_server(settings, world)
    settle_exchange(server)
    return server


def run(settings: Settings, ready: Callable[[str, str], None], world: World = SYSTEM) -> None:
    """Serve until a signal comes; `ready` is told the address for session hosts and, unless empty, for people.

    Raises:
        Tampered: the ledger was found changed, at start or while serving.
    """
    check_settings(settings.alerts)
    if finish_restore(Path(settings.server.folder)):
        log.warning("a restore that was cut off is finished", folder=settings.server.folder)
    with telling_of_tampering(watched_unopened(settings, world)):
        _run(settings, ready, world)


def _run(settings: Settings, ready: Callable[[str, str], None], world: World) -> None:
    folder = Path(settings.server.folder)
    retirement = settle_retirement(folder)
    if retirement is None:
        try:
            _run_active(settings, ready, world)
        except Retiring as told:
            retirement = demand_retired(folder)
            settings = msgspec.structs.replace(
                settings, server=msgspec.structs.replace(settings.server, listen=told.listen)
            )
    if retirement is None:
        return
    log.warning("this licence server was retired; hosts are told where to go on", by=retirement.by)
    run_loop(serve_retired(settings, retirement, world, ready))


def _run_active(settings: Settings, ready: Callable[[str, str], None], world: World) -> None:
    server = _opened(settings, world)
    try:
        tidy(server.folder, server.folder / "keys")
        _tell_reenrolment(server)
        renew_tls(server.keys, settings.server.names, server.world)
        _verify_at_start(server)
        watch_machine(server, read_parts())
        server.journal.run(extend_leases(server))
        run_loop(_serve(server, ready))
    finally:
        server.close()


def _tell_reenrolment(server: LicenceServer) -> None:
    """Say which it is of a re-enrolment that was cut off: done, or not done."""
    with server.journal.read() as reader:
        call = open_call(reader)
    if server.settled:
        log.warning(
            "a re-enrolment was cut off after its code was accepted: it is done", epoch=server.keys.identity.epoch
        )
    if call is not None and call.record:
        log.warning("a re-enrolment was begun and is not done: its call is open", by=call.by)


def _verify_at_start(server: LicenceServer) -> None:
    """Verify a short ledger whole before serving; a long one is verified while it serves."""
    with server.journal.read() as reader:
        short = reader.head.position <= server.settings.server.verify_at_start
    if short:
        server.journal.verify()


async def _serve(server: LicenceServer, ready: Callable[[str, str], None]) -> None:
    sock = bind(server.settings.server.listen)
    control = control_app(owner(server.settings), server)
    desk, context = desk_of(server), tls_context(server.keys)
    listeners = [Listener(listen(server.folder), control), Listener(sock, host_app(desk), context)]
    if server.settings.server.operations:
        measured = ServerMetrics(server)
        server.journal.observe, desk.refused = measured.committed, measured.refused
        at = bind_operations(server.settings.server.operations, "server.operations")
        listeners.append(Listener(at, operations_app(measured.registry, lambda: checks(server))))
    refreshes: list[Callable[[], None]] = [lambda: refresh(context, server.keys)]
    people = _people_socket(server)
    if people is not None:
        server.people_at = people.at
        refreshes += [people.refresh, partial(people.watch, server.world)]
        people.watch(server.world)
        own = PeopleDesk(server, CASES, site_directory(server.settings.directory, server.roles))
        listeners.append(people.listener(people_app(own, manager_routes(own))))
    aside = [
        partial(keep_sweeping, desk),
        partial(keep_certificate, server, refreshes),
        partial(verify_aside, server),
        partial(until_tampered, server.journal),
        partial(keep_alerting, watched(server)),
        partial(until_retiring, server, "{}:{}".format(*sock.getsockname()[:2])),
    ]
    await serve(listeners, lambda: ready(_address(sock), server.people_at), aside)


def _people_socket(server: LicenceServer) -> PeopleSocket | None:
    """Bind a socket for people, if the site wants it."""
    chosen, keys = server.settings.server, server.keys.folder
    if not chosen.people_listen:
        return None
    certificates = Certificates((keys / "tls.pem", keys / "tls.key"), "server", chosen)
    return open_people_socket(chosen.people_listen, certificates, chosen.names)


def _address(sock: socket) -> str:
    return "https://{}:{}".format(*sock.getsockname()[:2])
