"""One connection to one Windows machine: HTTP by hand, bounded in time and in size.

Rules:
- One deadline holds for everything that happens on a line, and it is looked at before every receive; a machine that sends
  one byte now and then gains nothing.
- An answer is at most so many bytes, and all answers of a machine at most sixteen times as many.
- No proxy, no setting of the environment, no redirection, no second connection: a sign-in belongs to its connection.
- Over HTTPS the certificate is checked, name included, and there is no switch to turn that off.
"""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import h11
import msgspec

from calvox.common.errors import BadInput, CalvoxError, Denied, StoreFailed, Unreachable
from calvox.common.i18n import t

SLICE = 0.25
"""Seconds for which a receive waits before it looks whether the survey was stopped."""
ALL_ANSWERS = 16
"""All answers of a machine together may be so many times one answer's limit."""
PORTS = {False: 5985, True: 5986}
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]{2,45}\]?")
"""What may be the name or the address of a machine."""


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A machine to be read."""

    host: str
    """Its name, as its certificate or Kerberos knows it, or an address."""
    port: int = 0
    """0: 5985, or 5986 with TLS."""
    tls: bool = False
    address: str = ""
    """Where to connect; empty: where the name points."""

    @property
    def place(self) -> tuple[str, int]:
        """Give address and port to connect to."""
        return self.address or self.host, self.port or PORTS[self.tls]

    @property
    def authority(self) -> str:
        """Give name and port as they stand in a URL."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.place[1]}"


def target_named(text: str, *, tls: bool = False) -> Target:
    """Read `host`, `host:port`, `10.0.0.1`, `[2001:db8::1]:5985`.

    Raises:
        BadInput: it is none of these.
    """
    wrong = BadInput(t("“{text}” is no name of a machine: host or host:port is awaited", text=text[:80]))
    host, port = text.strip(), ""
    if host.startswith("["):
        host, _, rest = host[1:].partition("]")
        port = rest.removeprefix(":")
    elif host.count(":") == 1:
        host, port = host.split(":")
    if not NAME.fullmatch(host) or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
        raise wrong
    return Target(host=host, port=int(port or 0), tls=tls)


class Deadline:
    """Until when something may last, and whether the survey still wants it."""

    def __init__(self, seconds: float, stopped: threading.Event) -> None:
        self._end = time.monotonic() + seconds
        self._stopped = stopped

    def left(self) -> float:
        """Give the seconds left.

        Raises:
            Unreachable: there are none, or the survey was stopped.
        """
        if self._stopped.is_set():
            raise Unreachable(t("The survey was stopped"))
        rest = self._end - time.monotonic()
        if rest <= 0:
            raise Unreachable(t("No answer in time"))
        return rest

    def within(self, seconds: float) -> "Deadline":
        """Give the deadline of one question: so many seconds, and never later than this one."""
        return Deadline(min(seconds, self.left()), self._stopped)


def trusted(ca_file: str | None) -> ssl.SSLContext:
    """Make the context for HTTPS: the system's authorities, or those of a file.

    Raises:
        StoreFailed: the file is not there or holds no certificates.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise StoreFailed(t("{path}: {why}", path=ca_file or "", why=type(error).__name__)) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Give every value of a header."""
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str:
        """Give the first value of a header, or nothing."""
        return next(iter(self.all(name)), "")


class Line:
    """An open connection."""

    def __init__(self, target: Target, deadline: Deadline, context: ssl.SSLContext | None, largest: int) -> None:
        self.target = target
        self._largest, self._rest = largest, largest * ALL_ANSWERS
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=64 * 1024)
        self._ended = False
        self._socket = _open(target, deadline, context)

    @property
    def certificate(self) -> bytes | None:
        """The machine's certificate, DER; None without TLS."""
        return self._socket.getpeercert(binary_form=True) if isinstance(self._socket, ssl.SSLSocket) else None

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._socket.close()

    def post(self, headers: Iterable[tuple[str, str]], body: bytes, deadline: Deadline) -> Answer:
        """Send one request and await its answer.

        Raises:
            Unreachable: no whole answer in time, or the connection ended.
            BadInput: what came is no HTTP, or too large.
        """
        fixed = [("Host", self.target.authority), ("User-Agent", "calvox"), ("Accept-Encoding", "identity")]
        request = h11.Request(
            method="POST", target="/wsman", headers=[*fixed, *headers, ("Content-Length", str(len(body)))]
        )
        try:
            if self._http.our_state is h11.DONE:
                self._http.start_next_cycle()
            events = (request, h11.Data(data=body), h11.EndOfMessage())
            self._send(b"".join(self._http.send(event) or b"" for event in events), deadline)
            return self._answer(deadline)
        except h11.LocalProtocolError as error:
            raise Unreachable(t("The machine closed the connection")) from error
        except h11.RemoteProtocolError as error:
            if self._ended:
                raise Unreachable(t("The machine closed the connection")) from error
            raise BadInput(t("The answer is no HTTP")) from error
        except OSError as error:
            raise _unreachable(error) from error

    def _send(self, data: bytes, deadline: Deadline) -> None:
        self._socket.settimeout(deadline.left())
        self._socket.sendall(data)

    def _answer(self, deadline: Deadline) -> Answer:
        head: h11.Response | None = None
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(self._receive(deadline))
            elif isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > self._largest:
                    raise BadInput(t("The answer is larger than {limit} bytes", limit=self._largest))
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in head.headers)
                return Answer(head.status_code, headers, bytes(body))
            elif not isinstance(event, h11.InformationalResponse):
                raise Unreachable(t("The machine closed the connection"))

    def _receive(self, deadline: Deadline) -> bytes:
        while True:
            self._socket.settimeout(min(SLICE, deadline.left()))
            try:
                data = self._socket.recv(64 * 1024)
            except TimeoutError:
                continue
            self._rest -= len(data)
            self._ended = not data
            if self._rest < 0:
                raise BadInput(
                    t("All answers together are larger than {limit} bytes", limit=self._largest * ALL_ANSWERS)
                )
            return data


def _open(target: Target, deadline: Deadline, context: ssl.SSLContext | None) -> socket.socket:
    try:
        plain = socket.create_connection(target.place, timeout=deadline.left())
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise _unreachable(error) from error
    if not target.tls:
        return plain
    if context is None:
        plain.close()
        raise Denied(t("There are no authorities to check the certificate with"))
    try:
        plain.settimeout(deadline.left())
        return _by(plain, lambda: context.wrap_socket(plain, server_hostname=target.host))
    except OSError as error:
        raise _unreachable(error) from error


def _by(plain: socket.socket, wrap: Callable[[], socket.socket]) -> socket.socket:
    try:
        return wrap()
    except BaseException:
        plain.close()
        raise


def _unreachable(error: OSError) -> CalvoxError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Denied(t("The certificate is not good: {why}", why=error.verify_message or "no reason given"))
    if isinstance(error, ssl.SSLError):
        return Unreachable(t("TLS failed"))
    if isinstance(error, TimeoutError):
        return Unreachable(t("No answer in time"))
    if isinstance(error, socket.gaierror):
        return Unreachable(t("The name is not known"))
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(t("The connection was refused"))
    return Unreachable(t("The connection failed: {why}", why=error.strerror or type(error).__name__))
