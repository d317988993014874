"""What operators and the centre tell each other about a call: what was noted, what was prepared, what waits.

Bytes are written in hexadecimal, since these pass between processes as JSON.
"""

from enum import StrEnum
from hashlib import sha256

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.wire.phone.message import Kind

KINDS: dict[str, Kind] = {
    "activate": Kind.ACTIVATE,
    "packs": Kind.PACKS,
    "both": Kind.ACTIVATE_AND_PACKS,
    "reissue": Kind.REISSUE,
    "thaw": Kind.THAW,
}
"""The words for what a call may be about."""
LONGEST_WHY = 200
CALL_SIZE = 8
"""Bytes of a call's number."""


class About(StrEnum):
    """What a caller wants, as the desk asks it."""

    INSTALL = "install"
    MIGRATION = "migration"
    REISSUE = "reissue"
    THAW = "thaw"

    @property
    def kind(self) -> str:
        """Name the kind of confirmation; empty: activation or packs, whatever fits."""
        return {About.INSTALL: "", About.THAW: "thaw"}.get(self, "reissue")

    @property
    def replaces(self) -> bool:
        """Whether a licence server takes another one's place."""
        return self in (About.MIGRATION, About.REISSUE)


class AskedLine(msgspec.Struct, frozen=True):
    """A pack, by the fields that the caller reads from the call sheet."""

    cal_type: int
    version: int
    quantity: int
    sequence: int
    """The licence server's own count."""
    expiry: int = 0
    """Months since 2020-01; 0 = never."""


class IdentifyCaller(msgspec.Struct, frozen=True):
    """Who says that they are calling."""

    caller: str
    call_word: str


class Identified(msgspec.Struct, frozen=True, tag="identified", tag_field="answer"):
    """The caller is who they say."""

    caller: str
    """The name as it was registered."""


class PrepareCall(msgspec.Struct, frozen=True):
    """What the operator has noted."""

    caller: str
    call_word: str
    server_id: str
    """18 bytes in hexadecimal."""
    agreement: int
    kind: str = ""
    """"activate", "packs", "both", "reissue" or "thaw"; empty: what fits."""
    lines: tuple[AskedLine, ...] = ()
    requests: tuple[str, ...] = ()
    """Requests as they were spoken, 18 bytes in hexadecimal each."""
    thaw: int | None = None
    """Sequence of the freeze that a thaw ends, where its request is not spoken."""
    replaces: str = ""
    """Of a reissue: the licence server that is replaced, 18 bytes in hexadecimal; empty: the same one."""
    proof: str = ""
    """Its retirement proof, 14 bytes in hexadecimal; empty: there is none, or it was retired before."""
    why: str = ""
    """Of a reissue without proof: what happened."""


class PreparedLine(msgspec.Struct, frozen=True):
    """A pack as it will be signed."""

    request: str
    """18 bytes in hexadecimal."""
    programme: int
    cal_type: int
    version: int
    quantity: int
    sequence: int
    expiry: int
    new: bool
    """Whether no confirmation carries it yet."""


class Prepared(msgspec.Struct, frozen=True, tag="prepared", tag_field="answer"):
    """Nothing speaks against it: compare the control words, then sign."""

    call: str
    """Number of the call, in hexadecimal."""
    kind: int
    server_id: str
    agreement: int
    customer: str
    caller: str
    control_words: dict[str, tuple[str, str]]
    """By language."""
    lines: list[PreparedLine]
    already_signed: bool
    """Whether the same was registered in an earlier call, so that nothing more is taken."""
    expires: int
    """Until when it may be signed, seconds since 1970-01-01 UTC; 0 = any time."""
    continues: bool = False
    """Whether it is the same licence server as the replaced one, enrolled anew: it keeps its packs."""

    @property
    def mark(self) -> str:
        """What tells it from all else that might be prepared in the same call."""
        told = self.kind, self.server_id, self.agreement, [line.request for line in self.lines]
        return sha256(msgspec.json.encode(told)).hexdigest()


class CallsAsked(msgspec.Struct, frozen=True):
    """List the calls that were prepared and not signed."""


class PendingCall(msgspec.Struct, frozen=True):
    """A call that waits for its control words."""

    call: str
    kind: int
    server_id: str
    agreement: int
    caller: str
    requests: int
    """How many."""
    expires: int


def bytes_from_hex(text: str, size: int, name: str) -> bytes:
    """Read a field in hexadecimal.

    Raises:
        BadInput: it is none, or of another length.
    """
    try:
        data = bytes.fromhex(text)
    except ValueError:
        data = b""
    if len(data) != size or len(text) != 2 * size:
        raise BadInput(t("The field “{name}” is {digits} hexadecimal digits", name=name, digits=2 * size))
    return data
