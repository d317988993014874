"""`calvox manager serve` as a process."""

import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType


class SiteProcess:
    """A site folder that is served; it ends with the block, by Ctrl-C."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.link = ""
        """The address that lets in once."""

    def __enter__(self) -> "SiteProcess":
        command = [sys.executable, "-m", "calvox", "manager", "serve", str(self._folder), "--listen", "127.0.0.1:0"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        while not self.link.startswith("https://"):
            line = self._process.stdout.readline()
            assert line, "it ended before it told its link"
            self.link = line.strip()
        return self

    @property
    def origin(self) -> str:
        """The address without the link's path."""
        return self.link.partition("/come-in")[0]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            _, faults = self._process.communicate(timeout=20)
        finally:
            self._process.kill()
        assert (self._process.returncode, faults) == (0, "")
