"""The use case about mails: send one, to see that it arrives."""

import socket
from collections.abc import Callable
from typing import Any

import msgspec

from calvox.apps.alerting.alerter import site_language
from calvox.apps.alerting.mailing import check_settings, compose, deliver
from calvox.apps.alerting.watched import Watched
from calvox.apps.owner import UseCase
from calvox.common.errors import BadSettings
from calvox.common.i18n import language_of, t
from calvox.core.peopling import Role


class AlertTest(msgspec.Struct, frozen=True):
    """Send a mail at once."""


class AlertSent(msgspec.Struct, frozen=True):
    """A mail that the mail server took."""

    smtp: str
    recipients: list[str]


def _test(watched: Watched) -> AlertSent:
    chosen = watched.settings.alerts
    if not chosen.smtp:
        raise BadSettings(
            t("No mail server is set"),
            hint=t("Set alerts.smtp, alerts.sender and alerts.recipients; restart the server."),
        )
    check_settings(chosen)
    with language_of(site_language(watched.settings)):
        subject = t("Calvox, {server}: a test", server=watched.name)
        where = {"command": watched.trial, "name": socket.gethostname()}
        body = t("This mail was sent by “{command}” on the machine {name}. Alerts will come the same way.", **where)
        deliver(chosen, compose(chosen, str(subject), f"{body}\n", watched.world))
    return AlertSent(chosen.smtp, list(chosen.recipients))


def alert_cases(watched: Callable[[Any], Watched], roles: frozenset[Role] | None = None) -> dict[str, UseCase[Any]]:
    """Make the use case of a kind of store.

    Args:
        watched: Tells of an open store what the telling needs.
        roles: Who may run it; None: everyone but an auditor.
    """
    return {"alert-test": UseCase(AlertTest, AlertSent, lambda store, asked, by: _test(watched(store)), roles=roles)}
