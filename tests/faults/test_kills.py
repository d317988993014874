"""Real processes under SIGKILL: a backup and a restore at some of their steps, an activation centre in the middle of its work.

Every step of these works is looked at by `test_steps.py` without processes; here the kernel has its say.
"""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from calvox.apps.centre.process import Founding, found, owner
from calvox.apps.continuity.cases import Continuity, NewKey, Nothing
from calvox.centre.agreements import AddAgreement, NewCaller, NewLine, ShowAgreement
from calvox.centre.calls import PrepareCall, Prepared
from calvox.centre.signing import ReadAgain, SignCall, Signed
from calvox.common.clock import SYSTEM
from calvox.common.errors import Unreachable
from calvox.common.files import PARTIAL
from calvox.common.settings import Centre as Chosen
from calvox.journal.archive import digest_of
from calvox.trust.recovery import recipient_of
from calvox.wire.phone.filetext import write_recovery_text
from tests.apps.processes import PATIENCE, environment
from tests.centre.world import AGREEMENT, CALL_WORD, CALLER, COST, PASSPHRASE, PHONES, SERVER, device
from tests.faults.dying import killed
from tests.faults.store_works import KEY, backed_up, judge_backup, judge_restore

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]
NAMING, MOVING = 27, 16
"""Before which change of a name a backup takes its own, and a restore moves the server aside that was there."""
# Serves, and dies by SIGKILL where the key is about to sign: the call is registered by then.
DYING_AT_THE_KEY = """
import os, signal
from calvox.centre.keys import BlsSigner
BlsSigner.sign = lambda own, message: os.kill(os.getpid(), signal.SIGKILL)
from calvox.cli.main import main
main()
"""
SERVING = "from calvox.cli.main import main; main()"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a licence server with a backup and something after it."""
    root = tmp_path_factory.mktemp("made") / "disk"
    root.mkdir()
    backed_up(root)
    (root / "key").write_text(write_recovery_text(KEY))
    return root


def places(root: Path) -> dict[str, str]:
    """Name the places of backups in the settings of a process."""
    told = {"FOLDER": str(root / "backups"), "SECOND": str(root / "second")}
    return {f"CALVOX_BACKUP_{name}": value for name, value in told.items()}


def names(root: Path) -> list[str]:
    """Name the archives in both places."""
    return sorted(path.name for place in ("backups", "second") for path in (root / place).iterdir())


def test_a_backup_that_is_killed_before_it_has_its_name(made: Path, tmp_path: Path) -> None:
    """It is entered by then: the next start says that it is done, and gives it its name."""
    root = tmp_path / "disk"
    shutil.copytree(made, root)
    code = killed(NAMING, "backup", "create", "--folder", str(root / "server"), cwd=root, **places(root))
    assert code == -signal.SIGKILL
    assert [name.endswith(PARTIAL) for name in names(root)] == [True, False, False]
    assert judge_backup(root)
    assert [name.endswith(PARTIAL) for name in names(root)] == [False, False, False]


@pytest.mark.parametrize(("after", "done"), [(MOVING, False), (MOVING + 1, True)])
def test_a_restore_that_is_killed_at_its_last_moves(made: Path, tmp_path: Path, after: int, done: bool) -> None:
    """Before the first the old server is whole; between them there is none, and the next start ends it."""
    root = tmp_path / "disk"
    shutil.copytree(made, root)
    (archive,) = (root / "backups").iterdir()
    asked = ("backup", "restore", "--key-file", "key", "--yes", "--folder", str(root / "server"), str(archive))
    assert killed(after, *asked, cwd=root) == -signal.SIGKILL
    assert (root / "server").exists() is not done
    for aside in root.glob("server.before-*"):
        aside.rename(root / "server.before")
    assert judge_restore(root) is done


class Serving:
    """An activation centre that serves, and may die."""

    def __init__(self, folder: Path, program: str) -> None:
        options = [
            "--folder",
            str(folder),
            "--passphrase-file",
            str(folder.parent / "passphrase"),
            "--listen",
            "127.0.0.1:0",
        ]
        asked = [sys.executable, "-c", program, "--json", "centre", "serve", *options]
        self.process = subprocess.Popen(asked, stdout=subprocess.PIPE, text=True, env=environment())
        assert self.process.stdout is not None
        assert json.loads(self.process.stdout.readline())["ready"]

    def kill(self) -> None:
        """End it without asking; it may be dead already."""
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make an activation centre with one agreement and a recovery key."""
    path = tmp_path / "centre"
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    found(path, Founding("Centre d'essai", PHONES), PASSPHRASE, SYSTEM, cost=COST)
    asked = AddAgreement("Mairie", 6, "S", "P", (NewLine(0, 7, 100),), (NewCaller(CALLER, CALL_WORD),), AGREEMENT)
    owner(Chosen(folder=str(path)), None).call("agreement-add", asked)
    owner(Chosen(folder=str(path)), None).call("backup-key", NewKey(recipient_of(KEY)))
    return path


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[str], Serving]]:
    """Start it, as often as need be; all are ended."""
    started: list[Serving] = []

    def begin(program: str = SERVING) -> Serving:
        started.append(Serving(folder, program))
        return started[-1]

    yield begin
    for one in started:
        one.kill()


def test_a_centre_that_is_killed_in_a_call(folder: Path, start: Callable[..., Serving]) -> None:
    """Prepared, registered, signed: each outlasts a kill, and the quantity is taken once."""
    own = owner(Chosen(folder=str(folder)), None)
    one = start(DYING_AT_THE_KEY)
    prepared = own.call(
        "prepare",
        PrepareCall(
            caller=CALLER, call_word=CALL_WORD, server_id=SERVER.hex(), agreement=AGREEMENT, lines=(device(60, 1),)
        ),
    )
    assert isinstance(prepared, Prepared)
    one.kill()
    one = start(DYING_AT_THE_KEY)
    with pytest.raises(Unreachable):
        own.call("sign", SignCall(prepared.call))
    assert one.process.wait(PATIENCE) == -signal.SIGKILL
    one = start()
    first = own.call("read", ReadAgain(prepared.call))
    assert isinstance(first, Signed)
    one.kill()
    start()
    assert own.call("sign", SignCall(prepared.call)) == first
    shown = own.call("agreement-show", ShowAgreement(AGREEMENT))
    assert [line.taken for line in shown.lines] == [60]


def test_a_centre_that_is_killed_while_it_is_backed_up(folder: Path, start: Callable[..., Serving]) -> None:
    """The backup goes on by itself and is entered, or is not made; the next start serves."""
    own = owner(Chosen(folder=str(folder)), None)
    one = start()
    asked = [
        sys.executable,
        "-c",
        SERVING,
        "--json",
        "backup",
        "create",
        "--of",
        "centre",
        "--tell",
        "--folder",
        str(folder),
    ]
    backups = folder.parent / "backups"
    environ = environment(CALVOX_BACKUP_FOLDER=str(backups))
    backup = subprocess.Popen(asked, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert backup.stderr is not None
    assert "stage" in backup.stderr.readline()
    one.kill()
    backup.communicate(timeout=PATIENCE)
    start()
    told: Continuity = own.call("backups", Nothing())
    made = sorted(digest_of(path) for path in backups.glob("*"))
    assert made == sorted(row.archive for row in told.backups)
    assert (backup.returncode == 0) == bool(made)
