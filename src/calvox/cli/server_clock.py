"""`calvox server clock` and `alarms`: whether the clock is believed, and what was found wrong."""

import typer
from rich.console import Console

from calvox.apps.licence_server.clock_cases import ClockShown
from calvox.apps.licence_server.host_cases import Nothing
from calvox.cli.own_server import Folder, server_owner
from calvox.cli.session import settings, show
from calvox.common.clock import show_time
from calvox.common.i18n import t
from calvox.core.timekeeping import ClockState
from calvox.server.alarms import AlarmShown

ALARM_EXIT = 1
clock = typer.Typer(no_args_is_help=True, help=str(t("The server's clock, and whether it is believed.")))
alarms = typer.Typer()
STATES = {
    ClockState.GOOD: t("believed"),
    ClockState.BEHIND: t("behind what is known of the time: licensing time stands still until it has caught up"),
    ClockState.AHEAD: t("too far ahead to be believed: licensing time runs on by itself, for seven days at most"),
}


@clock.command("show", help=str(t("Show the machine's clock and licensing time.")))
def show_clock(folder: Folder = None) -> None:
    """Show."""
    _show(server_owner(folder).call("clock", Nothing()))


@clock.command(help=str(t("Answer for a clock that jumped ahead: it is right.")))
def confirm(folder: Folder = None) -> None:
    """Confirm."""
    _show(server_owner(folder).call("clock-confirm", Nothing()))


def _show(told: ClockShown) -> None:
    zone = settings().zone

    def render(screen: Console) -> None:
        screen.print(str(t("The machine's clock shows {time}", time=show_time(told.shown, zone))), markup=False)
        text = t("Licensing time is {time}", time=show_time(told.licensing_time, zone))
        screen.print(str(text), markup=False)
        screen.print(str(t("The clock is {state}.", state=STATES[ClockState(told.state)])), markup=False)

    show(told, render)


@alarms.command("alarms", help=str(t("Show what was found wrong with clock, machine or history, and the way out.")))
def show_alarms(folder: Folder = None) -> None:
    """Show."""
    told: list[AlarmShown] = server_owner(folder).call("alarms", Nothing())
    show(told, lambda screen: draw_alarms(screen, told))
    if told:
        raise typer.Exit(ALARM_EXIT)


def draw_alarms(screen: Console, told: list[AlarmShown]) -> None:
    """Draw the alarms that stand."""
    zone = settings().zone
    for one in told:
        screen.print(f"✗ {one.text} ({one.detail}; {show_time(one.raised, zone)})", style="bold red", markup=False)
        screen.print(f"  → {one.hint}", markup=False)
    if not told:
        screen.print(str(t("No alarm stands.")), style="green", markup=False)
