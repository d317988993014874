"""The process of a retired licence server: it gives nothing, and tells session hosts where to go on.

It has no ledger and no token key. What it hands out was signed before the erasure: each host's policy and revocation list.
Everything else is answered with “retired”, which hosts take like silence and ask their next server. People have no page
here: their accounts went with the ledger.
"""

from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from starlette.types import Receive, Scope, Send

from calvox.apps.host_api.tls import context_of
from calvox.apps.serving import Answer, Listener, bind, error_answer, received, serve
from calvox.common.clock import World, show_date
from calvox.common.errors import Denied, Retired
from calvox.common.files import read_whole
from calvox.common.i18n import fitting_language, t
from calvox.common.settings import Settings
from calvox.server.retire import Retirement, settle_retirement, statements_kept
from calvox.trust.certificates import host_id_of, validity_of, was_issued_by
from calvox.wire import hostapi


def still_active(folder: Path, zone: ZoneInfo) -> None:
    """Finish a retirement that was begun, and refuse to open what was retired.

    Raises:
        Retired: it was.
    """
    found = settle_retirement(folder)
    if found is not None:
        raise Retired(
            t("This licence server was retired on {day}, by {by}", day=show_date(found.begun, zone), by=found.by),
            hint=t("“calvox server proof” shows the proof again; a new one is made with “calvox server init”."),
        )


async def serve_retired(
    settings: Settings, retirement: Retirement, world: World, ready: Callable[[str, str], None]
) -> None:
    """Serve session hosts until a signal comes."""
    keys = Path(settings.server.folder) / "keys"
    trusted = read_whole(keys / "authority.pem")
    sock = bind(settings.server.listen)
    api = RetiredApi(Path(settings.server.folder), retirement, trusted, world)
    address = "https://{}:{}".format(*sock.getsockname()[:2])
    await serve([Listener(sock, api, context_of(keys, trusted))], lambda: ready(address, ""))


class RetiredApi:
    """The host API of a retired server, as an ASGI application."""

    def __init__(self, folder: Path, retirement: Retirement, trusted: bytes, world: World) -> None:
        self._folder, self._retirement, self._trusted, self._world = folder, retirement, trusted, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        header = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
        language = fitting_language(bytes(header).decode("latin-1"))
        try:
            await received(receive, hostapi.LARGEST_MANY)
            answer = self._answered(scope["path"], scope["extensions"]["calvox.peer"])
        except Exception as error:
            answer = error_answer(error, language, scope["path"])
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _answered(self, path: str, peer: MutableMapping[str, Any]) -> Answer:
        if path == hostapi.AUTHORITY:
            return Answer(200, self._trusted, "application/x-pem-file")
        told: msgspec.Struct | None = None
        if path in (hostapi.HEARTBEAT, hostapi.STATEMENTS):
            host = self._host_of(peer)
            told = statements_kept(self._folder, host)
            if told is not None and path == hostapi.HEARTBEAT:
                told = hostapi.Heartbeaten(self._world.now(), statements=self._retirement.policy)
        if told is None:
            raise Retired(t("This licence server was retired for good"), hint=t("Ask the one that the policy names."))
        return Answer(200, msgspec.json.encode(told))

    def _host_of(self, peer: MutableMapping[str, Any]) -> bytes:
        """Read who asks from the certificate; its end counts here too."""
        certificate = peer["certificate"]
        if not certificate or not was_issued_by(certificate, self._trusted):
            raise Denied(t("This session host is not enrolled here"), hint=t("Enrol first: “calvox host enrol”."))
        begins, ends = validity_of(certificate)
        if not begins <= self._world.now() <= ends:
            raise Denied(
                t("This session host's certificate is not valid now"), hint=t("Enrol anew: “calvox host enrol”.")
            )
        return host_id_of(certificate)
