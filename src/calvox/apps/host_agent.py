"""The session host's own process: it keeps the CALs alive that this host holds.

A session's CAL is a lease: the licence server takes it back when its host gives no sign of life, so each round asks for it
again. A CAL near its end is asked for again too, and so renewed. Without an answer nothing is lost: tokens stay valid until
their end, and the next round tries again. Grace, failover and the socket for other programs are not here yet.
"""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import structlog

from calvox.common.clock import DAY, SYSTEM
from calvox.common.errors import CalvoxError
from calvox.common.settings import Host as HostSettings
from calvox.core.deciding import RENEWAL_DAYS
from calvox.core.products import CalType
from calvox.host import AsyncHost, HeldCal, Refusal

log = structlog.get_logger()


def run(settings: HostSettings, ready: Callable[[str], None]) -> None:
    """Keep CALs alive until a signal comes.

    Raises:
        NotFound: this machine is not enrolled as a session host.
    """
    asyncio.run(_serve(settings, ready))


async def _serve(settings: HostSettings, ready: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncHost(Path(settings.folder), timeout=settings.timeout_seconds) as host:
        ready(host.enrolled.name)
        while not stop.is_set():
            await keep_alive(host, SYSTEM.now())
            try:
                await asyncio.wait_for(stop.wait(), settings.heartbeat_seconds)
            except TimeoutError:
                continue


async def keep_alive(host: AsyncHost, now: int) -> int:
    """Go round once: a sign of life for each session, a renewal for what is near its end; return how many were asked."""
    due = [cal for cal in host.held() if is_due(cal, now)]
    for cal in due:
        try:
            told = await host.acquire(cal.cal_type, cal.name, authenticated=not cal.claims.temporary)
        except CalvoxError as error:
            log.warning("the licence server could not be asked", holder=cal.name, error=error.code)
            continue
        if isinstance(told, Refusal):
            log.warning("a CAL was not kept", holder=cal.name, reason=told.reason)
    return len(due)


def is_due(cal: HeldCal, now: int) -> bool:
    """Tell whether a CAL needs a word with the licence server."""
    return cal.cal_type is CalType.SESSION or cal.claims.valid_until - now <= RENEWAL_DAYS * DAY
