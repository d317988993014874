"""Start the parts as processes of their own, wait until they are ready, stop them by their handles.

A part that is serving already (left by a run that was killed) is used as it is, and left alone at the end.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from calvox.apps.owner import connect
from calvox.common.errors import Unreachable
from calvox.common.i18n import t

READY_SECONDS = 60
STOP_SECONDS = 15
_PR_SET_PDEATHSIG = 1


def command(settings: Path, *arguments: str) -> list[str]:
    """Write a `calvox` command for this Python."""
    return [sys.executable, "-m", "calvox", "--settings", str(settings), *arguments]


def serving(folder: Path) -> bool:
    """Tell whether a process owns the store of a folder."""
    try:
        connect(folder).close()
    except OSError:
        return False
    return True


class Processes:
    """The parts that this run started."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, arguments: Sequence[str]) -> str:
        """Start a part and wait until it says that it is ready; return the address that it tells.

        Raises:
            Unreachable: it ended, or was not ready in time; its log is named.
        """
        self._logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = self._logs / f"{name}.log"
        with log.open("ab") as errors:
            process = subprocess.Popen(
                list(arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # this process has one thread here
            )
        self._running[name] = process
        (self._logs / f"{name}.pid").write_text(f"{process.pid}\n")
        line = _first_line(process)
        if line is None:
            raise Unreachable(
                t("{name} did not get ready", name=name), hint=t("Its log tells why: {path}", path=str(log))
            )
        return str(json.loads(line).get("listen", ""))

    def ended(self) -> str | None:
        """Name a part that has ended by itself."""
        return next((name for name, process in self._running.items() if process.poll() is not None), None)

    def stop(self) -> None:
        """Stop every part, the last started first, and wait for it."""
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in reversed(self._running.values()):
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()
        for name in self._running:
            (self._logs / f"{name}.pid").unlink(missing_ok=True)
        self._running.clear()


def _first_line(process: "subprocess.Popen[bytes]") -> bytes | None:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], READY_SECONDS)
    line = process.stdout.readline() if ready else b""
    return line if line.startswith(b"{") else None


def _die_with_parent() -> None:
    """Ask Linux to end this process when the one that started it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == 1:
            os.kill(os.getpid(), signal.SIGTERM)
