"""A session-host process that answers programs over its socket whatever a test tells it to, and keeps what it was asked."""

import json
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from calvox.wire.agentapi import SOCKET

ALLOW = {"verdict": "allow", "ground": "cal", "message": ""}


def denied(message: str) -> dict[str, str]:
    """Make a refusal."""
    return {"verdict": "deny", "ground": "refused", "message": message}


class FakeAgent:
    """Listens in a folder, one connection after another."""

    def __init__(self, folder: Path, ok: Any = ALLOW, *, raw: bytes | None = None, silent: bool = False) -> None:
        self.path, self.ok, self.raw, self.silent = folder / SOCKET, ok, raw, silent
        self.asked: list[dict[str, Any]] = []
        self.lasting: set[int] = set()
        """Process numbers that were named and ran when they were."""

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.path))
        self._listener.listen(16)
        self._listener.settimeout(0.05)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._listener.close()
        self.path.unlink()

    def _serve(self) -> None:
        while not self._stop.is_set():
            with suppress(OSError):
                connection, _ = self._listener.accept()
                with connection:
                    connection.settimeout(5)
                    self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        line = connection.makefile("rb").readline(16 << 10)
        asked = json.loads(line)
        self.asked.append(asked)
        if os.path.exists(f"/proc/{asked['pid']}"):
            self.lasting.add(asked["pid"])
        if self.silent:
            self._stop.wait(5)
        else:
            connection.sendall(self.raw if self.raw is not None else json.dumps({"ok": self.ok}).encode() + b"\n")
