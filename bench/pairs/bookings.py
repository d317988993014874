"""Load for license-manager-backend: `python -m bench.pairs.bookings PORT CALLERS SECONDS`, the token on standard input.

Each caller keeps its connection, books one seat for a job of its own, deletes the booking, and begins again. The peer answers
before it commits, so a booking is not always there yet when it is to be deleted: the caller then asks again. The result is the
pairs a second, on standard output.
"""

import asyncio
import json
import sys
import time

BOOKINGS = "/lm/bookings"
TRIES = 100


class Booker:
    """One caller, on one keep-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str, job: int) -> None:
        self._reader, self._writer = reader, writer
        self._head = f"Host: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        self._body = json.dumps({"job_id": job, "feature_id": 1, "quantity": 1})
        self.pairs = 0

    async def _ask(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        head = f"{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n"
        self._writer.write((head + body).encode())
        told = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = next(int(line[15:]) for line in told.split(b"\r\n") if line.startswith(b"content-length:"))
        return int(told.split()[1]), await self._reader.readexactly(length)

    async def _book(self) -> int:
        status, data = await self._ask("POST", BOOKINGS, self._body)
        if status != 201:
            raise RuntimeError(f"not booked: {status} {data.decode()}")
        return int(json.loads(data)["id"])

    async def _delete(self, booking: int) -> None:
        for _ in range(TRIES):
            status, data = await self._ask("DELETE", f"{BOOKINGS}/{booking}")
            if status == 200:
                return
        raise RuntimeError(f"not deleted: {status} {data.decode()}")

    async def until(self, end: float) -> None:
        """Book and delete until the time is up."""
        while time.perf_counter() < end:
            await self._delete(await self._book())
            self.pairs += 1


async def run(port: int, callers: int, seconds: float, token: str) -> float:
    """Generate the load."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(callers)]
    bookers = [Booker(reader, writer, token, job) for job, (reader, writer) in enumerate(opened, 1)]
    begun = time.perf_counter()
    try:
        await asyncio.gather(*(booker.until(begun + seconds) for booker in bookers))
        return sum(booker.pairs for booker in bookers) / (time.perf_counter() - begun)
    finally:
        for _, writer in opened:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in opened), return_exceptions=True)


if __name__ == "__main__":
    port, callers, seconds = sys.argv[1:]
    print(asyncio.run(run(int(port), int(callers), float(seconds), sys.stdin.read().strip())))
