"""The confirmation: the code that the centre reads out, and rule 4 of the receiver, which judges it.

Only the kind and the signature's x travel. The receiver tries both signs and finds the issue day by trying days, its own
first, then its neighbours up to 1100 away, then every day from 2024 to 2060; so it learns how wrong its clock is. Rules:
the standard verification of the full 48 bytes decides; the four answers are told apart. Whether the kind fits the
server's state, and what follows from the day, is left to the server.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.trust.confirmations import SIGNATURE_BYTES, X_BITS, SignatureSearch, check_encoding, plausible_x
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.message import Kind, day_bytes, message_body

NEAR_DAYS = 1100
"""How far from its own day the receiver looks first."""
FIRST_DAY = (date(2024, 1, 1) - date(1970, 1, 1)).days
LAST_DAY = (date(2060, 12, 31) - date(1970, 1, 1)).days
_REPORT_EVERY = 32


@dataclass(frozen=True, slots=True)
class Accepted:
    """The centre signed just this."""

    day: int
    """The issue day, counted from 1970-01-01: a trusted lower bound on the time."""
    signature: bytes
    """The full 48 bytes, to be stored."""
    clock_offset_days: int
    """Days by which this machine's clock is ahead of the issue day; negative when it is behind."""


@dataclass(frozen=True, slots=True)
class MisHeard:
    """This is nobody's signature: something was mis-heard."""


@dataclass(frozen=True, slots=True)
class OtherData:
    """Heard right, but it signs other data: compare agreement, quantity and server ID."""


@dataclass(frozen=True, slots=True)
class OtherKind:
    """A code of another kind than the one awaited."""

    kind: Kind | None
    """What it is; None is a kind that this version does not know."""


Verdict = Accepted | MisHeard | OtherData | OtherKind
Progress = Callable[[float], None]
"""Told from time to time which fraction of the days has been tried."""


def confirmation_code(kind: Kind, signature: bytes) -> int:
    """Join kind and x into the 385 bits that are read out.

    Raises:
        BadSignature: The signature is not well formed.
        BadInput: It has not 48 bytes.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise BadInput(t("A signature has {bytes} bytes, not {found}", bytes=48, found=len(signature)))
    check_encoding(signature)
    return kind << X_BITS | int.from_bytes(signature, "big") % (1 << X_BITS)


def confirmation_parts(code: int) -> tuple[Kind | None, int]:
    """Split a code into its kind, None if unknown, and its x."""
    if not 0 <= code < 1 << CodeType.CONFIRMATION.bits:
        raise BadInput(t("A {title} has at most {bits} bits", title=CodeType.CONFIRMATION.label, bits=385))
    number, x = divmod(code, 1 << X_BITS)
    return (Kind(number) if number in set(Kind) else None), x


def days_to_try(today: int) -> list[int]:
    """List the issue days in the order in which they are tried, each once."""
    near = [today]
    for apart in range(1, NEAR_DAYS + 1):
        near += [today - apart, today + apart]
    far = range(FIRST_DAY, LAST_DAY + 1)
    return [day for day in dict.fromkeys([*near, *far]) if 0 <= day < 1 << 32]


def judge(
    public_key: bytes,
    kind: Kind,
    server_id: bytes,
    requests: Sequence[bytes],
    today: int,
    code: int,
    *,
    progress: Progress | None = None,
    days: Sequence[int] | None = None,
) -> Verdict:
    """Judge a confirmation that was heard whole; at once if the clock is right, within half a minute in any case.

    Args:
        public_key: The centre's, as pinned.
        kind: The kind awaited.
        server_id: This server's.
        requests: What the call was about, in ascending sequence.
        today: This machine's day, counted from 1970-01-01.
        code: The 385 bits.
        progress: Told how far the search has come.
        days: Only these issue days, in this order, instead of all.

    Raises:
        BadSignature: The public key is not well formed.
        BadInput: The requests do not fit the kind.
    """
    body = message_body(kind, server_id, requests)
    found, x = confirmation_parts(code)
    if not plausible_x(x):
        return MisHeard()
    if found is not kind:
        return OtherKind(found)
    search = SignatureSearch(public_key, x)
    for day in _reported(days_to_try(today) if days is None else days, progress):
        signature = search.signature_of(body + day_bytes(day))
        if signature is not None:
            return Accepted(day, signature, today - day)
    return OtherData()


def _reported(days: Sequence[int], progress: Progress | None) -> Iterable[int]:
    for tried, day in enumerate(days):
        if progress is not None and tried and tried % _REPORT_EVERY == 0:
            progress(tried / len(days))
        yield day
