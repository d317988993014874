"""The licence-server process: its use cases, its listeners, and what it does by itself.

It never holds the activation centre's code: neither this file nor anything that it imports reaches `centre` (an import
contract), and a test reads the modules of the running process.
"""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import structlog

from calvox.apps.host_api import host_app, tls_context
from calvox.apps.journals import JOURNAL_CASES
from calvox.apps.owner import Owner, UseCase, listen
from calvox.apps.serving import Listener, bind, control_app, run_loop, serve
from calvox.common.clock import SYSTEM, World
from calvox.common.errors import StoreFailed, Tampered
from calvox.common.i18n import Language
from calvox.common.settings import Settings
from calvox.core.reports import CalReport, RefusalReport
from calvox.server import call, confirm, report
from calvox.server.hosts import MadeCode, make_enrolment_code
from calvox.server.keys import renew_tls
from calvox.server.release import extend_leases, sweep
from calvox.server.store import LicenceServer, open_server
from calvox.wire.phone.forms import Form

log = structlog.get_logger()
SWEEP_SECONDS = 20


class Nothing(msgspec.Struct, frozen=True):
    """No parameters."""


class PrepareCall(msgspec.Struct, frozen=True):
    """Prepare a call."""

    activate: bool
    packs: tuple[call.PackWish, ...] = ()


class EnterGroup(msgspec.Struct, frozen=True):
    """Type a group of the confirmation."""

    form: Form
    text: str
    number: int = 0
    """From 1; 0: the next one that is missing."""
    language: Language = "en"


class EnterFile(msgspec.Struct, frozen=True):
    """Take the confirmation from a file or QR code."""

    text: str


class MakeCode(msgspec.Struct, frozen=True):
    """Make an enrolment code."""

    name: str
    version: str


class Page(msgspec.Struct, frozen=True):
    """Part of a long list."""

    limit: int = -1
    offset: int = 0


Entered = confirm.Misheard | confirm.Progress


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
    "status": UseCase(Nothing, report.Status, _status),
    "call-prepare": UseCase(
        PrepareCall,
        call.OpenCall,
        lambda server, asked, by: call.prepare(server, activate=asked.activate, wishes=asked.packs, by=by),
    ),
    "call-show": UseCase(Nothing, call.OpenCall, partial(_read, lambda reader, asked: call.the_open_call(reader))),
    "call-give-up": UseCase(Nothing, None, lambda server, asked, by: call.give_up(server)),
    "typing": UseCase(Nothing, confirm.Progress, partial(_read, lambda reader, asked: confirm.typing(reader))),
    "enter-group": UseCase(
        EnterGroup,
        Entered,
        lambda server, asked, by: confirm.enter_group(server, asked.form, asked.number, asked.text, asked.language),
    ),
    "enter-file": UseCase(
        EnterFile, confirm.Progress, lambda server, asked, by: confirm.enter_file(server, asked.text)
    ),
    "finish": UseCase(Nothing, confirm.Answer, lambda server, asked, by: confirm.finish(server, by)),
    "enrolment-code": UseCase(
        MakeCode, MadeCode, lambda server, asked, by: make_enrolment_code(server, asked.name, asked.version, by)
    ),
    "report-packs": UseCase(Nothing, report.PacksReport, _packs),
    "report-cals": UseCase(
        Page,
        list[CalReport],
        partial(_read, lambda reader, asked: report.cals_report(reader, limit=asked.limit, offset=asked.offset)),
    ),
    "report-refusals": UseCase(
        Nothing, list[RefusalReport], partial(_read, lambda reader, asked: report.refusals_report(reader))
    ),
}


def owner(settings: Settings) -> Owner[LicenceServer]:
    """Give the licence server of the settings' folder to the command line."""
    return Owner(Path(settings.server.folder), CASES, lambda: open_server(settings))


def run(settings: Settings, ready: Callable[[str], None], world: World = SYSTEM) -> None:
    """Serve until a signal comes.

    Raises:
        Tampered: the ledger was found changed, at start or while serving.
    """
    server = open_server(settings, world)
    try:
        renew_tls(server.keys, settings.server.names, world)
        _verify_at_start(server)
        server.journal.run(extend_leases(server))
        run_loop(_serve(server, ready))
    finally:
        server.close()


def _verify_at_start(server: LicenceServer) -> None:
    """Verify a short ledger whole before serving; a long one is verified while it serves."""
    with server.journal.read() as reader:
        short = reader.head.position <= server.settings.server.verify_at_start
    if short:
        server.journal.verify()


async def _serve(server: LicenceServer, ready: Callable[[str], None]) -> None:
    sock = bind(server.settings.server.listen)
    address = "{}:{}".format(*sock.getsockname()[:2])
    control = control_app(owner(server.settings), server)
    listeners = [
        Listener(listen(server.folder), control),
        Listener(sock, host_app(server), tls_context(server)),
    ]
    aside = [partial(_sweep, server), partial(_verify_aside, server)]
    await serve(listeners, lambda: ready(f"https://{address}"), aside)


async def _sweep(server: LicenceServer) -> None:
    """Let what has ended go back, again and again."""
    while True:
        try:
            done = await asyncio.wrap_future(server.journal.submit(sweep))
            if done.value:
                log.info("CALs went back to their pools", count=done.value)
        except StoreFailed as error:
            log.error("the sweep could not be written; it is tried again", why=str(error))
        await asyncio.sleep(SWEEP_SECONDS)


async def _verify_aside(server: LicenceServer) -> None:
    """Verify a long ledger while serving; a changed one ends the process, so that nothing more is issued on it."""
    with server.journal.read() as reader:
        long = reader.head.position > server.settings.server.verify_at_start
    if long:
        found: list[Tampered] = []
        done = asyncio.Event()
        loop = asyncio.get_running_loop()
        threading.Thread(target=_verify_into, args=(server, found, loop, done), daemon=True).start()
        await done.wait()
        if found:
            raise found[0]
    await asyncio.Event().wait()


def _verify_into(
    server: LicenceServer, found: list[Tampered], loop: asyncio.AbstractEventLoop, done: asyncio.Event
) -> None:
    try:
        server.journal.verify()
    except Tampered as error:
        found.append(error)
    loop.call_soon_threadsafe(done.set)
