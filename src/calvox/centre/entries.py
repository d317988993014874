"""What an activation centre records: the entries of its register.

Call words are not among them: their hashes lie beside the chain, where they can be erased; an entry holds only the digest
of such a hash, so that nobody who can write the database puts another in its place.
"""

from calvox.core.book import Fact


class CentreFounded(Fact, frozen=True):
    """An activation centre was made."""

    name: str
    public_key: bytes
    """BLS, 96 bytes."""
    telephones: tuple[tuple[str, str, str], ...]
    """Country, number and opening hours of each, the first serving every other country."""


class AgreementAdded(Fact, frozen=True):
    """A customer's agreement was entered."""

    agreement: int
    """12 digits."""
    customer: str
    programme: int
    sku: str
    """The seller's number for what was bought."""
    proof: str
    """Proof of purchase, or contract number."""
    ends: int
    """First second after its last day, UTC; 0 = never."""
    by: str


class LineEntitled(Fact, frozen=True):
    """An agreement entitles to so many CALs."""

    agreement: int
    line: int
    """From 1."""
    cal_type: int
    version: int
    quantity: int
    ends: int
    """First second after the last day on which its CALs may be used, UTC; 0 = never."""


class CallerAdded(Fact, frozen=True):
    """A person was given a call word."""

    caller: str
    """The name by which they are found: case, accents and further spaces set aside."""
    name: str
    """The name as it was given."""
    call_word: bytes
    """SHA-256 of the hash that lies beside the chain."""
    by: str


class CallerAuthorised(Fact, frozen=True):
    """A person may call for an agreement."""

    agreement: int
    caller: str
    by: str


class CallWordFailed(Fact, frozen=True):
    """A caller said a wrong call word."""

    caller: str
    by: str
    """The operator who took the call."""


class CallerLocked(Fact, frozen=True):
    """A caller said too many wrong call words, one after the other."""

    caller: str


class CallerUnlocked(Fact, frozen=True):
    """A supervisor let a locked caller call again."""

    caller: str
    by: str


class CallOpened(Fact, frozen=True):
    """An operator took the call of somebody who said the right call word."""

    call: bytes
    """8 bytes; a confirmation that is signed in this call bears the same number."""
    caller: str
    by: str


class CallEnded(Fact, frozen=True):
    """An operator ended a call."""

    call: bytes
    outcome: str
    """"read-out" or "given-up"."""
    confirmation: bytes
    """Number of the confirmation that was read out, which an earlier call may have brought; empty: none."""
    form: str
    """The form in which it was read out."""
    misheard: tuple[int, ...]
    """The groups that the caller heard wrongly, from 1, each as often as that happened."""
    by: str


class ServerRegistered(Fact, frozen=True):
    """A server ID was heard of for the first time."""

    server_id: bytes
    """18 bytes."""


class ServerActivated(Fact, frozen=True):
    """A licence server was activated for the first time."""

    server_id: bytes
    call: bytes


class ConfirmationRegistered(Fact, frozen=True):
    """A confirmation is about to be signed; from here on it is owed, and what it takes is taken."""

    call: bytes
    """8 bytes."""
    kind: int
    """Kind of confirmation, as signed."""
    server_id: bytes
    """18 bytes."""
    requests: tuple[bytes, ...]
    """18 bytes each, in ascending sequence."""
    sequences: tuple[int, ...]
    """Sequence of each request."""
    issue_day: int
    """Days since 1970-01-01 UTC."""
    message: bytes
    """What is signed."""
    agreement: int
    caller: str
    taken: tuple[tuple[int, int, int], ...]
    """Sequence, line and quantity of whatever is taken; a request that was signed before takes nothing."""
    by: str
    """The operator."""


class ConfirmationSigned(Fact, frozen=True):
    """A confirmation was signed, and verified with the receivers' library."""

    call: bytes
    signature: bytes
    """48 bytes."""


class CallRefused(Fact, frozen=True):
    """A caller did not get what they asked for."""

    reason: str
    caller: str
    """As it was typed."""
    server_id: bytes
    """18 bytes; empty: it was not asked for yet."""
    agreement: int
    """0: it was not asked for yet."""
    requests: tuple[bytes, ...]
    by: str
    """The operator."""


class ServerBlacklisted(Fact, frozen=True):
    """A supervisor decided that a licence server gets nothing any more."""

    server_id: bytes
    why: str
    by: str


class ServerRetired(Fact, frozen=True):
    """A licence server proved that it was erased; its ID is refused for ever."""

    server_id: bytes
    proof: bytes
    """14 bytes."""
    by: str


class LinesFreed(Fact, frozen=True):
    """What a licence server had taken of an agreement comes back to its lines."""

    server_id: bytes
    agreement: int
    lines: tuple[tuple[int, int], ...]
    """Line and quantity; negative where what was to come back later has moved to a successor at once."""
    back: int
    """From when it counts, seconds UTC."""


class ServerReplaced(Fact, frozen=True):
    """A licence server took the place of another one, or of itself as it was before a restore."""

    server_id: bytes
    """The one that was replaced; refused for ever after, unless it is the same one."""
    by_server: bytes
    agreement: int
    call: bytes
    proven: bool
    """Whether it was erased, and proved it."""
    why: str
    """What happened, without a proof."""
    allowed_by: str
    """The supervisor who allowed it beyond the limits; empty: it was within them."""
    by: str


class ServerReenrolled(Fact, frozen=True):
    """A licence server that is still the same one goes on under its next ID, with the packs that it has."""

    server_id: bytes
    """18 bytes."""
    before: bytes
    """The ID of the epoch before, 18 bytes."""


class ReissueAllowed(Fact, frozen=True):
    """A supervisor allowed one more reissue without proof than the limits do."""

    agreement: int
    why: str
    by: str
