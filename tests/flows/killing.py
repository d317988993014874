"""Several hosts at work on one licence server that is killed again and again; each remembers what it was told.

A request that was not answered is sent again with its own key after the server is back, so that in the end nobody is in
doubt: what the hosts hold must be exactly what the ledger says.
"""

import http.client
import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from calvox.apps.journals import VerifyJournal
from calvox.apps.licence_server.process import Page
from calvox.core.holders import holder_of
from calvox.core.products import CalType
from calvox.wire import hostapi as api
from tests.apps.processes import ServerProcess
from tests.apps.raw_host import context_of, enrol_raw

GONE = (OSError, http.client.HTTPException)


@dataclass
class Worker:
    """One caller of a session host: acquires and gives back sessions, and asks for users' CALs."""

    home: Path
    """The host's folder."""
    name: str
    chance: random.Random
    held: set[bytes] = field(default_factory=set)
    """Sessions that were acknowledged and not given back."""
    users: set[bytes] = field(default_factory=set)
    """Users' CALs that were acknowledged."""
    waiting: tuple[str, bytes, str] | None = None
    """Path, body and key of the request that was not answered."""
    answered: int = 0
    _count: int = 0

    def work(self, port: int, stop: threading.Event) -> None:
        """Ask one thing after the other until the server is gone or time is up."""
        connection = http.client.HTTPSConnection("localhost", port, context=context_of(self.home), timeout=20)
        try:
            if self.waiting:
                self._send(connection, *self.waiting)
            while not stop.is_set():
                self._send(connection, *self._next())
        except GONE:
            return
        finally:
            connection.close()

    def _next(self) -> tuple[str, bytes, str]:
        self._count += 1
        key = f"{self.name}-{self._count}"
        if self.held and self.chance.random() < 0.5:
            cal = self.chance.choice(sorted(self.held))
            return api.RELEASE, msgspec.json.encode(api.ReleaseAsk(cal)), key
        kind = CalType.SESSION if self.chance.random() < 0.7 else CalType.USER
        name = key if kind is CalType.SESSION else f"user-{self.chance.randrange(40)}"
        asked = api.AcquireAsk(kind.label, holder_of(kind, name), name)  # type: ignore[arg-type]
        return api.ACQUIRE, msgspec.json.encode(asked), key

    def _send(self, connection: http.client.HTTPSConnection, path: str, body: bytes, key: str) -> None:
        self.waiting = (path, body, key)
        connection.request("POST", path, body, {api.IDEMPOTENCY_KEY: key})
        answer = connection.getresponse()
        data = answer.read()
        assert answer.status == 200, (path, answer.status, data)
        self.waiting = None
        self.answered += 1
        self._take(path, data)

    def _take(self, path: str, data: bytes) -> None:
        if path == api.RELEASE:
            self.held.discard(msgspec.json.decode(data, type=api.Released).cal_id)
            return
        cal = msgspec.json.decode(data, type=api.AcquireAnswer).cal
        if cal is not None:
            (self.held if cal.cal_type == "session" else self.users).add(cal.cal_id)


def hired(server: ServerProcess, folder: Path, *, hosts: int, each: int, seed: int) -> list[Worker]:
    """Enrol some hosts, each with some callers."""
    workers = []
    for number in range(hosts):
        name = f"host-{number}"
        home = enrol_raw(server.port, server.code(name), folder / name)
        workers += [Worker(home, f"{number}.{n}", random.Random(f"{seed}.{number}.{n}")) for n in range(each)]
    return workers


def one_round(folder: Path, workers: list[Worker], chance: random.Random) -> None:
    """Let all work at once, and kill the server in the middle."""
    with ServerProcess(folder) as server:
        stop = threading.Event()
        threads = [threading.Thread(target=worker.work, args=(server.port, stop)) for worker in workers]
        before = sum(worker.answered for worker in workers)
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.05, 0.5))
        while sum(worker.answered for worker in workers) == before:
            assert any(thread.is_alive() for thread in threads)
            time.sleep(0.005)
        server.kill()
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive()


def reckon(folder: Path, workers: list[Worker], sessions: int) -> Any:
    """Let every request that waits be answered, then compare what all were told with the ledger; give its status."""
    with ServerProcess(folder) as server:
        done = threading.Event()
        done.set()
        for worker in workers:
            worker.work(server.port, done)
            assert worker.waiting is None
        cals = server.owner.call("report-cals", Page())
        out: dict[str, set[bytes]] = {"session": set(), "user": set()}
        for cal in cals:
            out[cal.cal_type].add(bytes.fromhex(cal.cal_id))
        assert out["session"] == set().union(*(worker.held for worker in workers))
        assert out["user"] == set().union(*(worker.users for worker in workers))
        assert len(out["session"]) <= sessions
        server.owner.call("journal-verify", VerifyJournal())
        return server.status()
