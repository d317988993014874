"""Send a long file while it is read, so that it needs no memory and the browser shows how it comes along.

Each such file holds a view of the ledger until it is sent, so there are few at a time. What goes wrong before the first
piece is still a page; later it cuts the file off, which the browser tells.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

from starlette.responses import Response, StreamingResponse

from calvox.apps.browser import Visit
from calvox.common.errors import TooMany
from calvox.common.i18n import t
from calvox.web.common.headers import PAGE

MOST = 4
"""Files that are sent at the same time, at most."""
PIECE = 64 << 10
"""Bytes that are gathered before they are sent."""


class _Open:
    """How many files are being sent."""

    count = 0


async def send(visit: Visit[Any], lines: Iterator[bytes], file_name: str, media_type: str) -> Response:
    """Send lines as a file that the browser keeps; its name is one of ours.

    Raises:
        TooMany: others are being sent.
    """
    if _Open.count >= MOST:
        raise TooMany(t("{count} files are being sent already", count=_Open.count), wait=30)
    pieces = _gathered(lines)
    first = await visit.run(next, pieces, b"")
    headers = {**PAGE, "Content-Disposition": f'attachment; filename="{file_name}"'}
    return StreamingResponse(_sent(lines, pieces, first), 200, headers, media_type)


async def _sent(lines: Iterator[bytes], pieces: Iterator[bytes], first: bytes) -> AsyncIterator[bytes]:
    _Open.count += 1
    try:
        yield first
        while piece := await asyncio.to_thread(next, pieces, b""):
            yield piece
    finally:
        _Open.count -= 1
        # Where the reader went away, a piece may still be read in its thread: then they end with it.
        with suppress(ValueError):
            for one in (pieces, lines):
                if close := getattr(one, "close", None):
                    close()


def _gathered(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Gather lines, so that a thread is changed once for many of them."""
    gathered, size = list[bytes](), 0
    for line in lines:
        gathered.append(line)
        size += len(line)
        if size >= PIECE:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)
