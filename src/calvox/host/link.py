"""One enrolment, and the conversation with its licence server: every request of the host API by its name.

Rules: both sides show certificates. Every token is verified against the pinned server before its CAL is kept. A certificate
is renewed with a new key, and taken up in one step; connections made before go on with the old one.
"""

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import aiohttp
import msgspec

from calvox.common.clock import DAY, World
from calvox.common.errors import BadInput, BadSignature, BadToken
from calvox.common.files import read_whole
from calvox.core.continuity import REENTRY_SECONDS
from calvox.core.holders import holder_of
from calvox.host import statements
from calvox.host.held import HeldCal, Refusal, Wish, verified
from calvox.host.state import AUTHORITY, HostFolder, StoredCal
from calvox.host.transport import ask, open_session
from calvox.trust.certificates import expires_at, make_signing_request, new_key
from calvox.trust.tokens import Token
from calvox.wire import hostapi

A = TypeVar("A")
T = TypeVar("T")
RENEW_DAYS = 30
"""Days before its end at which a certificate is renewed."""


class Link:
    """The conversation with one licence server."""

    def __init__(self, folder: HostFolder, seconds: float, now: Callable[[], int], world: World) -> None:
        self.folder, self._seconds, self._now, self._world = folder, seconds, now, world
        self.enrolled = folder.enrolled
        self.server = self.enrolled.server
        self._known, self._stamp = statements.load(folder), statements.stamp(folder)
        self._session: aiohttp.ClientSession | None = None
        self._old: list[aiohttp.ClientSession] = []

    @property
    def known(self) -> statements.Known:
        """What the server signed for this host, as it lies in the folder: another process may have fetched it."""
        stamp = statements.stamp(self.folder)
        if stamp != self._stamp:
            self.enrolled = self.folder.enrolled
            self._known, self._stamp = statements.load(self.folder), stamp
        return self._known

    async def close(self) -> None:
        """Hang up."""
        for session in (self._session, *self._old):
            if session is not None:
                await session.close()
        self._session, self._old = None, []

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            context = ssl.create_default_context(cafile=str(self.folder.path / AUTHORITY))
            context.load_cert_chain(*self.folder.pair)
            self._session = open_session(context, self._seconds)
        return self._session

    async def _ask(self, path: str, asked: Any, kind: type[A], *, method: str = "POST", once: bool = True) -> A:
        key = "" if once else self._world.random(16).hex()
        return await ask(self._open(), self.server, method, path, asked, kind, key=key)

    async def acquire(self, wishes: Sequence[Wish]) -> list[HeldCal | Refusal]:
        """Ask for CALs, in one request if there are not too many; the answers come in their order."""
        asks, answers = [_ask_of(wish) for wish in wishes], list[hostapi.AcquireAnswer]()
        if len(asks) == 1:
            answers.append(await self._ask(hostapi.ACQUIRE, asks[0], hostapi.AcquireAnswer, once=False))
        else:
            for part in _parts(asks):
                many = hostapi.AcquireMany(part)
                answers += (await self._ask(hostapi.ACQUIRE_MANY, many, hostapi.AcquiredMany, once=False)).answers
        await self._follow([told.token for told in answers if told.cal is not None])
        return [self._keep(*one) for one in zip(wishes, asks, answers, strict=True)]

    async def _follow(self, tokens: Sequence[bytes]) -> None:
        """Ask who the server is now, if a token is signed under an ID that this host does not know."""
        said = {id_in(token) for token in tokens} - {b""}
        if not all(self.enrolled.knows(one) for one in said):
            with suppress(BadInput, BadSignature):
                await self.fetch_statements()

    def _keep(self, wish: Wish, asked: hostapi.AcquireAsk, told: hostapi.AcquireAnswer) -> HeldCal | Refusal:
        if told.cal is None:
            return Refusal(told.refused, told.why)
        stored = StoredCal(asked.name, asked.holder, told.token, wish.process, wish.used or self._now())
        cal = self.verify(stored)
        self.folder.keep(stored)
        return cal

    async def release(self, cal_id: bytes) -> None:
        """Give a session's CAL back; raises NotFound if it went back already."""
        await self._ask(hostapi.RELEASE, hostapi.ReleaseAsk(cal_id), hostapi.Released, once=False)

    async def release_many(self, cal_ids: Sequence[bytes]) -> None:
        """Give sessions' CALs back; those that went back already are passed over."""
        for part in _parts(cal_ids):
            await self._ask(hostapi.RELEASE_MANY, hostapi.ReleaseMany(part), hostapi.ReleasedMany, once=False)

    async def heartbeat(
        self, cal_ids: Sequence[bytes], now: int, newest: bytes, standing: hostapi.Standing | None = None
    ) -> tuple[hostapi.Heartbeaten, set[bytes]]:
        """Give a sign of life for sessions, and say how this host stands; tell what is not this host's any more.

        A server that was restored from a backup says so; what it forgot is brought back to it first.
        """
        told, lost = await self._beat(cal_ids, hostapi.Heartbeat((), now, newest, standing))
        if told.generation and await self.bring_back(told.generation, told.restored):
            return await self._beat(cal_ids, hostapi.Heartbeat((), now, b"", standing))
        return told, lost

    async def _beat(self, cal_ids: Sequence[bytes], said: hostapi.Heartbeat) -> tuple[hostapi.Heartbeaten, set[bytes]]:
        lost: set[bytes] = set()
        for part in list(_parts(cal_ids)) or [()]:
            beat = msgspec.structs.replace(said, cal_ids=part)
            told = await self._ask(hostapi.HEARTBEAT, beat, hostapi.Heartbeaten)
            lost |= set(told.lost)
        return told, lost

    async def bring_back(self, generation: int, end: int) -> int:
        """Bring tokens of an older generation beyond an entry back to a server that was restored; tell how many it took."""
        ahead = [stored for cal, stored in self.held() if _is_beyond(cal, generation, end)]
        taken = 0
        for part in _parts(ahead, hostapi.MOST_TOKENS):
            asked = hostapi.ReenterAsk(tuple(hostapi.Presented(one.token, one.name) for one in part))
            told = await self._ask(hostapi.REENTER, asked, hostapi.Reentered)
            await self._follow([one.token for one in told.answers if one.token])
            taken += sum(self._exchange(*one) for one in zip(part, told.answers, strict=True))
        return taken

    def _exchange(self, stored: StoredCal, told: hostapi.Brought) -> bool:
        """Hold the token that came for another one; whoever gave the CAL back meanwhile does not want it."""
        now = self.folder.cal(stored.holder)
        if not told.token or now is None or now.token != stored.token:
            return False
        renewed = StoredCal(stored.name, stored.holder, told.token, stored.process, stored.used)
        self.verify(renewed)
        self.folder.keep(renewed)
        return True

    async def rejoin(self) -> None:
        """Ask a server that was restored from a backup older than this enrolment to know this host again.

        Raises:
            Denied: it was not restored lately, or knows this host.
        """
        await self._ask(hostapi.REJOIN, hostapi.RejoinAsk(self.enrolled.version), hostapi.Rejoined)

    async def status(self) -> hostapi.ServerStatus:
        """Ask how the server stands."""
        return await self._ask(hostapi.STATUS, None, hostapi.ServerStatus, method="GET")

    async def status_at(self, address: str) -> hostapi.ServerStatus:
        """Ask how the server stands at another address; whoever answers has a certificate of the pinned authority.

        Raises:
            Unreachable: nobody answers there, or somebody else.
        """
        return await ask(self._open(), address, "GET", hostapi.STATUS, None, hostapi.ServerStatus)

    def move(self, address: str) -> None:
        """Ask the server at another address from now on."""
        self.folder.follow(msgspec.structs.replace(self.folder.enrolled, server=address))
        self.enrolled, self.server = self.folder.enrolled, address

    async def fetch_statements(self) -> None:
        """Fetch policy, revocation list and voucher, and keep them if they verify."""
        told = await self._ask(hostapi.STATEMENTS, None, hostapi.Statements)
        self._known = statements.keep(self.folder, told, self.known)
        self.enrolled = self.folder.enrolled
        self._stamp = statements.stamp(self.folder)

    async def settle(self, voucher: bytes, uses: tuple[hostapi.OutageUse, ...]) -> None:
        """Tell what was used of a voucher."""
        await self._ask(hostapi.SETTLE, hostapi.Settle(voucher, uses), hostapi.Settled)

    def forget_voucher(self) -> None:
        """Drop a voucher that was settled."""
        self._known = statements.drop_voucher(self.folder, self.known)

    @property
    def certificate_ends(self) -> int:
        """The last second at which the certificate is valid, UTC."""
        return expires_at(read_whole(self.folder.pair[0]))

    async def renew_certificate(self) -> bool:
        """Get the next certificate, if this one comes near its end; tell whether that was done."""
        if self.certificate_ends - self._now() > RENEW_DAYS * DAY:
            return False
        key = self.folder.next_key(new_key())
        asked = hostapi.RenewCertificate(make_signing_request(key, "calvox session host").decode())
        told = await self._ask(hostapi.RENEW_CERTIFICATE, asked, hostapi.RenewedCertificate, once=False)
        self.folder.renew(key, told.certificate, told.authority)
        # Requests that are under way end on the connection that they began on.
        self._old += [self._session] if self._session is not None else []
        self._session = None
        return True

    def verify(self, stored: StoredCal) -> HeldCal:
        """Verify a token alone; raises BadToken."""
        return verified(stored, self.enrolled, self._now())

    def held(self) -> list[tuple[HeldCal, StoredCal]]:
        """List the CALs whose tokens verify now and were not revoked."""
        known = self.known
        found = ((self._good(stored, known), stored) for stored in self.folder.cals())
        return [(cal, stored) for cal, stored in found if cal is not None]

    def held_by(self, holder: bytes) -> HeldCal | None:
        """Find the CAL of one holder, if its token verifies now and was not revoked."""
        stored = self.folder.cal(holder)
        return self._good(stored, self.known) if stored else None

    def _good(self, stored: StoredCal, known: statements.Known) -> HeldCal | None:
        try:
            cal = self.verify(stored)
        except BadToken:
            return None
        return None if known.is_revoked(cal.claims.cal_id) or self._is_left_over(cal, known) else cal

    def _is_left_over(self, cal: HeldCal, known: statements.Known) -> bool:
        """Tell whether a CAL was lost by a restore and not brought back in time."""
        policy = known.policy
        if policy is None or not policy.restored or self._now() <= policy.restored + REENTRY_SECONDS:
            return False
        return _is_beyond(cal, policy.generation, policy.restored_position)


def _ask_of(wish: Wish) -> hostapi.AcquireAsk:
    label: Any = wish.cal_type.label
    return hostapi.AcquireAsk(label, holder_of(wish.cal_type, wish.name), wish.name, wish.authenticated)


def _is_beyond(cal: HeldCal, generation: int, end: int) -> bool:
    """Tell whether a token is of an older generation, and beyond what a restore brought of that."""
    seal = Token.from_bytes(cal.token).seal
    return seal.generation < generation and seal.position > end


def id_in(token: bytes) -> bytes:
    """Read the server ID in a token; empty: these bytes are none, which whoever verifies it will say."""
    try:
        return Token.from_bytes(token).seal.server_id
    except BadToken:
        return b""


def _parts(things: Sequence[T], most: int = hostapi.MOST) -> Iterator[tuple[T, ...]]:
    """Cut a list so that each part fits into one request."""
    return (tuple(things[start : start + most]) for start in range(0, len(things), most))
