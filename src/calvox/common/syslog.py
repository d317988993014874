"""Log lines sent to syslog: to this machine's socket as syslog(3) writes them, over the network by RFC 5424.

Rules: nobody waits for syslog. A thread of its own sends; lines wait in a bounded queue, and those that find it full are
counted and told of when there is room again. TCP counts octets (RFC 6587) and is connected anew when it breaks; what was
on its way just then may be lost, as syslog cannot tell.
"""

import atexit
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from queue import Empty, Full, Queue

from calvox.common.errors import BadSettings
from calvox.common.i18n import t

DAEMON = 3
"""The facility: system daemons."""
SEVERITIES = {"critical": 2, "error": 3, "exception": 3, "warning": 4, "info": 6, "debug": 7}
WAITING = 2_000
"""Lines that may wait."""
LARGEST = 8_192
"""Bytes of a line; more is cut off, for a datagram has an end."""
TIMEOUT = 5
RETRY_SECONDS = 5
FLUSH_SECONDS = 2
"""How long an ending process waits for its last lines to be sent."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Syslog:
    """A way to one syslog receiver."""

    def __init__(self, address: str, *, retry: float = RETRY_SECONDS) -> None:
        self._connect, self._frame = _way(address)
        self._retry = retry
        self._write = _local if address.startswith("/") else _rfc5424
        self._queue: Queue[tuple[int, str, str]] = Queue(WAITING)
        self._lost = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._drain, name="syslog", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def send(self, level: str, timestamp: str, text: str) -> None:
        """Hand a line over.

        Args:
            level: As structlog names it.
            timestamp: ISO 8601, UTC.
            text: The line.
        """
        try:
            self._queue.put_nowait((DAEMON * 8 + SEVERITIES.get(level, 5), timestamp, text))
        except Full:
            self._lost += 1

    def close(self) -> None:
        """Send what waits, for a moment at most."""
        self._ended.set()
        self._thread.join(FLUSH_SECONDS)
        atexit.unregister(self.close)

    def _drain(self) -> None:
        sock: socket.socket | None = None
        while True:
            try:
                line = self._queue.get(timeout=0.2)
            except Empty:
                if self._ended.is_set():
                    break
                continue
            sock = self._deliver(sock, line)
            if self._lost and sock is not None:
                lost, self._lost = self._lost, 0
                self.send("warning", line[1], f'{{"event": "log lines were lost", "count": {lost}}}')
        if sock is not None:
            sock.close()

    def _deliver(self, sock: socket.socket | None, line: tuple[int, str, str]) -> socket.socket | None:
        """Send one line, over a new connection if need be; a line is tried until it is sent or the process ends."""
        data = self._frame(self._write(*line)[:LARGEST])
        while True:
            try:
                sock = sock or self._connect()
                sock.sendall(data)
                return sock
            except OSError:
                if sock is not None:
                    sock.close()
                sock = None
            if self._ended.wait(self._retry):
                return None


def _way(address: str) -> tuple[Callable[[], socket.socket], Callable[[bytes], bytes]]:
    """Tell how to connect to an address, and how a line is framed there."""
    if address.startswith("/"):
        return lambda: _unix(address), bytes
    stream = address.startswith("tcp:")
    host, _, port = address.removeprefix("tcp:").removeprefix("udp:").rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise BadSettings(
            t("The setting {name} is not well formed: {value}", name="interface.syslog", value=address),
            hint=t("Write “/dev/log”, “host:514” for UDP or “tcp:host:601”."),
        )
    place = (host.strip("[]"), int(port))
    if stream:
        return lambda: socket.create_connection(place, TIMEOUT), lambda data: b"%d %b" % (len(data), data)
    return lambda: _datagrams(place), bytes


def _unix(path: str) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with suppress(OSError):
        sock.settimeout(TIMEOUT)
        sock.connect(path)
        return sock
    sock.close()
    raise ConnectionRefusedError(path)


def _datagrams(place: tuple[str, int]) -> socket.socket:
    family, kind, protocol, _, where = socket.getaddrinfo(*place, type=socket.SOCK_DGRAM)[0]
    sock = socket.socket(family, kind, protocol)
    sock.connect(where)
    return sock


def _rfc5424(priority: int, timestamp: str, text: str) -> bytes:
    host = socket.gethostname().encode("ascii", "replace").decode()[:255] or "-"
    return f"<{priority}>1 {timestamp} {host} calvox {os.getpid()} - - {text}".encode()


def _local(priority: int, timestamp: str, text: str) -> bytes:
    """Write a line as syslog(3) does: it is what receivers expect on the machine's own socket, with local time."""
    at = datetime.fromisoformat(timestamp).astimezone()
    when = f"{_MONTHS[at.month - 1]} {at.day:2d} {at:%H:%M:%S}"
    return f"<{priority}>{when} calvox[{os.getpid()}]: {text}".encode()
