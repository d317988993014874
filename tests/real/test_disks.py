"""Real file systems that are full or cannot be written: each is told clearly, nothing that was acknowledged is lost."""

import http.client
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from calvox.apps.continuity.cases import NewKey
from calvox.apps.continuity.cases import Nothing as Asked
from calvox.apps.continuity.making import make_backup
from calvox.apps.continuity.restoring import restore
from calvox.apps.journals import VerifyJournal
from calvox.apps.licence_server.backups import kept as kept_of
from calvox.apps.licence_server.backups import next_generation
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.process import Page, owner
from calvox.apps.licence_server.retirement_cases import FreezeServer
from calvox.common.clock import SYSTEM
from calvox.common.errors import StoreFailed
from calvox.common.settings import Backup, Server, Settings
from calvox.core.holders import holder_of
from calvox.core.products import CalType
from calvox.server.retire import retirement_of
from calvox.trust.recovery import recipient_of, recovery_key
from calvox.wire import hostapi as api
from tests.apps.processes import ServerProcess, command, stocked_folder
from tests.apps.raw_host import context_of, enrol_raw
from tests.world import wish


@contextmanager
def disk(at: Path, size: str) -> Iterator[Path]:
    """Mount a disk of this size, and take it away again."""
    if os.geteuid() != 0:
        if os.environ.get("CI"):
            pytest.fail("a disk is mounted by root alone")
        pytest.skip("a disk is mounted by root alone")
    at.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


def again(at: Path, options: str) -> None:
    """Mount a disk anew with other options."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(at)], check=True)


class Asking:
    """A session host that asks for users' CALs, one after the other."""

    def __init__(self, server: ServerProcess, home: Path) -> None:
        folder = enrol_raw(server.port, server.code("rdsh-1"), home)
        self._connection = http.client.HTTPSConnection("localhost", server.port, context=context_of(folder), timeout=20)
        self.held: set[bytes] = set()
        self._asked = 0

    def ask(self) -> tuple[int, Any]:
        """Ask for the next user's CAL; tell status and answer."""
        self._asked += 1
        name = f"user-{self._asked}"
        body = msgspec.json.encode(api.AcquireAsk("user", holder_of(CalType.USER, name), name))
        self._connection.request("POST", api.ACQUIRE, body, {api.IDEMPOTENCY_KEY: name})
        answer = self._connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            return answer.status, msgspec.json.decode(data)
        cal = msgspec.json.decode(data, type=api.AcquireAnswer).cal
        assert cal is not None
        self.held.add(cal.cal_id)
        return 200, cal

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def test_a_full_disk_refuses_clearly_and_the_process_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """The same process, without a restart; what it had acknowledged is there, and the ledger verifies."""
    with disk(tmp_path / "disk", "24m") as at:
        folder = stocked_folder(at, wish("user", "2022", 9000))
        filler = at / "filler"
        with ServerProcess(folder) as server:
            host = Asking(server, tmp_path / "host")
            assert host.ask()[0] == 200
            filler.write_bytes(b"\0" * (os.statvfs(at).f_bavail * os.statvfs(at).f_frsize))
            status: int = 200
            told: Any = None
            for _ in range(3000):
                status, told = host.ask()
                if status != 200:
                    break
            assert status == 503
            assert told["code"] == "store-failed"
            assert "full" in told["message"]
            acknowledged = set(host.held)
            filler.unlink()
            assert host.ask()[0] == 200
            host.close()
            server.owner.call("journal-verify", VerifyJournal())
            assert server.terminate() == 0
        with ServerProcess(folder) as server:
            assert {row.cal_id for row in _cals(server)} >= {cal.hex() for cal in acknowledged}


def _cals(server: ServerProcess) -> Any:
    return server.owner.call("report-cals", Page())


def test_a_disk_that_cannot_be_written_is_named_at_start(tmp_path: Path) -> None:
    """By its path; and once it can be written, the server starts as if nothing had been."""
    with disk(tmp_path / "disk", "24m") as at:
        folder = stocked_folder(at, wish("user", "2022", 5))
        again(at, "ro")
        told = command("server", "serve", "--folder", str(folder), "--listen", "127.0.0.1:0", cwd=tmp_path)
        assert told.returncode not in (0, 1, 70)
        assert str(folder) in told.stdout + told.stderr
        assert "Traceback" not in told.stderr
        again(at, "rw")
        with ServerProcess(folder) as server:
            assert server.status().activated


def test_a_backup_onto_a_full_disk_is_not_done(tmp_path: Path) -> None:
    """No archive, no entry, nothing left over; the server goes on."""
    key = recovery_key(b"k" * 27)
    folder = stocked_folder(tmp_path, wish("user", "2022", 5))
    settings = Settings(server=Server(folder=str(folder)))
    kept = kept_of(settings)
    kept.owner.call("backup-key", NewKey(recipient_of(key)))
    with disk(tmp_path / "backups", "8k") as at:
        with pytest.raises(StoreFailed, match="No space left"):
            make_backup(kept, Backup(folder=str(at)), SYSTEM)
        assert list(at.iterdir()) == []
    assert not list(folder.glob(".backup-*"))
    made = make_backup(kept, Backup(folder=str(tmp_path / "elsewhere")), SYSTEM)
    assert Path(made.path).exists()


def test_a_restore_onto_a_full_disk_is_not_done(tmp_path: Path) -> None:
    """It says so and leaves nothing there; the server that was there serves on, and with room the restore is done."""
    key = recovery_key(b"k" * 27)
    with disk(tmp_path / "disk", "3m") as at:
        folder = stocked_folder(at, wish("user", "2022", 5))
        settings = Settings(server=Server(folder=str(folder)))
        kept = kept_of(settings)
        kept.owner.call("backup-key", NewKey(recipient_of(key)))
        made = Path(make_backup(kept, Backup(folder=str(tmp_path / "backups")), SYSTEM).path)
        filler, before = at / "filler", sorted(path.name for path in at.iterdir())
        room = os.statvfs(at).f_bavail * os.statvfs(at).f_frsize
        filler.write_bytes(b"\0" * (room - (128 << 10)))
        with pytest.raises(StoreFailed, match=r"No space left|full") as caught:
            restore(kept, made, key, next_generation, "ada", aside="server.before")
        assert caught.value.hint
        assert sorted(path.name for path in at.iterdir() if path != filler) == before
        filler.unlink()
        kept.owner.call("journal-verify", VerifyJournal())
        restore(kept, made, key, next_generation, "ada", aside="server.before")
        assert kept.owner.call("backups", Asked()).restored


def test_a_retirement_on_a_full_disk_is_not_done(tmp_path: Path) -> None:
    """The server stays frozen and whole; with room again it is retired."""
    with disk(tmp_path / "disk", "3m") as at:
        folder = stocked_folder(at, wish("user", "2022", 5))
        filler = at / "filler"
        own = owner(Settings(server=Server(folder=str(folder))))
        own.call("freeze", FreezeServer())
        filler.write_bytes(b"\0" * (os.statvfs(at).f_bavail * os.statvfs(at).f_frsize))
        asked = ("server", "retire", "--name", "localhost", "--folder", str(folder))
        told = command(*asked, cwd=tmp_path)
        error = msgspec.json.decode(told.stderr)
        assert (told.returncode, error["code"]) == (12, "store-failed")
        assert error["hint"]
        assert retirement_of(folder) is None
        filler.unlink()
        assert own.call("status", Nothing()).frozen == "new"
        assert command(*asked, cwd=tmp_path).returncode == 0
        assert retirement_of(folder) is not None
