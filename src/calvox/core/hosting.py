"""Session hosts in the ledger: who was admitted, to which group, with which certificate; and the authority behind them.

A host is enrolled by a code, which makes it *pending*; an administrator approves it, at once or when making the code. A
host that was revoked stays in the ledger and is given nothing any more.
"""

from collections.abc import Iterable
from enum import StrEnum

from calvox.core.book import Change, Fact, Placed, Put, Set, Table
from calvox.core.entries import HostEnrolled


class HostState(StrEnum):
    """How a session host stands with its licence server."""

    PENDING = "pending"
    ENROLLED = "enrolled"
    REVOKED = "revoked"


class HostApproved(Fact, frozen=True):
    """An administrator confirmed a host."""

    host: bytes
    """16 bytes."""
    by: str


class HostRevoked(Fact, frozen=True):
    """A host was shut out for good."""

    host: bytes
    why: str
    by: str


class HostGrouped(Fact, frozen=True):
    """A host was put into a group."""

    host: bytes
    group: str
    by: str


class HostCertified(Fact, frozen=True):
    """A host was given its next certificate."""

    host: bytes
    certificate: bytes
    """SHA-256 of the certificate (PEM), 32 bytes."""
    authority: bytes
    """SHA-256 of the key of the authority that issued it, 32 bytes."""


class AuthorityAdded(Fact, frozen=True):
    """A new authority for host certificates was made; until it takes over, both are trusted."""

    authority: bytes
    """SHA-256 of its public key, 32 bytes."""
    by: str


class AuthorityReplaced(Fact, frozen=True):
    """The new authority took over, and the old one is trusted no more."""

    authority: bytes
    """SHA-256 of the public key of the one that is trusted now, 32 bytes."""
    by: str


HOST_FACTS: tuple[type[Fact], ...] = (
    HostApproved,
    HostRevoked,
    HostGrouped,
    HostCertified,
    AuthorityAdded,
    AuthorityReplaced,
)
HOST_TABLE = Table(
    "host",
    ("host",),
    {
        "host": bytes,
        "name": str,
        "version": int,
        "certificate": bytes,
        "enrolled": int,
        "certified": int,
        "issuer": bytes,
        "state": str,
        "group": str,
    },
    index=(("name",),),
    small=True,
)
"""`issuer` is the hash of the authority's key, empty for the first one; `certified` the time of the newest certificate."""
AUTHORITY_TABLE = Table("authority", ("slot",), {"slot": int, "authority": bytes})
"""Which authority took over last; empty while the first one serves."""
SEEN_TABLE = Table("seen", ("host",), {"host": bytes, "time": int})
"""When a host was last heard; working, for it is written now and then only."""
STANDING_TABLE = Table(
    "standing",
    ("host",),
    {
        "host": bytes,
        "told": int,
        "state": str,
        "grace_ends": int,
        "outage_since": int,
        "outage_until": int,
        "voucher_used": int,
        "software": str,
    },
)
"""How a host said that it stands, and when; working likewise. The last outage that it told of stays."""


def host_changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what an entry about hosts changes."""
    match fact:
        case HostEnrolled():
            row = {name: getattr(fact, name) for name in ("host", "name", "version", "certificate")}
            times = {"enrolled": placed.time, "certified": placed.time}
            yield Put("host", {**row, **times, "issuer": b"", "state": str(HostState.PENDING), "group": ""})
        case HostApproved():
            yield Set("host", (fact.host,), {"state": str(HostState.ENROLLED)})
        case HostRevoked():
            yield Set("host", (fact.host,), {"state": str(HostState.REVOKED)})
        case HostGrouped():
            yield Set("host", (fact.host,), {"group": fact.group})
        case HostCertified():
            row = {"certificate": fact.certificate, "certified": placed.time, "issuer": fact.authority}
            yield Set("host", (fact.host,), row)
        case AuthorityReplaced():
            yield Put("authority", {"slot": 0, "authority": fact.authority})
        case AuthorityAdded():
            pass
        case _:
            raise AssertionError(fact)
