"""The call sheet: everything that is read out in a call, in every form, with the control words.

Pure: made from the server ID, the requests and the centre card; both the terminal and a page draw it.
"""

from collections.abc import Sequence

import msgspec

from calvox.core.products import version_name
from calvox.wire.card import CentreCard, Telephone
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, number_of, write
from calvox.wire.phone.message import Kind, control_words
from calvox.wire.phone.request import expiry_date, show_agreement, unpack_request


class Spoken(msgspec.Struct, frozen=True, rename="kebab"):
    """One code in every form, a group a string."""

    words_fr: list[str]
    words_en: list[str]
    characters: list[str]
    digits: list[str]

    def form(self, form: Form) -> list[str]:
        """Give the groups of one form."""
        groups: list[str] = getattr(self, str(form).replace("-", "_"))
        return groups


class RequestLine(msgspec.Struct, frozen=True):
    """One request, as fields and as it is spoken."""

    sequence: int
    programme: str
    cal_type: str
    version: str
    quantity: int
    agreement: str
    """12 digits in threes."""
    ends: str
    """Its last month, YYYY-MM; empty: never."""
    spoken: Spoken


class CallSheet(msgspec.Struct, frozen=True):
    """What is read out, compared and awaited in one call."""

    kind: str
    """activate, packs or activate-and-packs."""
    centre: str
    telephone: Telephone
    fingerprint: dict[str, list[str]]
    """The centre's fingerprint by language, to be compared aloud in the first call."""
    server_id: Spoken
    requests: list[RequestLine]
    control_words: dict[str, list[str]]
    """Two words by language."""
    replaces: Spoken | None = None
    """Of a re-enrolment: the ID of the epoch before, which the operator asks for as the old one."""


def spoken(code_type: CodeType, data: bytes) -> Spoken:
    """Write a code in every form."""
    number = number_of(code_type, data)
    return Spoken(*(write(form, code_type, number) for form in Form))


def call_sheet(
    card: CentreCard,
    fingerprint: dict[str, list[str]],
    kind: Kind,
    own: bytes,
    requests: Sequence[bytes],
    country: str,
    replaces: bytes = b"",
) -> CallSheet:
    """Make the sheet of a call."""
    return CallSheet(
        kind=kind.name.lower().replace("_", "-"),
        centre=card.name,
        telephone=card.telephone(country),
        fingerprint=fingerprint,
        server_id=spoken(CodeType.SERVER_ID, own),
        requests=[request_line(own, data) for data in requests],
        control_words={
            "fr": [*control_words(kind, own, requests, "fr")],
            "en": [*control_words(kind, own, requests, "en")],
        },
        replaces=spoken(CodeType.SERVER_ID, replaces) if replaces else None,
    )


def request_line(own: bytes, data: bytes) -> RequestLine:
    """Show one request as fields and as it is spoken."""
    request = unpack_request(own, data)
    last = expiry_date(request.expiry)
    return RequestLine(
        sequence=request.sequence,
        programme=request.programme.name.lower(),
        cal_type=request.cal_type.name.lower(),
        version=version_name(request.version),
        quantity=request.quantity,
        agreement=show_agreement(request.agreement),
        ends=last.strftime("%Y-%m") if last else "",
        spoken=spoken(CodeType.REQUEST, data),
    )
