"""`calvox windows migrate`, `recover`, `change`, `plans`: plans that go on over days, each step proven by facts.

Each command opens its plan, or goes on with the one that is open, and shows it. Nothing is done to any machine.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from calvox.apps.site.gathering import facts_of, server_of
from calvox.apps.site.plans import (
    close_plan,
    confirm_step,
    go_on,
    not_collected,
    open_plan,
    plans_of,
    take_back,
    view_plan,
)
from calvox.cli.session import say, show, warn
from calvox.cli.windows.place import ServerOption, SiteOption, opened
from calvox.cli.windows.plan_drawn import Drawing, draw_plans, plain_plan
from calvox.common.clock import SYSTEM
from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.site.folder import SiteFolder
from calvox.windows.plans.kinds import MIGRATE
from calvox.windows.plans.plan import PlanView

app = typer.Typer()

ConfirmOption = Annotated[
    list[str] | None,
    typer.Option("--confirm", metavar="STEP/LINE", help=str(t("Vouch for what no fact proves; with --note."))),
]
TakeBackOption = Annotated[
    list[str] | None, typer.Option("--take-back", metavar="STEP/LINE", help=str(t("Take back what was vouched for.")))
]
NoteOption = Annotated[str, typer.Option(help=str(t("What whoever vouches knows, and how; or why it is given up.")))]
CloseOption = Annotated[bool, typer.Option("--close", help=str(t("Close the plan; every step must be done.")))]
GiveUpOption = Annotated[bool, typer.Option("--give-up", help=str(t("Give the plan up, with --note.")))]
AllOption = Annotated[bool, typer.Option("--all", help=str(t("Show every step whole, with all its facts.")))]


class Loss(StrEnum):
    """What happened to a database."""

    LOST = "lost"
    CORRUPT = "corrupt"


class Change(StrEnum):
    """How a machine changes."""

    HARDWARE = "hardware"
    UPGRADE = "upgrade"
    REINSTALL = "reinstall"


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be done with a plan before it is shown."""

    confirm: list[str] | None
    back: list[str] | None
    note: str
    close: bool
    give_up: bool

    @property
    def ends(self) -> bool:
        """Tell whether a plan that is open is meant."""
        return self.close or self.give_up


@app.command(help=str(t("Plan a migration of CALs to another licence server, or go on with it.")))
def migrate(
    old: Annotated[str, typer.Option("--from", help=str(t("The licence server that goes.")))],
    new: Annotated[str, typer.Option("--to", help=str(t("The licence server that comes.")))],
    confirm: ConfirmOption = None,
    back: TakeBackOption = None,
    note: NoteOption = "",
    close: CloseOption = False,
    give_up: GiveUpOption = False,
    everything: AllOption = False,
    site: SiteOption = Path("."),
) -> None:
    """Open a migration, or go on with it."""
    wish = _Wish(confirm, back, note, close, give_up)
    with opened(site) as folder:
        told = _changed(folder, _number(folder, wish, MIGRATE, old, new), wish)
    _shown(told, site, everything)


@app.command(help=str(t("Plan what to do after a database was lost or damaged, or go on with it.")))
def recover(
    what: Annotated[Loss, typer.Argument(help=str(t("lost, or corrupt.")))],
    server: ServerOption = "",
    confirm: ConfirmOption = None,
    back: TakeBackOption = None,
    note: NoteOption = "",
    close: CloseOption = False,
    give_up: GiveUpOption = False,
    everything: AllOption = False,
    site: SiteOption = Path("."),
) -> None:
    """Open a recovery, or go on with it."""
    wish = _Wish(confirm, back, note, close, give_up)
    with opened(site) as folder:
        told = _changed(folder, _number(folder, wish, f"database-{what.value}", _server(folder, server), ""), wish)
    _shown(told, site, everything)


@app.command(help=str(t("Plan a change of hardware or Windows under a licence server, or go on with it.")))
def change(
    what: Annotated[Change, typer.Argument(help=str(t("hardware, upgrade (Windows in place), or reinstall.")))],
    server: ServerOption = "",
    confirm: ConfirmOption = None,
    back: TakeBackOption = None,
    note: NoteOption = "",
    close: CloseOption = False,
    give_up: GiveUpOption = False,
    everything: AllOption = False,
    site: SiteOption = Path("."),
) -> None:
    """Open a change, or go on with it."""
    wish = _Wish(confirm, back, note, close, give_up)
    with opened(site) as folder:
        told = _changed(folder, _number(folder, wish, what.value, _server(folder, server), ""), wish)
    _shown(told, site, everything)


@app.command(help=str(t("List the plans, or show one by its number.")))
def plans(
    number: Annotated[int, typer.Argument(metavar="N", help=str(t("The plan's number; without one: all.")))] = 0,
    everything: AllOption = False,
    site: SiteOption = Path("."),
) -> None:
    """List, or show one."""
    with opened(site) as folder:
        now = SYSTEM.now()
        if number:
            told = view_plan(folder, number, now)
        else:
            views = [view_plan(folder, plan.plan, now) for plan in plans_of(folder)]
    if number:
        _shown(told, site, everything)
    else:
        show([plain_plan(one) for one in views], lambda screen: draw_plans(screen, views))


def _server(folder: SiteFolder, name: str) -> str:
    """Find the licence server that is meant; one that is named need not have been collected."""
    return name or server_of(facts_of(folder), "").machine.name


def _number(folder: SiteFolder, wish: _Wish, kind: str, old: str, new: str) -> int:
    """Find the open plan, or open one."""
    number = go_on(folder, kind, old, new)
    if number is not None:
        return number
    if wish.ends:
        raise NotFound(t("No such plan is open"), hint=t("“calvox windows plans” lists them."))
    number = open_plan(folder, kind, old, new)
    say(t("Plan {number} is opened.", number=number))
    for name in not_collected(folder, number):
        text = t("Nothing was read of {name} yet. If it is misspelt, give the plan up: --give-up --note …", name=name)
        warn(text)
    return number


def _changed(folder: SiteFolder, number: int, wish: _Wish) -> PlanView:
    """Do what is wished, and see the plan."""
    now = SYSTEM.now()
    for name in wish.back or ():
        say(t("Taken back: {name}", name=take_back(folder, number, name, wish.note, now)))
    for name in wish.confirm or ():
        say(t("Vouched for: {name}", name=confirm_step(folder, number, name, wish.note, now)))
    if wish.ends:
        close_plan(folder, number, now, wish.note, give_up=wish.give_up)
    return view_plan(folder, number, SYSTEM.now())


def _shown(told: PlanView, site: Path, everything: bool) -> None:
    show(plain_plan(told), lambda screen: Drawing(screen, site, everything).plan(told))
