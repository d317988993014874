"""`calvox centre alert-test`: does a mail about what went wrong arrive?"""

import typer

from calvox.cli.alert_sent import HELP, send_and_show
from calvox.cli.centre_options import FolderOption, owner_of

alerts = typer.Typer()


@alerts.command("alert-test", help=str(HELP))
def alert_test(folder: FolderOption = None) -> None:
    """Send one."""
    send_and_show(owner_of(folder))
