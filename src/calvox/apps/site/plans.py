"""Plans on a site: open one, see how it stands, vouch for a line, close it.

Rules:
- What the journal keeps of a plan is its beginning, who vouched for what, and its end. How it stands follows each time from the
  bundles, the calls and the backups that the same journal holds; so a plan goes on after any interruption.
- Nobody vouches for what facts can prove or speak against, nor for a step whose turn has not come.
- A closed plan is shown as it stood when it was closed.
"""

from calvox.apps.site.record import record_of
from calvox.apps.site.story import story
from calvox.common.commands import Command
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.common.files import user_name
from calvox.common.i18n import Text, t
from calvox.journal.interface import Transaction
from calvox.site.book import PlanClosed, PlanOpened, StepConfirmed
from calvox.site.folder import SiteFolder
from calvox.windows.facts_from import same_machine
from calvox.windows.plans.case import Case
from calvox.windows.plans.kinds import KINDS, MIGRATE, view
from calvox.windows.plans.plan import Line, PlanView, Step, StepState, Vouch
from calvox.windows.record import Plan

DONE, GIVEN_UP = "done", "given-up"
LONGEST = 1_000
"""Characters of a note."""


# Opening and finding


def open_plan(site: SiteFolder, kind: str, old: str, new: str = "") -> int:
    """Begin a plan; give its number.

    Args:
        site: the site folder.
        kind: one of `calvox.windows.plans.kinds.KINDS`.
        old: the licence server that goes, or that the plan is about.
        new: the licence server that comes, for a migration.

    Raises:
        BadInput: kind or names are not well formed.
        Conflict: a plan of this kind about this licence server is open.
    """
    if kind not in KINDS:
        raise BadInput(t("“{kind}” is no kind of plan; there are {known}", kind=kind, known=", ".join(KINDS)))
    old = _named(site, old)
    new = _named(site, new) if kind == MIGRATE else old
    if kind == MIGRATE and same_machine(old, new):
        raise BadInput(t("“{name}” is both the old and the new licence server", name=old))
    by = user_name()

    def work(tx: Transaction) -> int:
        for row in tx.select("plan", {"kind": kind, "outcome": ""}):
            if same_machine(row["old"], old):
                hint = t("Go on with it, close it or give it up first: calvox windows plans.")
                raise Conflict(
                    t("Plan {number} of this kind about {name} is open", number=row["plan"], name=old), hint=hint
                )
        number = 1 + max((row["plan"] for row in tx.select("plan")), default=0)
        tx.append(PlanOpened(plan=number, kind=kind, old=old, new=new, by=by))
        return number

    return site.journal.run(work).value


def _named(site: SiteFolder, name: str) -> str:
    """Give a machine's name as it was collected, or as it was typed if it was not."""
    plain = name.strip()
    if not plain or len(plain) > 255 or not plain.isprintable() or any(c.isspace() for c in plain):
        raise BadInput(
            t("“{name}” is no name of a machine", name=ascii(name)), hint=t("Give the name with its domain.")
        )
    collected = story(site).states[-1].licence_servers
    return next((one.machine.name for one in collected if same_machine(one.machine.name, plain)), plain)


def not_collected(site: SiteFolder, number: int) -> tuple[str, ...]:
    """Name the licence servers of a plan of which no bundle was ever read, as a misspelt one was not."""
    plan, collected = plan_of(site, number), story(site).states[-1].licence_servers
    names = dict.fromkeys((plan.old, plan.new))
    return tuple(name for name in names if not any(same_machine(one.machine.name, name) for one in collected))


def go_on(site: SiteFolder, kind: str, old: str, new: str = "") -> int | None:
    """Find the open plan that is meant; None if there is none.

    Raises:
        Conflict: there is one that leads elsewhere.
    """
    for plan in plans_of(site):
        if plan.outcome or plan.kind != kind or not same_machine(plan.old, old):
            continue
        if kind == MIGRATE and not same_machine(plan.new, new):
            values = {"number": plan.plan, "old": plan.old, "new": plan.new}
            hint = t("Close it or give it up first.")
            raise Conflict(t("Plan {number} leads from {old} to {new}", **values), hint=hint)
        return plan.plan
    return None


def plans_of(site: SiteFolder) -> tuple[Plan, ...]:
    """List every plan, oldest first."""
    return record_of(site).plans


def plan_of(site: SiteFolder, number: int) -> Plan:
    """Find a plan.

    Raises:
        NotFound: there is none of that number.
    """
    found = next((plan for plan in plans_of(site) if plan.plan == number), None)
    if found is None:
        raise NotFound(
            t("There is no plan {number}", number=number),
            hint=t("“{plans}” lists them.", plans=Command("windows plans")),
        )
    return found


# Seeing


def view_plan(site: SiteFolder, number: int, now: int) -> PlanView:
    """Say how a plan stands now, or stood when it was closed.

    Raises:
        NotFound: there is none of that number.
    """
    plan, told = plan_of(site, number), story(site, number)
    description = site.description
    hosts = description.licensing.hosts
    moment = plan.closed or now
    return view(Case(plan, record_of(site), told.states, told.begun, description.purchases, hosts, moment))


# Vouching


def confirm_step(site: SiteFolder, number: int, wanted: str, note: str, now: int) -> str:
    """Vouch for a line that no fact proves; give its full name.

    Args:
        site: the site folder.
        number: the plan's.
        wanted: the line's name, “step/line”; the step's alone where it has one such line.
        note: what whoever vouches knows, and how.
        now: seconds since 1970-01-01 UTC.

    Raises:
        NotFound: there is no such plan.
        BadInput: there is no such line, or the note is missing.
        Conflict: the plan is closed, the line's turn has not come, or facts decide it.
    """
    told = view_plan(site, number, now)
    _must_be_open(told.plan)
    step, key, line = _meant(told, wanted)
    _may_be_vouched(told, step, key, line)
    _enter(site, number, key, _noted(note), done=True)
    return key


def take_back(site: SiteFolder, number: int, wanted: str, note: str, now: int) -> str:
    """Take back what was vouched for; give the line's full name.

    Raises:
        NotFound: there is no such plan.
        BadInput: nobody vouches for that.
        Conflict: the plan is closed.
    """
    plan = view_plan(site, number, now).plan
    _must_be_open(plan)
    keys = [step.step for step in plan.steps if step.done]
    key = next((one for one in keys if one == wanted or _is_short(one, wanted)), None)
    if key is None:
        raise BadInput(t("Nobody vouches for “{name}”", name=wanted), hint=_hint(keys))
    _enter(site, number, key, note.strip()[:LONGEST], done=False)
    return key


def _enter(site: SiteFolder, number: int, key: str, note: str, *, done: bool) -> None:
    fact = StepConfirmed(plan=number, step=key, done=done, note=note, by=user_name())
    site.journal.run(lambda tx: tx.append(fact))


def _noted(note: str) -> str:
    plain = note.strip()
    if not plain or len(plain) > LONGEST:
        hint = t("Say with --note what you know, and how.")
        raise BadInput(t("The note has 1 to {most} characters", most=LONGEST), hint=hint)
    return plain


def _lines(told: PlanView) -> dict[str, tuple[Step, Line | None]]:
    """List every line by its full name; where answers change the course, those instead."""
    found: dict[str, tuple[Step, Line | None]] = {}
    for step in told.steps:
        if step.turns:
            found |= dict.fromkeys(step.turns, (step, None))
        else:
            found |= {step.key(line): (step, line) for line in step.lines}
    return found


def _meant(told: PlanView, wanted: str) -> tuple[Step, str, Line | None]:
    known = _lines(told)
    open_to = {key for key, (_, line) in known.items() if line is None or line.may_be_vouched}
    keys = [wanted] if wanted in known else [key for key in known if _is_short(key, wanted)]
    if "/" not in wanted:
        keys = [key for key in keys if key in open_to]
    if len(keys) == 1:
        return known[keys[0]][0], keys[0], known[keys[0]][1]
    step = told.step(wanted.partition("/")[0])
    mine = [key for key in known if key in open_to and (step is None or key.startswith(f"{step.name}/"))]
    if step is not None and not keys:
        raise BadInput(
            t("In the step “{step}” facts decide on “{name}”", step=step.name, name=wanted), hint=_hint(mine)
        )
    raise BadInput(t("“{name}” does not say which line is meant", name=wanted), hint=_hint(keys or mine))


def _is_short(key: str, wanted: str) -> bool:
    """Tell whether a line is meant by its step alone, or by the machine's short name."""
    step, _, line = key.partition("/")
    named, _, rest = wanted.partition("/")
    return step == named and (not rest or same_machine(line, rest))


def _hint(keys: list[str]) -> Text:
    return t("There are: {names}.", names=", ".join(keys)) if keys else t("There is nothing to vouch for here.")


def _may_be_vouched(told: PlanView, step: Step, key: str, line: Line | None) -> None:
    if step.blocked_by:
        names = ", ".join(step.blocked_by)
        raise Conflict(t("The step “{step}” waits for: {names}", step=step.name, names=names), hint=told.why)
    if line is None:
        return
    if line.state is StepState.PROVEN:
        raise Conflict(t("“{name}” is proven by facts; nobody need vouch for it", name=key))
    if line.vouch is Vouch.NEVER:
        raise Conflict(t("Facts decide on “{name}”: {text}", name=key, text=line.seen.text))
    if not line.may_be_vouched:
        raise Conflict(t("Facts speak against “{name}”: {text}", name=key, text=line.seen.text))


def _must_be_open(plan: Plan) -> None:
    if plan.outcome:
        raise Conflict(t("Plan {number} is closed", number=plan.plan))


# Closing


def close_plan(site: SiteFolder, number: int, now: int, note: str = "", *, give_up: bool = False) -> None:
    """Close a plan that is complete, or give it up with a note.

    Raises:
        NotFound: there is no such plan.
        BadInput: it is given up without a note.
        Conflict: it is closed already, or steps are open.
    """
    told = view_plan(site, number, now)
    _must_be_open(told.plan)
    if give_up:
        _end(site, number, GIVEN_UP, _noted(note))
        return
    if not told.complete:
        names = ", ".join(step.name for step in told.steps if not step.settled)
        hint = t("Do them, or give the plan up with --give-up and --note.")
        raise Conflict(t("Steps of plan {number} are open: {names}", number=number, names=names), hint=hint)
    _end(site, number, DONE, note.strip()[:LONGEST])


def _end(site: SiteFolder, number: int, outcome: str, note: str) -> None:
    fact = PlanClosed(plan=number, outcome=outcome, note=note, by=user_name())
    site.journal.run(lambda tx: tx.append(fact))


# For calls


def objection(site: SiteFolder, kind: str, server: str, now: int) -> Text | None:
    """Say why a call is too early by a plan that is open; None if no plan speaks against it.

    The call that deactivates the old licence server waits for its step; so does one that brings packs to the new one.
    """
    steps = {"deactivate": "deactivate", "migrate": "packs"}
    for plan in plans_of(site):
        side = plan.old if kind == "deactivate" else plan.new
        if plan.outcome or plan.kind != MIGRATE or kind not in steps or not same_machine(side, server):
            continue
        step = view_plan(site, plan.plan, now).step(steps[kind])
        if step is not None and step.blocked_by:
            names = ", ".join(step.blocked_by)
            return t("by plan {number} this comes after: {names}", number=plan.plan, names=names)
    return None
