"""One mail to those who look after a licence server or an activation centre, over SMTP.

Rules: a password is sent over TLS alone; a mail server's certificate is verified; whatever fails is one error of ours that
names the mail server. What a mail says is up to the caller.
"""

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

from calvox.common.clock import World
from calvox.common.errors import BadSettings, NotFound, StoreFailed, Unreachable
from calvox.common.files import read_whole
from calvox.common.i18n import Text, t
from calvox.common.settings import Alerts

TIMEOUT = 20
"""Seconds for each step of a delivery."""


def check_settings(chosen: Alerts) -> None:
    """Check what can be checked without the mail server; no mail server, nothing to check.

    Raises:
        BadSettings: the setting is named.
    """
    if not chosen.smtp:
        return
    _place(chosen)
    if not chosen.recipients:
        raise _wrong("alerts.recipients", t("name at least one address"))
    for name, address in (("sender", chosen.sender), *(("recipients", one) for one in chosen.recipients)):
        try:
            good = bool(Address(addr_spec=address).domain)
        except (ValueError, IndexError):
            good = False
        if not good:
            raise _wrong(f"alerts.{name}", t("“{address}” is no mail address", address=address))
    if chosen.user and chosen.security == "none":
        raise _wrong("alerts.security", t("a password is sent over TLS alone: “starttls” or “tls”"))
    if chosen.user and not chosen.password_file:
        raise _wrong("alerts.password_file", t("the user has no password"))


def _wrong(name: str, why: Text) -> BadSettings:
    return BadSettings(t("The setting {name}: {why}", name=name, why=why))


def _place(chosen: Alerts) -> tuple[str, int]:
    host, _, port = chosen.smtp.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise _wrong("alerts.smtp", t("write it as mail.example.test:587"))
    return host.strip("[]"), int(port)


def compose(chosen: Alerts, subject: str, body: str, world: World) -> EmailMessage:
    """Write a mail."""
    mail = EmailMessage()
    mail["From"], mail["To"] = chosen.sender, ", ".join(chosen.recipients)
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = formatdate(world.now())
    mail["Message-ID"] = f"<{world.random(16).hex()}@{chosen.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body)
    return mail


def deliver(chosen: Alerts, mail: EmailMessage) -> None:
    """Hand a mail to the mail server; this may take as long as the server lets it.

    Raises:
        Unreachable: it was not taken.
        BadSettings: the password or the authority cannot be read.
    """
    try:
        password = read_whole(Path(chosen.password_file), limit=4096).decode().rstrip("\r\n") if chosen.user else ""
        context = ssl.create_default_context(cafile=chosen.authority_file or None)
    except (NotFound, StoreFailed, OSError, UnicodeDecodeError) as error:
        raise _wrong(
            "alerts.password_file, alerts.authority_file", t("cannot be read: {why}", why=str(error))
        ) from error
    try:
        with _connected(chosen, context) as smtp:
            if chosen.user:
                smtp.login(chosen.user, password)
            smtp.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(
            t("The mail server {address} did not take the mail: {why}", address=chosen.smtp, why=_why(error)),
            hint=t(
                "The settings are in section “alerts”; “calvox server alert-test” or “calvox centre alert-test” tries again."
            ),
        ) from error


def _connected(chosen: Alerts, context: ssl.SSLContext) -> smtplib.SMTP:
    host, port = _place(chosen)
    if chosen.security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    smtp = smtplib.SMTP(host, port, timeout=TIMEOUT)
    if chosen.security == "starttls":
        try:
            smtp.starttls(context=context)
        except BaseException:
            smtp.close()
            raise
    return smtp


def _why(error: Exception) -> str:
    """Say what went wrong without the addresses and words that a mail server repeats."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return (
        str(error)
        if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException)
        else type(error).__name__
    )
