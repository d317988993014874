"""What a session host and a licence server say to each other: HTTP over mutual TLS, JSON bodies; bytes are base64.

Both sides import these structs, so that they cannot drift apart. An unknown field is ignored, so that a host and a server
a version apart work together.
"""

from typing import Annotated, Literal

import msgspec

AUTHORITY = "/v1/authority"
"""GET, before anything is trusted: the authority's certificate (PEM)."""
ENROL = "/v1/enrol"
ACQUIRE = "/v1/acquire"
RELEASE = "/v1/release"
STATUS = "/v1/status"
ACQUIRE_MANY = "/v1/acquire-many"
RELEASE_MANY = "/v1/release-many"
HEARTBEAT = "/v1/heartbeat"
RENEW_CERTIFICATE = "/v1/renew-certificate"
STATEMENTS = "/v1/statements"
SETTLE = "/v1/settle"
REENTER = "/v1/reenter"
REJOIN = "/v1/rejoin"
LARGEST = 16 << 10
"""Bytes of the largest request that is about one thing."""
MOST = 256
"""Things that one request may be about."""
MOST_TOKENS = 32
"""Tokens that one request may bring."""
LARGEST_MANY = 128 << 10
"""Bytes of the largest request about many things."""
LATEST = 1 << 53
"""The last moment that a host may name, seconds UTC: what every reader of JSON still counts exactly."""
IDEMPOTENCY_KEY = "Idempotency-Key"
"""Header of a request that changes something, 1 to 64 visible ASCII characters of the host's choice: the same key and body
again give the same answer, another body with it is a conflict. Kept for 7 days."""

CalTypeName = Literal["device", "user", "session"]


class EnrolAsk(msgspec.Struct, frozen=True):
    """A host enrols."""

    secret: bytes
    """The secret of its enrolment code, 16 bytes."""
    signing_request: str
    """PEM."""


class EnrolAnswer(msgspec.Struct, frozen=True):
    """The host is enrolled."""

    host: bytes
    """16 bytes."""
    name: str
    version: int
    """The host's version, as its administrator declared it."""
    certificate: str
    """PEM."""
    authority: str
    """PEM."""
    server_id: bytes
    """18 bytes, to be pinned."""
    epoch: int
    public_key: bytes
    """The server's token key, 32 bytes, to be pinned."""
    pending: bool = False
    """Whether an administrator has yet to confirm this host; until then it is given nothing."""


class AcquireAsk(msgspec.Struct, frozen=True):
    """A host asks for a CAL."""

    cal_type: CalTypeName
    holder: bytes
    """32 bytes."""
    name: str
    """How people call the holder."""
    authenticated: bool = False
    """Whether somebody has logged on from this device since its first contact."""


class CalHeld(msgspec.Struct, frozen=True):
    """A CAL as a host sees it."""

    cal_id: bytes
    """16 bytes."""
    cal_type: CalTypeName
    version: int
    temporary: bool
    valid_until: int
    """Last second, UTC."""
    pack: int
    """Sequence of its pack; 0 = none."""


class AcquireAnswer(msgspec.Struct, frozen=True):
    """A CAL and its token, or a refusal."""

    cal: CalHeld | None = None
    token: bytes = b""
    """Proves the CAL without asking anybody."""
    lease_seconds: int = 0
    """Per session: ask again within this time, or the CAL goes back."""
    refused: str = ""
    """Code of the reason."""
    why: str = ""
    """The reason, in the reader's language."""
    warning: str = ""
    """Where the policy warns of over-use: that this CAL stands in one, in the reader's language."""


class ReleaseAsk(msgspec.Struct, frozen=True):
    """A host gives a session's CAL back."""

    cal_id: bytes
    """16 bytes."""


class Released(msgspec.Struct, frozen=True):
    """The CAL went back."""

    cal_id: bytes


class ServerStatus(msgspec.Struct, frozen=True):
    """What a host may know of its licence server."""

    activated: bool
    now: int
    """The server's time, seconds since 1970-01-01 UTC."""


class AcquireMany(msgspec.Struct, frozen=True):
    """A host asks for several CALs at once: a morning's logons."""

    asks: Annotated[tuple[AcquireAsk, ...], msgspec.Meta(min_length=1, max_length=MOST)]


class AcquiredMany(msgspec.Struct, frozen=True):
    """One answer for each ask, in its order."""

    answers: tuple[AcquireAnswer, ...]


class ReleaseMany(msgspec.Struct, frozen=True):
    """A host gives several sessions' CALs back."""

    cal_ids: Annotated[tuple[bytes, ...], msgspec.Meta(min_length=1, max_length=MOST)]
    """16 bytes each."""


class ReleasedMany(msgspec.Struct, frozen=True):
    """Those that went back; the others were not held any more."""

    cal_ids: tuple[bytes, ...]


class Standing(msgspec.Struct, frozen=True):
    """How a host stands, as it says itself: shown to people, and nothing is decided by it."""

    state: Annotated[str, msgspec.Meta(max_length=16)] = ""
    """grace, grace-over, licensed or outage; empty, or anything else: it does not say."""
    grace_ends: Annotated[int, msgspec.Meta(ge=0, le=LATEST)] = 0
    """In the state grace: its last second, UTC."""
    outage_since: Annotated[int, msgspec.Meta(ge=0, le=LATEST)] = 0
    """In the state outage: when a licence server answered last; 0: never."""
    voucher_used: Annotated[int, msgspec.Meta(ge=0, le=MOST)] = 0
    """CALs given out of an outage voucher and not told of yet."""
    software: Annotated[str, msgspec.Meta(max_length=32)] = ""
    """Version of Calvox that the host runs."""


class Heartbeat(msgspec.Struct, frozen=True):
    """A sign of life for sessions; nothing is entered, their leases begin anew."""

    cal_ids: Annotated[tuple[bytes, ...], msgspec.Meta(max_length=MOST)] = ()
    """16 bytes each."""
    now: int = 0
    """The host's own time, seconds UTC; 0: it does not say."""
    newest: bytes = b""
    """The newest token that the host holds: what its server signed must be in the server's ledger. Empty: none."""
    standing: Standing | None = None
    """How the host stands; None: it does not say."""


class Heartbeaten(msgspec.Struct, frozen=True):
    """What the server makes of it."""

    now: int
    """The server's time, seconds UTC."""
    lost: tuple[bytes, ...] = ()
    """CALs that are not this host's any more."""
    lease_seconds: int = 0
    statements: int = 0
    """Number of the newest policy; a host that holds an older one fetches it."""
    generation: int = 0
    """Of the server's ledger, while tokens are brought back after a restore; 0: none are."""
    restored: int = 0
    """The last entry that the restore brought: tokens of an older generation beyond it are unknown to the server."""


class RenewCertificate(msgspec.Struct, frozen=True):
    """A host whose certificate comes near its end asks for the next."""

    signing_request: str
    """PEM."""


class RenewedCertificate(msgspec.Struct, frozen=True):
    """The next certificate."""

    certificate: str
    """PEM."""
    authority: str
    """PEM of every authority that is trusted now: while it is being exchanged, the old one and the new one."""


class Statements(msgspec.Struct, frozen=True):
    """What the licence server signed for this host; see `calvox.trust.policies`."""

    policy: bytes
    revoked: bytes
    voucher: bytes = b""
    """Empty: none is due, or the policy grants none."""
    succession: tuple[bytes, ...] = ()
    """Policies signed under the IDs of earlier epochs, which name the present one: how a host follows."""


class OutageUse(msgspec.Struct, frozen=True):
    """A CAL that a host gave out of its voucher while no licence server answered."""

    cal_type: CalTypeName
    holder: bytes
    """32 bytes."""
    name: str
    since: int
    """Seconds UTC."""
    until: int


class Settle(msgspec.Struct, frozen=True):
    """A host tells what it used of a voucher; it may then have the next."""

    voucher: bytes
    """16 bytes."""
    used: Annotated[tuple[OutageUse, ...], msgspec.Meta(max_length=MOST)] = ()


class Settled(msgspec.Struct, frozen=True):
    """The voucher is closed."""

    voucher: bytes
    used: int


class Presented(msgspec.Struct, frozen=True):
    """A token that a host holds, and that its server may have forgotten by a restore."""

    token: bytes
    name: str
    """How people call the holder."""


class ReenterAsk(msgspec.Struct, frozen=True):
    """A host brings tokens back."""

    tokens: Annotated[tuple[Presented, ...], msgspec.Meta(min_length=1, max_length=MOST_TOKENS)]


class Brought(msgspec.Struct, frozen=True):
    """What the server makes of one token."""

    token: bytes = b""
    """The token to hold instead."""
    refused: str = ""
    """Code of the reason."""
    why: str = ""
    """The reason, in the reader's language."""


class Reentered(msgspec.Struct, frozen=True):
    """One answer for each token, in its order."""

    answers: tuple[Brought, ...]


class RejoinAsk(msgspec.Struct, frozen=True):
    """A host that was enrolled after the backup asks to be known again; its certificate says who it is."""

    version: int
    """Its version, as it was declared at its enrolment."""


class Rejoined(msgspec.Struct, frozen=True):
    """The host waits for an administrator's approval."""

    name: str
