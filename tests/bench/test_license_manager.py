"""The peer from PyPI: its identity provider tells the truth, its load counts pairs; the peer itself runs in `make bench-pairs`."""

import asyncio
import json
import ssl
import urllib.request
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bench.pairs import license_manager as peer
from bench.pairs.bookings import run


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_token_verifies_with_the_key_that_the_provider_serves(tmp_path: Path) -> None:
    """Fetched over TLS, as the peer does it."""
    provider = peer.Provider(tmp_path)
    context = ssl.create_default_context(cafile=str(provider.certificate))

    def fetched(url: str) -> Any:
        with urllib.request.urlopen(url, context=context, timeout=5) as answer:
            return json.load(answer)

    described = fetched(f"https://{provider.domain}/.well-known/openid-configuration")
    (key,) = fetched(described["jwks_uri"])["keys"]
    provider.close()
    numbers = rsa.RSAPublicNumbers(int.from_bytes(_bytes(key["e"])), int.from_bytes(_bytes(key["n"])))
    said, _, signature = provider.token.rpartition(".")
    numbers.public_key().verify(_bytes(signature), said.encode(), padding.PKCS1v15(), hashes.SHA256())


async def _answering(status: int) -> tuple[float, list[str]]:
    """Send the load to a server that answers every booking so."""
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            asked.append(head.decode().split(" HTTP")[0])
            made, body = (status, b'{"id": 7}') if head.startswith(b"POST") else (200, b"null")
            writer.write(f"HTTP/1.1 {made} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    async def until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(until_closed, "127.0.0.1", 0)
    try:
        return await run(server.sockets[0].getsockname()[1], 2, 0.1, "token"), asked
    finally:
        server.close()


def test_a_pair_is_a_booking_made_and_deleted() -> None:
    """Each caller deletes what it booked before it books again."""
    pairs, asked = asyncio.run(_answering(201))
    assert pairs > 0
    assert asked.count("POST /lm/bookings") == asked.count("DELETE /lm/bookings/7") == len(asked) / 2


def test_a_refused_booking_ends_the_measurement() -> None:
    """What was not done is not counted."""
    with pytest.raises(RuntimeError, match="409"):
        asyncio.run(_answering(409))
