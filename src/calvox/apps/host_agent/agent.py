"""What the process decides for others: a CAL for a holder, a session that opens or closes.

Rules:
- Licence servers are asked first, for as long as somebody at a log-in can wait; those that were silent a moment ago are not.
- Where none answers, a CAL whose token verifies counts, then, in an outage, one from the voucher: written down, then given.
- A session's CAL is bound to a process where one is named, so that it goes back when that process ends without a word.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog

from calvox.apps.host_agent.callers import logon_of
from calvox.apps.host_agent.keeper import Keeper
from calvox.apps.host_agent.watching import Watch
from calvox.common.clock import SYSTEM, World
from calvox.common.errors import CalvoxError, Denied, NotFound, Unreachable
from calvox.common.settings import Host as HostSettings
from calvox.core.products import CalType
from calvox.core.standing import State
from calvox.host import AsyncHost, HeldCal, Refusal, Wish, vouchers
from calvox.host.link import Link
from calvox.host.processes import identity
from calvox.host.report import Contact, Seen, mode_of, policy_of, status_of, voucher_of
from calvox.host.standing import Answer, Known, Logon, Verdict, judge
from calvox.host.state import HostFolder
from calvox.wire import agentapi as api
from calvox.wire.hostapi import OutageUse

log = structlog.get_logger()
PATIENCE = 1.5
"""Seconds for which all licence servers together may keep somebody at a log-in waiting."""


@dataclass(frozen=True, slots=True)
class Got:
    """What came of asking for a CAL."""

    answer: Answer
    cal: HeldCal | OutageUse | None = None
    reason: str = ""
    why: str = ""


class Agent:
    """A session host at work."""

    def __init__(self, settings: HostSettings, host: AsyncHost, keeper: Keeper, world: World = SYSTEM) -> None:
        self.settings, self.host, self.keeper, self.world = settings, host, keeper, world
        self.contacts = {server: Contact() for server in host.links}
        self.watch = Watch()

    def status(self) -> api.AgentStatus:
        """Tell how this host stands."""
        seen = Seen(True, self.keeper.now(), self.keeper.doubt, self.contacts)
        return status_of(self.host, self.keeper.clock, seen, self.settings.mode)

    async def obtain(self, wish: Wish) -> Got:
        """Get somebody a CAL, or what stands in for one."""
        try:
            each = PATIENCE / max(1, len(self.host.may_be_asked(silent_too=False)))
            (told,) = await self.host.acquire_many([wish], silent_too=False, patience=each)
        except Unreachable:
            return self._without_server(wish)
        except Denied as error:
            return Got(Answer.REFUSED, reason=error.code, why=str(error))
        except CalvoxError as error:
            log.warning("a licence server's answer is no use", error=error.code, why=str(error))
            return self._without_server(wish)
        self.hear_answer(told)
        if isinstance(told, Refusal):
            return Got(Answer.REFUSED, reason=told.reason, why=told.why)
        self.watch.add(wish.process)
        return Got(Answer.CAL, told)

    def hear_answer(self, told: HeldCal | Refusal) -> None:
        """Take up that a licence server answered, and with what."""
        from_activated = isinstance(told, HeldCal) and (told.claims.pack > 0 or self._is_activated(told.server))
        self.keeper.note(Known.TOKEN if from_activated else Known.ANSWER)

    def _is_activated(self, server: str) -> bool:
        contact = self.contacts.get(server)
        return contact is not None and bool(contact.activated)

    def _without_server(self, wish: Wish) -> Got:
        self.keeper.note(Known.SILENCE)
        held = self.host.held_by(wish.cal_type, wish.name)
        if held is not None:
            return Got(Answer.CAL, held)
        use = self._outage_cal(wish) if self.keeper.state is State.OUTAGE else None
        return Got(Answer.OUTAGE_CAL, use) if use else Got(Answer.NOBODY, reason="no-server")

    def _outage_cal(self, wish: Wish) -> OutageUse | None:
        now, clock = self.keeper.now(), self.keeper.clock
        done = vouchers.give(clock, voucher_of(self.host), wish.cal_type, wish.name, now)
        if done is None:
            return None
        self.keeper.keep(done[0])
        log.info("outage CAL", left=vouchers.left(done[0], voucher_of(self.host), now))
        return done[1]

    async def open_session(self, asked: api.SessionOpen) -> api.SessionOpened:
        """Decide whether somebody may open a session."""
        logon = logon_of(asked.user, asked.tty, asked.rhost, asked.service)
        got = Got(Answer.NOBODY) if logon.never_refused else await self.obtain(self._wish(asked))
        self.keeper.tick()
        _, policy = policy_of(self.host)
        verdict = self._judge(logon, got, policy.fail_open if policy else True)
        told = api.SessionOpened(
            verdict="allow" if verdict.allowed else "deny",
            ground=str(verdict.ground),
            message=str(verdict.message or ""),
            cal=cal_told(got.cal),
        )
        log.info("session", verdict=told.verdict, ground=told.ground)
        return told

    def _judge(self, logon: Logon, got: Got, fail_open: bool) -> Verdict:
        return judge(logon, self.keeper.state, self.keeper.left, got.answer, got.why, fail_open=fail_open)

    async def close_session(self, asked: api.SessionClose) -> api.Released:
        """Let a session's CAL go back; users' and devices' stay until their end."""
        return await self.release(session_name(asked))

    async def release(self, name: str) -> api.Released:
        """Let a session's CAL go back, now or, where no licence server answers, with its lease."""
        cal = self.host.held_by(CalType.SESSION, name)
        if cal is None:
            return api.Released(False)
        try:
            async with asyncio.timeout(PATIENCE):
                await self.host.release(cal)
        except NotFound:
            return api.Released(False)
        except (TimeoutError, CalvoxError) as error:
            cal_id = cal.claims.cal_id.hex()
            log.warning("a CAL could not be given back; its lease ends by itself", cal=cal_id, why=str(error))
            link = self.host.links.get(cal.server) or self.host.order[0]
            link.folder.forget(cal.claims.holder)
        return api.Released(True)

    def move(self, link: Link, address: str) -> None:
        """Ask a licence server at another address from now on."""
        self.contacts[address] = self.contacts.pop(link.server)
        self.host.move(link, address)

    def _wish(self, asked: api.SessionOpen) -> Wish:
        process = identity(asked.pid) if asked.pid else ""
        match mode_of(self.host, self.settings.mode):
            case CalType.DEVICE:
                return Wish(CalType.DEVICE, asked.rhost or self.host.enrolled.name, True)
            case CalType.USER:
                return Wish(CalType.USER, asked.user, True)
            case _:
                return Wish(CalType.SESSION, session_name(asked), True, process)


def session_name(asked: api.SessionOpen | api.SessionClose) -> str:
    """Name a session, the same at its beginning and at its end."""
    which = asked.session or (str(asked.pid) if asked.pid else asked.service)
    return f"{asked.user}@{asked.rhost or asked.tty or 'here'}#{which}"[:255]


def cal_told(cal: HeldCal | OutageUse | None) -> api.CalTold | None:
    """Say what somebody got."""
    if cal is None:
        return None
    if isinstance(cal, OutageUse):
        return api.CalTold(cal.cal_type, cal.name, cal.until, outage=True)
    label: Any = cal.cal_type.label
    claims = cal.claims
    return api.CalTold(label, cal.name, claims.valid_until, claims.cal_id, claims.temporary, token=cal.token)


def open_agent(settings: HostSettings, folder: HostFolder, host: AsyncHost, world: World = SYSTEM) -> Agent:
    """Begin to work as a session host; the folder must be this process's own."""
    keeper = Keeper(
        folder, world, lambda clock: vouchers.used_up(clock, voucher_of(host), mode_of(host, settings.mode), clock.last)
    )
    host.take_time(keeper.now)
    return Agent(settings, host, keeper, world)
