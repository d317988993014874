"""TLS towards people: our certificate, or the one that the site chose; nobody is asked for theirs."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from calvox.common import settings
from calvox.common.errors import BadSettings, CalvoxError
from calvox.common.files import read_whole
from calvox.common.i18n import Text, t
from calvox.trust.certificates import expires_at


@dataclass(frozen=True, slots=True)
class Certificates:
    """Which certificate people are shown."""

    own: tuple[Path, Path | None]
    """Our own files (PEM): certificate and chain, then the key; None: it stands in the first."""
    section: Literal["server", "centre"]
    """Where the site's choice stands in the settings."""
    chosen: settings.Server | settings.Centre

    @property
    def hint(self) -> Text:
        """What the site's choice must be like."""
        return t(
            "{section}.people_certificate and {section}.people_key name PEM files that fit each other; the key is not "
            "encrypted.",
            section=self.section,
        )


def people_context(certificates: Certificates) -> ssl.SSLContext:
    """Make the context.

    Raises:
        BadSettings: the site's certificate and key are not good, or do not fit.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_NONE
    refresh_people(context, certificates)
    return context


def refresh_people(context: ssl.SSLContext, certificates: Certificates) -> None:
    """Take the certificate up as it is now; new connections see it.

    Raises:
        BadSettings: the site's certificate and key are not good, or do not fit.
    """
    certificate, key = certificates.chosen.people_certificate, certificates.chosen.people_key
    if not certificate and not key:
        context.load_cert_chain(*certificates.own)
        return
    if not (certificate and key):
        raise BadSettings(
            t(
                "The settings {section}.people_certificate and {section}.people_key go together",
                section=certificates.section,
            )
        )
    for path in (certificate, key):
        if not Path(path).is_file():
            raise BadSettings(t("There is no file {path}", path=path), hint=certificates.hint)
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise BadSettings(
            t(
                "{certificate} and {key} are not a certificate and its key: {why}",
                certificate=certificate,
                key=key,
                why=str(error),
            ),
            hint=certificates.hint,
        ) from error


def end_of_chosen(certificates: Certificates) -> int:
    """Tell when the certificate ends that the site chose, seconds UTC; 0: it chose none, or the file cannot be read now."""
    chosen = certificates.chosen.people_certificate
    if not chosen:
        return 0
    try:
        return expires_at(read_whole(Path(chosen)))
    except CalvoxError:
        return 0
