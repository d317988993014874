"""Logs that somebody else rotates: nothing is held open, the process goes on, and no signal of a rotation ends it."""

import json
import shutil
import signal
import socket
import ssl
import time
from pathlib import Path

import pytest

from tests.apps.processes import PATIENCE, ServerProcess, stocked_folder

ROTATION = Path(__file__).parents[2] / "deploy" / "systemd" / "calvox.logrotate"
pytestmark = pytest.mark.process


def knock(port: int) -> None:
    """Send what is no HTTP, which is worth a line in the log."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as plain, context.wrap_socket(plain) as sock:
        sock.sendall(b"no such protocol\r\n\r\n")
        sock.recv(1000)


def lines_of(log: Path) -> list[str]:
    """Wait for a line."""
    until = time.monotonic() + PATIENCE
    while not (found := log.read_text().splitlines()) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def test_a_rotated_log_goes_on(tmp_path: Path) -> None:
    """The file is copied and cut, as the rotation that is delivered says; SIGHUP, which others send, ends nothing."""
    assert "copytruncate" in ROTATION.read_text("utf-8")
    folder = stocked_folder(tmp_path)
    log, old = folder / "process.log", folder / "process.log.1"
    with ServerProcess(folder) as server:
        server.process.send_signal(signal.SIGHUP)
        knock(server.port)
        assert lines_of(log)
        shutil.copy(log, old)
        with log.open("r+b") as file:
            file.truncate()
        server.process.send_signal(signal.SIGHUP)
        knock(server.port)
        for text in (lines_of(old)[-1], lines_of(log)[0]):
            assert json.loads(text)["level"] == "warning"
        assert server.status().server_id
        assert server.terminate() == 0
