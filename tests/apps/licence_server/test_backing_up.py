"""A backup that is asked for over the socket, as the manager's page does: made by a process of its own, told stage by stage."""

import time
from pathlib import Path

import pytest

from calvox.apps.continuity.cases import Continuity, NewKey, Nothing
from calvox.apps.licence_server.backing_up import BackupRun
from calvox.trust.recovery import recipient_of, recovery_key
from tests.apps.processes import ServerProcess, stocked_folder
from tests.world import wish

pytestmark = pytest.mark.process
PATIENCE = 90


def ended(server: ServerProcess) -> tuple[BackupRun, set[str]]:
    """Wait until it has ended; give how, and the stages that were seen."""
    end, seen = time.monotonic() + PATIENCE, set[str]()
    while time.monotonic() < end:
        told: BackupRun = server.owner.call("backup-running", Nothing())
        seen.add(told.stage)
        if told.state != "running":
            return told, seen
        time.sleep(0.02)
    raise AssertionError("it did not end")


def test_one_is_made_while_the_server_serves(tmp_path: Path) -> None:
    """Without a key it fails and says so; two asked for at once are one; at the end it stands among the verified ones."""
    folder = stocked_folder(tmp_path, wish("user", "2022", 5))
    with ServerProcess(folder, limits={"CALVOX_BACKUP_FOLDER": str(tmp_path / "backups")}) as server:
        assert server.owner.call("backup-running", Nothing()).state == "none"
        server.owner.call("backup-begin", Nothing())
        told, _ = ended(server)
        assert (told.state, told.problem) == ("failed", "There is no recovery key yet")
        assert "calvox backup key" in told.hint
        server.owner.call("backup-key", NewKey(recipient_of(recovery_key(b"k" * 27))))
        for _ in range(2):
            assert server.owner.call("backup-begin", Nothing()).state == "running"
        told, seen = ended(server)
        assert told.state == "made", told
        assert len(seen) > 1
        stands: Continuity = server.owner.call("backups", Nothing())
        assert len(stands.backups) == len(list((tmp_path / "backups").iterdir())) == 1
