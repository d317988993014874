"""The licence server's use case about mails: send one, to see that it arrives."""

import socket

import msgspec

from calvox.apps.licence_server.alerting import site_language
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.mailing import check_settings, compose, deliver
from calvox.apps.owner import UseCase
from calvox.common.errors import BadSettings
from calvox.common.i18n import language_of, t
from calvox.server.store import LicenceServer


class AlertSent(msgspec.Struct, frozen=True):
    """A mail that the mail server took."""

    smtp: str
    recipients: list[str]


def _test(server: LicenceServer, asked: Nothing, by: str) -> AlertSent:
    chosen = server.settings.alerts
    if not chosen.smtp:
        raise BadSettings(
            t("No mail server is set"),
            hint=t("Set alerts.smtp, alerts.sender and alerts.recipients; restart the server."),
        )
    check_settings(chosen)
    with language_of(site_language(server.settings)):
        subject = t("Calvox, {server}: a test", server=server.card.name)
        body = t(
            "This mail was sent by “calvox server alert-test” on the machine {name}. Alerts will come the same way.",
            name=socket.gethostname(),
        )
        deliver(chosen, compose(chosen, str(subject), f"{body}\n", server.world))
    return AlertSent(chosen.smtp, list(chosen.recipients))


ALERT_CASES: dict[str, UseCase[LicenceServer]] = {"alert-test": UseCase(Nothing, AlertSent, _test)}
