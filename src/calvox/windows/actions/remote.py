"""Do an order over WinRM: read, act once, read again.

Rules:
- Rehearsing calls nothing that changes; neither does an order whose state is reached already, or that an obstacle forbids.
- What was read afterwards decides. If the answer to the change was lost, the machine is asked anew, on another connection; if
  that fails too, the outcome is unknown, and it is told so. Nothing is ever sent twice.
- Whoever is no administrator there is refused before anything is sent, for Windows would give empty answers.
- The machine must bear the name that the order is for, unless that is an address.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from calvox.common.clock import SYSTEM, World
from calvox.common.errors import CalvoxError, Conflict, Denied, NotFound
from calvox.common.i18n import t
from calvox.doctor.facts import short_name
from calvox.windows.actions.action import Order
from calvox.windows.actions.answers import explain, state_text
from calvox.windows.actions.changing import ChangingWsman
from calvox.windows.actions.hand import NO_NUMBER, Answer, Hand, Remote
from calvox.windows.actions.outcome import Outcome, Verdict
from calvox.windows.actions.parameters import is_address
from calvox.windows.actions.values import State
from calvox.windows.channel import Channel
from calvox.windows.credentials import Credentials
from calvox.windows.line import Deadline, Line, Target, trusted
from calvox.windows.queries import CONTROL
from calvox.windows.readings import text
from calvox.windows.survey import Options
from calvox.windows.visit import CIMV2, Visit

TIMED_OUT = 0x80338029
"""The fault by which WinRM says that it waits no longer; what it waited for goes on."""
LOOKS, PAUSE = 6, 1.0
"""How often the state is read until it is reached, and the seconds between: a service takes a moment to run."""
UNHURRIED = Options(seconds=300, request_seconds=120)
"""Bounds of an action: one of a large domain takes its time."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Where an order is done, and how the machine is asked."""

    target: Target
    credentials: Credentials
    options: Options
    world: World
    pause: Callable[[float], None] = time.sleep
    """Waits so many seconds."""


@dataclass(frozen=True, slots=True)
class _Talk:
    """One conversation."""

    wsman: ChangingWsman
    deadline: Deadline
    to: Reached

    def visit(self) -> Visit:
        """Begin to read; what was read before is not remembered."""
        return Visit(self.wsman, self.to.world, self.deadline, self.to.options.request_seconds)

    def hand(self, beginning: Callable[[], None]) -> Hand:
        """Be ready to change something."""
        return Hand(self.wsman, self.deadline, self.to.options.request_seconds, beginning)


def perform(
    order: Order, to: Reached, *, rehearse: bool = False, noted: Callable[[Outcome], None] = lambda _: None
) -> Outcome:
    """Do an order, or rehearse it.

    Args:
        order: what is to be done.
        to: where.
        rehearse: only read.
        noted: is given the outcome “unknown” right before anything is sent that changes something, so that whatever happens
            to this process, it is on record that it was tried.

    Raises:
        Conflict: the action cannot be done over WinRM, or another machine answers.
        Denied, NotFound, Unreachable, BadInput: the machine could not be read; nothing was sent that changes anything.
    """
    remote = order.action.remote
    if remote is None:
        raise Conflict(
            t("{action} cannot be done over WinRM", action=order.action.name),
            hint=t("Have its script written: --script."),
        )
    with _talk(to) as talk:
        before = _before(order, remote, talk)
        if order.action.holds(before, order.values):
            return _outcome(order, to, "unchanged", 0, before, before)
        if order.action.obstacle(before, order.values) is not None:
            return _outcome(order, to, "failed", 0, before, before)
        if rehearse:
            return _outcome(order, to, "rehearsed", 0, before, before)
        hand = talk.hand(lambda: noted(_outcome(order, to, "unknown", NO_NUMBER, before, None)))
        try:
            answer: Answer | None = remote.change(hand, order.values, before)
        except CalvoxError:
            if not hand.tried:
                raise
            answer = None
        if answer is not None and answer.code != TIMED_OUT:
            after = _after(order, remote, talk, before, answer)
            if after is not None:
                return _judged(order, to, answer, before, after)
    return _asked_anew(order, remote, to, answer, before)


def _asked_anew(order: Order, remote: Remote, to: Reached, answer: Answer | None, before: State) -> Outcome:
    """Look on another connection what became of a change whose answer was lost, or that could not be read back."""
    lost = answer is None or answer.code == TIMED_OUT
    try:
        with _talk(to) as talk:
            after = _after(order, remote, talk, before, Answer(0))
    except CalvoxError:
        after = None
    if after is None:
        verdict: Verdict = "unknown" if lost or answer is None or answer.code == 0 else "failed"
        return _outcome(order, to, verdict, NO_NUMBER if answer is None else answer.code, before, None)
    if answer is not None and not lost:
        return _judged(order, to, answer, before, after)
    done = order.action.reached(before, after, order.values)
    found = _outcome(order, to, "done" if done else "failed", 0 if done else NO_NUMBER, before, after)
    return msgspec.structs.replace(found, said=t("The answer was lost. {said}", said=found.said))


def _judged(order: Order, to: Reached, answer: Answer, before: State, after: State) -> Outcome:
    done = answer.code == 0 and order.action.reached(before, after, order.values)
    told = {**after, "Answer": answer.told} if answer.told else after
    return _outcome(order, to, "done" if done else "failed", answer.code, before, told)


def _outcome(order: Order, to: Reached, verdict: Verdict, code: int, before: State, after: State | None) -> Outcome:
    now = to.world.now()
    said, advice = explain(order.action, order.values, verdict, code, before, after, now)
    return Outcome(
        order=order.order,
        action=order.action.name,
        machine=order.machine,
        given=order.given,
        how="winrm",
        outcome=verdict,
        code=code,
        before=state_text(before),
        after=state_text(after),
        time=now,
        user=to.credentials.user,
        said=said,
        advice=advice,
    )


def _before(order: Order, remote: Remote, talk: _Talk) -> State:
    visit = talk.visit()
    _check_name(visit, order.machine)
    if visit.registry.may_write(CONTROL) is not True:
        raise Denied(t("The account is no administrator on {machine}", machine=talk.to.target.host))
    try:
        return remote.read(visit, order.values)
    except NotFound as error:
        where = order.action.where.label
        raise NotFound(
            t("{machine} is no {where}: {why}", machine=talk.to.target.host, where=where, why=error.message),
            hint=t("Is this the right machine, and is the role installed there?"),
        ) from error


def _check_name(visit: Visit, meant: str) -> None:
    row = visit.one(CIMV2, "Win32_ComputerSystem")
    names = {text(row.get("DNSHostName")).lower(), text(row.get("Name")).lower()} - {""}
    if not is_address(meant) and short_name(meant) not in names:
        raise Conflict(
            t("Another machine answers: {name}", name=min(names, default="?")),
            hint=t("Check the name in DNS, and what stands behind it."),
        )


def _after(order: Order, remote: Remote, talk: _Talk, before: State, answer: Answer) -> State | None:
    """Read until the state is reached, a few times at most; None: it could not be read."""
    state: State | None = None
    for look in range(LOOKS if answer.code == 0 else 1):
        if look:
            talk.to.pause(PAUSE)
        try:
            state = remote.read(talk.visit(), order.values)
        except CalvoxError:
            return state
        if order.action.reached(before, state, order.values):
            break
    return state


@contextmanager
def _talk(to: Reached) -> Iterator[_Talk]:
    options = to.options
    stopped = threading.Event()
    deadline = Deadline(options.seconds, stopped)
    context = trusted(options.ca_file) if to.target.tls else None
    line = Line(to.target, deadline.within(options.request_seconds), context, options.largest)
    try:
        channel = Channel(line, to.credentials, deadline.within(options.request_seconds))
        url = f"http{'s' * to.target.tls}://{to.target.authority}/wsman"
        yield _Talk(ChangingWsman(channel, url, to.world, options.largest), deadline, to)
    finally:
        line.close()


def reached(target: Target, credentials: Credentials, options: Options | None = None, world: World = SYSTEM) -> Reached:
    """Say where an order is to be done."""
    return Reached(target, credentials, options or UNHURRIED, world)
