"""The licence server's listener for session hosts: mutual TLS, JSON.

Rules: the authority's certificate and enrolment are open to a peer without a certificate; everything else needs one that
this server's authority issued, to a host that is still enrolled. Bodies are capped before they are parsed.
"""

import asyncio
import ssl
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from calvox.apps.serving import answer, application, bounded_body, parse
from calvox.common.errors import BadInput, Denied
from calvox.common.i18n import fitting_language, language_of, t
from calvox.core.book import Row
from calvox.core.deciding import Refused
from calvox.core.products import CalType, cal_type_named
from calvox.server.hosts import enrol
from calvox.server.issue import Granted, HolderAsk, acquire, token_of
from calvox.server.release import release
from calvox.server.store import LicenceServer, server_row
from calvox.trust.certificates import host_id_of
from calvox.trust.enrolment import secret_hash
from calvox.wire import hostapi


def tls_context(server: LicenceServer) -> ssl.SSLContext:
    """Make the TLS context: our certificate; the peer's, if it shows one, must be of our authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(server.keys.folder / "tls.pem", server.keys.folder / "tls.key")
    context.load_verify_locations(cadata=server.keys.authority.decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


def host_app(server: LicenceServer) -> Starlette:
    """Make the application behind the listener."""
    api = _HostApi(server)
    return application(
        [
            Route(hostapi.AUTHORITY, api.authority, methods=["GET"]),
            Route(hostapi.ENROL, api.enrol, methods=["POST"]),
            Route(hostapi.ACQUIRE, api.acquire, methods=["POST"]),
            Route(hostapi.RELEASE, api.release, methods=["POST"]),
            Route(hostapi.STATUS, api.status, methods=["GET"]),
        ]
    )


class _HostApi:
    """The endpoints."""

    def __init__(self, server: LicenceServer) -> None:
        self._server = server

    async def authority(self, request: Request) -> Response:
        """Show the authority's certificate; who asks compares it with the enrolment code."""
        return Response(self._server.keys.authority, media_type="application/x-pem-file")

    async def enrol(self, request: Request) -> Response:
        """Enrol a host."""
        asked: hostapi.EnrolAsk = parse(await bounded_body(request, hostapi.LARGEST), hostapi.EnrolAsk)
        code = secret_hash(asked.secret)
        return answer(await run_in_threadpool(enrol, self._server, code, asked.signing_request.encode()))

    async def acquire(self, request: Request) -> Response:
        """Issue, renew or refuse."""
        host = self._host(request)
        asked: hostapi.AcquireAsk = parse(await bounded_body(request, hostapi.LARGEST), hostapi.AcquireAsk)
        ask = _holder_ask(asked, host)
        done = await asyncio.wrap_future(self._server.journal.submit(acquire(self._server, ask)))
        if isinstance(done.value, Refused):
            with language_of(fitting_language(request.headers.get("accept-language"))):
                reason = done.value.reason
                return answer(hostapi.AcquireAnswer(refused=str(reason), why=str(reason.text)))
        lease = self._server.settings.server.lease_seconds if ask.cal_type is CalType.SESSION else 0
        return answer(hostapi.AcquireAnswer(_held(done.value), token_of(done), lease))

    async def release(self, request: Request) -> Response:
        """Take a session's CAL back."""
        host = self._host(request)
        asked: hostapi.ReleaseAsk = parse(await bounded_body(request, hostapi.LARGEST), hostapi.ReleaseAsk)
        await asyncio.wrap_future(self._server.journal.submit(release(asked.cal_id, host["host"])))
        return answer(hostapi.Released(asked.cal_id))

    async def status(self, request: Request) -> Response:
        """Say whether the server is activated, and what time it has."""
        self._host(request)
        with self._server.journal.read() as reader:
            activated = bool(server_row(reader)["activated"])
        return answer(hostapi.ServerStatus(activated, self._server.world.now()))

    def _host(self, request: Request) -> Row:
        """Find the enrolled host that the peer's certificate names.

        Raises:
            Denied: the peer shows no certificate, or its host is not enrolled.
        """
        certificate = request.scope["extensions"]["calvox.peer"]["certificate"]
        if not certificate:
            raise Denied(t("This needs a session host's certificate"), hint=t("Enrol first: “calvox host enrol”."))
        with self._server.journal.read() as reader:
            host = reader.get("host", (host_id_of(certificate),))
        if host is None:
            raise Denied(t("This session host is not enrolled here"))
        return host


def _holder_ask(asked: hostapi.AcquireAsk, host: Row) -> HolderAsk:
    if len(asked.holder) != 32:
        raise BadInput(t("The field “{field}” has {size} bytes", field="holder", size=32))
    if not asked.name or len(asked.name) > 255 or not asked.name.isprintable():
        raise BadInput(t("The field “{field}” has 1 to 255 printable characters", field="name"))
    kind = cal_type_named(asked.cal_type)
    return HolderAsk(kind, asked.holder, asked.name, host["host"], host["version"], asked.authenticated)


def _held(granted: Granted) -> hostapi.CalHeld:
    cal: dict[str, Any] = granted.cal
    return hostapi.CalHeld(
        cal_id=cal["cal_id"],
        cal_type=CalType(cal["cal_type"]).label,  # type: ignore[arg-type]
        version=cal["version"],
        temporary=bool(cal["temporary"]),
        valid_until=cal["valid_until"],
        pack=cal["pack"],
    )
