"""Session-host processes, each ended by its own handle."""

import json
import select
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from calvox.host.agent import Agent
from calvox.wire.agentapi import SOCKET
from tests.apps.processes import COMMAND, PATIENCE, command, environment


class HostProcess:
    """`calvox host serve` on the folder of an enrolled host."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder, self._more = folder, more
        self._log = (folder / "process.log").open("ab")
        self.process = subprocess.Popen(
            [*COMMAND, "host", "serve", "--folder", str(folder)],
            cwd=folder,
            env=environment(**more),
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.kill()
            raise AssertionError((folder / "process.log").read_text(errors="replace"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def agent(self) -> Agent:
        """A conversation over its socket."""
        return Agent(self.folder / SOCKET)

    def status(self) -> dict[str, Any]:
        """Ask the command line how the host stands."""
        told: dict[str, Any] = json.loads(
            command("host", "status", "--folder", str(self.folder), cwd=self.folder, **self._more).stdout
        )
        return told

    def terminate(self) -> int:
        """Ask it to end, and give its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it without asking."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()
