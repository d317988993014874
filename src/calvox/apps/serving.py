"""Listeners of a serving process: a Unix socket for its owner's commands, TLS sockets for everyone else.

Each listener is a Starlette application under uvicorn. No ASGI server hands the peer's certificate or socket to the
application, so the protocol class here puts both into the scope. A signal ends all listeners together; requests that are
being answered are finished.
"""

import asyncio
import contextlib
import socket
import ssl
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from calvox.apps.owner import BODY_LIMIT, Owner, peer_name
from calvox.common.errors import BadInput, CalvoxError, NotFound, TooLong, TooMany, rendering
from calvox.common.i18n import Language, fitting_language, language_of, t
from calvox.common.supervision import keep_alive, notify, stopping_signals
from calvox.common.wire_errors import error_body

log = structlog.get_logger()


LAST_PORT = 65_535
MOST_SHOWN = 200
"""Characters of an unknown address that are told."""
HEAD_LIMIT = 64 << 10
"""Bytes of the first line and headers of a request; a peer that sends more is cut off."""


class PeerProtocol(HttpToolsProtocol):
    """HTTP that tells the application who is at the other end, and never collects a head without end."""

    _unread = 0
    """Bytes that came since the last message ended."""
    _in_head = True
    """Whether the headers of a message are not complete yet."""

    def data_received(self, data: bytes) -> None:
        """Take bytes; cut off whoever sends a head that is too long."""
        self._unread += len(data)
        super().data_received(data)
        if self._in_head and self._unread > HEAD_LIMIT:
            self.transport.abort()

    def on_headers_complete(self) -> None:
        """Note that the head ends here."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that another head begins here."""
        self._in_head, self._unread = True, 0
        super().on_message_complete()

    def shutdown(self) -> None:
        """End; an idle connection at once, for a TLS peer that is busy elsewhere would not say good-bye for long."""
        idle = self.cycle is None or self.cycle.response_complete
        if idle and not self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().shutdown()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the peer's certificate (DER) and socket once a connection."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        certificate = tls.getpeercert(True) if tls is not None else None
        self._peer: dict[object, object] = {"certificate": certificate, "socket": transport.get_extra_info("socket")}

    def on_message_begin(self) -> None:
        """Give each request's scope what is known of the peer."""
        super().on_message_begin()
        self.scope["extensions"] = {"calvox.peer": self._peer}


@dataclass(frozen=True, slots=True)
class Listener:
    """One socket, and the application behind it."""

    sock: socket.socket
    app: ASGIApp
    tls: ssl.SSLContext | None = None


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to `serve`."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(address: str) -> socket.socket:
    """Listen on "host:port".

    Raises:
        BadInput: the address is not well formed, or cannot be used.
    """
    host, _, port = address.rpartition(":")
    try:
        number = int(port)
        if not 0 <= number <= LAST_PORT:
            raise ValueError(f"port {number}")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host.strip("[]"), number), family=family, backlog=512)
    except (OSError, ValueError) as error:
        raise BadInput(t("Cannot listen on {address}: {why}", address=address, why=str(error))) from error
    listener.setblocking(False)
    return listener


async def serve(
    listeners: Sequence[Listener], ready: Callable[[], None], background: Sequence[Callable[[], Any]] = ()
) -> None:
    """Serve until a signal comes; run the background coroutines meanwhile."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in stopping_signals():
        loop.add_signal_handler(number, stop.set)
    servers = [_Server(_config(listener)) for listener in listeners]
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener.sock]))
        for server, listener in zip(servers, listeners, strict=True)
    ]
    tasks_aside = [asyncio.create_task(make()) for make in (*background, keep_alive)]
    while not all(server.started for server in servers) and not any(task.done() for task in tasks):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    if all(server.started for server in servers):
        ready()
        notify("READY=1")
    waiting = asyncio.create_task(stop.wait())
    await _until_over(waiting, [*tasks, *tasks_aside])
    notify("STOPPING=1")
    for server in servers:
        server.should_exit = True
    for task in (waiting, *tasks_aside):
        task.cancel()
    ended = await asyncio.gather(*tasks, *tasks_aside, return_exceptions=True)
    for failed in ended:
        if isinstance(failed, Exception):
            raise failed


def run_loop(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run to the end on the fastest event loop that is installed."""
    if sys.platform == "win32":
        asyncio.run(coroutine)
    else:
        import uvloop

        uvloop.run(coroutine)


async def _until_over(signalled: "asyncio.Task[Any]", tasks: Sequence["asyncio.Task[Any]"]) -> None:
    """Wait for the signal, or for a task that fails; one that merely ends is no reason to stop."""
    running = {signalled, *tasks}
    while not signalled.done():
        done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        if any(task.cancelled() or task.exception() for task in done):
            return


def _config(listener: Listener) -> uvicorn.Config:
    config = uvicorn.Config(
        listener.app,
        http=PeerProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=None,
    )
    config.load()
    config.ssl = listener.tls
    return config


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    body: bytes
    media_type: str = "application/json"
    more: tuple[tuple[bytes, bytes], ...] = ()
    """Further headers."""

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Its headers."""
        length = str(len(self.body)).encode()
        return [(b"content-type", self.media_type.encode()), (b"content-length", length), *self.more]


async def received(receive: Receive, limit: int) -> bytes:
    """Read a request's body, and not a byte more than the limit.

    Raises:
        TooLong: it is longer.
        BadInput: it was cut off.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise BadInput(t("The request was cut off"))
        body += message.get("body", b"")
        if len(body) > limit:
            raise TooLong(t("The request is longer than {limit} bytes", limit=limit))
        if not message.get("more_body", False):
            return bytes(body)


async def bounded_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """Read a request's body, and not a byte more than the limit."""
    return await received(request.receive, limit)


def parse(body: bytes, kind: type[msgspec.Struct]) -> Any:
    """Read a request's JSON.

    Raises:
        BadInput: it names the field.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(t("The request is not well formed: {why}", why=str(error))) from error


def answer(value: Any) -> Response:
    """Write an answer as JSON."""
    return Response(msgspec.json.encode(value), media_type="application/json")


async def on_error(request: Request, error: Exception) -> Response:
    """Present an error to whoever asked a Starlette application."""
    language = fitting_language(request.headers.get("accept-language"))
    told = error_answer(error, language, request.url.path)
    headers = {name.decode(): value.decode() for name, value in told.headers}
    return Response(told.body, told.status, {"cache-control": "no-store", **headers})


async def on_no_route(request: Request, error: Exception) -> Response:
    """Present an address or a method that no route takes."""
    assert isinstance(error, HTTPException)
    told = await on_error(request, NotFound(t("There is no page {path}", path=request.url.path[:MOST_SHOWN])))
    told.status_code = error.status_code
    told.headers.update(error.headers or {})
    return told


def error_answer(error: Exception, language: Language, path: str) -> Answer:
    """Present an error in the reader's language; a fault of ours without its details."""
    with language_of(language):
        if isinstance(error, CalvoxError):
            wait = ((b"retry-after", str(error.wait).encode()),) if isinstance(error, TooMany) else ()
            return Answer(rendering(error).status, error_body(error), more=wait)
        log.error("internal error", path=path, exc_info=error)
        internal = CalvoxError(t("Internal error"), hint=t("The log of the serving process tells more."))
        return Answer(500, error_body(internal))


def control_app(owner: Owner[Any], context: Any) -> Starlette:
    """Make the application behind the Unix socket: POST /<use case>."""

    async def run(request: Request) -> Response:
        case = owner.cases.get(request.path_params["name"])
        if case is None:
            raise NotFound(t("There is no use case {name}", name=request.path_params["name"]))
        by = peer_name(request.scope["extensions"]["calvox.peer"]["socket"])
        asked = parse(await bounded_body(request), case.request)
        with language_of(fitting_language(request.headers.get("accept-language"))):
            return answer(await run_in_threadpool(case.run, context, asked, by))

    return application([Route("/{name}", run, methods=["POST"])])


def application(routes: list[Route]) -> Starlette:
    """Make an application whose errors are all presented alike; it never sends anybody to another address by itself."""
    handlers = {CalvoxError: on_error, HTTPException: on_no_route, Exception: on_error}
    made = Starlette(routes=routes, exception_handlers=handlers)
    made.router.redirect_slashes = False
    return made
