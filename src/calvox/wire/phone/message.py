"""The message that a confirmation signs, which both sides build for themselves, and the control words over it.

Rules: the kinds and how many requests each covers; every request belongs to the server ID, is a pack (or, in a thaw,
the one thaw), and stands in ascending sequence, so that both sides sign the same bytes. The issue day comes last, and
the control words leave it out: they guard against mis-hearing before anything is signed, not against an attacker.
"""

import hashlib
from collections.abc import Sequence
from enum import IntEnum

from calvox.common.errors import BadInput
from calvox.common.i18n import Language, Text, t
from calvox.wire.phone.request import RequestKind, unpack_request
from calvox.wire.phone.wordlists import words

MOST_REQUESTS = 255
"""The count is one byte."""


class Kind(IntEnum):
    """What a confirmation does."""

    ACTIVATE = 0
    PACKS = 1
    ACTIVATE_AND_PACKS = 2
    REISSUE = 3
    THAW = 4

    @property
    def label(self) -> Text:
        """Name the kind for a person."""
        return _LABELS[self]

    @property
    def counts(self) -> range:
        """Give the numbers of requests that it may cover."""
        return _COUNTS[self]


_LABELS: dict[Kind, Text] = {
    Kind.ACTIVATE: t("activation"),
    Kind.PACKS: t("packs"),
    Kind.ACTIVATE_AND_PACKS: t("activation and packs"),
    Kind.REISSUE: t("migration or reissue"),
    Kind.THAW: t("thaw"),
}
_COUNTS: dict[Kind, range] = {
    Kind.ACTIVATE: range(1),
    Kind.PACKS: range(1, MOST_REQUESTS + 1),
    Kind.ACTIVATE_AND_PACKS: range(1, MOST_REQUESTS + 1),
    Kind.REISSUE: range(MOST_REQUESTS + 1),
    Kind.THAW: range(1, 2),
}


def message_body(kind: Kind, server_id: bytes, requests: Sequence[bytes]) -> bytes:
    """Build the message without its day.

    Raises:
        BadInput: The number, kinds or order of the requests do not fit.
        BadCode: A request or the server ID is not whole.
    """
    if len(requests) not in kind.counts:
        raise BadInput(t("A confirmation “{kind}” cannot cover {count} requests", kind=kind.label, count=len(requests)))
    wanted = RequestKind.THAW if kind is Kind.THAW else RequestKind.PACK
    last = -1
    for number, request in enumerate((unpack_request(server_id, data) for data in requests), 1):
        if request.kind is not wanted:
            raise BadInput(t("Request {number} does not fit a confirmation “{kind}”", number=number, kind=kind.label))
        if request.sequence <= last:
            raise BadInput(t("Request {number} is not in ascending sequence", number=number))
        last = request.sequence
    return b"CALVOX-PHONE-1" + bytes([kind]) + server_id + bytes([len(requests)]) + b"".join(requests)


def day_bytes(day: int) -> bytes:
    """Write an issue day, counted from 1970-01-01 UTC."""
    if not 0 <= day < 1 << 32:
        raise BadInput(t("The day {day} is out of range", day=day))
    return day.to_bytes(4, "big")


def message(kind: Kind, server_id: bytes, requests: Sequence[bytes], day: int) -> bytes:
    """Build the message that is signed; raises as `message_body` does."""
    return message_body(kind, server_id, requests) + day_bytes(day)


def control_words(kind: Kind, server_id: bytes, requests: Sequence[bytes], language: Language) -> tuple[str, str]:
    """Give the two words that caller and operator compare aloud; raises as `message_body` does."""
    body = message_body(kind, server_id, requests)
    bits = int.from_bytes(hashlib.sha256(b"CALVOX-PHONE-1 control" + body).digest()[:3], "big") >> 2
    return words(language)[bits >> 11], words(language)[bits % 2048]
