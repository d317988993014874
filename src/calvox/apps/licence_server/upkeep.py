"""What a serving licence server does by itself: sweep, note which hosts were heard, renew its certificate, verify its ledger."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from calvox.apps.host_api.call import Desk
from calvox.common.errors import BadSettings, StoreFailed, Tampered
from calvox.journal.interface import Transaction
from calvox.server.alarms import watch_clock
from calvox.server.expire import SWEEP, sweep
from calvox.server.keys import renew_tls
from calvox.server.standing import keep_standing
from calvox.server.store import LicenceServer

log = structlog.get_logger()
SWEEP_SECONDS = 20
CERTIFICATE_SECONDS = 3600


async def keep_sweeping(desk: Desk) -> None:
    """Let what has ended go back, again and again."""
    while True:
        try:
            done = await desk.server.journal.submit_here(lambda tx: sweep_once(tx, desk))
            if done.value:
                log.info("CALs went back to their pools", count=done.value)
            if done.value >= SWEEP:
                continue
        except StoreFailed as error:
            log.error("the sweep could not be written; it is tried again", why=str(error))
        await asyncio.sleep(SWEEP_SECONDS)


def sweep_once(tx: Transaction, desk: Desk) -> int:
    """Write down who was heard and what was said, look at the clock, and let go what has ended; tell how many CALs went."""
    for host in list(desk.seen):
        tx.put("seen", {"host": host, "time": desk.seen.pop(host)})
    for host in list(desk.standing):
        told, said = desk.standing.pop(host)
        keep_standing(tx, host, said, told)
    watch_clock(tx, desk.server)
    return sweep(tx)


async def keep_certificate(server: LicenceServer, refreshes: Sequence[Callable[[], None]]) -> None:
    """Make the server's own certificate anew in time, and let each listener take up what was exchanged, at once.

    The use case that exchanges the authority runs in another thread. What it asks of the loop is done before its answer is
    sent, so that whoever reads the answer can enrol a host already.
    """
    loop = asyncio.get_running_loop()
    server.on_keys = lambda: loop.call_soon_threadsafe(_take_up, refreshes)
    while True:
        await asyncio.sleep(CERTIFICATE_SECONDS)
        try:
            renew_tls(server.keys, server.settings.server.names, server.world)
        except StoreFailed as error:
            log.error("the certificate could not be made anew; it is tried again", why=str(error))
        _take_up(refreshes)


class Retiring(Exception):
    """The server was told to be erased: the process lets its ledger go."""

    def __init__(self, listen: str) -> None:
        super().__init__(listen)
        self.listen = listen
        """Where session hosts found it, and find it still."""


async def until_retiring(server: LicenceServer, listen: str) -> None:
    """Wait until the server is retired, and end the serving then."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    server.on_retiring = lambda: loop.call_soon_threadsafe(told.set)
    await told.wait()
    raise Retiring(listen)


def _take_up(refreshes: Sequence[Callable[[], None]]) -> None:
    for refresh in refreshes:
        try:
            refresh()
        except BadSettings as error:
            log.error("a certificate could not be taken up; the one before goes on", why=str(error))


async def verify_aside(server: LicenceServer) -> None:
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


STRETCH = 0.002
"""Seconds that the verification works without a rest, about."""

BUSY = 0.2
"""Share of a core that the other threads use when much is asked."""


class Clocks(Protocol):
    """What the pace is taken from; module `time` is one."""

    def monotonic(self) -> float:
        """Tell the seconds that passed."""

    def thread_time(self) -> float:
        """Tell the processor time of this thread."""

    def process_time(self) -> float:
        """Tell the processor time of all threads."""

    def sleep(self, seconds: float, /) -> None:
        """Rest."""


class Pace:
    """Keeps the verification to a fifth of the time, and to a twentieth of it while hosts ask much."""

    def __init__(self, clocks: Clocks = time) -> None:
        self._clocks = clocks
        self._begin()

    def _begin(self) -> None:
        clocks = self._clocks
        self._since, self._own, self._all = clocks.monotonic(), clocks.thread_time(), clocks.process_time()

    def __call__(self, part: float) -> None:
        """Rest four times as long as was worked, or nineteen times if the other threads have much to do."""
        clocks, worked = self._clocks, self._clocks.monotonic() - self._since
        if worked < STRETCH:
            return
        own = clocks.thread_time() - self._own
        clocks.sleep(4 * worked)
        others = clocks.process_time() - self._all - own
        if others > BUSY * 5 * worked:
            clocks.sleep(15 * worked)
        self._begin()


def _verify_into(
    server: LicenceServer, found: list[Tampered], loop: asyncio.AbstractEventLoop, done: asyncio.Event
) -> None:
    try:
        server.journal.verify(Pace())
    except Tampered as error:
        found.append(error)
    loop.call_soon_threadsafe(done.set)
