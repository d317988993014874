"""`calvox server alert-test`: does a mail about what went wrong arrive?"""

import typer

from calvox.apps.licence_server.alert_cases import AlertSent
from calvox.apps.licence_server.host_cases import Nothing
from calvox.cli.own_server import Folder, server_owner
from calvox.cli.session import show
from calvox.common.i18n import t

alerts = typer.Typer()


@alerts.command("alert-test", help=str(t("Send a mail to those who are told of alerts, to see that it arrives.")))
def alert_test(folder: Folder = None) -> None:
    """Send one."""
    told: AlertSent = server_owner(folder).call("alert-test", Nothing())
    text = t("{smtp} took the mail for {recipients}.", smtp=told.smtp, recipients=", ".join(told.recipients))
    show(told, lambda screen: screen.print(str(text), markup=False))
