"""What `alert-test` of the licence server and of the activation centre share."""

from typing import Any

from calvox.apps.alerting.cases import AlertSent, AlertTest
from calvox.apps.owner import Owner
from calvox.cli.session import show
from calvox.common.i18n import t

HELP = t("Send a mail to those who are told of alerts, to see that it arrives.")


def send_and_show(owner: Owner[Any]) -> None:
    """Have a mail sent, and show who took it."""
    told: AlertSent = owner.call("alert-test", AlertTest())
    text = t("{smtp} took the mail for {recipients}.", smtp=told.smtp, recipients=", ".join(told.recipients))
    show(told, lambda screen: screen.print(str(text), markup=False))
