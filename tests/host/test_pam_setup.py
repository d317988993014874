"""What PAM needs is put in place, and its lines are whole."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from calvox.common.errors import BadInput
from calvox.host import pam
from calvox.host.pam_setup import ENVIRONMENT, SCRIPT, Lines, install

SOCKET = Path("/run/calvox/agent.sock")


def test_the_files_are_copied_as_everybody_may_read_and_root_may_write(tmp_path: Path) -> None:
    """Whatever the mask; a second time replaces the first."""
    mask = os.umask(0o077)
    try:
        install(tmp_path / "there")
        (tmp_path / "there" / SCRIPT).write_text("old")
        written = install(tmp_path / "there")
    finally:
        os.umask(mask)
    assert [path.name for path in written] == [SCRIPT, ENVIRONMENT]
    assert [stat.S_IMODE(path.stat().st_mode) for path in written] == [0o755, 0o644]
    assert written[0].read_bytes() == Path(pam.__file__).read_bytes()
    assert stat.S_IMODE((tmp_path / "there").stat().st_mode) == 0o700


def test_the_lines_name_what_runs(tmp_path: Path) -> None:
    """The file, as a program of its own, takes the words that its line gives it."""
    lines = Lines(tmp_path, SOCKET, "closed")
    words = lines.account.split()
    assert words[:3] == ["account", "required", "pam_exec.so"]
    assert words[words.index("-IS") + 1] == str(tmp_path / SCRIPT)
    assert pam.read_arguments(words[words.index("-IS") + 2 :]) == pam.Wanted(str(SOCKET), "closed")
    cleaning, asking = lines.session
    assert f"conffile={tmp_path / ENVIRONMENT}" in cleaning
    assert asking.split()[1:] == words[1:]


@pytest.mark.parametrize(
    "path", ["relative", "/a b", "/a\tb", "/a[b", "/a]b", "/a\nauth sufficient pam_permit.so", "/#"]
)
def test_a_path_that_would_be_another_line_is_refused(path: str) -> None:
    """PAM's lines have no quotes that everybody understands."""
    with pytest.raises(BadInput):
        Lines(Path("/usr/local/libexec/calvox"), Path(path))
    with pytest.raises(BadInput):
        Lines(Path(path), SOCKET)


def test_the_copy_runs(tmp_path: Path) -> None:
    """By its own first line, too."""
    (script, _) = install(tmp_path / "there")
    done = subprocess.run([str(script)], env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (pam.MISUSED, "", "")
