"""A WS-Man double: HTTP or HTTPS with real SPNEGO (NTLM, Kerberos) and WinRM's sealing, many machines in one process.

Each machine has an address of 127.0.0.0/8, all the same port. How one may misbehave (`Machine.fault`):

| fault | what happens |
|---|---|
| 401 | no account is accepted |
| 404, 500 | that HTTP status, with no SOAP |
| plain | the account is accepted, and the answers are not sealed |
| pretend | every account is accepted, and nothing can be sealed |
| broken | the seal of the answers is damaged |
| silent, trickle | nothing comes after the sign-in; one byte now and then |
| half | half an answer, then the end |
| garbage | no HTTP |
| huge | an answer without end |
| redirect | 301 to another place |
| xml:… | this XML instead of the answer |
"""

import asyncio
import base64
import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import spnego
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from spnego.channel_bindings import GssChannelBindings

from tests.windows.wsman_answers import Machine, answer

BOUNDARY = b"--Encrypted Boundary"


class Double:
    """Serves machines, by address."""

    def __init__(
        self,
        machines: Mapping[str, Machine],
        *,
        protocol: str = "ntlm",
        port: int = 0,
        tls: tuple[Path, Path] | None = None,
    ) -> None:
        self.machines, self.protocol, self.port = machines, protocol, port
        self.sign_ins: list[str] = []
        """Addresses to which a proof was sent, in order."""
        self.open: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        """Conversations under way."""
        self._context: ssl.SSLContext | None = None
        self._binding: GssChannelBindings | None = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*tls)
            certificate = x509.load_pem_x509_certificate(tls[0].read_bytes())
            print_ = certificate.fingerprint(hashes.SHA256())
            self._binding = GssChannelBindings(application_data=b"tls-server-end-point:" + print_)

    async def start(self) -> list[asyncio.Server]:
        """Listen."""
        servers = []
        for address in self.machines:
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((address, self.port))
            self.port = sock.getsockname()[1]
            servers.append(await asyncio.start_server(self._begin, sock=sock, ssl=self._context))
        return servers

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open[writer] = asyncio.get_running_loop().create_task(self._serve(reader, writer))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = writer.get_extra_info("sockname")[0]
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            await _Conversation(self, self.machines[address], address, reader, writer).go()
        writer.close()
        del self.open[writer]

    def acceptor(self, machine: Machine) -> spnego.ContextProxy:
        """Make the side that accepts a sign-in."""
        options = spnego.NegotiateOptions.wrapping_winrm if self.protocol == "ntlm" else spnego.NegotiateOptions.none
        return spnego.server(
            hostname=machine.name,
            service="HTTP",
            protocol=self.protocol,
            options=options,
            channel_bindings=self._binding,
        )


class _Conversation:
    def __init__(
        self, double: Double, machine: Machine, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.double, self.machine, self.address = double, machine, address
        self.reader, self.writer = reader, writer
        self.context: spnego.ContextProxy | None = None
        self.left: dict[str, list[str]] = {}

    async def go(self) -> None:
        while True:
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            fields = {k.lower(): v for k, v in re.findall(r"^([A-Za-z-]+):[ \t]*(.*?)\r$", head, re.MULTILINE)}
            assert head.startswith("POST /wsman HTTP/1.1\r\n")
            body = await self.reader.readexactly(int(fields["content-length"]))
            if self.machine.fault in ("404", "500"):
                self.reply(int(self.machine.fault), b"words", "text/html")
            elif self.machine.fault == "garbage":
                self.writer.write(b"\x00\x01 no HTTP\r\n\r\n" * 20)
            elif self.machine.fault == "redirect":
                self.reply(301, b"", "text/html", "Location: http://127.0.0.1:1/wsman\r\n")
            elif "authorization" in fields:
                self.sign_in(fields["authorization"])
            elif self.machine.fault == "pretend":
                self.reply(200, b"<a/>", "application/soap+xml;charset=UTF-8")
            elif self.context is None or not self.context.complete:
                self.reply(401, b"", "text/plain", "WWW-Authenticate: Negotiate\r\n")
            else:
                await self.answer(body, fields["content-type"])
            await self.writer.drain()

    def sign_in(self, header: str) -> None:
        token = base64.b64decode(header.split(" ", 1)[1])
        if not token.startswith(b"NTLMSSP\0\x01"):
            self.double.sign_ins.append(self.address)
        try:
            self.context = self.context or self.double.acceptor(self.machine)
            out = self.context.step(token)
        except Exception:  # of several modules, some of them built only where Kerberos is
            out = self.context = None
        complete = self.context is not None and self.context.complete
        refused = self.machine.fault == "401" and complete
        if self.machine.fault == "pretend" and not out:
            self.reply(200, b"", "text/plain")
        elif refused or not (out or complete):
            self.context = None
            self.reply(401, b"", "text/plain", "WWW-Authenticate: Negotiate\r\n")
        else:
            back = f"WWW-Authenticate: Negotiate {base64.b64encode(out).decode()}\r\n" if out else ""
            self.reply(200 if complete else 401, b"", "text/plain", back)

    async def answer(self, body: bytes, kind: str) -> None:
        fault, context = self.machine.fault, self.context
        assert context is not None
        sealed = kind.startswith("multipart/encrypted")
        assert sealed or self.double._context
        request = _opened(context, body) if sealed else body
        status, message = answer(self.machine, request, self.left)
        if self.machine.asked[-1:] and self.machine.asked[-1] in self.machine.loses:
            raise ConnectionError
        if fault.startswith("xml:"):
            message = fault[4:].encode("latin-1")
        elif fault == "silent":
            await asyncio.sleep(3600)
        elif fault == "trickle":
            self.writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: ")
            while True:
                self.writer.write(b"x")
                await self.writer.drain()
                await asyncio.sleep(0.05)
        elif fault == "huge":
            self.writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                self.writer.write(b"10000\r\n" + b"a" * 0x10000 + b"\r\n")
                await self.writer.drain()
        elif fault == "half":
            self.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
            await self.writer.drain()
            raise ConnectionError
        if not sealed or fault == "plain":
            self.reply(status, message, "application/soap+xml;charset=UTF-8")
            return
        data = _sealed(context, message)
        if fault == "broken":
            data = data[:-60] + bytes([data[-60] ^ 1]) + data[-59:]
        kind = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
        self.reply(status, data, kind)

    def reply(self, status: int, body: bytes, kind: str, more: str = "") -> None:
        head = f"HTTP/1.1 {status} Status\r\n{more}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)


def _opened(context: spnego.ContextProxy, body: bytes) -> bytes:
    data = body.split(b"application/octet-stream\r\n", 1)[1]
    data = data[: data.rindex(BOUNDARY)]
    length = int.from_bytes(data[:4], "little")
    return context.unwrap_winrm(data[4 : 4 + length], data[4 + length :])


def _sealed(context: spnego.ContextProxy, message: bytes) -> bytes:
    wrapped = context.wrap_winrm(message)
    kind = b"\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
    length = str(len(message) + wrapped.padding_length).encode()
    original = b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=" + length + b"\r\n"
    octets = b"\tContent-Type: application/octet-stream\r\n"
    data = len(wrapped.header).to_bytes(4, "little") + wrapped.header + wrapped.data
    return BOUNDARY + b"\r\n" + kind + original + BOUNDARY + b"\r\n" + octets + data + BOUNDARY + b"--\r\n"


@contextlib.contextmanager
def served(double: Double) -> Iterator[Double]:
    """Serve in a thread for the length of a block."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    servers: list[Any] = []

    def run() -> None:
        asyncio.set_event_loop(loop)
        servers.extend(loop.run_until_complete(double.start()))
        ready.set()
        loop.run_forever()
        loop.run_until_complete(asyncio.sleep(0.02))  # who is at the door comes in, for a closed server trips over them
        for server in servers:
            server.close()
        tasks = list(double.open.values())
        for writer, task in list(double.open.items()):
            writer.transport.abort()
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(asyncio.sleep(0.02))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(10)
        yield double
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
