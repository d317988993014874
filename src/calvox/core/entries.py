"""What a licence server records: the entries of its ledger.

A holder appears under a salted reference; who it is lies beside the chain, where it can be erased.
"""

from calvox.core.book import Fact


class ServerFounded(Fact, frozen=True):
    """A licence server was made, and what its ID is computed from."""

    server_id: bytes
    """18 bytes."""
    epoch: int
    """1 to 255."""
    public_key: bytes
    """Its Ed25519 key, 32 bytes."""
    fingerprint_record: bytes
    """The machine's fingerprint as stored, deterministic CBOR."""
    centre_key: bytes
    """Public key of the activation centre, 96 bytes."""
    centre_name: str
    authority: bytes
    """SHA-256 of its certificate authority's public key."""


class PackRequested(Fact, frozen=True):
    """A request was made, and its sequence given out for ever."""

    sequence: int
    """The server's own count for this ID, 0 to 1023."""
    request: bytes
    """18 bytes as spoken."""
    by: str


class ConfirmationAccepted(Fact, frozen=True):
    """A confirmation was typed in and verified."""

    kind: int
    """Kind of confirmation, as signed."""
    server_id: bytes
    """The ID that it is for, 18 bytes."""
    requests: tuple[bytes, ...]
    """The requests that it confirms, 18 bytes each."""
    issue_day: int
    """Days since 1970-01-01 UTC on which the centre signed."""
    signature: bytes
    """The full 48 bytes."""
    by: str


class ServerActivated(Fact, frozen=True):
    """The activation centre has registered this server."""

    issue_day: int
    """Days since 1970-01-01 UTC on which the centre signed."""


class PackInstalled(Fact, frozen=True):
    """A pack went in."""

    sequence: int
    """Sequence of its request, and in later epochs its number (`reenrolling`): it counts once for ever."""
    programme: int
    cal_type: int
    version: int
    quantity: int
    agreement: int
    """12 digits."""
    ends: int
    """First second after its last day, UTC; 0 = never."""


class HostEnrolled(Fact, frozen=True):
    """A session host was given a certificate."""

    host: bytes
    """16 bytes."""
    name: str
    version: int
    certificate: bytes
    """SHA-256 of its certificate."""
    by: str
    """Who made the enrolment code."""


class CalIssued(Fact, frozen=True):
    """A CAL was given out."""

    cal_id: bytes
    """16 bytes."""
    cal_type: int
    version: int
    holder: bytes
    """The holder's salted reference, 32 bytes."""
    host: bytes
    """The host that asked, 16 bytes."""
    valid_until: int
    """Last second, UTC."""
    temporary: bool
    pack: int
    """Sequence of its pack; 0 = none."""
    replaces: bytes
    """The CAL that went back for it; empty = none."""
    replaces_pack: int
    """The pack that the replaced CAL went back to; 0 = none."""


class CalRenewed(Fact, frozen=True):
    """A CAL's validity was extended."""

    cal_id: bytes
    host: bytes
    """The host that asked, 16 bytes."""
    valid_until: int
    """Last second, UTC."""


class CalReentered(Fact, frozen=True):
    """A CAL that was given out after a backup, and lost with the ledger, came back from a session host that holds its token."""

    cal_id: bytes
    """16 bytes."""
    cal_type: int
    version: int
    holder: bytes
    """The holder's salted reference, 32 bytes."""
    host: bytes
    """The host that holds its token, 16 bytes."""
    valid_until: int
    """Last second, UTC."""
    temporary: bool
    pack: int
    """Sequence of its pack; 0 = none."""
    issued: int
    """From when its token is valid, seconds UTC."""
    generation: int
    """In which its token was signed."""
    position: int
    """Last entry of the batch that its token stands in, in that generation."""
    new_device: bool
    """Whether it is a device's and the ledger did not know the device."""
    replaces: bytes
    """The CAL that had gone back for it after the backup; empty = none."""
    replaces_pack: int
    """The pack that the replaced CAL went back to; 0 = none."""


class CalReleased(Fact, frozen=True):
    """A CAL went back to its pool before its end."""

    cal_id: bytes
    pack: int
    """The pack that it went back to; 0 = none."""
    why: str
    """"asked", or "lease" when a session's heartbeats stopped."""


class CalExpired(Fact, frozen=True):
    """A CAL reached its end and went back to its pool."""

    cal_id: bytes
    pack: int
    """The pack that it went back to; 0 = none."""


class CalRefused(Fact, frozen=True):
    """Equal refusals within an hour."""

    host: bytes
    holder: bytes
    """The holder's salted reference, 32 bytes."""
    cal_type: int
    reason: str
    hour: int
    """Hours since 1970-01-01 UTC."""
    count: int


class CalReleasedByHand(Fact, frozen=True):
    """An administrator let a CAL go back before its end."""

    cal_id: bytes
    pack: int
    """The pack that it went back to; 0 = none."""
    holder: bytes
    """The holder's salted reference, 32 bytes."""
    why: str
    """As the administrator put it, without names: it stands in the chain."""
    by: str


class CalRevoked(Fact, frozen=True):
    """A device's CAL was taken away, though its token may still be out until its end."""

    cal_id: bytes
    pack: int
    """The pack that it went back to."""
    version: int
    holder: bytes
    """The holder's salted reference, 32 bytes."""
    valid_until: int
    """Last second for which its tokens are good, UTC: until then it counts as revoked."""
    why: str
    """As the administrator put it, without names: it stands in the chain."""
    by: str


class CalsConverted(Fact, frozen=True):
    """CALs of a pack became CALs of the other type; together they stay what the centre signed."""

    pack: int
    """The pack that they left."""
    lot: int
    """The number under which they stand now: 1024 more than the signed pack's, or that pack itself."""
    opens: bool
    """Whether the lot did not exist before."""
    quantity: int
    """CALs that were converted."""
    cal_type: int
    """What they are now."""
    programme: int
    version: int
    agreement: int
    """12 digits."""
    ends: int
    """First second after the pack's last day, UTC; 0 = never."""
    by: str


class PackPolicySet(Fact, frozen=True):
    """A per-user pack was given its own policy for over-use."""

    pack: int
    over_use: str
    """"allow", "warn" or "enforce"; empty: the site's."""
    by: str


class UserAuthorised(Fact, frozen=True):
    """A user may use the hosts from now on, whether or not they do."""

    holder: bytes
    """The user's salted reference, 32 bytes."""
    by: str


class UserUnauthorised(Fact, frozen=True):
    """A user may no longer use the hosts."""

    holder: bytes
    """The user's salted reference, 32 bytes."""
    entry: int
    """The entry that authorised them."""
    why: str
    """As the administrator put it, without names: it stands in the chain."""
    by: str
