"""One owner a store: use cases by name, run by the serving process or, with none running, here.

The command line never opens a store that is being served: it sends the use case to the process that owns the store, over
a Unix socket in the data folder. That process asks the kernel who is calling, and serves its own user and root alone.
"""

import http.client
import os
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from calvox.common.errors import Denied, Unreachable
from calvox.common.files import user_name
from calvox.common.i18n import current_language, t
from calvox.common.wire_errors import error_from
from calvox.core.peopling import Role

SOCKET = "control.sock"
BODY_LIMIT = 1 << 20
"""Bytes of a request or an answer on the socket."""
TIMEOUT = 120.0
"""Seconds that a use case may take."""

C = TypeVar("C")
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class UseCase(Generic[C]):
    """Something that a person may have done to a store."""

    request: type[msgspec.Struct]
    """What it is given."""
    answer: Any
    """The type of what it answers."""
    run: Callable[[C, Any, str], Any]
    """The function: context, request, name of the user who asks."""
    reads: bool = False
    """Whether it only looks: it enters nothing and writes nothing, so an auditor may ask it."""
    roles: frozenset[Role] | None = None
    """The roles that may run it; None: every one, but an auditor only if it reads."""


@dataclass(frozen=True)
class Owner(Generic[C]):
    """A store in a folder, and what can be done to it."""

    folder: Path
    """The data folder."""
    cases: Mapping[str, UseCase[C]]
    """The use cases by name."""
    open: Callable[[], C]
    """Opens the store for this process alone; the context has a `close()`."""

    def call(self, name: str, request: msgspec.Struct) -> Any:
        """Run a use case in the process that owns the store, or here if none is running."""
        try:
            connection = connect(self.folder)
        except (FileNotFoundError, ConnectionRefusedError):
            return self._run_here(name, request)
        return self._ask(connection, name, request)

    def _run_here(self, name: str, request: msgspec.Struct) -> Any:
        context: Any = self.open()
        try:
            return self.cases[name].run(context, request, user_name(os.getuid()))
        finally:
            context.close()

    def _ask(self, connection: socket.socket, name: str, request: msgspec.Struct) -> Any:
        http_connection = _UnixConnection(connection)
        try:
            headers = {"Content-Type": "application/json", "Accept-Language": current_language()}
            http_connection.request("POST", f"/{name}", msgspec.json.encode(request), headers)
            response = http_connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(
                t("The process that owns {path} did not answer", path=str(self.folder)),
                hint=t("Ask again: what it had acknowledged is kept."),
            ) from error
        finally:
            http_connection.close()
        if response.status != http.client.OK:
            raise error_from(body)
        try:
            return msgspec.json.decode(body, type=self.cases[name].answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unreachable(
                t("The process that owns {path} gave an answer that is not understood", path=str(self.folder)),
                hint=t("Is it of another version? Restart it after an upgrade."),
            ) from error


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a socket that is connected already."""

    def __init__(self, connected: socket.socket) -> None:
        super().__init__("localhost", timeout=TIMEOUT)
        self._connected = connected

    def connect(self) -> None:
        """Use the socket as it is."""
        self._connected.settimeout(TIMEOUT)
        self.sock = self._connected


@contextmanager
def _reachable(folder: Path) -> Iterator[str]:
    """Name the socket by a path that is short enough, however deep the folder is."""
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}"
    finally:
        os.close(handle)


def connect(folder: Path) -> socket.socket:
    """Connect to the owner of a folder.

    Raises:
        FileNotFoundError: nobody owns it.
        ConnectionRefusedError: its owner died.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _reachable(folder) as path:
            connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def listen(folder: Path) -> socket.socket:
    """Listen as the owner of a folder; the store's lock must be held, so that a socket left behind can go."""
    (folder / SOCKET).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        with _reachable(folder) as path:
            listener.bind(path)
    finally:
        os.umask(old)
    listener.listen(16)
    return listener


def peer_name(connection: socket.socket) -> str:
    """Ask the kernel who is at the other end.

    Raises:
        Denied: neither the user that this process runs as, nor root.
    """
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", credentials)
    if uid not in (0, os.getuid()):
        raise Denied(t("User {name} may not use this socket", name=user_name(uid)))
    return user_name(uid)
