"""A session host's side of the conversation, asynchronous: acquire, release, keep sessions alive, ask how things stand.

Rules: licence servers are asked in their order; one that does not answer is asked last for a while. A holder has one CAL of a
type here, from the first server in the order that gave one. What only a licence server can decide is never decided here: with
none answering, `Unreachable` is raised. Grace and outage CALs are the agent's (`calvox host serve`).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from calvox import __version__
from calvox.common.clock import DAY, SYSTEM, World
from calvox.common.errors import CalvoxError, NotFound, Refused, Unreachable
from calvox.common.i18n import t
from calvox.core.deciding import RENEWAL_DAYS
from calvox.core.holders import holder_of
from calvox.core.products import CalType
from calvox.host.clockfile import last_time
from calvox.host.enrolling import enrol
from calvox.host.failover import PAUSE, Ring, ordered
from calvox.host.held import HeldCal, Refusal, Wish
from calvox.host.link import Link
from calvox.host.processes import identity
from calvox.host.state import Enrolled, HostFolder, enrolments
from calvox.wire import hostapi

__all__ = ["AsyncHost", "HeldCal", "Refusal", "enrol"]
T = TypeVar("T")
BEAT_SECONDS = 60
"""How often a session that a program keeps gives a sign of life, unless the program says otherwise."""


class AsyncHost:
    """An enrolled session host; use it as an asynchronous context manager."""

    def __init__(
        self,
        folder: Path,
        *,
        timeout: float = 10,
        now: Callable[[], int] | None = None,
        world: World = SYSTEM,
        servers: Sequence[str] = (),
        pause: float = PAUSE,
    ) -> None:
        self.path, self.wish = Path(folder), tuple(servers)
        self._world, self._now, self._last = world, now or self._licensing_time, last_time(self.path)
        self.enrolled: Enrolled = HostFolder(self.path).enrolled
        self.links = {link.server: link for link in self._links(timeout)}
        self.ring = Ring(pause)

    def _links(self, timeout: float) -> list[Link]:
        return [Link(one, timeout, lambda: self._now(), self._world) for one in enrolments(self.path)]

    def _licensing_time(self) -> int:
        """Read the clock; a time before the one that the clock file knows never comes back."""
        return max(self._world.now(), self._last)

    def take_time(self, now: Callable[[], int]) -> None:
        """Tell time otherwise from now on."""
        self._now = now

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for link in self.links.values():
            await link.close()

    @property
    def order(self) -> list[Link]:
        """The licence servers in the order in which to ask: the policy's, else the settings', else that of enrolment."""
        policies = [link.known.policy for link in self.links.values()]
        said = next((policy.servers for policy in policies if policy and policy.servers), ())
        return [self.links[server] for server in ordered(list(self.links), said, self.wish)]

    def may_be_asked(self, *, silent_too: bool = True) -> list[Link]:
        """List the servers to ask now; those that are silent last, or not at all."""
        names, ran = [link.server for link in self.order], self._world.steady()
        chosen = self.ring.all(names, ran) if silent_too else self.ring.due(names, ran)
        return [self.links[name] for name in chosen]

    def move(self, link: Link, address: str) -> None:
        """Ask a licence server at another address from now on."""
        link.move(address)
        self.links = {one.server: one for one in self.links.values()}

    async def first(self, ask: Callable[[Link], Awaitable[T]], *, silent_too: bool = True) -> tuple[Link, T]:
        """Ask one server after the other until one answers.

        Raises:
            Unreachable: none of them does.
        """
        why = Unreachable(t("No licence server answers"), hint=t("Is the licence server serving? Is the way open?"))
        for link in self.may_be_asked(silent_too=silent_too):
            try:
                told = await ask(link)
            except Unreachable as error:
                self.ring.failed(link.server, self._world.steady())
                why = error
                continue
            self.ring.answered(link.server)
            return link, told
        raise why

    async def acquire(self, cal_type: CalType, name: str, *, authenticated: bool = False) -> HeldCal | Refusal:
        """Ask for a holder's CAL; the one that it has is given again, and renewed when near its end.

        Args:
            cal_type: What the CAL is counted by.
            name: The device's or user's name, or the session's.
            authenticated: Whether somebody has logged on from this device since its first contact.

        Raises:
            Unreachable: no licence server answers.
            Denied: it does not know this host.
            BadToken: its answer does not verify.
        """
        (told,) = await self.acquire_many([Wish(cal_type, name, authenticated)])
        return told

    async def acquire_many(
        self, wishes: Sequence[Wish], *, silent_too: bool = True, patience: float | None = None
    ) -> list[HeldCal | Refusal]:
        """Ask for several CALs in one request; the answers come in their order.

        Args:
            wishes: What is asked for.
            silent_too: Whether servers that were silent a moment ago are asked as well.
            patience: Seconds that each server is given; None: as long as its connection's timeout.

        Raises:
            Unreachable, Denied, BadToken: as `acquire`.
        """
        if not wishes:
            return []

        async def ask(link: Link) -> list[HeldCal | Refusal]:
            try:
                async with asyncio.timeout(patience):
                    return await link.acquire(wishes)
            except TimeoutError as error:
                raise Unreachable(t("{server} does not answer in time", server=link.server)) from error

        link, told = await self.first(ask, silent_too=silent_too)
        for cal in told:
            if isinstance(cal, HeldCal):
                self._forget_elsewhere(link, cal)
        return told

    def _forget_elsewhere(self, link: Link, cal: HeldCal) -> None:
        for other in self.links.values():
            if other is not link:
                other.folder.forget(cal.claims.holder)

    async def release(self, cal: HeldCal) -> None:
        """Give a session's CAL back.

        Raises:
            NotFound: it went back already; it is not held here any more either.
        """
        link = self.links.get(cal.server) or self.order[0]
        try:
            await link.release(cal.claims.cal_id)
        except NotFound:
            link.folder.forget(cal.claims.holder)
            raise
        link.folder.forget(cal.claims.holder)

    @asynccontextmanager
    async def session(self, name: str, *, beat: float = BEAT_SECONDS) -> AsyncIterator[HeldCal]:
        """Hold a session's CAL for a block: it gives signs of life and is renewed meanwhile, and goes back at the end.

        Args:
            name: The session's name.
            beat: Seconds between signs of life.

        Raises:
            Refused: there is no CAL; `refusal` says why.
            Unreachable: no licence server answers.
        """
        (got,) = await self.acquire_many([Wish(CalType.SESSION, name, True, identity(os.getpid()))])
        if isinstance(got, Refusal):
            raise Refused(t("{why}", why=got.why), reason=got.reason)
        keeping = asyncio.create_task(self._keep(got, beat))
        try:
            yield got
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            with suppress(NotFound, Unreachable):
                await self.release(self._now_held(got))

    async def _keep(self, cal: HeldCal, beat: float) -> None:
        while True:
            await asyncio.sleep(beat)
            with suppress(CalvoxError):
                await self.keep_alive([self._now_held(cal)])

    def _now_held(self, cal: HeldCal) -> HeldCal:
        """Find the CAL that a holder has by now."""
        return self.held_by(cal.cal_type, cal.name) or cal

    async def keep_alive(self, cals: Sequence[HeldCal]) -> list[HeldCal | Refusal]:
        """Give a sign of life for sessions; ask anew for those that were lost or come near their end."""
        now, again = self._now(), list[Wish]()
        for link in self.links.values():
            own = {cal.claims.cal_id: cal for cal in cals if cal.server == link.server}
            if own:
                # A program alone has neither grace nor outages; what this host's process says of them is left to stand.
                _, lost = await link.heartbeat(list(own), now, b"", hostapi.Standing(software=__version__))
                due = [cal for cal_id, cal in own.items() if cal_id in lost or is_due(cal, now)]
                again += [Wish(cal.cal_type, cal.name, True, identity(os.getpid())) for cal in due]
        return await self.acquire_many(again)

    async def server_status(self) -> hostapi.ServerStatus:
        """Ask the licence server how it stands."""
        return (await self.first(lambda link: link.status()))[1]

    def held_by(self, cal_type: CalType, name: str) -> HeldCal | None:
        """Find a holder's CAL whose token verifies now, without asking anybody."""
        holder = holder_of(cal_type, name)
        found = (link.held_by(holder) for link in self.order)
        return next((cal for cal in found if cal is not None), None)

    def held(self) -> list[HeldCal]:
        """List the CALs whose tokens verify now, without asking anybody."""
        found: dict[bytes, HeldCal] = {}
        for link in self.order:
            for cal, _ in link.held():
                found.setdefault(cal.claims.holder, cal)
        return list(found.values())


def is_due(cal: HeldCal, now: int) -> bool:
    """Tell whether a CAL is near its end, so that it is asked for again and renewed."""
    near = DAY // 2 if cal.cal_type is CalType.SESSION else RENEWAL_DAYS * DAY
    return cal.claims.valid_until - now <= near
