"""A licence server that is killed at any instant of its end is retired or not, never half; the next start says which."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from calvox.apps.licence_server.call_cases import EnterFile
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.retirement_cases import FreezeServer, PrepareReissue
from calvox.centre.signing import Signed
from calvox.common.errors import Retired
from calvox.server.retire import DONE, MARK, SECRETS, demand_retired, retirement_of
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.filetext import write_file_text
from calvox.wire.phone.forms import number_of
from calvox.wire.phone.identity import retirement_matches
from tests.apps.processes import PATIENCE, ServerProcess, command, environment, stocked_folder
from tests.centre.world import Centre
from tests.faults.dying import killed
from tests.faults.test_steps import EVERY
from tests.flows.moving import PACKS, activate, found_server, open_centre, owner_of
from tests.world import wish

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]


def frozen(folder: Path) -> Path:
    """Make a frozen server with a pack."""
    place = stocked_folder(folder, wish("user", "2022", 5))
    owner_of(place).call("freeze", FreezeServer("test"))
    return place


def settled(folder: Path) -> bool:
    """Open the folder as the next start does, and tell whether the server is retired; it must be that or whole."""
    try:
        status = owner_of(folder).call("status", Nothing())
    except Retired:
        done = demand_retired(folder)
        retirement_matches(done.server_id, number_of(CodeType.RETIREMENT, done.proof))
        assert not [name for name in SECRETS if (folder / "keys" / name).exists()]
        assert not list(folder.glob("journal.db*"))
        assert not (folder / MARK).exists()
        return True
    assert status.frozen == "new"
    assert retirement_of(folder) is None
    return False


def test_a_command_that_is_killed_at_each_step(tmp_path: Path) -> None:
    """From the first change to the last; in the end it has not been killed, and some kills came on each side of the mark.

    A short run takes every fourth: `test_steps.py` looks at each of them without a process.
    """
    told, made = list[bool](), frozen(tmp_path)
    for after in range(0, 60, 1 if EVERY else 4):
        folder = tmp_path / str(after)
        shutil.copytree(made, folder)
        code = killed(after, "server", "retire", "--name", "localhost", "--folder", str(folder), cwd=tmp_path)
        told.append(settled(folder))
        if code != -signal.SIGKILL:
            assert told[-1]
            break
    else:
        pytest.fail("it was killed every time")
    assert told == sorted(told), "once there is no way back, there is none"
    assert set(told[:-1]) == {False, True}


def test_a_process_that_is_killed_while_it_is_told(tmp_path: Path) -> None:
    """The next start of the serving process says that it is retired, and shows the same proof."""
    folder = frozen(tmp_path)
    with ServerProcess(folder) as server:
        asked = ("server", "retire", "--name", "localhost", "--folder", str(folder))
        waiting = subprocess.Popen(
            [sys.executable, "-c", "from calvox.cli.main import main; main()", "--json", *asked],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
        )
        while not ((folder / MARK).exists() or (folder / DONE).exists()) and waiting.poll() is None:
            os.sched_yield()
        server.kill()
        shown, _ = waiting.communicate(timeout=PATIENCE)
    assert settled(folder)
    if waiting.returncode == 0:
        assert json.loads(shown)["server_id"] == demand_retired(folder).server_id.hex()
    with ServerProcess(folder) as again:
        assert again.people == ""
    proof = command("server", "proof", "--folder", str(folder), cwd=tmp_path)
    assert json.loads(proof.stdout)["server_id"] == demand_retired(folder).server_id.hex()


def test_a_migration_goes_on_after_a_kill_of_the_new_server(tmp_path: Path) -> None:
    """The open call, what was typed and the code outlast it; the packs are in or not, and a second code is not needed."""
    centre = open_centre(tmp_path / "centre")
    old, new = (found_server(tmp_path / name, centre) for name in ("old", "new"))
    _migrated(centre, old, new)
    status = owner_of(new).call("status", Nothing())
    assert (status.activated, [pool.total for pool in status.pools]) == (True, [5, 5])
    centre.context.close()


def _migrated(centre: Centre, old: Path, new: Path) -> None:
    activate(old, centre)
    own = owner_of(old)
    own.call("freeze", FreezeServer())
    command("server", "retire", "--name", "localhost", "--folder", str(old), cwd=old.parent)
    gone = demand_retired(old)
    with ServerProcess(new) as server:
        call = server.owner.call("call-prepare-reissue", PrepareReissue(PACKS))
        server.kill()
    with ServerProcess(new) as server:
        assert server.owner.call("call-prepare-reissue", PrepareReissue(PACKS)).requests == call.requests
        requests = tuple(data.hex() for data in call.requests)
        asked = {"kind": "reissue", "replaces": gone.server_id.hex(), "proof": gone.proof.hex(), "requests": requests}
        signed = centre.sign(centre.prepared(server_id=server.status().server_id.hex(), **asked).call)
        assert isinstance(signed, Signed)
        server.owner.call("enter-file", EnterFile(write_file_text(int(signed.confirmation, 16))))
        server.kill()
    for after in range(0, 12, 3):
        killed(after, "server", "enter", "--folder", str(new), cwd=new.parent)
        assert [pool.total for pool in owner_of(new).call("status", Nothing()).pools] in ([], [5, 5])
    if not owner_of(new).call("status", Nothing()).activated:
        owner_of(new).call("finish", Nothing())
