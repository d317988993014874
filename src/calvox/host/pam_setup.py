"""Put PAM's file where it stays, and say which lines PAM needs. PAM's own files are the administrator's, and never written here.

Rules:
- The file is copied to a folder of root's that an upgrade of Calvox does not move.
- `account` is the phase to ask in: what a user set in `~/.pam_environment` is not there yet.
- In `session` it is, when the session ends if not before; so a line goes before ours that takes the loader's variables out.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from calvox.common.errors import BadInput
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import t

FOLDER = Path("/usr/local/libexec/calvox")
SCRIPT, ENVIRONMENT = "calvox-pam", "pam_env.conf"
PYTHON = "/usr/bin/python3"


@dataclass(frozen=True, slots=True)
class Lines:
    """What PAM is told."""

    folder: Path
    """Where the file lies."""
    socket: Path
    """Where the session host's process listens."""
    fail: Literal["open", "closed"] = "open"
    """What happens without that process where the signed policy does not say."""
    python: str = PYTHON

    def __post_init__(self) -> None:
        for path in (self.folder, self.socket):
            # PAM cuts a line at blanks, and a bracket begins a quoted word.
            if not path.is_absolute() or any(c in " \t\n[]#\\" for c in str(path)):
                raise BadInput(
                    t("A line of PAM cannot name the path {path}", path=str(path)),
                    hint=t("Take an absolute path without blanks and brackets."),
                )

    @property
    def account(self) -> str:
        """For sshd and xrdp: the last of the `account` lines."""
        return self._line("account")

    @property
    def session(self) -> tuple[str, str]:
        """For a service that does not ask in `account`, and heeds a refusal in `session`: the last lines there, in this order."""
        cleaning = f"conffile={self.folder / ENVIRONMENT} readenv=0 user_readenv=0"
        return (f"session    required   pam_env.so {cleaning}", self._line("session"))

    def _line(self, phase: str) -> str:
        command = f"{self.python} -IS {self.folder / SCRIPT} {self.socket} fail={self.fail}"
        return f"{phase:<10} required   pam_exec.so quiet stdout {command}"


def install(folder: Path) -> list[Path]:
    """Copy what PAM needs into a folder; an older copy is replaced in one step.

    Raises:
        StoreFailed: it cannot be written.
    """
    here = Path(__file__).parent
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    written = []
    for source, name, mode in (("pam.py", SCRIPT, 0o755), ("pam_env.conf", ENVIRONMENT, 0o644)):
        write_whole(folder / name, read_whole(here / source), mode=mode)
        # The mask of whoever installs may have taken the reading away.
        (folder / name).chmod(mode)
        written.append(folder / name)
    return written
