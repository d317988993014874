"""The process: one a folder, its socket, its rounds, until a signal comes."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import structlog

from calvox.apps.host_agent.agent import Agent, open_agent
from calvox.apps.host_agent.fail_mode import leave_fail_mode
from calvox.apps.host_agent.listening import Listening
from calvox.apps.host_agent.rounds import go_round
from calvox.common.clock import SYSTEM, World
from calvox.common.errors import CalvoxError, Unreachable
from calvox.common.files import own_file
from calvox.common.settings import Host as HostSettings
from calvox.common.supervision import keep_alive, notify, stopping_signals
from calvox.host import AsyncHost
from calvox.host.agent import Agent as AgentSocket
from calvox.host.link import Link
from calvox.host.report import Contact, Seen, policy_of, read_clock, status_of
from calvox.host.state import HostFolder
from calvox.wire.agentapi import SOCKET, AgentStatus, Status

log = structlog.get_logger()
LOCK = "agent.lock"
TOGETHER = 0.5
"""Seconds in which ends of sessions are gathered for one round."""


def socket_of(settings: HostSettings) -> Path:
    """Tell where the process listens."""
    return Path(settings.socket) if settings.socket else Path(settings.folder) / SOCKET


def host_of(settings: HostSettings, world: World = SYSTEM) -> AsyncHost:
    """Make the session host that the settings speak of."""
    return AsyncHost(
        Path(settings.folder),
        timeout=settings.timeout_seconds,
        world=world,
        servers=settings.servers,
        pause=settings.retry_seconds,
    )


def how_it_stands(settings: HostSettings, world: World = SYSTEM) -> AgentStatus:
    """Ask the process how this host stands or, with none running, read it from the folder and ask the servers.

    Raises:
        NotFound: this machine is not enrolled as a session host.
    """
    try:
        with AgentSocket(socket_of(settings)) as agent:
            return agent.ask(Status(), AgentStatus)
    except Unreachable:
        return asyncio.run(_look(settings, world))


async def _look(settings: HostSettings, world: World) -> AgentStatus:
    async with host_of(settings, world) as host:
        clock, lost = read_clock(host, world.now())
        now = max(world.now(), clock.last)
        contacts = {link.server: await _contact(link) for link in host.order}
        return status_of(host, clock, Seen(False, now, "lost" if lost else "good", contacts), settings.mode)


async def _contact(link: Link) -> Contact:
    try:
        return Contact(True, (await link.status()).activated)
    except Unreachable:
        return Contact(False)
    except CalvoxError as error:
        return Contact(True, problem=str(error))


def run(settings: HostSettings, ready: Callable[[str], None], world: World = SYSTEM) -> None:
    """Work as a session host until a signal comes.

    Raises:
        NotFound: this machine is not enrolled as a session host.
        Busy: another process works for this folder.
    """
    folder = HostFolder(Path(settings.folder))
    name = folder.enrolled.name
    lock = own_file(folder.path / LOCK)
    try:
        asyncio.run(_serve(settings, folder, lambda: ready(name), world))
    finally:
        os.close(lock)


async def _serve(settings: HostSettings, folder: HostFolder, ready: Callable[[], None], world: World) -> None:
    stop = asyncio.Event()
    for number in stopping_signals():
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with host_of(settings, world) as host:
        agent, path = open_agent(settings, folder, host, world), socket_of(settings)
        listener = await Listening(agent).start(path)
        try:
            leave_fail_mode(policy_of(host)[1], path.parent)
            ready()
            notify("READY=1")
            alive = asyncio.create_task(keep_alive())
            with agent.watch:
                await _rounds(agent, stop, path.parent)
            alive.cancel()
        finally:
            notify("STOPPING=1")
            listener.close()
            path.unlink(missing_ok=True)
            agent.keeper.tick()


async def _rounds(agent: Agent, stop: asyncio.Event, beside: Path) -> None:
    while not stop.is_set():
        agent.watch.ended.clear()
        going = asyncio.create_task(go_round(agent))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({going, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not going.done():
            going.cancel()
        answered = (await asyncio.gather(going, return_exceptions=True))[0]
        if isinstance(answered, Exception):
            log.error("a round failed; the next one tries again", why=str(answered), exc_info=answered)
        leave_fail_mode(policy_of(agent.host)[1], beside)
        await _pause(agent, stopping, answered is True)


async def _pause(agent: Agent, stopping: "asyncio.Task[bool]", answered: bool) -> None:
    """Wait for the next round: less where no licence server answered; until a session's process ends where one did."""
    settings, ending = agent.settings, asyncio.create_task(agent.watch.ended.wait())
    pause = settings.heartbeat_seconds if answered else min(settings.heartbeat_seconds, settings.retry_seconds)
    awaited = {stopping, ending} if answered else {stopping}
    await asyncio.wait(awaited, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
    if ending.done() and not stopping.done():
        # Others that end in the same moment go in the same round.
        await asyncio.wait({stopping}, timeout=TOGETHER)
    ending.cancel()
    stopping.cancel()
