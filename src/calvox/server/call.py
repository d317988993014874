"""A call to the activation centre, from the licence server's side, up to the dictation.

`prepare` makes the requests and gives each its sequence for ever, before anything is read out; the call stays open,
across restarts, until its confirmation is accepted or it is given up. The same wishes asked again while a call is open
are that same call: its requests have been read out already. Confirming it is `confirm`'s.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import msgspec

from calvox.common.commands import Command
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.common.i18n import t
from calvox.core.entries import PackRequested
from calvox.core.products import cal_type_named, programme_named, version_named
from calvox.journal.interface import Reader, Transaction
from calvox.server.store import LicenceServer, server_row
from calvox.wire.phone.message import MOST_REQUESTS, Kind
from calvox.wire.phone.request import (
    LAST_SEQUENCE,
    Request,
    RequestKind,
    expiry_month,
    pack_request,
    read_agreement,
    unpack_request,
)

OPEN_CALL = ("call",)
"""Key of the open call among the pending things."""


class PackWish(msgspec.Struct, frozen=True):
    """A pack that the administrator wants."""

    cal_type: str
    """device, user or session."""
    version: str
    """2012 R2 … 2025."""
    quantity: int
    programme: str
    """open, select, … as on the agreement."""
    agreement: str
    """12 digits."""
    ends: str = ""
    """Its last month, YYYY-MM; empty: never."""


class OpenCall(msgspec.Struct, frozen=True):
    """A call that awaits its confirmation."""

    kind: int
    """Kind of confirmation awaited."""
    requests: tuple[bytes, ...]
    """18 bytes each, ascending sequence."""
    begun: int
    """Seconds since 1970-01-01 UTC."""
    by: str
    """Who prepared it."""
    form: str = ""
    """The form that is being typed; empty: nothing yet."""
    typed: dict[str, bytes] = {}
    """The partly typed confirmation in each form that was begun, as `wire.phone.dictation` saves it."""
    server_id: bytes = b""
    """Of a re-enrolment: the ID that it is about, the next one; empty: the present one."""
    record: bytes = b""
    """Of a re-enrolment: the machine's fingerprint record, from which that ID follows."""


def prepare(
    server: LicenceServer, *, activate: bool, wishes: Sequence[PackWish], by: str, reissue: bool = False
) -> OpenCall:
    """Open a call, or find the same one open.

    Args:
        server: The licence server.
        activate: Whether it is to be activated.
        wishes: The packs.
        by: Who prepares it.
        reissue: Whether it is about a migration or a reissue, which activates too, and needs no pack.

    Raises:
        BadInput: a wish is not well formed; it names the field.
        Conflict: another call is open, the server is not activated, or is activated already.
    """
    if not (activate or reissue or wishes):
        raise BadInput(t("Name at least one pack"))
    if len(wishes) > MOST_REQUESTS:
        raise BadInput(t("A call covers {most} packs at most, not {found}", most=MOST_REQUESTS, found=len(wishes)))
    drafts = [_draft(wish) for wish in wishes]
    kind = Kind.REISSUE if reissue else _kind(activate, bool(drafts))
    return server.journal.run(lambda tx: _prepare(tx, server, kind, drafts, by)).value


def give_up(server: LicenceServer) -> None:
    """Close the open call; its sequences stay used.

    Raises:
        NotFound: no call is open.
    """

    def work(tx: Transaction) -> None:
        the_open_call(tx)
        tx.drop("pending", OPEN_CALL)

    server.journal.run(work)


def open_call(reader: Reader) -> OpenCall | None:
    """Read the open call."""
    row = reader.get("pending", OPEN_CALL)
    return msgspec.json.decode(row["state"], type=OpenCall) if row else None


def the_open_call(reader: Reader) -> OpenCall:
    """Read the open call.

    Raises:
        NotFound: there is none.
    """
    call = open_call(reader)
    if call is None:
        raise NotFound(
            t("No call is open"),
            hint=t(
                "Begin one with “{activate}” or “{install}”.",
                activate=Command("server activate"),
                install=Command("server install"),
            ),
        )
    return call


def id_of(server: LicenceServer, call: OpenCall) -> bytes:
    """Tell which server ID a call is about."""
    return call.server_id or server.keys.identity.server_id


def keep_call(tx: Transaction, call: OpenCall) -> None:
    """Store the open call."""
    tx.put("pending", {"purpose": OPEN_CALL[0], "state": msgspec.json.encode(call)})


def _draft(wish: PackWish) -> Request:
    """Make a request without its sequence."""
    return Request(
        RequestKind.PACK,
        programme_named(wish.programme),
        1,
        cal_type_named(wish.cal_type),
        version_named(wish.version),
        wish.quantity,
        0,
        read_agreement(wish.agreement),
        expiry_month(_month(wish.ends)),
    )


def _month(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise BadInput(t("“{text}” is no month; write it as 2027-06", text=text)) from error


def _prepare(tx: Transaction, server: LicenceServer, kind: Kind, drafts: Sequence[Request], by: str) -> OpenCall:
    row = server_row(tx)
    found = open_call(tx)
    if found is not None:
        if found.kind == kind and not found.record and _same(server, found, drafts):
            return found
        raise other_call(found)
    if kind in (Kind.ACTIVATE, Kind.ACTIVATE_AND_PACKS) and row["activated"]:
        raise Conflict(
            t("This licence server is activated already"),
            hint=t("Packs go in with “{install}”.", install=Command("server install")),
        )
    if kind is Kind.PACKS and not row["activated"]:
        raise Conflict(
            t("This licence server is not activated"),
            hint=t("“{activate}” does both in one call.", activate=Command("server activate", "--pack …")),
        )
    requests = tuple(_enter(tx, server, row["next_sequence"] + n, draft, by) for n, draft in enumerate(drafts))
    call = OpenCall(kind, requests, tx.now, by)
    keep_call(tx, call)
    return call


def other_call(found: OpenCall) -> Conflict:
    """Say that another call is open."""
    return Conflict(
        t("Another call is open; its requests: {count}", count=len(found.requests)),
        hint=t(
            "Finish it with “{enter}”, or give it up with “{give_up}”.",
            enter=Command("server enter"),
            give_up=Command("server give-up"),
        ),
    )


def used_up() -> Conflict:
    """Say that the ID has no sequence left."""
    return Conflict(
        t("Every sequence of this server ID is used up"),
        hint=t("Enrol the server anew by a call: “{reenrol}”.", reenrol=Command("server re-enrol")),
    )


def _kind(activate: bool, packs: bool) -> Kind:
    if activate:
        return Kind.ACTIVATE_AND_PACKS if packs else Kind.ACTIVATE
    return Kind.PACKS


def _enter(tx: Transaction, server: LicenceServer, sequence: int, draft: Request, by: str) -> bytes:
    if sequence > LAST_SEQUENCE:
        raise used_up()
    request = pack_request(server.keys.identity.server_id, replace(draft, sequence=sequence))
    tx.append(PackRequested(sequence=sequence, request=request, by=by))
    return request


def _same(server: LicenceServer, call: OpenCall, drafts: Sequence[Request]) -> bool:
    own = server.keys.identity.server_id
    return [replace(unpack_request(own, data), sequence=0) for data in call.requests] == list(drafts)
