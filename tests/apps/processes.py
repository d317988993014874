"""Licence servers as real processes, each ended by its own handle."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from calvox.apps.licence_server.host_cases import MakeCode, Nothing
from calvox.apps.licence_server.process import owner
from calvox.apps.owner import Owner
from calvox.common.settings import Server, Settings
from calvox.server.report import Status
from tests.world import Site

COMMAND = [sys.executable, "-c", "from calvox.cli.main import main; main()", "--json"]
PATIENCE = 30
"""Seconds that a process may take to start or to end on a machine that is busy."""


def environment(**more: str) -> dict[str, str]:
    """Give a process what it needs and nothing of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CALVOX", "LC_", "LANG"))}
    free = {f"CALVOX_{part}_OPERATIONS": "127.0.0.1:0" for part in ("CENTRE", "SERVER")}
    nobody = {f"CALVOX_{part}_PEOPLE_LISTEN": "" for part in ("CENTRE", "SERVER")}
    return {**kept, **free, **nobody, **more}


def command(*arguments: str, cwd: Path, text: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
    """Run one command of ours to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        input=text,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def stocked_folder(folder: Path, *packs: Any) -> Path:
    """Make an activated licence server with these packs in a folder, and leave it closed."""
    site = Site.founded(folder, now=int(time.time()), parts=None)
    site.activate(*packs)
    site.close()
    return site.folder


class ServerProcess:
    """`calvox server serve` on a folder, listening on a port of the system's choice, unless one is named."""

    def __init__(self, folder: Path, *, limits: Mapping[str, str] | None = None, listen: str = "127.0.0.1:0") -> None:
        self.folder = folder
        self._log = (folder / "process.log").open("ab")
        arguments = ["server", "serve", "--folder", str(folder), "--listen", listen]
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env=environment(**(limits or {})),
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        try:
            told = msgspec.json.decode(self._line())
            self.address: str = told["listen"]
            self.people: str = told["people"]
            """Where people log in; empty: nowhere."""
        except BaseException:
            self.kill()
            raise

    def _line(self) -> bytes:
        """Wait for the line that says where it listens."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else b""
        assert line, (self.folder / "process.log").read_text(errors="replace")
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def port(self) -> int:
        """The port for session hosts."""
        return int(self.address.rpartition(":")[2])

    @property
    def owner(self) -> Owner[Any]:
        """The store as the command line sees it."""
        return owner(Settings(server=Server(folder=str(self.folder))))

    def status(self) -> Status:
        """Ask how it stands, over its socket."""
        told: Status = self.owner.call("status", Nothing())
        return told

    def code(self, name: str, version: str = "2022") -> str:
        """Make an enrolment code."""
        return str(self.owner.call("enrolment-code", MakeCode(name, version, approved=True)).code)

    def peak(self) -> int:
        """Tell the most memory that it ever held, in bytes."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))

    def terminate(self) -> int:
        """Ask it to end, and give its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it without asking."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()
