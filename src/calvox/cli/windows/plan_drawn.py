"""A plan, as numbered steps for a person and as plain values for a script.

Rules:
- Of a step that is done one line is shown, of one that waits what it waits for; the step to go on with is shown whole: why it is
  there, what is proven and what is not, what to do. `everything` shows every step so.
- Commands are never broken into lines, so that they can be copied; they name the site folder if it is not the current one.
- Texts and names may come from other people's machines: they are shown without control characters and never as markup.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Styled

from calvox.cli.doctor import harmless
from calvox.cli.session import grid, settings
from calvox.common.clock import show_time, utc
from calvox.common.i18n import Text, t
from calvox.windows.evidence import Evidence
from calvox.windows.plans.plan import SETTLED, Do, Line, PlanView, Step, StepState
from calvox.windows.record import Plan
from calvox.windows.record import Step as Voucher

BAR = 24
"""Characters of the bar when everything is done."""
NAME = 10
"""Characters of a step's name."""
INDENT = 5
"""Columns before what stands under a step."""
MOST = 4
"""Proven lines of one step that are shown one by one."""
MARKS = {
    StepState.PROVEN: ("✓", "green"),
    StepState.VOUCHED: ("~", "cyan"),
    StepState.OPEN: ("✗", "bold red"),
    StepState.NOT_COLLECTED: ("?", "yellow"),
    StepState.BLOCKED: ("⋯", "dim"),
}
WORDS = {
    StepState.PROVEN: t("proven"),
    StepState.VOUCHED: t("vouched for"),
    StepState.OPEN: t("open"),
    StepState.NOT_COLLECTED: t("not collected"),
    StepState.BLOCKED: t("waits"),
}
OUTCOMES = {"": t("in progress"), "done": t("done"), "given-up": t("given up")}
COMMANDS = {
    "migrate": ("migrate",),
    "database-lost": ("recover", "lost"),
    "database-corrupt": ("recover", "corrupt"),
    "hardware": ("change", "hardware"),
    "upgrade": ("change", "upgrade"),
    "reinstall": ("change", "reinstall"),
}
"""The command of each kind of plan."""


def command_of(plan: Plan) -> str:
    """Give the command that shows a plan."""
    about = ("--from", plan.old, "--to", plan.new) if plan.kind == "migrate" else ("--server", plan.old)
    return "calvox windows " + shlex.join([*COMMANDS.get(plan.kind, (plan.kind,)), *about])


@dataclass(frozen=True, slots=True)
class Drawing:
    """A screen, and how a plan is drawn on it."""

    screen: Console
    site: Path
    """Where the site folder lies."""
    everything: bool = False

    def plan(self, told: PlanView) -> None:
        """Draw a plan."""
        self._head(told)
        if told.table:
            self._table(told)
        for number, step in enumerate(told.steps, start=1):
            self._step(told, number, step)
        self._end(told)

    # Head and end

    def _head(self, told: PlanView) -> None:
        plan = told.plan
        title = t("Plan {number}: {title}", number=plan.plan, title=told.title)
        self._say(title, "bold")
        values = {"time": show_time(plan.opened, settings().zone), "who": plan.by}
        self._say(t("Opened {time} by {who}.", **values), "dim")
        if plan.outcome:
            outcome = OUTCOMES.get(plan.outcome, plan.outcome)
            when = show_time(plan.closed, settings().zone)
            self._say(t("Closed {time}, {outcome}: {note}", time=when, outcome=outcome, note=plan.note or "–"), "bold")
        self._say(t("Why this order: {why}", why=told.why), "dim")
        self.screen.print()

    def _table(self, told: PlanView) -> None:
        table = Table(header_style="bold")
        table.add_column("", width=1)
        table.add_column(str(t("If")), overflow="fold", ratio=2)
        table.add_column(str(t("Then")), overflow="fold", ratio=3)
        for row in told.table:
            style = "bold" if row.applies else None
            table.add_row("▶" if row.applies else "", _styled(row.case), _styled(row.then), style=style)
        self.screen.print(table)
        self.screen.print()

    def _end(self, told: PlanView) -> None:
        done, count = told.count(*SETTLED), len(told.steps)
        filled = BAR * done // count if count else 0
        words = told.count(StepState.VOUCHED)
        text = t("{done} of {count} steps are done.", done=done, count=count)
        if words:
            text = t(
                "{done} of {count} steps are done, {words} on somebody’s word.", done=done, count=count, words=words
            )
        self.screen.print()
        self._say(
            t("{bar} {text}", bar="█" * filled + "░" * (BAR - filled), text=text),
            "green" if told.complete else "yellow",
        )
        if told.complete and not told.plan.outcome:
            self._say(t("Everything is done. Close the plan:"), "bold green")
            self._command(f"{command_of(told.plan)} --close", 2)

    # A step

    def _step(self, told: PlanView, number: int, step: Step) -> None:
        mark, style = MARKS[step.state]
        whole = self.everything or (not step.settled and not step.blocked_by)
        head = Table.grid(padding=(0, 1, 0, 0))
        for width in (1, 2, NAME):
            head.add_column(width=width)
        head.add_column(overflow="fold", ratio=1)
        tone = "dim" if step.blocked_by else "bold" if whole else ""
        title = _styled(step.title, tone)
        if step.blocked_by and not whole:
            title.append_text(_styled(_waiting(told, step), "dim"))
        head.add_row(Styled(mark, style=style), Styled(f"{number:>2}"), Styled(step.name, style=tone or "cyan"), title)
        if whole and number > 1:
            self.screen.print()
        self.screen.print(head)
        if step.early:
            self._early(step)
        if whole:
            self._whole(told, step)
            self.screen.print()
        elif step.settled:
            self._done(step)

    def _early(self, step: Step) -> None:
        self._under(t("Facts show it as done before its turn; it counts once the others are done."), "yellow")
        for note in step.notes:
            self._under(note, "yellow")

    def _done(self, step: Step) -> None:
        facts = [one for line in step.lines for one in line.seen.evidence if line.state is StepState.PROVEN]
        if facts:
            newest = show_time(max(one.time for one in facts), settings().zone)
            self._under(t("proven; facts: {count}, the newest of {time}", count=len(set(facts)), time=newest), "dim")
        for line in step.lines:
            if line.state is StepState.VOUCHED:
                self._line(step, line)

    def _whole(self, told: PlanView, step: Step) -> None:
        self._under(step.why, "italic")
        for line in _few(step.lines):
            self._line(step, line)
        if more := len(step.lines) - len(_few(step.lines)):
            self._under(t("proven too, and not shown: {count}", count=more), "dim")
        for note in step.notes:
            self._under(note, "cyan")
        if step.settled or told.plan.outcome:
            return
        for do in step.todo:
            self._do(do)
        self._vouch(told, step)

    def _line(self, step: Step, line: Line) -> None:
        mark, style = MARKS[line.state]
        body = Table.grid(padding=(0, 1, 0, 0))
        body.add_column(width=1)
        body.add_column(overflow="fold", ratio=1)
        text = _styled(line.seen.text)
        if line.vouched is not None and line.state is StepState.VOUCHED:
            text.append("\n").append_text(_styled(_word(line.vouched), "cyan"))
        text.append_text(_facts(line.seen.evidence))
        body.add_row(Styled(mark, style=style), text)
        self.screen.print(Padding(body, (0, 0, 0, INDENT), expand=False))

    def _do(self, do: Do) -> None:
        body = Table.grid(padding=(0, 1, 0, 0))
        body.add_column(width=1)
        body.add_column(overflow="fold", ratio=1)
        body.add_row(Styled("→", style="bold cyan"), _styled(do.text))
        self.screen.print(Padding(body, (0, 0, 0, INDENT), expand=False))
        if do.command:
            self._command(do.command, INDENT + 2)

    def _vouch(self, told: PlanView, step: Step) -> None:
        if step.turns:
            return
        keys = [step.key(line) for line in step.lines if line.may_be_vouched and line.state not in SETTLED]
        shown = [key for key in keys if not any(key in do.command for do in step.todo)]
        if shown:
            text = t("What cannot be read any more you may vouch for: {names}", names=", ".join(shown[:MOST]))
            self._do(Do(text, f"{command_of(told.plan)} --confirm {shlex.quote(shown[0])} --note TEXT"))

    # Common

    def _under(self, text: Text, style: str) -> None:
        self.screen.print(Padding(_styled(text, style), (0, 0, 0, INDENT), expand=False))

    def _say(self, text: Text, style: str) -> None:
        self.screen.print(_styled(text, style))

    def _command(self, command: str, indent: int) -> None:
        line = Styled(" " * indent + harmless(located(command, self.site)), style="bold")
        self.screen.print(line, soft_wrap=True)


def located(command: str, site: Path) -> str:
    """Name the site folder in a command, if it is not the current one."""
    return command if site == Path(".") else f"{command} --site {shlex.quote(str(site))}"


def _few(lines: Sequence[Line]) -> list[Line]:
    """Choose what a person is shown: everything that is not proven, and some of the rest."""
    proven = [line for line in lines if line.state is StepState.PROVEN][:MOST]
    return [line for line in lines if line.state is not StepState.PROVEN or any(line is one for one in proven)]


def _waiting(told: PlanView, step: Step) -> Text:
    """Say which step it waits for, by number."""
    numbers = {one.name: number for number, one in enumerate(told.steps, start=1)}
    return t(" (after {steps})", steps=", ".join(str(numbers[name]) for name in step.blocked_by))


def _word(voucher: Voucher) -> Text:
    when = show_time(voucher.time, settings().zone)
    return t("{who} vouches for it, {time}: “{note}”", who=voucher.by, time=when, note=voucher.note)


def _facts(evidence: Sequence[Evidence]) -> Styled:
    """Write the facts that tell, one line for each machine and time."""
    told = Styled()
    lines: dict[tuple[str, int], list[str]] = {}
    for one in evidence:
        lines.setdefault((one.subject, one.time), []).append(f"{one.fact} ({one.source or '–'})")
    for (subject, time), facts in lines.items():
        when = show_time(time, settings().zone) if time else str(t("never read"))
        told.append(harmless(f"\n· {subject}, {when}: {', '.join(facts)}"), style="dim")
    return told


def _styled(text: Text, style: str = "") -> Styled:
    return Styled(harmless(str(text)), style=style)


# The list


def draw_plans(screen: Console, views: Sequence[PlanView]) -> None:
    """Draw the list of plans."""
    if not views:
        screen.print(
            str(t("There are no plans. “calvox windows migrate”, “recover” and “change” open one.")), markup=False
        )
        return
    table = grid(None, t("No."), t("Plan"), t("Opened"), t("Done"), t("State"))
    for told in views:
        done = f"{told.count(*SETTLED)}/{len(told.steps)}"
        opened = show_time(told.plan.opened, settings().zone)
        state = str(OUTCOMES.get(told.plan.outcome, told.plan.outcome))
        if told.next is not None and not told.plan.outcome:
            state = str(t("next: {step}", step=told.next.name))
        table.add_row(str(told.plan.plan), _styled(told.title), opened, done, state)
    screen.print(table)


# For scripts


def plain_plan(told: PlanView) -> dict[str, Any]:
    """Give a plan to a script."""
    plan = told.plan
    return {
        "plan": plan.plan,
        "kind": plan.kind,
        "old": plan.old,
        "new": plan.new,
        "opened": utc(plan.opened),
        "by": plan.by,
        "outcome": plan.outcome,
        "note": plan.note,
        "closed": utc(plan.closed) if plan.closed else None,
        "title": str(told.title),
        "why": str(told.why),
        "complete": told.complete,
        "next": told.next.name if told.next else None,
        "decision": [{"if": str(row.case), "then": str(row.then), "applies": row.applies} for row in told.table],
        "steps": [_plain_step(step) for step in told.steps],
    }


def _plain_step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "state": step.state.value,
        "title": str(step.title),
        "why": str(step.why),
        "after": list(step.after),
        "blocked_by": list(step.blocked_by),
        "early": step.early,
        "machines": list(step.machines),
        "lines": [_plain_line(step, line) for line in step.lines],
        "todo": [{"text": str(do.text), "command": do.command or None} for do in step.todo],
        "notes": [str(note) for note in step.notes],
        "turns": list(step.turns),
    }


def _plain_line(step: Step, line: Line) -> dict[str, Any]:
    word = line.vouched
    vouched = {"by": word.by, "time": utc(word.time), "note": word.note} if word else None
    return {
        "name": step.key(line),
        "state": line.state.value,
        "text": str(line.seen.text),
        "may_vouch": line.vouch.value,
        "vouched": vouched,
        "evidence": [_plain_fact(one) for one in line.seen.evidence],
    }


def _plain_fact(one: Evidence) -> dict[str, Any]:
    return {"subject": one.subject, "fact": one.fact, "source": one.source, "time": utc(one.time) if one.time else None}
