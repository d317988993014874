"""The same session host for programs that do not use asyncio.

from calvox.host import CalType, Host, Refusal

with Host("/var/lib/product/calvox") as host:
    cal = host.acquire(CalType.USER, "alice")
    if isinstance(cal, Refusal):
        print(cal.why)
"""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Self

from calvox.core.products import CalType
from calvox.host.client import AsyncHost, HeldCal, Refusal
from calvox.host.state import Enrolled
from calvox.wire.hostapi import ServerStatus


class Host:
    """An enrolled session host; use it as a context manager, from one thread."""

    def __init__(self, folder: str | Path, *, timeout: float = 10) -> None:
        self._host = AsyncHost(Path(folder), timeout=timeout)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._runner.run(self._host.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._runner.run(self._host.__aexit__(kind, error, trace))
        finally:
            self._runner.close()

    @property
    def enrolled(self) -> Enrolled:
        """Whom this host was enrolled with."""
        return self._host.enrolled

    def acquire(self, cal_type: CalType, name: str, *, authenticated: bool = False) -> HeldCal | Refusal:
        """Ask for a holder's CAL; see `AsyncHost.acquire`."""
        return self._runner.run(self._host.acquire(cal_type, name, authenticated=authenticated))

    def release(self, cal: HeldCal) -> None:
        """Give a session's CAL back."""
        self._runner.run(self._host.release(cal))

    def server_status(self) -> ServerStatus:
        """Ask the licence server how it stands."""
        return self._runner.run(self._host.server_status())

    def held(self) -> list[HeldCal]:
        """List the CALs whose tokens verify now, without asking anybody."""
        return self._host.held()
