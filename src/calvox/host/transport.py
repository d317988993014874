"""One request to a licence server and its answer, over HTTP and TLS; whatever goes wrong is one of our errors.

Rules: an answer is read to its end, and no further than its cap. A request that changes something bears an Idempotency-Key;
if its answer was lost it is sent once more, and the licence server gives the same answer instead of doing it twice.
"""

import ssl
from typing import Any, TypeVar

import aiohttp
import msgspec

from calvox.common.errors import AnswerLost, CalvoxError, Unreachable
from calvox.common.i18n import current_language, t
from calvox.common.wire_errors import error_from
from calvox.wire.hostapi import IDEMPOTENCY_KEY

A = TypeVar("A")
LARGEST_ANSWER = 1 << 20
"""Bytes of an answer, at most."""


def open_session(context: ssl.SSLContext, seconds: float) -> aiohttp.ClientSession:
    """Begin to talk; connections are kept open between requests."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=context),
        timeout=aiohttp.ClientTimeout(total=seconds),
        headers={"Content-Type": "application/json"},
    )


async def ask(
    session: aiohttp.ClientSession,
    server: str,
    method: str,
    path: str,
    asked: Any,
    kind: type[A],
    *,
    key: str = "",
) -> A:
    """Ask, and read the answer; its texts come in the current language.

    Args:
        session: From `open_session`.
        server: Its address.
        method: Of HTTP.
        path: Of the API.
        asked: What is asked; None: nothing is sent.
        kind: What must come back.
        key: Idempotency-Key; empty: the request is sent once.
    """
    body = b"" if asked is None else msgspec.json.encode(asked)
    more = {IDEMPOTENCY_KEY: key} if key else {}
    try:
        data = await fetch(session, server, method, path, body, more)
    except AnswerLost:
        if not key:
            raise
        data = await fetch(session, server, method, path, body, more)
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreachable(
            t("{server} gave an answer that is not understood: {why}", server=server, why=str(error))
        ) from error


async def fetch(
    session: aiohttp.ClientSession, server: str, method: str, path: str, body: bytes, headers: dict[str, str]
) -> bytes:
    """Ask, and give the answer's bytes."""
    headers = {**headers, "Accept-Language": current_language()}
    try:
        async with session.request(method, server.rstrip("/") + path, data=body or None, headers=headers) as response:
            data = await _whole(response, server)
            if response.status != 200:
                raise error_from(data)
            return data
    except CalvoxError:
        raise
    except (TimeoutError, aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
        raise Unreachable(_silent(server, error), hint=_HINT) from error
    except (aiohttp.ClientError, OSError) as error:
        raise AnswerLost(_silent(server, error), hint=_HINT) from error


_HINT = t("Is the licence server serving? Is the address right, and the way open?")


def _silent(server: str, error: Exception) -> Any:
    return t("{server} does not answer: {why}", server=server, why=str(error) or type(error).__name__)


async def _whole(response: aiohttp.ClientResponse, server: str) -> bytes:
    """Read an answer to its end, however the network cuts it."""
    data = bytearray()
    async for part in response.content.iter_any():
        data += part
        if len(data) > LARGEST_ANSWER:
            raise Unreachable(t("{server} gave an answer that does not end", server=server))
    return bytes(data)
