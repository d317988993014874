"""The socket on which people log in, and the address under which they reach it."""

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from starlette.types import ASGIApp

from calvox.apps.people_api.tls import Certificates, end_of_chosen, people_context, refresh_people
from calvox.apps.serving import Listener, bind
from calvox.common.clock import DAY, World, utc

log = structlog.get_logger()
CERTIFICATE_DAYS = 14
"""A certificate that the site chose is named in the log, again and again, when it has fewer days left."""
_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104


@dataclass(frozen=True, slots=True)
class PeopleSocket:
    """A socket that is bound, and its TLS."""

    sock: socket.socket
    tls: ssl.SSLContext
    certificates: Certificates
    at: str
    """Where people reach it, as https://localhost:7405."""

    def listener(self, app: ASGIApp) -> Listener:
        """Put an application behind it."""
        return Listener(self.sock, app, self.tls)

    def watch(self, world: World) -> None:
        """Say in the log that the certificate which the site chose ends soon, or has ended: nobody else makes it anew."""
        ends = end_of_chosen(self.certificates)
        if ends and ends - world.now() < CERTIFICATE_DAYS * DAY:
            path = self.certificates.chosen.people_certificate
            log.warning("the certificate that people see ends: put another in its place", path=path, ends=utc(ends))

    def refresh(self) -> None:
        """Take the certificate up as it is now.

        Raises:
            BadSettings: the site's certificate and key are not good, or do not fit.
        """
        refresh_people(self.tls, self.certificates)


def open_people_socket(address: str, certificates: Certificates, names: Sequence[str]) -> PeopleSocket:
    """Bind the socket; an address that stands for all is told by the first of our names.

    Raises:
        BadInput: the address cannot be used.
        BadSettings: the site's certificate and key are not good, or do not fit.
    """
    tls = people_context(certificates)
    sock = bind(address)
    host, port = sock.getsockname()[:2]
    if host in _ANYWHERE:
        host = names[0]
    told = f"[{host}]" if ":" in host else host
    return PeopleSocket(sock, tls, certificates, f"https://{told}:{port}")
