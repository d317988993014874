"""TLS towards people: our certificate, or the one that the site chose; nobody is asked for theirs."""

import ssl
from pathlib import Path

from calvox.common.errors import BadSettings
from calvox.common.i18n import t
from calvox.common.settings import Server
from calvox.server.keys import Keys

_FIT = t(
    "server.people_certificate and server.people_key name PEM files that fit each other; the key is not encrypted."
)


def people_context(keys: Keys, chosen: Server) -> ssl.SSLContext:
    """Make the context.

    Raises:
        BadSettings: the site's certificate and key are not good, or do not fit.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_NONE
    refresh_people(context, keys, chosen)
    return context


def refresh_people(context: ssl.SSLContext, keys: Keys, chosen: Server) -> None:
    """Take the certificate up as it is now; new connections see it.

    Raises:
        BadSettings: the site's certificate and key are not good, or do not fit.
    """
    if not chosen.people_certificate and not chosen.people_key:
        context.load_cert_chain(keys.folder / "tls.pem", keys.folder / "tls.key")
        return
    if not (chosen.people_certificate and chosen.people_key):
        raise BadSettings(t("The settings server.people_certificate and server.people_key go together"))
    for path in (chosen.people_certificate, chosen.people_key):
        if not Path(path).is_file():
            raise BadSettings(t("There is no file {path}", path=path), hint=_FIT)
    try:
        context.load_cert_chain(chosen.people_certificate, chosen.people_key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise BadSettings(
            t(
                "{certificate} and {key} are not a certificate and its key: {why}",
                certificate=chosen.people_certificate,
                key=chosen.people_key,
                why=str(error),
            ),
            hint=_FIT,
        ) from error
