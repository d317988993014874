"""A server is lost in the day and restored from the night's backup: hosts that went on working bring back what it forgot."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.process import Page
from calvox.host.agent import Agent
from calvox.wire import agentapi as api
from tests.apps.processes import ServerProcess, command, stocked_folder
from tests.host.agents import HostProcess
from tests.world import wish

pytestmark = pytest.mark.process
PATIENCE = 60
"""Seconds that something may take on a machine that is busy."""
QUICK = {"CALVOX_HOST_HEARTBEAT_SECONDS": "1", "CALVOX_HOST_RETRY_SECONDS": "1"}
"""Hosts that go round each second."""


def run(where: Path, *words: str) -> str:
    """Run one command about the server that must succeed."""
    done = command(*words, cwd=where, CALVOX_BACKUP_FOLDER=str(where / "backups"))
    assert done.returncode == 0, done.stderr
    return done.stdout


def acquire(home: Path, cal_type: Any, name: str) -> bytes:
    """Ask a host's process for a CAL."""
    with Agent(home / api.SOCKET) as agent:
        told = agent.ask(api.Acquire(cal_type=cal_type, name=name, authenticated=True), api.Acquired)
    assert told.cal is not None, told
    return told.cal.cal_id


def release(home: Path, name: str) -> None:
    """End a session at a host."""
    with Agent(home / api.SOCKET) as agent:
        assert agent.ask(api.Release(name=name), api.Released).released


def cals(server: ServerProcess) -> list[tuple[str, str]]:
    """List the CALs that are out: type and identifier."""
    return sorted((one.cal_type, one.cal_id) for one in server.owner.call("report-cals", Page()))


def pools(server: ServerProcess) -> dict[str, int]:
    """Count the CALs that are out of each pool."""
    return {pack.cal_type: pack.issued for pack in server.owner.call("report-packs", Nothing()).packs}


def states(server: ServerProcess) -> dict[str, str]:
    """Tell how each session host stands."""
    return {one.name: one.state for one in server.owner.call("hosts", Nothing())}


def wait_until(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.1)


def enrol(server: ServerProcess, folder: Path, name: str) -> Path:
    """Enrol a host."""
    home = folder / name
    words = ("host", "enrol", "--server", f"https://localhost:{server.port}", "--folder", str(home))
    done = command(*words, "--code", server.code(name), cwd=folder)
    assert done.returncode == 0, done.stderr
    return home


def test_a_restored_night_old_backup_forgets_nobody(tmp_path: Path) -> None:
    """Every CAL that was valid is there, none twice; what was given back is not; the late host waits for approval."""
    folder = stocked_folder(tmp_path, wish("user", "2022", 5), wish("session", "2022", 3), wish("device", "2022", 2))
    with ServerProcess(folder) as server:
        one, two = enrol(server, tmp_path, "rdsh-1"), enrol(server, tmp_path, "rdsh-2")
        port = server.port
        (tmp_path / "key.json").write_text(run(tmp_path, "backup", "key", "--yes", "--folder", str(folder)))
        lines = json.loads((tmp_path / "key.json").read_text())["lines"][0]
        (tmp_path / "words").write_text("\n".join(lines))
        with HostProcess(one, **QUICK), HostProcess(two, **QUICK):
            before = {("user", acquire(one, "user", "alice")), ("session", acquire(one, "session", "early"))}
            run(tmp_path, "backup", "create", "--folder", str(folder))
            assert acquire(two, "user", "alice") in {cal_id for _, cal_id in before}
            after = {("user", acquire(two, "user", "bob")), ("session", acquire(two, "session", "long"))}
            acquire(one, "device", "pc-1")
            after |= {("device", acquire(one, "device", "pc-1"))}
            acquire(one, "session", "short")
            release(one, "short")
            late = enrol(server, tmp_path, "rdsh-3")
            valid = sorted((kind, cal_id.hex()) for kind, cal_id in before | after)
            assert cals(server) == valid
            was = pools(server)
            server.kill()
            folder.rename(tmp_path / "broken")
            (archive,) = (tmp_path / "backups").iterdir()
            new = tmp_path / "elsewhere"
            words = ("--folder", str(new), "--key-file", str(tmp_path / "words"), "--yes")
            told = run(tmp_path, "backup", "restore", str(archive), *words)
            assert '"aside": ""' in told
            with ServerProcess(new, listen=f"127.0.0.1:{port}") as restored, HostProcess(late, **QUICK):
                wait_until(lambda: cals(restored) == valid)
                assert pools(restored) == was == {"user": 2, "session": 2, "device": 1}
                wait_until(lambda: states(restored).get("rdsh-3") == "pending")
                assert (states(restored)["rdsh-1"], states(restored)["rdsh-2"]) == ("enrolled", "enrolled")
                assert acquire(two, "user", "bob").hex() in {cal_id for _, cal_id in cals(restored)}
                assert cals(restored) == valid
                assert restored.status().alarms == []
                release(two, "long")
                assert pools(restored)["session"] == 1
                entries = command("journal", "list", "--kind", "CalReentered", "--folder", str(new), cwd=tmp_path)
                assert entries.stdout.count('"CalReentered"') == 3
                run(tmp_path, "journal", "verify", "--folder", str(new))
