"""One request of a session host: who asks, what, under which key; and how its work reaches the ledger.

Rules:
- Whether a host is admitted is asked in the transaction that serves it, so one that was shut out is so at once.
- What a host may not have is a value that comes back from the transaction, never an exception in it: an exception would make
  the whole batch, with everybody else's work, be done again.
- With an Idempotency-Key the same request again gets the same answer, from the same transaction that did it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Generic, TypeVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Language
from calvox.core.book import Row
from calvox.journal.interface import Committed, Transaction
from calvox.server.hosts import admitted
from calvox.server.idempotency import recall, remember
from calvox.server.limits import Limits
from calvox.server.store import LicenceServer
from calvox.wire.hostapi import Standing

A = TypeVar("A")
T = TypeVar("T")


@dataclass(slots=True)
class Desk:
    """What all requests of a serving process share."""

    server: LicenceServer
    limits: Limits
    seen: dict[bytes, int] = field(default_factory=dict)
    """When each host was last heard, seconds UTC."""
    standing: dict[bytes, tuple[int, Standing]] = field(default_factory=dict)
    """What each host said last of how it stands, and when; both are written down now and then."""
    refused: Callable[[str], None] = lambda reason: None
    """Told of each refusal."""
    witnesses: dict[bytes, int] = field(default_factory=dict)
    """How far each host's clock is from ours, while ours is in doubt, in seconds."""
    clock: Callable[[], float] = time.monotonic
    """Runs evenly; bounds how often hosts ask."""


@dataclass(frozen=True, slots=True)
class Call(Generic[A]):
    """One request."""

    desk: Desk
    host: bytes
    """Identifier in the peer's certificate; empty where none is needed."""
    asked: A
    body: bytes
    """As it came."""
    key: str
    """Idempotency-Key; empty: none."""
    language: Language
    certificate: bytes = b""
    """The peer's, DER; empty where none is needed."""

    @property
    def server(self) -> LicenceServer:
        """The licence server."""
        return self.desk.server

    async def run(self, work: Callable[[Transaction, Row], T]) -> Committed[T]:
        """Do some work in the ledger for the host that asks, which must be admitted.

        Raises:
            CalvoxError: whatever the work raised before it changed anything.
        """
        done = await self.server.journal.submit_here(self._as_value(work))
        if isinstance(done.value, CalvoxError):
            raise done.value
        return done

    def _as_value(self, work: Callable[[Transaction, Row], T]) -> Callable[[Transaction], Any]:
        def guarded(tx: Transaction) -> T | CalvoxError:
            before = tx.head.position
            try:
                value = work(tx, admitted(tx, self.host))
            except CalvoxError as error:
                if tx.head.position != before:
                    raise
                return error
            self.desk.seen[self.host] = tx.now
            return value

        return guarded

    def recall(self, tx: Transaction, kind: type[T]) -> T | None:
        """Find what was answered to this very request before."""
        return recall(tx, self.host, self.key, sha256(self.body).digest(), kind) if self.key else None

    def remember(self, tx: Transaction, answer: Any) -> None:
        """Keep what is answered, if the request has a key."""
        if self.key:
            remember(tx, self.host, self.key, sha256(self.body).digest(), answer)
