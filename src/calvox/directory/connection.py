"""A connection to a server of the directory: TLS always, checked whole before a password is sent; nothing waits for long.

Rules:
- LDAPS, or StartTLS before anything else. The standard library checks authority, dates and name; without that nothing is
  said. Referrals are not followed, for they would carry the password elsewhere.
- The next server is asked only where one could not be reached. What one has answered counts.
"""

import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from ldap3 import NONE, SIMPLE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.core.results import RESULT_INVALID_CREDENTIALS, RESULT_SUCCESS

from calvox.common.errors import BadSettings, Unreachable
from calvox.common.i18n import t

LDAPS_PORT, STARTTLS_PORT = 636, 389
T = TypeVar("T")


class CheckedTls(Tls):  # type: ignore[misc]  # the library has no types
    """TLS as the standard library checks it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:
        """Add TLS to the connection's socket; the handshake is always made here."""
        plain: socket.socket = connection.socket
        connection.socket = self._context.wrap_socket(plain, server_hostname=connection.server.host)
        self.peer_certificate = connection.socket.getpeercert(binary_form=True)


def tls_context(authority_file: str) -> ssl.SSLContext:
    """Make the context that checks the directory's servers.

    Raises:
        BadSettings: the authority's certificate cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=authority_file or None)
    except (OSError, ssl.SSLError) as error:
        raise BadSettings(
            t("{path} is no certificate (PEM): {why}", path=authority_file, why=str(error)),
            hint=t("The setting directory.authority_file names it."),
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Servers:
    """The directory's servers, in the order in which they are asked."""

    def __init__(self, named: Sequence[str], context: ssl.SSLContext, *, starttls: bool, seconds: int) -> None:
        self._context, self._starttls, self._seconds = context, starttls, seconds
        self._addresses = [host_and_port(name, STARTTLS_PORT if starttls else LDAPS_PORT) for name in named]

    def as_user(self, user: str, password: str, work: Callable[[Connection], T]) -> T | None:
        """Bind as a user and work on the connection; None: the directory does not take name and password.

        Raises:
            Unreachable: no server answers, or the one that did cannot be used.
        """
        if not password:
            return None  # A bind without a password succeeds, as nobody.
        why = ""
        for host, port in self._addresses:
            try:
                connection = self._open(host, port, user, password)
            except (LDAPException, OSError) as error:
                why = str(error)
                continue
            try:
                return work(connection) if self._bound(connection) else None
            except (LDAPException, OSError) as error:
                raise Unreachable(t("The directory gave no good answer: {why}", why=str(error))) from error
            finally:
                _close(connection)
        raise Unreachable(t("No server of the directory can be reached: {why}", why=why), hint=_TRY)

    def _open(self, host: str, port: int, user: str, password: str) -> Connection:
        """Connect; the library's server is made each time, for it would remember one that failed."""
        server = Server(
            host, port, use_ssl=not self._starttls, tls=CheckedTls(self._context), get_info=NONE,
            connect_timeout=self._seconds,
        )  # fmt: skip
        connection = Connection(
            server, user, password, authentication=SIMPLE, auto_referrals=False, receive_timeout=self._seconds,
            raise_exceptions=False, read_only=True,
        )  # fmt: skip
        try:
            connection.open(read_server_info=False)
            if self._starttls:
                connection.start_tls(read_server_info=False)
        except BaseException:
            _close(connection)
            raise
        return connection

    def _bound(self, connection: Connection) -> bool:
        connection.bind(read_server_info=False)
        result = connection.result["result"]
        if result not in (RESULT_SUCCESS, RESULT_INVALID_CREDENTIALS):
            raise Unreachable(
                t("The directory does not let anybody in: {why}", why=str(connection.result["description"]))
            )
        return bool(result == RESULT_SUCCESS)


_TRY = t("An account of this server’s own is let in without the directory.")


def host_and_port(name: str, usual: int) -> tuple[str, int]:
    """Read a server as the settings name it: dc1.corp.example, or dc1.corp.example:3269.

    Raises:
        BadSettings: it is not well formed.
    """
    host, colon, port = name.partition(":")
    if not host or (colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536)):
        raise BadSettings(t("directory.servers: “{name}” is no server; write dc1.corp.example:636", name=name))
    return host, int(port) if colon else usual


def _close(connection: Connection) -> None:
    """End a connection, whatever state it is in."""
    with suppress(LDAPException, OSError):
        connection.unbind()
    if connection.socket is not None:
        connection.socket.close()
