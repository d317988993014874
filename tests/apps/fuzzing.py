"""Garbage for the listeners of a running process: requests as anybody may send them, mutated, over real TLS."""

import random
import socket
import ssl
import time
from dataclasses import dataclass, field

from tests.apps.processes import ServerProcess

SILENCE = 0.1
"""Seconds after which a server that waits for more is left."""


def message(method: str, path: str, body: bytes = b"", more: str = "") -> bytes:
    """Write a request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


HOST_SEEDS = (
    message("GET", "/v1/authority"),
    message("POST", "/v1/enrol", b'{"secret":"MDAwMDAwMDAwMDAwMDAwMA==","signing_request":"-----BEGIN"}'),
    message("POST", "/v1/acquire", b'{"cal_type":"user","holder":"AAAA","name":"x"}', "Idempotency-Key: k\r\n"),
    message("POST", "/v1/acquire-many", b'{"asks":[{"cal_type":"session","holder":"AAAA","name":"x"}]}'),
    message("POST", "/v1/heartbeat", b'{"cal_ids":["AAAA"],"now":1800000000,"newest":""}'),
    b"POST /v1/settle HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{}  \r\n0\r\n\r\n",
)
PEOPLE_SEEDS = (
    message("GET", "/v1/me", more="Authorization: Bearer d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c\r\n"),
    message("POST", "/v1/cases/status", b"{}", "Authorization: Bearer d3d3\r\n"),
    message("POST", "/v1/cases/%2e%2e/%00", b"{}", "Authorization: Basic d3d3\r\nAccept-Language: fr;q=x\r\n"),
    message("POST", "/v1/log-in", b'{"name":"ada","password":7}'),
    message("POST", "/v1/log-in", b'{"name":"\\ud800","password":""}'),
    message("POST", "/v1/password", b'{"old":"","new":""}', "Authorization: Bearer\r\n"),
)


def mutated(chance: random.Random, seed: bytes) -> bytes:
    """Change, cut, double and splice, most often a little."""
    data = bytearray(seed)
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at:at] = chance.randbytes(chance.randrange(1, 40))
            case 1:
                del data[at : at + chance.randrange(1, 20)]
            case 2:
                data[at:at] = data[: chance.randrange(1, 200)]
            case 3:
                data[at:at] = chance.choice((b"[" * 3000, b"\r\n", b"\x00", b"9" * 400, b'"', b"\xff\xfe", b"%00"))
            case _:
                data[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(data)


@dataclass
class Seen:
    """What came of it."""

    sent: int = 0
    slowest: float = 0.0
    """Seconds to the first byte of an answer."""
    statuses: dict[str, int] = field(default_factory=dict)


def fuzz(server: ServerProcess, *, people: bool, seconds: float, seed: int) -> Seen:
    """Send garbage to one listener for so long."""
    context = ssl.create_default_context(cafile=str(server.folder / "keys" / "authority.pem"))
    port = int((server.people if people else server.address).rpartition(":")[2])
    chance, seen, end = random.Random(seed), Seen(), time.monotonic() + seconds
    while time.monotonic() < end:
        with context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10), server_hostname="localhost") as it:
            while time.monotonic() < end and _once(
                it, mutated(chance, chance.choice(PEOPLE_SEEDS if people else HOST_SEEDS)), seen
            ):
                pass
    return seen


def _once(connection: ssl.SSLSocket, data: bytes, seen: Seen) -> bool:
    """Send one message; tell whether the connection may be used again."""
    begun, seen.sent = time.monotonic(), seen.sent + 1
    try:
        connection.sendall(data)
        connection.settimeout(SILENCE)
        line = connection.recv(65536).partition(b"\r\n")[0]
    except (OSError, ssl.SSLError):
        return False
    status = line[9:12].decode("latin-1") if line.startswith(b"HTTP/1.1 ") else ""
    seen.statuses[status] = seen.statuses.get(status, 0) + 1
    seen.slowest = max(seen.slowest, time.monotonic() - begun)
    return bool(status)
