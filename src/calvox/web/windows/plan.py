"""One plan: its steps in order, what facts prove of each, what to do next, and what a person may vouch for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.windows.lines import BAD, GOOD, OPEN, WAITS, Reading, readings_of
from calvox.web.windows.plans import OUTCOMES
from calvox.windows.plans.plan import SETTLED, Do, Line, PlanView, Step, StepState
from calvox.windows.record import Step as Word

STATES: Mapping[StepState, tuple[Text, str]] = {
    StepState.PROVEN: (t("proven"), GOOD),
    StepState.VOUCHED: (t("vouched for"), GOOD),
    StepState.OPEN: (t("open"), BAD),
    StepState.NOT_COLLECTED: (t("not collected"), OPEN),
    StepState.BLOCKED: (t("waits"), WAITS),
}


@dataclass(frozen=True)
class LineShown:
    """One thing that a step needs."""

    key: str
    """The name under which a person vouches for it."""
    line: Line
    ask: bool
    """Whether a person may vouch for it now."""
    readings: tuple[Reading, ...]

    @property
    def word(self) -> Text:
        """How it stands."""
        return STATES[self.line.state][0]

    @property
    def colour(self) -> str:
        """The colour of that."""
        return STATES[self.line.state][1]

    @property
    def voucher(self) -> Word | None:
        """Who vouches for it, if that counts."""
        return self.line.vouched if self.line.state is StepState.VOUCHED else None


@dataclass(frozen=True)
class StepShown:
    """One step."""

    number: int
    step: Step
    waits: str
    """Numbers of the steps for which it waits."""
    next: bool
    """Whether it is the one to go on with."""
    lines: tuple[LineShown, ...]
    turns: tuple[str, ...]
    """Answers that a person may give and that change the course."""
    todo: tuple[Do, ...]

    @property
    def word(self) -> Text:
        """How it stands."""
        return STATES[self.step.state][0]

    @property
    def colour(self) -> str:
        """The colour of that."""
        return STATES[self.step.state][1]


@dataclass(frozen=True)
class PlanPage(Page):
    """Shows a plan."""

    template: ClassVar[str] = "windows/plan.html"
    title: ClassVar[Text] = t("Plan")
    words: ClassVar[Mapping[str, Text]] = {
        "opened": t("Opened"),
        "by": t("By"),
        "state": t("State"),
        "steps": t("Steps"),
        "why": t("Why this order"),
        "if": t("If"),
        "then": t("Then"),
        "this_one": t("this is the case"),
        "after": t("after"),
        "early": t("Facts show it as done before its turn; it counts once the others are done."),
        "whole": t("Look at it whole"),
        "says": t("vouches for it:"),
        "vouch": t("Vouch for it"),
        "note": t("What you know, and how"),
        "take_back": t("Take it back"),
        "answer": t("Answer"),
        "close": t("Close the plan"),
        "all_done": t("Everything is done. Close the plan:"),
        "give_up": t("Give the plan up"),
        "reason": t("Why it is given up"),
        "closed": t("Closed"),
        "every": t("Every plan"),
    }

    view: PlanView
    heading: Text
    steps: tuple[StepShown, ...]
    told: Text
    """How many steps are done."""
    trouble: CalvoxError | None = None

    @property
    def word(self) -> Text:
        """How it stands."""
        return OUTCOMES[self.view.plan.outcome][0]

    @property
    def colour(self) -> str:
        """The colour of that."""
        return OUTCOMES[self.view.plan.outcome][1]

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return bool(self.view.plan.outcome)


def plan(view: PlanView, trouble: CalvoxError | None = None) -> PlanPage:
    """Make the page."""
    numbers = {step.name: number for number, step in enumerate(view.steps, start=1)}
    steps = [_step(view, number, step, numbers) for number, step in enumerate(view.steps, start=1)]
    done, count = view.count(*SETTLED), len(view.steps)
    heading = t("Plan {number}: {title}", number=view.plan.plan, title=view.title)
    told = t("{done} of {count} steps are done.", done=done, count=count)
    if words := view.count(StepState.VOUCHED):
        told = t("{done} of {count} steps are done, {words} on somebody’s word.", done=done, count=count, words=words)
    return PlanPage(view, heading, tuple(steps), told, trouble)


def _step(view: PlanView, number: int, step: Step, numbers: Mapping[str, int]) -> StepShown:
    open_now = not view.plan.outcome and not step.blocked_by
    lines = [
        LineShown(step.key(line), line, open_now and not step.turns and _may(line), readings_of(line.seen.evidence))
        for line in step.lines
    ]
    waits = ", ".join(str(numbers[name]) for name in step.blocked_by)
    following = view.next is not None and view.next.name == step.name and not view.plan.outcome
    turns: Sequence[str] = step.turns if open_now else ()
    todo = step.todo if open_now and not step.settled else ()
    return StepShown(number, step, waits, following, tuple(lines), tuple(turns), todo)


def _may(line: Line) -> bool:
    return line.may_be_vouched and line.state not in SETTLED
