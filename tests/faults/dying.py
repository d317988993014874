"""Commands that are killed by SIGKILL just before a chosen change of the disk's names: real processes, and no chance in it."""

import subprocess
import sys
from pathlib import Path

from tests.apps.processes import PATIENCE, environment

DYING = """
import os, signal, sys
left = int(sys.argv.pop(1))
def deadly(work):
    def run(*given, **named):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return work(*given, **named)
    return run
for name in ("replace", "unlink", "rename", "mkdir", "rmdir"):
    setattr(os, name, deadly(getattr(os, name)))
from calvox.cli.main import main
main()
"""
"""In between nothing reaches the disk's names."""


def killed(after: int, *arguments: str, cwd: Path, **more: str) -> int:
    """Run a command that dies before that many changes; give its exit code."""
    asked = [sys.executable, "-c", DYING, str(after), "--json", *arguments]
    own = environment(**more)
    return subprocess.run(
        asked, cwd=cwd, env=own, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
    ).returncode
