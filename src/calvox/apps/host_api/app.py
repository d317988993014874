"""The routes of the host API, in one table, and what each request goes through before it is served.

Rules: the authority's certificate and enrolment are open to a peer without a certificate; everything else needs one that a
trusted authority issued, to a host that is admitted; one that is not learns nothing of its request. Bodies are capped
before they are parsed, and what a host may ask is bounded before its request reaches the ledger.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from calvox.apps.host_api import cals, hosts, reentry, statements
from calvox.apps.host_api.call import Call, Desk
from calvox.apps.serving import Answer, error_answer, parse, received
from calvox.common.errors import BadInput, Denied, NotFound
from calvox.common.i18n import Language, fitting_language, t
from calvox.server.hosts import admitted
from calvox.server.idempotency import checked_key
from calvox.server.keys import Keys
from calvox.server.limits import Limits
from calvox.server.store import LicenceServer
from calvox.trust.certificates import host_id_of, validity_of, was_issued_by
from calvox.wire import hostapi


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route."""

    method: str
    path: str
    run: Callable[[Call[Any]], Awaitable[Any]]
    asked: type | None = None
    """What the body holds; None: no body."""
    answers: type = bytes
    """What comes back; bytes: a file as it is."""
    limit: int = hostapi.LARGEST
    """Bytes of the body, at most."""
    open: bool = False
    """Whether a peer without a certificate may ask."""
    repeatable: bool = False
    """Whether an Idempotency-Key counts."""


ENDPOINTS = (
    Endpoint("GET", hostapi.AUTHORITY, hosts.authority, open=True),
    Endpoint("POST", hostapi.ENROL, hosts.enrol_host, hostapi.EnrolAsk, hostapi.EnrolAnswer, open=True),
    Endpoint(
        "POST",
        hostapi.RENEW_CERTIFICATE,
        hosts.renew,
        hostapi.RenewCertificate,
        hostapi.RenewedCertificate,
        repeatable=True,
    ),
    Endpoint("GET", hostapi.STATUS, hosts.status, None, hostapi.ServerStatus),
    Endpoint("POST", hostapi.ACQUIRE, cals.acquire_one, hostapi.AcquireAsk, hostapi.AcquireAnswer, repeatable=True),
    Endpoint(
        "POST",
        hostapi.ACQUIRE_MANY,
        cals.acquire_many,
        hostapi.AcquireMany,
        hostapi.AcquiredMany,
        hostapi.LARGEST_MANY,
        repeatable=True,
    ),
    Endpoint("POST", hostapi.RELEASE, cals.release_one, hostapi.ReleaseAsk, hostapi.Released, repeatable=True),
    Endpoint(
        "POST", hostapi.RELEASE_MANY, cals.release_many, hostapi.ReleaseMany, hostapi.ReleasedMany, repeatable=True
    ),
    Endpoint("POST", hostapi.STATEMENTS, statements.fetch, None, hostapi.Statements),
    Endpoint(
        "POST",
        hostapi.SETTLE,
        statements.settle_voucher,
        hostapi.Settle,
        hostapi.Settled,
        hostapi.LARGEST_MANY,
    ),
    Endpoint("POST", hostapi.HEARTBEAT, cals.beat, hostapi.Heartbeat, hostapi.Heartbeaten),
    Endpoint(
        "POST",
        hostapi.REENTER,
        reentry.bring_back,
        hostapi.ReenterAsk,
        hostapi.Reentered,
        hostapi.LARGEST_MANY,
    ),
    Endpoint("POST", hostapi.REJOIN, reentry.ask_again, hostapi.RejoinAsk, hostapi.Rejoined),
)
"""Every route; the description of the API is made from it."""


def desk_of(server: LicenceServer) -> Desk:
    """Make what all requests of a serving process share."""
    chosen = server.settings.server
    return Desk(server, Limits(chosen.requests_each_second, chosen.holders_each_hour))


def host_app(desk: Desk) -> "HostApp":
    """Make the application behind the listener."""
    return HostApp(desk)


class HostApp:
    """The host API as an ASGI application, without a framework: its few routes are asked thousands of times a second."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._routes = {one.path: one for one in ENDPOINTS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        language = fitting_language(_header(scope, b"accept-language"))
        try:
            answer = await self._served(scope, receive, language)
        except Exception as error:
            answer = error_answer(error, language, scope["path"])
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _served(self, scope: Scope, receive: Receive, language: Language) -> Answer:
        endpoint = self._routes.get(scope["path"])
        if endpoint is None or endpoint.method != scope["method"]:
            raise NotFound(t("There is no {method} {path} here", method=scope["method"], path=scope["path"][:80]))
        host = b"" if endpoint.open else self._host_of(scope["extensions"]["calvox.peer"])
        try:
            return await self._answered(endpoint, host, scope, receive, language)
        except BadInput:
            self._demand_admitted(host)
            raise

    async def _answered(
        self, endpoint: Endpoint, host: bytes, scope: Scope, receive: Receive, language: Language
    ) -> Answer:
        body = await received(receive, endpoint.limit) if endpoint.asked else b""
        asked = parse(body, endpoint.asked) if endpoint.asked else None
        if host:
            self._desk.limits.ask(host, _size(asked), self._desk.clock())
        key = _header(scope, IDEMPOTENCY_KEY) if endpoint.repeatable else ""
        certificate = scope["extensions"]["calvox.peer"]["certificate"] if host else b""
        checked = checked_key(key) if key else ""
        told = await endpoint.run(Call(self._desk, host, asked, body, checked, language, certificate))
        if isinstance(told, bytes):
            return Answer(200, told, "application/x-pem-file")
        return Answer(200, msgspec.json.encode(told))

    def _host_of(self, peer: MutableMapping[str, Any]) -> bytes:
        server = self._desk.server
        return peer_host(peer, server.keys, server.world.now())

    def _demand_admitted(self, host: bytes) -> None:
        """Tell a host that is not to be served just that, whatever is wrong with its request.

        A good request meets the same question in its own transaction, so this one costs only those that are not good.
        """
        if host:
            with self._desk.server.journal.read() as reader:
                admitted(reader, host)


_MANY = ("asks", "cal_ids", "tokens")
"""Fields that tell what a request about many things is about."""
IDEMPOTENCY_KEY = hostapi.IDEMPOTENCY_KEY.lower().encode()


def _header(scope: Scope, name: bytes) -> str:
    for one, value in scope["headers"]:
        if one == name:
            return bytes(value).decode("latin-1")
    return ""


def _size(asked: Any) -> int:
    """Count the things that a request is about."""
    return next((len(many) for name in _MANY if (many := getattr(asked, name, None))), 1)


def peer_host(peer: MutableMapping[str, Any], keys: Keys, now: int) -> bytes:
    """Read the host's identifier from the peer's certificate, once a connection and again when the authority was replaced.

    TLS verified the chain, but trusts an authority that was replaced until the process ends, and asks no clock: whether the
    certificate is valid is asked of licensing time, at each request.

    Raises:
        Denied: the peer shows no certificate, one of an authority that was replaced, or one that is not valid now.
        BadInput: its certificate is no session host's.
    """
    if peer.get("keys") is not keys:
        certificate = peer["certificate"]
        if not certificate:
            raise Denied(t("This needs a session host's certificate"), hint=t("Enrol first: “calvox host enrol”."))
        host = host_id_of(certificate)
        if not was_issued_by(certificate, keys.trusted):
            raise Denied(t("This session host is not enrolled here"), hint=t("Enrol first: “calvox host enrol”."))
        peer["host"], peer["keys"], peer["valid"] = host, keys, validity_of(certificate)
    begins, ends = peer["valid"]
    if not begins <= now <= ends:
        raise Denied(t("This session host's certificate is not valid now"), hint=t("Enrol anew: “calvox host enrol”."))
    found: bytes = peer["host"]
    return found
