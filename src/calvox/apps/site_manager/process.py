"""The serving process of the site manager: one listener, TLS always, on this machine alone unless told otherwise.

It prints a link that lets its user in once; Enter prints another. It ends with Ctrl-C, and every session with it.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.applications import Starlette

from calvox.apps.serving import Listener, application, bind, run_loop, serve
from calvox.apps.site_manager.app import site_routes
from calvox.apps.site_manager.desk import SiteDesk
from calvox.apps.site_manager.tls import certificate
from calvox.common.clock import SYSTEM, World
from calvox.common.errors import BadInput
from calvox.common.i18n import t

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def serve_site(
    folder: Path,
    listen: str,
    zone: ZoneInfo,
    ready: Callable[[str, str, str], None],
    again: Callable[[str], None],
    world: World = SYSTEM,
) -> None:
    """Serve until a signal comes.

    Args:
        folder: the site folder.
        listen: host and port.
        zone: in which times are shown.
        ready: told the address of the first link, the fingerprint of the certificate, and "own" if we made it.
        again: told the address of each further link.
        world: clock and chance.

    Raises:
        NotFound: it is no site folder.
        BadInput: the address cannot be used.
        BadSettings: the site's certificate and key do not fit.
    """
    desk = SiteDesk(folder, zone, world)
    desk.at(lambda site: site.description)
    host = listen.rpartition(":")[0].strip("[]")
    if host in ("", "0.0.0.0", "::"):  # noqa: S104 - it is refused here
        raise BadInput(
            t("“{address}” names no address of this machine", address=listen),
            hint=t("Name the one by which browsers reach it, as 127.0.0.1:7407."),
        )
    names = tuple(dict.fromkeys((host, *(LOOPBACK if host in LOOPBACK else ()))))
    shown = certificate(folder, names, world)
    sock = bind(listen)
    origin = f"https://{_named(host)}:{sock.getsockname()[1]}"

    def link() -> str:
        return origin + desk.sessions.make_link()

    listener = Listener(sock, site_app(desk), shown.context)
    background = (lambda: _further(lambda: again(link())),) if sys.stdin.isatty() else ()
    run_loop(serve([listener], lambda: ready(link(), shown.fingerprint, "own" if shown.own else ""), background))


def site_app(desk: SiteDesk) -> Starlette:
    """Make the application."""
    return application(site_routes(desk))


def _named(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def _further(make: Callable[[], None]) -> None:
    """Make a further link at each Enter."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str]()
    loop.add_reader(sys.stdin.fileno(), lambda: lines.put_nowait(sys.stdin.readline()))
    try:
        while await lines.get():
            make()
    finally:
        loop.remove_reader(sys.stdin.fileno())
