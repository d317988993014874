"""`calvox server alert-test`: does a mail about what went wrong arrive?"""

import typer

from calvox.cli.alert_sent import HELP, send_and_show
from calvox.cli.own_server import Folder, server_owner

alerts = typer.Typer()


@alerts.command("alert-test", help=str(HELP))
def alert_test(folder: Folder = None) -> None:
    """Send one."""
    send_and_show(server_owner(folder))
