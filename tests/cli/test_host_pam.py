"""`calvox host pam install`: the files, the lines, and what cannot be."""

import json
from pathlib import Path

from calvox.host.pam_setup import FOLDER, SCRIPT, Lines
from tests.apps.processes import command


def test_install_copies_and_shows_the_lines(tmp_path: Path) -> None:
    """As a script reads them."""
    there, socket = tmp_path / "there", tmp_path / "agent.sock"
    words = ["host", "pam", "install", "--to", str(there), "--socket", str(socket), "--fail", "closed"]
    told = json.loads(command(*words, cwd=tmp_path).stdout)
    lines = Lines(there, socket, "closed")
    assert (told["account"], tuple(told["session"])) == (lines.account, lines.session)
    assert all(Path(path).is_file() for path in told["written"])


def test_print_copies_nothing(tmp_path: Path) -> None:
    """The socket is the one that the settings speak of."""
    done = command("host", "pam", "install", "--print", cwd=tmp_path, CALVOX_HOST_FOLDER="/srv/host")
    told = json.loads(done.stdout)
    assert told["written"] == []
    assert f"{FOLDER / SCRIPT} /srv/host/agent.sock fail=open" in told["account"]


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    """In our words."""
    (tmp_path / "file").touch()
    done = command("host", "pam", "install", "--to", str(tmp_path / "file" / "x"), cwd=tmp_path)
    assert done.returncode != 0
    assert json.loads(done.stderr)["code"] == "store-failed"
