"""The request: what a licence server asks the centre to sign, in 138 bits.

Rules: the numbers are Windows' own, as `core.products` has them, and per session is an extension of ours; a thaw request
carries only its product and sequence; 16 bits of the server ID and 24 bits of a digest over ID and fields decide whether
a heard request is whole and belongs to that server. That each sequence is used once, and what an agreement may buy, is
left to the server and the centre.
"""

import hashlib
from calendar import monthrange
from dataclasses import astuple, dataclass
from datetime import date
from enum import IntEnum

from calvox.common.errors import BadCode, BadInput
from calvox.common.i18n import t
from calvox.core.products import VERSIONS
from calvox.core.products import CalType as CalType
from calvox.core.products import Programme as Programme
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import bytes_of, number_of
from calvox.wire.phone.identity import PRODUCT, server_id_fields

WIDTHS = {
    "kind": 3,
    "programme": 4,
    "product": 6,
    "cal_type": 3,
    "version": 6,
    "quantity": 17,
    "sequence": 10,
    "agreement": 40,
    "expiry": 9,
}
"""Bits of each field, the first field highest; the tag and the digest follow."""
TAG, DIGEST = 16, 24
_VERSIONS = range(min(VERSIONS), max(VERSIONS) + 1)
LAST_SEQUENCE = 1023
"""After this the server re-enrols."""
LAST_AGREEMENT = 10**12 - 1
FIRST_YEAR = 2020


class RequestKind(IntEnum):
    """What is asked for."""

    PACK = 1
    THAW = 2


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to be signed; a field out of range is refused by name."""

    kind: RequestKind
    """A pack, or the end of a freeze."""
    programme: Programme
    """How the licences were bought."""
    product: int
    """What is licensed: 1."""
    cal_type: CalType
    """Per device, user or session."""
    version: int
    """The Windows version number, 4 to 8; 0 in a thaw."""
    quantity: int
    """CALs in the pack, 1 to 131,071; 0 in a thaw."""
    sequence: int
    """The licence server's count for this ID and epoch, 0 to 1023; a thaw has its freeze's own."""
    agreement: int
    """The agreement's number, up to twelve digits."""
    expiry: int
    """Months since 2020-01, good to the end of that month; 0 is never."""

    def __post_init__(self) -> None:
        _within("product", self.product, range(PRODUCT, PRODUCT + 1))
        _within("sequence", self.sequence, range(LAST_SEQUENCE + 1))
        if self.kind is RequestKind.PACK:
            _within("programme", self.programme, range(len(Programme)))
            _within("cal_type", self.cal_type, range(len(CalType)))
            _within("version", self.version, _VERSIONS)
            _within("quantity", self.quantity, range(1, 1 << WIDTHS["quantity"]))
            _within("agreement", self.agreement, range(LAST_AGREEMENT + 1))
            _within("expiry", self.expiry, range(1 << WIDTHS["expiry"]))
        else:
            for name in ("programme", "cal_type", "version", "quantity", "agreement", "expiry"):
                _within(name, getattr(self, name), range(1))


def _within(name: str, value: int, allowed: range) -> None:
    if value not in allowed:
        raise BadInput(
            t(
                "The field “{name}” of a request lies between {first} and {last}, not {value}",
                name=name,
                first=allowed[0],
                last=allowed[-1],
                value=value,
            )
        )


def thaw_request(sequence: int) -> Request:
    """Make the request that ends the freeze of this sequence."""
    return Request(RequestKind.THAW, Programme.SELECT, PRODUCT, CalType.DEVICE, 0, 0, sequence, 0, 0)


def pack_request(server_id: bytes, request: Request) -> bytes:
    """Write a request of this server as 18 bytes."""
    body = 0
    for value, width in zip(astuple(request), WIDTHS.values(), strict=True):
        body = body << width | value
    body = body << TAG | _tag(server_id)
    return bytes_of(CodeType.REQUEST, body << DIGEST | _digest(server_id, body))


def _tag(server_id: bytes) -> int:
    server_id_fields(server_id)
    return int.from_bytes(server_id, "big") % (1 << TAG)


def _digest(server_id: bytes, body: int) -> int:
    hashed = hashlib.sha256(b"CALVOX-PHONE-1 request" + server_id + body.to_bytes(18, "big")).digest()
    return int.from_bytes(hashed[: DIGEST // 8], "big")


def unpack_request(server_id: bytes, data: bytes) -> Request:
    """Read the request of this server.

    Raises:
        BadCode: It is another server's, was mis-heard, or a field is out of range.
        BadInput: It, or the server ID, has not the right length.
    """
    body, digest = divmod(number_of(CodeType.REQUEST, data), 1 << DIGEST)
    fields, tag = divmod(body, 1 << TAG)
    if tag != _tag(server_id):
        raise BadCode(t("This request is another server's, or was mis-heard"))
    if digest != _digest(server_id, body):
        raise BadCode(t("This request was mis-heard, or is another server's"))
    values = []
    for width in reversed(WIDTHS.values()):
        fields, value = divmod(fields, 1 << width)
        values.append(value)
    return _request(*reversed(values))


def _request(kind: int, programme: int, product: int, cal_type: int, *others: int) -> Request:
    for name, value, known in (
        ("kind", kind, RequestKind),
        ("programme", programme, Programme),
        ("cal_type", cal_type, CalType),
    ):
        if value not in set(known):
            raise BadCode(t("The field “{name}” of this request has the unknown value {value}", name=name, value=value))
    try:
        return Request(RequestKind(kind), Programme(programme), product, CalType(cal_type), *others)
    except BadInput as error:
        raise BadCode(error.message) from None


def expiry_month(day: date | None) -> int:
    """Count the months from 2020-01 to a date's month; no date is never."""
    if day is None:
        return 0
    months = (day.year - FIRST_YEAR) * 12 + day.month - 1
    _within("expiry", months, range(1, 1 << WIDTHS["expiry"]))
    return months


def expiry_date(months: int) -> date | None:
    """Give the last good day of an expiry month; None is never."""
    if months == 0:
        return None
    _within("expiry", months, range(1, 1 << WIDTHS["expiry"]))
    year, month = FIRST_YEAR + months // 12, months % 12 + 1
    return date(year, month, monthrange(year, month)[1])


def show_agreement(agreement: int) -> str:
    """Write an agreement's number as twelve digits in threes."""
    _within("agreement", agreement, range(LAST_AGREEMENT + 1))
    digits = f"{agreement:012d}"
    return " ".join(digits[i : i + 3] for i in range(0, 12, 3))


def read_agreement(text: str) -> int:
    """Read an agreement's number; spaces and hyphens are set aside.

    Raises:
        BadInput: It is not one to twelve digits.
    """
    digits = text[:64].replace(" ", "").replace("-", "")
    if len(text) > 64 or not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise BadInput(t("An agreement's number has up to twelve digits"))
    return int(digits)
