"""The socket on which people log in, and the address under which they reach it."""

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp

from calvox.apps.people_api.tls import Certificates, people_context, refresh_people
from calvox.apps.serving import Listener, bind

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
