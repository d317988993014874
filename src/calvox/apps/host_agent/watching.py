"""Sees processes end: a session's CAL goes back when its process does, not only with the next round.

Where the system cannot tell (no pidfd) or too many are watched already, the next round sees it.
"""

import asyncio
import os
from types import TracebackType
from typing import Self

WATCHED = 512
"""Processes that are watched at once; each costs an open file."""


class Watch:
    """Processes whose end is waited for; use it as a context manager, in a running loop."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        """Set when one has ended; whoever acts on it clears it."""
        self._handles: dict[int, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in list(self._handles):
            self._forget(pid)

    def add(self, named: str) -> None:
        """Watch one, named as by `calvox.host.processes`; none, where nothing is named."""
        pid = int(named.split(":")[1]) if named else 0
        if not pid or pid in self._handles or len(self._handles) >= WATCHED or not hasattr(os, "pidfd_open"):
            return
        try:
            self._handles[pid] = os.pidfd_open(pid)
        except OSError:
            # It may have ended before it could be watched; a round finds out.
            self.ended.set()
        else:
            asyncio.get_running_loop().add_reader(self._handles[pid], self._gone, pid)

    def _gone(self, pid: int) -> None:
        self._forget(pid)
        self.ended.set()

    def _forget(self, pid: int) -> None:
        handle = self._handles.pop(pid)
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)
