"""A backup that somebody asks for while the server serves: made by a process of its own, so that serving goes first.

One at a time; how the last one ended is known until the serving process ends. What is backed up, and how it is proven, is
`apps.continuity.making`'s; the process is “calvox backup create”, which tells its stages line by line.
"""

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO, Any, Literal
from weakref import WeakKeyDictionary

import msgspec
import structlog

from calvox.apps.continuity.cases import Nothing
from calvox.apps.owner import UseCase
from calvox.common.i18n import current_language, t
from calvox.common.settings import Settings
from calvox.journal.interface import Journal
from calvox.server.store import LicenceServer

log = structlog.get_logger()
LONGEST_LINE = 4096
"""Bytes of a line of the process that are looked at."""


class BackupRun(msgspec.Struct, frozen=True):
    """How a backup stands that was asked for here."""

    state: Literal["none", "running", "made", "failed"] = "none"
    stage: str = ""
    """What is being done, in the language of whoever asked."""
    part: float = 0.0
    """How much of that, 0 to 1."""
    problem: str = ""
    hint: str = ""
    by: str = ""


class _Line(msgspec.Struct, frozen=True):
    """A line of the process: a stage and how far it is, or an error."""

    stage: str = ""
    done: float = 0.0
    code: str = ""
    message: str = ""
    hint: str = ""


@dataclass
class _Aside:
    told: BackupRun


_ASIDE: "WeakKeyDictionary[Journal, _Aside]" = WeakKeyDictionary()
_DOOR = threading.Lock()


def begin_backup(server: LicenceServer, asked: Nothing, by: str) -> BackupRun:
    """Begin a backup, unless one is being made already."""
    with _DOOR:
        aside = _ASIDE.get(server.journal)
        if aside is None or aside.told.state != "running":
            aside = _ASIDE[server.journal] = _Aside(BackupRun("running", by=by))
            process = subprocess.Popen(
                _command(server.settings),
                env=_environment(server.settings),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            threading.Thread(target=_follow, args=(process, aside), name="backup-run", daemon=True).start()
    return aside.told


def backup_run(server: LicenceServer, asked: Nothing, by: str) -> BackupRun:
    """Tell how it stands."""
    aside = _ASIDE.get(server.journal)
    return aside.told if aside else BackupRun()


def _command(settings: Settings) -> list[str]:
    whole = [sys.executable, "-m", "calvox", "--json", "--lang", current_language()]
    return [*whole, "backup", "create", "--tell", "--folder", os.path.abspath(settings.server.folder)]


def _environment(settings: Settings) -> dict[str, str]:
    """Hand the settings of backups over, wherever this process has them from."""
    chosen = settings.backup
    own = {"FOLDER": os.path.abspath(chosen.folder), "KEEP": str(chosen.keep)}
    own["SECOND"] = os.path.abspath(chosen.second) if chosen.second else ""
    return {**os.environ, **{f"CALVOX_BACKUP_{name}": value for name, value in own.items()}}


def _follow(process: "subprocess.Popen[bytes]", aside: _Aside) -> None:
    """Read what the process says until it ends."""
    with process:
        assert process.stderr is not None
        failed = _read(process.stderr, aside)
    if process.returncode == 0:
        aside.told = BackupRun("made", by=aside.told.by)
        return
    problem = failed.message or str(t("The process that makes it ended unexpectedly"))
    aside.told = BackupRun("failed", problem=problem, hint=failed.hint, by=aside.told.by)
    log.error("a backup that was asked for was not made", why=problem)


def _read(lines: IO[bytes], aside: _Aside) -> _Line:
    failed = _Line()
    while data := lines.readline(LONGEST_LINE):
        try:
            line = msgspec.json.decode(data, type=_Line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if line.stage:
            aside.told = msgspec.structs.replace(aside.told, stage=line.stage, part=line.done)
        elif line.message:
            failed = line
    return failed


BACKUP_RUN_CASES: dict[str, UseCase[Any]] = {
    "backup-begin": UseCase(Nothing, BackupRun, begin_backup),
    "backup-running": UseCase(Nothing, BackupRun, backup_run, reads=True),
}
"""What people may ask for on the manager's page."""
