"""What the process does by itself, round after round: signs of life, statements, vouchers, certificates, renewals.

Rules: every licence server is visited each round, so that one that is back is known to be. What goes wrong with one of them is
told and does not keep the others waiting. Whatever a round leaves undone the next one does.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import structlog

from calvox.apps.host_agent.agent import Agent
from calvox.apps.host_agent.moving import follow_addresses
from calvox.common.clock import DAY
from calvox.common.errors import CalvoxError, Conflict, Denied, NotFound, Unreachable
from calvox.core.deciding import RENEWAL_DAYS
from calvox.core.products import CalType
from calvox.core.standing import State
from calvox.host import HeldCal, Refusal, Wish, vouchers
from calvox.host.client import is_due
from calvox.host.held import position
from calvox.host.link import Link
from calvox.host.processes import has_ended
from calvox.host.report import said_of, voucher_of
from calvox.host.standing import Known
from calvox.host.state import StoredCal

log = structlog.get_logger()
Held = list[tuple[HeldCal, StoredCal]]
LIST_SECONDS = 3600
"""Age at which the revocation list is fetched again."""


async def go_round(agent: Agent) -> bool:
    """Go round once; tell whether any licence server answered."""
    answered = [await _visit(agent, link) for link in agent.host.order]
    if not any(answered):
        agent.keeper.note(Known.SILENCE)
    else:
        await _renew(agent)
    await follow_addresses(agent)
    due = agent.keeper.tick()
    if due:
        log.warning("grace ends soon", days=agent.keeper.left)
    return any(answered)


async def _visit(agent: Agent, link: Link) -> bool:
    contact = agent.contacts[link.server]
    try:
        await _talk(agent, link)
        contact.answers, contact.problem = True, ""
    except Unreachable as error:
        if contact.answers is not False:
            log.warning("a licence server does not answer", server=link.server, why=str(error))
        agent.host.ring.failed(link.server, agent.world.steady())
        contact.answers = False
        return False
    except CalvoxError as error:
        log.warning("a licence server does not serve this host", server=link.server, error=error.code, why=str(error))
        contact.answers, contact.problem = True, str(error)
        if isinstance(error, Denied):
            await _rejoin(link)
    agent.host.ring.answered(link.server)
    contact.last = agent.keeper.now()
    agent.keeper.answered(contact.last)
    agent.keeper.note(Known.ANSWER)
    return True


async def _rejoin(link: Link) -> None:
    """Ask to be known again, in case the server was restored from a backup older than this enrolment."""
    with suppress(CalvoxError):
        await link.rejoin()
        log.warning("the licence server was restored; this host waits to be approved again", server=link.server)


async def _talk(agent: Agent, link: Link) -> None:
    """Do everything that is due with one server; what fails leaves the rest to be done, and is told at the end."""
    held = await _end_sessions(link)
    number = await _beat(agent, link, held)
    failed: list[CalvoxError] = []
    steps = (partial(_ask_status, agent, link), partial(_statements, agent, link, number), partial(_certificate, link))
    for step in steps:
        try:
            await step()
        except CalvoxError as error:
            failed.append(error)
    if failed:
        raise failed[0]


async def _ask_status(agent: Agent, link: Link) -> None:
    contact = agent.contacts[link.server]
    if agent.keeper.state is State.LICENSED and contact.activated is not None:
        return
    contact.activated = (await link.status()).activated
    if contact.activated and link.held():
        agent.keeper.note(Known.TOKEN)


async def _statements(agent: Agent, link: Link, number: int) -> None:
    if await _settle(agent, link) or _is_old(link, number, agent.keeper.now()):
        await link.fetch_statements()


async def _certificate(link: Link) -> None:
    if await link.renew_certificate():
        log.info("the certificate was renewed", server=link.server, until=link.certificate_ends)


async def _end_sessions(link: Link) -> Held:
    """Give back the CALs of sessions whose process has ended; give what is held then."""
    held = link.held()
    over = {cal.claims.cal_id: cal for cal, stored in held if _is_session(cal) and has_ended(stored.process)}
    if not over:
        return held
    await link.release_many(list(over))
    for cal in over.values():
        link.folder.forget(cal.claims.holder)
    log.info("sessions ended without a word", count=len(over))
    return [one for one in held if one[0].claims.cal_id not in over]


def _is_session(cal: HeldCal) -> bool:
    return cal.cal_type is CalType.SESSION


async def _beat(agent: Agent, link: Link, held: Held) -> int:
    """Give a sign of life for sessions, and win back what was lost; give the number of the newest policy."""
    sessions = {cal.claims.cal_id: (cal, stored) for cal, stored in held if _is_session(cal)}
    newest = max((cal for cal, _ in held), key=position, default=None)
    newest_token = newest.token if newest else b""
    said = said_of(agent.keeper.clock, agent.keeper.now())
    told, lost = await link.heartbeat(list(sessions), agent.world.now(), newest_token, said)
    agent.keeper.hear(told.now)
    # Whoever closed a session meanwhile does not want it back.
    again = [one for cal_id, one in sessions.items() if cal_id in lost and _is_still_there(link, one[1])]
    wishes = [Wish(CalType.SESSION, cal.name, True, stored.process) for cal, stored in again]
    for (cal, _), answer in zip(again, await link.acquire(wishes) if wishes else [], strict=True):
        if isinstance(answer, Refusal):
            link.folder.forget(cal.claims.holder)
            log.warning("a session's CAL was lost", cal=cal.claims.cal_id.hex(), reason=answer.reason)
    return told.statements


def _is_still_there(link: Link, stored: StoredCal) -> bool:
    now = link.folder.cal(stored.holder)
    return now is not None and now.token == stored.token


def _is_old(link: Link, number: int, now: int) -> bool:
    known = link.known
    listed = known.revoked.issued if known.revoked else 0
    return known.policy is None or number != known.policy_number or now - listed >= LIST_SECONDS


async def _settle(agent: Agent, link: Link) -> bool:
    """Tell the licence server what was used of its voucher; tell whether that was done."""
    keeper, voucher = agent.keeper, voucher_of(agent.host)
    own = voucher if voucher and link.enrolled.knows(voucher.server_id) else None
    told = keeper.clock.voucher_server
    is_its = not told or link.enrolled.knows(told)
    if not is_its or not vouchers.due(keeper.clock, own, keeper.now()):
        return False
    # From here on nothing more is given out of it, whether or not the answer arrives.
    keeper.keep(vouchers.close(keeper.clock, own))
    clock = keeper.clock
    try:
        await link.settle(clock.voucher, clock.uses)
        log.info("an outage voucher was settled", used=len(clock.uses))
    except (NotFound, Conflict) as error:
        log.warning("the licence server knows this outage voucher otherwise; it is dropped", why=str(error))
    link.forget_voucher()
    keeper.keep(vouchers.settled(keeper.clock))
    return True


async def _renew(agent: Agent) -> None:
    """Ask in one request for what comes near its end."""
    now = agent.keeper.now()
    found = {
        cal.claims.holder: Wish(cal.cal_type, cal.name, not cal.claims.temporary, stored.process, stored.used)
        for link in reversed(agent.host.order)
        for cal, stored in link.held()
        if is_due(cal, now) and is_in_use(cal, stored, now)
    }
    try:
        answers: Sequence[HeldCal | Refusal] = await agent.host.acquire_many(list(found.values()))
    except CalvoxError as error:
        log.warning("CALs were not renewed; the next round tries again", count=len(found), error=error.code)
        return
    for answer in answers:
        if isinstance(answer, Refusal):
            log.warning("a CAL was not renewed", reason=answer.reason)
        else:
            agent.hear_answer(answer)


def is_in_use(cal: HeldCal, stored: StoredCal, now: int) -> bool:
    """Tell whether a CAL's holder was here lately: the CAL of one who stays away runs to its end and goes back."""
    return _is_session(cal) or now - stored.used <= RENEWAL_DAYS * DAY
