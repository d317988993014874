"""A session host's side of the conversation, asynchronous: enrol, acquire, release, ask how things stand.

Rules: at enrolment the server's authority is compared with the code before anything is sent; afterwards both sides show
certificates. Every token is verified against the pinned server before its CAL counts.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
import msgspec

from calvox.common.clock import SYSTEM
from calvox.common.errors import BadInput, BadToken, NotFound, Unreachable
from calvox.common.i18n import current_language, t
from calvox.common.wire_errors import error_from
from calvox.core.holders import holder_of
from calvox.core.products import CalType
from calvox.host.state import AUTHORITY, CERTIFICATE, KEY, Enrolled, HostFolder, StoredCal
from calvox.trust.certificates import make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode
from calvox.trust.tokens import Claims, check_token
from calvox.wire import hostapi

A = TypeVar("A")
LARGEST_ANSWER = 1 << 20
"""Bytes of an answer, at most."""


@dataclass(frozen=True, slots=True)
class HeldCal:
    """A CAL whose token was verified."""

    name: str
    """How people call its holder."""
    claims: Claims
    """What the token says."""
    token: bytes
    """The token, to be shown to whoever asks."""

    @property
    def cal_type(self) -> CalType:
        """What it is counted by."""
        return CalType(self.claims.cal_type)


@dataclass(frozen=True, slots=True)
class Refusal:
    """No CAL, and why."""

    reason: str
    """Code of the reason."""
    why: str
    """The reason, for a person."""


async def enrol(folder: Path, server: str, code_text: str, *, seconds: float = 10) -> Enrolled:
    """Enrol this machine as a session host.

    Args:
        folder: Where the host's files will lie.
        server: Address of the licence server: https://name:port.
        code_text: The one-time code that its administrator made.
        seconds: How long the server may take to answer.

    Raises:
        BadCode: the code was mis-typed.
        BadInput: the address is not one of https.
        BadSignature: the server is not the one that the code is from; nothing was sent to it.
        Denied: the code is not good any more.
        Conflict: this host is enrolled already.
    """
    code = EnrolmentCode.read(code_text)
    if not server.lower().startswith("https://"):
        raise BadInput(t("“{server}” is no address of a licence server; write it as https://name:port", server=server))
    state = HostFolder(folder)
    key = state.begin(new_key())
    authority = await _authority(server, code, seconds)
    context = ssl.create_default_context(cadata=authority.decode())
    asked = hostapi.EnrolAsk(code.secret, make_signing_request(key, "calvox session host").decode())
    async with _session(context, seconds) as session:
        told = await _ask(session, server, "POST", hostapi.ENROL, asked, hostapi.EnrolAnswer)
    enrolled = Enrolled(server, told.host, told.name, told.version, told.server_id, told.epoch, told.public_key)
    state.finish(enrolled, told.certificate, told.authority)
    return enrolled


async def _authority(server: str, code: EnrolmentCode, seconds: float) -> bytes:
    """Fetch the authority's certificate over an unverified line, and compare it with the code."""
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    async with _session(unverified, seconds) as session:
        body = await _fetch(session, server, "GET", hostapi.AUTHORITY, b"")
    code.check_authority(body)
    return body


class AsyncHost:
    """An enrolled session host; use it as an asynchronous context manager."""

    def __init__(self, folder: Path, *, timeout: float = 10, now: Callable[[], int] = SYSTEM.now) -> None:
        self._folder, self._timeout, self._now = HostFolder(folder), timeout, now
        self.enrolled = self._folder.enrolled

    async def __aenter__(self) -> Self:
        context = ssl.create_default_context(cafile=str(self._folder.path / AUTHORITY))
        context.load_cert_chain(self._folder.path / CERTIFICATE, self._folder.path / KEY)
        self._session = _session(context, self._timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def acquire(self, cal_type: CalType, name: str, *, authenticated: bool = False) -> HeldCal | Refusal:
        """Ask for a holder's CAL; the one that it has is given again, and renewed when near its end.

        Args:
            cal_type: What the CAL is counted by.
            name: The device's or user's name, or the session's.
            authenticated: Whether somebody has logged on from this device since its first contact.

        Raises:
            Unreachable: the licence server does not answer.
            Denied: it does not know this host.
            BadToken: its answer does not verify.
        """
        asked = hostapi.AcquireAsk(cal_type.label, holder_of(cal_type, name), name, authenticated)  # type: ignore[arg-type]
        told = await self._ask("POST", hostapi.ACQUIRE, asked, hostapi.AcquireAnswer)
        if told.cal is None:
            return Refusal(told.refused, told.why)
        cal = self.verify(StoredCal(name, asked.holder, told.token))
        self._folder.keep(StoredCal(name, asked.holder, told.token))
        return cal

    async def release(self, cal: HeldCal) -> None:
        """Give a session's CAL back.

        Raises:
            NotFound: it went back already; it is not held here any more either.
        """
        try:
            await self._ask("POST", hostapi.RELEASE, hostapi.ReleaseAsk(cal.claims.cal_id), hostapi.Released)
        except NotFound:
            self._folder.forget(cal.claims.holder)
            raise
        self._folder.forget(cal.claims.holder)

    async def server_status(self) -> hostapi.ServerStatus:
        """Ask the licence server how it stands."""
        return await self._ask("GET", hostapi.STATUS, None, hostapi.ServerStatus)

    def verify(self, stored: StoredCal) -> HeldCal:
        """Verify a token alone, without asking anybody.

        Raises:
            BadToken: it proves nothing now; the reason is named.
        """
        own = self.enrolled
        claims = check_token(
            stored.token, own.pinned, at=self._now(), host=own.host, holder=stored.holder, host_version=own.version
        )
        return HeldCal(stored.name, claims, stored.token)

    def held(self) -> list[HeldCal]:
        """List the CALs whose tokens verify now."""
        found = []
        for stored in self._folder.cals():
            try:
                found.append(self.verify(stored))
            except BadToken:
                continue
        return found

    async def _ask(self, method: str, path: str, asked: Any, kind: type[A]) -> A:
        return await _ask(self._session, self.enrolled.server, method, path, asked, kind)


def _session(context: ssl.SSLContext, seconds: float) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=context),
        timeout=aiohttp.ClientTimeout(total=seconds),
        headers={"Content-Type": "application/json", "Accept-Language": current_language()},
    )


async def _ask(session: aiohttp.ClientSession, server: str, method: str, path: str, asked: Any, kind: type[A]) -> A:
    body = await _fetch(session, server, method, path, b"" if asked is None else msgspec.json.encode(asked))
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreachable(
            t("{server} gave an answer that is not understood: {why}", server=server, why=str(error))
        ) from error


async def _fetch(session: aiohttp.ClientSession, server: str, method: str, path: str, body: bytes) -> bytes:
    try:
        async with session.request(method, server.rstrip("/") + path, data=body or None) as response:
            data = await _whole(response, server)
            if response.status != 200:
                raise error_from(data)
            return data
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise Unreachable(
            t("{server} does not answer: {why}", server=server, why=str(error) or type(error).__name__),
            hint=t("Is the licence server serving? Is the address right, and the way open?"),
        ) from error


async def _whole(response: aiohttp.ClientResponse, server: str) -> bytes:
    """Read an answer to its end, however the network cuts it."""
    data = bytearray()
    async for part in response.content.iter_any():
        data += part
        if len(data) > LARGEST_ANSWER:
            raise Unreachable(t("{server} gave an answer that does not end", server=server))
    return bytes(data)
