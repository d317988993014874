"""The same session host for programs that do not use asyncio; its requests run in a thread of its own.

from calvox.host import CalType, Host, Refusal

with Host("/var/lib/product/calvox") as host:
    cal = host.acquire(CalType.USER, "alice")
    if isinstance(cal, Refusal):
        print(cal.why)
"""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from calvox.core.products import CalType
from calvox.host.client import BEAT_SECONDS, AsyncHost
from calvox.host.held import HeldCal, Refusal, Wish
from calvox.host.state import Enrolled
from calvox.wire.hostapi import ServerStatus

T = TypeVar("T")


class Host:
    """An enrolled session host; use it as a context manager, from any thread."""

    def __init__(self, folder: str | Path, *, timeout: float = 10, servers: Sequence[str] = ()) -> None:
        self._host = AsyncHost(Path(folder), timeout=timeout, servers=servers)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="calvox-host", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._thread is not None
        try:
            self._run(self._host.__aexit__(kind, error, trace))
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = None

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        assert self._loop is not None, "use it as a context manager"
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    @property
    def enrolled(self) -> Enrolled:
        """Whom this host was enrolled with first."""
        return self._host.enrolled

    def acquire(self, cal_type: CalType, name: str, *, authenticated: bool = False) -> HeldCal | Refusal:
        """Ask for a holder's CAL; see `AsyncHost.acquire`."""
        return self._run(self._host.acquire(cal_type, name, authenticated=authenticated))

    def acquire_many(self, wishes: Sequence[Wish]) -> list[HeldCal | Refusal]:
        """Ask for several CALs in one request; see `AsyncHost.acquire_many`."""
        return self._run(self._host.acquire_many(wishes))

    def release(self, cal: HeldCal) -> None:
        """Give a session's CAL back."""
        self._run(self._host.release(cal))

    @contextmanager
    def session(self, name: str, *, beat: float = BEAT_SECONDS) -> Iterator[HeldCal]:
        """Hold a session's CAL for a block; see `AsyncHost.session`. Signs of life go on while the block works."""
        held = self._host.session(name, beat=beat)
        cal = self._run(_entered(held))
        try:
            yield cal
        finally:
            self._run(_left(held))

    def server_status(self) -> ServerStatus:
        """Ask the licence server how it stands."""
        return self._run(self._host.server_status())

    def held(self) -> list[HeldCal]:
        """List the CALs whose tokens verify now, without asking anybody."""
        return self._host.held()


async def _entered(block: AbstractAsyncContextManager[T]) -> T:
    return await block.__aenter__()


async def _left(block: AbstractAsyncContextManager[Any]) -> None:
    await block.__aexit__(None, None, None)
