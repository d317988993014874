"""What a session host and a licence server say to each other: HTTP over mutual TLS, JSON bodies; bytes are base64.

Both sides import these structs, so that they cannot drift apart. An unknown field is ignored, so that a host and a server
a version apart work together.
"""

from typing import Literal

import msgspec

AUTHORITY = "/v1/authority"
"""GET, before anything is trusted: the authority's certificate (PEM)."""
ENROL = "/v1/enrol"
ACQUIRE = "/v1/acquire"
RELEASE = "/v1/release"
STATUS = "/v1/status"
LARGEST = 16 << 10
"""Bytes of the largest request."""

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
