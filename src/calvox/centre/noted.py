"""What is noted of a call that was taken: working state, kept at every step, and shown as it stands.

Rules: what is changed must be prepared and compared again; what was signed is changed no more, even where a power cut came
before that could be noted. Call and confirmation bear the same number, so the confirmation itself tells.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from calvox.centre.agreements import AgreementShown, agreement_shown
from calvox.centre.callers import CallerShown, caller_shown
from calvox.centre.calls import About, AskedLine, Prepared
from calvox.centre.checks import server_refusal
from calvox.centre.continuing import continues
from calvox.centre.refusals import Refusal
from calvox.centre.replaced import OldServer, ReissueLimits, limits_of, old_server
from calvox.centre.servers import ServerShown, server_shown
from calvox.centre.signing import Signed, shown
from calvox.common.errors import Conflict, NotFound
from calvox.common.i18n import Language, t
from calvox.core.book import Row
from calvox.journal.interface import Reader, Transaction

TYPED = ("typed", "typed_request", "typed_replaces", "typed_proof")
"""Where lines are kept while they are typed; nothing else follows from them."""


class Noted(msgspec.Struct, frozen=True):
    """What an operator has noted of a call."""

    language: Language = "fr"
    """In which the codes are said."""
    typed: str = ""
    """The server ID as far as it is typed, as `dictation` saves it."""
    typed_request: str = ""
    """The request that is being typed, likewise."""
    server_id: str = ""
    """18 bytes in hexadecimal."""
    agreement: int | None = None
    lines: tuple[AskedLine, ...] = ()
    requests: tuple[str, ...] = ()
    """Requests as they were spoken, 18 bytes in hexadecimal each."""
    about: About = About.INSTALL
    thaw: int | None = None
    """Sequence of the freeze that a thaw ends, where its request is not spoken."""
    typed_replaces: str = ""
    """The old server ID that is being typed, likewise."""
    typed_proof: str = ""
    """The retirement proof that is being typed, likewise."""
    replaces: str = ""
    """The licence server that is replaced, 18 bytes in hexadecimal; empty: the same one, or not known yet."""
    proof: str = ""
    """Its retirement proof, 14 bytes in hexadecimal."""
    why: str = ""
    """Of a reissue: what happened."""
    prepared: Prepared | None = None
    """What is to be compared, or was."""
    agreed: bool = False
    """Whether the control words were the same, and it was signed."""
    misheard: tuple[int, ...] = ()
    """Groups that the caller heard wrongly, from 1."""


class OpenCallListed(msgspec.Struct, frozen=True):
    """One of the calls that were taken and not ended."""

    call: str
    opened: int
    operator: str
    caller: str
    server_id: str
    signed: bool


class OpenCallShown(msgspec.Struct, frozen=True, tag="open-call", tag_field="answer"):
    """A call that was taken, as it stands."""

    call: str
    opened: int
    expires: int
    operator: str
    caller: CallerShown
    noted: Noted
    agreements: list[AgreementShown]
    """For which the caller may call."""
    server: ServerShown | None = None
    """The licence server, if it was heard of before."""
    refusal: Refusal | None = None
    """Why the licence server gets nothing at all."""
    signed: Signed | None = None
    """What is to be read out."""
    old: OldServer | None = None
    """The licence server that is replaced, if it was noted."""
    limits: ReissueLimits | None = None
    """How the agreement stands with reissues after a loss, if the call is about one."""
    continues: bool = False
    """Whether it is the same licence server as the replaced one, enrolled anew: it keeps its packs."""
    others: list[OpenCallListed] = []
    """Other calls of the same caller that are not ended."""


def change_noted(tx: Transaction, number: bytes, change: Callable[[Noted], Noted]) -> None:
    """Change what is noted; what was prepared before is void, unless only lines were typed.

    Raises:
        Conflict: the call was signed.
    """
    row, noted = open_row(tx, number, tx.now)
    still_unsigned(tx, number, noted)
    changed = change(noted)
    lines = {name: getattr(changed, name) for name in TYPED}
    if changed != msgspec.structs.replace(noted, **lines):
        tx.drop("pending", (number,))
        changed = msgspec.structs.replace(changed, prepared=None)
    keep_noted(tx, number, changed, row["expires"])


def with_changes(noted: Noted, changed: Mapping[str, Any]) -> Noted:
    """Change fields; what hangs on them goes: an old server's proof, and packs when a thaw begins or ends."""
    after, gone = msgspec.structs.replace(noted, **changed), dict[str, Any]()
    if after.replaces != noted.replaces:
        gone |= {"proof": "", "typed_replaces": "", "typed_proof": ""}
    if (after.about is About.THAW) != (noted.about is About.THAW):
        gone |= {"lines": (), "requests": (), "typed_request": "", "thaw": None}
    if after.server_id != noted.server_id:
        gone |= {"thaw": None}
    return msgspec.structs.replace(noted, **gone | dict(changed))


def noted_of(reader: Reader, number: bytes, now: int) -> Noted:
    """Give what is noted of an open call.

    Raises:
        NotFound: it is not open, or was kept too long.
    """
    return open_row(reader, number, now)[1]


def show_noted(reader: Reader, number: bytes, now: int) -> OpenCallShown:
    """Show an open call.

    Raises:
        NotFound: it is not open, or was kept too long.
    """
    row, noted = open_row(reader, number, now)
    begun = reader.get("call", (number,)) or {}
    server_id = bytes.fromhex(noted.server_id)
    refusal = server_refusal(reader, server_id) if server_id else None
    return OpenCallShown(
        call=number.hex(),
        opened=begun["opened"],
        expires=row["expires"],
        operator=begun["by"],
        caller=caller_shown(reader, begun["caller"]),
        noted=noted,
        agreements=[agreement_shown(reader, one, now) for one in agreements_of(reader, begun["caller"])],
        server=server_shown(reader, server_id) if server_id else None,
        refusal=refusal,
        signed=_signed(reader, noted) if refusal is None else None,
        others=_others(reader, number, begun["caller"], now),
        **_replacing(reader, noted, now),
    )


def still_unsigned(reader: Reader, number: bytes, noted: Noted) -> None:
    """Refuse to change what was signed, even where a power cut came before that could be noted."""
    if noted.agreed or reader.get("confirmation", (number,)) is not None:
        raise Conflict(t("This call was signed"), hint=t("End it, and take another one."))


def open_row(reader: Reader, number: bytes, now: int) -> tuple[Row, Noted]:
    """Read an open call.

    Raises:
        NotFound: it is not open, or was kept too long.
    """
    row, begun = reader.get("open_call", (number,)), reader.get("call", (number,))
    if begun is not None and begun["outcome"]:
        raise NotFound(
            t("This call is over"), hint=t("What was signed in it is read again on the page of its licence server.")
        )
    if row is None or row["expires"] <= now:
        raise NotFound(t("There is no open call {number}", number=number.hex()), hint=t("Take the call anew."))
    return row, read_noted(row)


def read_noted(row: Row) -> Noted:
    """Read what was noted."""
    return msgspec.json.decode(row["state"], type=Noted)


def keep_noted(tx: Transaction, number: bytes, noted: Noted, expires: int) -> None:
    """Keep what is noted."""
    tx.put("open_call", {"call": number, "state": msgspec.json.encode(noted), "expires": expires})


def agreements_of(reader: Reader, caller: str) -> list[int]:
    """List the agreements for which somebody may call."""
    return [row["agreement"] for row in reader.select("authorisation", {"caller": caller}, order="agreement")]


def listed(reader: Reader, row: Row) -> OpenCallListed:
    """Show an open call in a list."""
    begun, noted = reader.get("call", (row["call"],)) or {}, read_noted(row)
    name = (reader.get("caller", (begun["caller"],)) or {})["name"]
    return OpenCallListed(row["call"].hex(), begun["opened"], begun["by"], name, noted.server_id, noted.agreed)


def _others(reader: Reader, number: bytes, caller: str, now: int) -> list[OpenCallListed]:
    """List the other calls of a caller that are not ended, the newest first."""
    rows = [row for row in reader.select("open_call", order="-expires") if row["expires"] > now]
    own = [row for row in rows if (reader.get("call", (row["call"],)) or {})["caller"] == caller]
    return [listed(reader, row) for row in own if row["call"] != number]


def _replacing(reader: Reader, noted: Noted, now: int) -> dict[str, Any]:
    """Show what a migration or a reissue is about."""
    if not noted.about.replaces:
        return {}
    old = old_server(reader, bytes.fromhex(noted.replaces), noted.agreement, now) if noted.replaces else None
    limited = noted.about is About.REISSUE and noted.agreement is not None
    return {
        "old": old,
        "limits": limits_of(reader, noted.agreement or 0, now) if limited else None,
        "continues": noted.about is About.REISSUE and _continues(reader, noted),
    }


def _continues(reader: Reader, noted: Noted) -> bool:
    new, old = bytes.fromhex(noted.server_id), bytes.fromhex(noted.replaces)
    return bool(new and old and new != old) and continues(reader, new, old)


def _signed(reader: Reader, noted: Noted) -> Signed | None:
    if not (noted.agreed and noted.prepared):
        return None
    row = reader.get("confirmation", (bytes.fromhex(noted.prepared.call),))
    return shown(row) if row is not None and row["signature"] else None
