"""What an administrator needs to call the activation centre, whether or not a call is open.

It reads alone: the sheet of the open call, or before that the telephones of the centre. Opening a call is `call`'s, typing
in what the centre reads is `confirm`'s and `typed`'s.
"""

import msgspec

from calvox.common.i18n import LANGUAGES
from calvox.journal.interface import Reader
from calvox.server.call import id_of, open_call
from calvox.server.store import LicenceServer, server_row
from calvox.server.typed import LastAccepted, has_begun, last_accepted
from calvox.wire.card import Telephone, fingerprint_words
from calvox.wire.phone.message import Kind
from calvox.wire.phone.sheet import CallSheet, call_sheet


class Calling(msgspec.Struct, frozen=True):
    """How it stands between this server and the centre."""

    server_id: bytes
    """18 bytes; of a re-enrolment whose call is open: the next one."""
    activated: bool
    centre: str
    telephones: list[Telephone]
    """The first serves every country that has none."""
    sheet: CallSheet | None = None
    """Of the open call; None: none is open."""
    requests: tuple[bytes, ...] = ()
    """The open call's, 18 bytes each."""
    begun: int = 0
    """When it was opened, seconds UTC."""
    by: str = ""
    """Who opened it."""
    typing: bool = False
    """Whether something of its confirmation has been typed."""
    last: LastAccepted | None = None
    """The confirmation that was accepted last."""


def calling(server: LicenceServer, reader: Reader, country: str) -> Calling:
    """Look how it stands; the sheet names the telephone for this country."""
    own, card, call = server.keys.identity.server_id, server.card, open_call(reader)
    about = id_of(server, call) if call else own
    now = Calling(about, bool(server_row(reader)["activated"]), card.name, card.telephones, last=last_accepted(reader))
    if call is None:
        return now
    prints: dict[str, list[str]] = {language: [*fingerprint_words(card.key, language)] for language in LANGUAGES}
    replaces = own if call.record else b""
    sheet = call_sheet(card, prints, Kind(call.kind), about, call.requests, country, replaces)
    return msgspec.structs.replace(
        now, sheet=sheet, requests=call.requests, begun=call.begun, by=call.by, typing=has_begun(call)
    )
