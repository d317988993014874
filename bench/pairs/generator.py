"""A load generator, in a process of its own: `python -m bench.pairs.generator FOLDER PORT JSON`.

Callers share a session host's certificate and keep their connections. Closed loop: each asks again when it was answered.
Open loop: pairs begin at a steady rate whatever the answers do, and a pair that had to wait for a connection counts from
the moment at which it should have begun. The result is one line of JSON on standard output.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from calvox.core.holders import holder_of
from calvox.core.products import CalType
from calvox.wire import hostapi as api
from tests.apps.raw_host import context_of

Work = Callable[["Connection", int], Awaitable[None]]


class Wanted(msgspec.Struct, frozen=True):
    """What a generator is to do."""

    callers: int
    seconds: float
    rate: float = 0
    """Pairs a second, open loop; 0: closed loop."""
    work: str = "pair"
    """pair, bulk (64 CALs in a request, and back), or nothing (two requests of the no-op floor)."""
    seed: str = ""
    """Makes the names of this run differ from others'."""


class Told(msgspec.Struct, frozen=True):
    """What came of it."""

    pairs: int
    seconds: float
    p50: float
    """Milliseconds, as the next."""
    p99: float


class Connection:
    """One keep-alive connection, HTTP/1.1, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seed: str) -> None:
        self._reader, self._writer, self.seed = reader, writer, seed

    async def post(self, path: str, body: bytes, key: str) -> bytes:
        """Send a request, and give the answer's body."""
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nIdempotency-Key: {key}\r\n\r\n"
        self._writer.write(head.encode() + body)
        told = await self._reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in told.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        data = await self._reader.readexactly(length)
        if not told.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(data.decode())
        return data


async def pair(connection: Connection, number: int) -> None:
    """Acquire a session's CAL and give it back."""
    name = f"{connection.seed}-{number}"
    asked = api.AcquireAsk("session", holder_of(CalType.SESSION, name), name)
    told = await connection.post(api.ACQUIRE, msgspec.json.encode(asked), f"a{name}")
    cal = msgspec.json.decode(told, type=api.AcquireAnswer).cal
    if cal is None:
        raise RuntimeError("refused")
    back = msgspec.json.encode(api.ReleaseAsk(cal.cal_id))
    await connection.post(api.RELEASE, back, f"r{name}")


async def bulk(connection: Connection, number: int) -> None:
    """Acquire 64 sessions' CALs in one request, and give them back in another."""
    names = [f"{connection.seed}-{number}-{n}" for n in range(64)]
    asks = tuple(api.AcquireAsk("session", holder_of(CalType.SESSION, name), name) for name in names)
    told = await connection.post(api.ACQUIRE_MANY, msgspec.json.encode(api.AcquireMany(asks)), f"a{names[0]}")
    answers = msgspec.json.decode(told, type=api.AcquiredMany).answers
    cal_ids = tuple(answer.cal.cal_id for answer in answers if answer.cal)
    await connection.post(api.RELEASE_MANY, msgspec.json.encode(api.ReleaseMany(cal_ids)), f"r{names[0]}")


async def nothing(connection: Connection, number: int) -> None:
    """Send two requests of the same sizes to a server that does nothing."""
    name = f"{connection.seed}-{number}"
    asked = api.AcquireAsk("session", holder_of(CalType.SESSION, name), name)
    await connection.post("/acquire", msgspec.json.encode(asked), f"a{name}")
    await connection.post("/release", msgspec.json.encode(api.ReleaseAsk(bytes(16))), f"r{name}")


WORKS: dict[str, Work] = {"pair": pair, "bulk": bulk, "nothing": nothing}


async def run(folder: Path, port: int, wanted: Wanted) -> Told:
    """Generate the load."""
    context, work = context_of(folder), WORKS[wanted.work]
    opened = [await asyncio.open_connection("localhost", port, ssl=context) for _ in range(wanted.callers)]
    connections = [Connection(*pair_, f"{wanted.seed}.{n}") for n, pair_ in enumerate(opened)]
    took: list[float] = []
    begun = time.perf_counter()
    await (_open(connections, work, wanted, took) if wanted.rate else _closed(connections, work, wanted, took))
    seconds = time.perf_counter() - begun
    for _, writer in opened:
        writer.close()
    took.sort()
    share = [took[min(len(took) - 1, int(len(took) * part))] * 1000 if took else 0.0 for part in (0.5, 0.99)]
    return Told(len(took), seconds, *share)


async def _closed(connections: list[Connection], work: Work, wanted: Wanted, took: list[float]) -> None:
    end = time.perf_counter() + wanted.seconds

    async def caller(connection: Connection) -> None:
        number = 0
        while (start := time.perf_counter()) < end:
            await work(connection, number)
            took.append(time.perf_counter() - start)
            number += 1

    await asyncio.gather(*(caller(connection) for connection in connections))


async def _open(connections: list[Connection], work: Work, wanted: Wanted, took: list[float]) -> None:
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)
    begun = time.perf_counter()

    async def one(number: int, due: float) -> None:
        connection = await free.get()
        await work(connection, number)
        took.append(time.perf_counter() - due)
        free.put_nowait(connection)

    async with asyncio.TaskGroup() as group:
        for number in range(int(wanted.rate * wanted.seconds)):
            due = begun + number / wanted.rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(number, due))


def main() -> None:
    """Run, and tell."""
    import uvloop

    folder, port, wanted = sys.argv[1:]
    told = uvloop.run(run(Path(folder), int(port), msgspec.json.decode(wanted, type=Wanted)))
    print(json.dumps(msgspec.to_builtins(told)))


if __name__ == "__main__":
    main()
