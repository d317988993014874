"""A plan of several steps: what is proven, what is open, what waits for what, and what to do next.

Rules:
- A plan is not stored. Every view of it is made anew from facts, from the record of calls, and from who vouched for what.
- A line is proven by facts alone. What no fact shows a person may vouch for, with a note; that is shown as such and never as
  proven. A fact that was read later and speaks against it outweighs it.
- A step is as good as its worst line. It is blocked as long as a step before it is neither proven nor vouched for, whatever
  its own facts say: what was done before its turn is shown, and does not count.
"""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from calvox.common.i18n import Text
from calvox.windows import record
from calvox.windows.checklist_facts import Seen


class StepState(StrEnum):
    """How a step, or a line of it, stands."""

    OPEN = "open"
    """A fact speaks against it."""
    NOT_COLLECTED = "not-collected"
    """A fact is missing."""
    VOUCHED = "vouched"
    """A person says so."""
    PROVEN = "proven"
    """Facts say so."""
    BLOCKED = "blocked"
    """A step before it is not done."""


class Vouch(StrEnum):
    """When a person's word is taken for a line."""

    NEVER = "never"
    """Facts can be had."""
    IF_MISSING = "if-missing"
    """Where facts are missing, not where they speak against it."""
    ALWAYS = "always"
    """Also against older facts: the machine is gone, say, and cannot be read any more."""


SETTLED = (StepState.PROVEN, StepState.VOUCHED)
WORST = (StepState.OPEN, StepState.NOT_COLLECTED, StepState.VOUCHED, StepState.PROVEN)
"""Worst first."""


@dataclass(frozen=True, slots=True)
class Do:
    """Something to do next."""

    text: Text
    command: str = ""
    """To copy; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a step needs."""

    name: str
    """Its name within the step: a machine, a pack."""
    seen: Seen
    """What the facts say."""
    vouch: Vouch = Vouch.NEVER
    """Whether a person's word is taken."""
    vouched: record.Step | None = None
    """Who vouches for it."""

    @property
    def state(self) -> StepState:
        """Weigh facts and word."""
        if self.seen.good:
            return StepState.PROVEN
        if self.vouched is not None and self._is_taken(self.vouched):
            return StepState.VOUCHED
        return StepState.OPEN if self.seen.good is False else StepState.NOT_COLLECTED

    @property
    def may_be_vouched(self) -> bool:
        """Tell whether a person's word would count now."""
        if self.seen.good is None:
            return self.vouch is not Vouch.NEVER
        return self.seen.good is False and self.vouch is Vouch.ALWAYS

    def _is_taken(self, word: record.Step) -> bool:
        """Tell whether a word counts: a later fact against it outweighs it."""
        return self.may_be_vouched and (self.seen.good is None or self._read <= word.time)

    @property
    def _read(self) -> int:
        return max((one.time for one in self.seen.evidence), default=0)


@dataclass(frozen=True, slots=True)
class Step:
    """One step."""

    name: str
    """Its name, for commands and scripts."""
    title: Text
    why: Text
    """Why it is there, and why here."""
    lines: tuple[Line, ...]
    """What must hold; none at all is not collected."""
    todo: tuple[Do, ...] = ()
    """What to do as long as it is not done."""
    after: tuple[str, ...] = ()
    """Steps that must be done before."""
    notes: tuple[Text, ...] = ()
    """What is worth knowing, and proves nothing."""
    turns: tuple[str, ...] = ()
    """Answers that a person may give at any time, and that change the plan's course."""
    blocked_by: tuple[str, ...] = ()
    """Steps for which it waits."""

    @property
    def own(self) -> StepState:
        """Say how it stands by itself, whatever stands before it."""
        states = [line.state for line in self.lines]
        return min(states, key=WORST.index, default=StepState.NOT_COLLECTED)

    @property
    def state(self) -> StepState:
        """Say how it stands."""
        return StepState.BLOCKED if self.blocked_by else self.own

    @property
    def settled(self) -> bool:
        """Tell whether it is done."""
        return self.state in SETTLED

    @property
    def early(self) -> bool:
        """Tell whether it was done before its turn."""
        return bool(self.blocked_by) and self.own in SETTLED

    @property
    def machines(self) -> tuple[str, ...]:
        """Name the machines whose facts tell."""
        return tuple(dict.fromkeys(one.subject for line in self.lines for one in line.seen.evidence))

    def key(self, line: Line) -> str:
        """Give the name under which a person vouches for a line."""
        return f"{self.name}/{line.name}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a decision table."""

    case: Text
    """What is the case."""
    then: Text
    """What can be saved, and what to do."""
    applies: bool
    """Whether this row is the one."""


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as it stands."""

    plan: record.Plan
    title: Text
    why: Text
    """Why the steps come in this order."""
    steps: tuple[Step, ...]
    table: tuple[Choice, ...] = ()
    """What is decided between, if the plan has several courses."""

    @property
    def next(self) -> Step | None:
        """Find the step to go on with."""
        return next((step for step in self.steps if not step.settled and not step.blocked_by), None)

    @property
    def complete(self) -> bool:
        """Tell whether every step is proven or vouched for."""
        return bool(self.steps) and all(step.settled for step in self.steps)

    def count(self, *states: StepState) -> int:
        """Count the steps that stand so."""
        return sum(step.state in states for step in self.steps)

    def step(self, name: str) -> Step | None:
        """Find a step."""
        return next((step for step in self.steps if step.name == name), None)


def planned(plan: record.Plan, title: Text, why: Text, steps: Iterable[Step], table: Sequence[Choice] = ()) -> PlanView:
    """Put a plan together: who vouched for what, and what waits for what."""
    done: list[Step] = []
    for step in steps:
        vouched = tuple(_vouched(plan, step, line) for line in step.lines)
        done.append(_blocked(replace(step, lines=vouched), done))
    return PlanView(plan, title, why, tuple(done), tuple(table))


def _vouched(plan: record.Plan, step: Step, line: Line) -> Line:
    return line if line.vouched else replace(line, vouched=voucher(plan, step.key(line)))


def _blocked(step: Step, earlier: Sequence[Step]) -> Step:
    """Say what a step waits for: the steps before it that are not done, and where those wait too, what they wait for."""
    waits: dict[str, None] = {}
    for other in earlier:
        if other.name in step.after and not other.settled:
            waits.update(dict.fromkeys(other.blocked_by or (other.name,)))
    return replace(step, blocked_by=tuple(waits))


def voucher(plan: record.Plan, key: str) -> record.Step | None:
    """Find who vouches for something, if nobody took that back."""
    return next((step for step in plan.steps if step.step == key and step.done), None)


def command(*words: str | int) -> str:
    """Write a command of ours so that it can be copied."""
    return "calvox " + shlex.join(str(word) for word in words)
