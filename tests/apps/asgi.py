"""Ask an application of ours directly, as its server would, with a peer that shows this certificate."""

import asyncio
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()
    """What each header “Set-Cookie” says; of other headers only the last is there."""

    def read(self, kind: Any) -> Any:
        """Read the body."""
        return msgspec.json.decode(self.body, type=kind)

    @property
    def code(self) -> str:
        """The error's code."""
        return str(msgspec.json.decode(self.body)["code"])


async def _ask(app: Any, scope: dict[str, Any], body: bytes) -> Told:
    sent: list[dict[str, Any]] = []

    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *parts = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    cookies = tuple(value.decode() for name, value in start["headers"] if name.lower() == b"set-cookie")
    return Told(start["status"], headers, b"".join(part.get("body", b"") for part in parts), cookies)


async def ask_within(
    app: Any,
    method: str,
    path: str,
    body: bytes,
    *,
    certificate: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Told:
    """Send one request within a running loop; the path may bear a query."""
    plain, _, query = path.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()],
        "extensions": {"calvox.peer": {"certificate": certificate, "socket": None}},
    }
    return await _ask(app, scope, body)


def ask(
    app: Any,
    method: str,
    path: str,
    asked: Any = None,
    *,
    certificate: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Told:
    """Send one request; `asked` is encoded as JSON unless it is bytes."""
    body = asked if isinstance(asked, bytes) else b"" if asked is None else msgspec.json.encode(asked)
    return asyncio.run(ask_within(app, method, path, body, certificate=certificate, headers=headers))
