"""A licence server that answers over TLS whatever a test tells it to, and counts what it was asked."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from calvox.host.state import Enrolled, HostFolder
from calvox.trust.certificates import (
    issue_host_certificate,
    issue_server_certificate,
    make_authority,
    make_signing_request,
    new_key,
)


@dataclass
class FakeServer:
    """What it shows and answers."""

    folder: Path
    """Where its certificate lies."""
    pieces: Sequence[bytes] = (b"{}",)
    """The body of each answer, sent piece by piece."""
    status: int = 200
    silent: bool = False
    """Whether it hears and never answers."""
    cut: int = 0
    """Requests that it hears, does, and hangs up on without an answer."""
    keys: list[str] = field(default_factory=list)
    """The Idempotency-Key of each request; empty: none."""
    asked: list[str] = field(default_factory=list)
    """The first line of each request."""
    port: int = 0

    def __post_init__(self) -> None:
        now, self.authority_key, key = int(time.time()), new_key(), new_key()
        self.authority = make_authority(self.authority_key, "fake", now)
        made = issue_server_certificate(self.authority_key, self.authority, key, ["127.0.0.1"], now)
        self.folder.mkdir()
        (self.folder / "tls.pem").write_bytes(made + self.authority + key)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.port}"

    def home(self, path: Path) -> Path:
        """Make the folder of a host that is enrolled with it."""
        state, host = HostFolder(path), b"h" * 16
        request = make_signing_request(state.begin(new_key()), "host")
        made = issue_host_certificate(self.authority_key, self.authority, request, host, "host", int(time.time()))
        state.finish(
            Enrolled(self.address, host, "host", 7, b"s" * 18, 1, b"k" * 32), made.decode(), self.authority.decode()
        )
        return path

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["FakeServer"]:
        """Serve within the block."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "tls.pem")
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head.splitlines()[0])
            lengths = [int(line.split()[1]) for line in head.splitlines() if line.lower().startswith("content-length")]
            await reader.readexactly(sum(lengths))
            self.keys.append(_header(head, "idempotency-key"))
            if self.cut:
                self.cut -= 1
                return
            if self.silent:
                await asyncio.sleep(5)
            length = sum(len(piece) for piece in self.pieces)
            writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode())
            for piece in self.pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.02)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()


def _header(head: str, name: str) -> str:
    return next((line.partition(":")[2].strip() for line in head.splitlines() if line.lower().startswith(name)), "")
