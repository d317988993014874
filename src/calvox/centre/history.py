"""What a licence server was given and refused, and a confirmation that is read out again."""

import msgspec

from calvox.centre.calls import bytes_from_hex
from calvox.centre.checks import server_refusal
from calvox.centre.context import Context
from calvox.centre.refusals import Reason, Refusal
from calvox.centre.servers import ServerShown, server_shown
from calvox.centre.signing import Signed, call_of, shown
from calvox.common.errors import Conflict, NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.journal.interface import Reader
from calvox.wire.phone.request import Request, unpack_request

MOST_SHOWN = 200
"""Confirmations, and refusals, of one licence server."""


class OneServer(msgspec.Struct, frozen=True):
    """A licence server."""

    server_id: str
    """18 bytes in hexadecimal."""


class OneConfirmation(msgspec.Struct, frozen=True):
    """A confirmation."""

    call: str
    """Its number, in hexadecimal."""


class PackShown(msgspec.Struct, frozen=True):
    """A pack that a confirmation carries."""

    cal_type: int
    version: int
    quantity: int
    sequence: int
    expiry: int


class ConfirmationShown(msgspec.Struct, frozen=True):
    """A confirmation as it was registered."""

    call: str
    time: int
    kind: int
    agreement: int
    customer: str
    caller: str
    packs: list[PackShown]
    signed: bool


class RefusalShown(msgspec.Struct, frozen=True):
    """A refusal as it was entered."""

    time: int
    reason: Reason
    caller: str
    agreement: int
    by: str


class SuccessionShown(msgspec.Struct, frozen=True):
    """A licence server that took another one's place, or its own after a loss."""

    time: int
    old: str
    """18 bytes in hexadecimal."""
    new: str
    """Likewise; the same as the old one after a restore."""
    agreement: int
    proven: bool
    """Whether the old one proved that it was erased."""
    why: str
    """What happened, without a proof."""
    allowed_by: str
    """The supervisor who allowed it beyond the limits; empty: it was within them."""


class FreedShown(msgspec.Struct, frozen=True):
    """CALs of a licence server that ended, which come back to their agreement."""

    agreement: int
    quantity: int
    back: int
    """From when, seconds UTC."""


class ServerHistory(msgspec.Struct, frozen=True):
    """A licence server, with what it was given and refused, the newest first."""

    server: ServerShown
    confirmations: list[ConfirmationShown]
    refusals: list[RefusalShown]
    successions: list[SuccessionShown] = []
    """Those in which it was the old or the new one."""
    freed: list[FreedShown] = []
    """What comes back, or came back, the earliest first."""


def server_history(context: Context, request: OneServer, _: str) -> ServerHistory:
    """Tell everything of one licence server.

    Raises:
        NotFound: it was never heard of.
    """
    server_id = bytes_from_hex(request.server_id, 18, "server_id")
    with context.journal.read() as reader:
        server = server_shown(reader, server_id)
        if server is None:
            raise NotFound(t("This licence server was never heard of"))
        where = {"server_id": server_id}
        signed = list(reader.select("confirmation", where, order="-entry", limit=MOST_SHOWN))
        refused = list(reader.select("refusal", where, order="-entry", limit=MOST_SHOWN))
        return ServerHistory(
            server,
            [_confirmation(reader, row) for row in signed],
            [_refusal(reader, row) for row in refused],
            _successions(reader, server_id),
            _freed(reader, server_id),
        )


def confirmation_again(context: Context, request: OneConfirmation, _: str) -> Signed | Refusal:
    """Give a confirmation that was signed, to be read out again; nothing is entered.

    Raises:
        NotFound: there is none of that number.
        Conflict: it was registered and is not signed yet.
    """
    with context.journal.read() as reader:
        row = reader.get("confirmation", (bytes_from_hex(request.call, 8, "call"),))
        if row is None:
            raise NotFound(t("There is no confirmation for this"))
        refusal = server_refusal(reader, row["server_id"])
    if refusal is not None:
        return refusal
    if not row["signature"]:
        raise Conflict(t("This confirmation is not signed yet"), hint=t("It is signed when the centre starts again."))
    return shown(row)


def _successions(reader: Reader, server_id: bytes) -> list[SuccessionShown]:
    rows = {
        row["entry"]: row for side in ("server_id", "by_server") for row in reader.select("reissue", {side: server_id})
    }
    names = ("time", "agreement", "why", "allowed_by")
    return [
        SuccessionShown(
            old=row["server_id"].hex(),
            new=row["by_server"].hex(),
            proven=bool(row["proven"]),
            **{name: row[name] for name in names},
        )
        for _, row in sorted(rows.items(), reverse=True)
    ]


def _freed(reader: Reader, server_id: bytes) -> list[FreedShown]:
    counted: dict[tuple[int, int], int] = {}
    for row in reader.select("freed", {"server_id": server_id}):
        counted[row["back"], row["agreement"]] = counted.get((row["back"], row["agreement"]), 0) + row["quantity"]
    return [FreedShown(number, quantity, back) for (back, number), quantity in sorted(counted.items()) if quantity > 0]


def _confirmation(reader: Reader, row: Row) -> ConfirmationShown:
    asked = call_of(row)
    packs = [_pack(unpack_request(asked.server_id, data)) for data in asked.requests]
    return ConfirmationShown(
        call=row["call"].hex(),
        time=row["time"],
        kind=row["kind"],
        agreement=row["agreement"],
        customer=(reader.get("agreement", (row["agreement"],)) or {})["customer"],
        caller=_name(reader, row["caller"]),
        packs=packs,
        signed=bool(row["signature"]),
    )


def _pack(request: Request) -> PackShown:
    return PackShown(int(request.cal_type), request.version, request.quantity, request.sequence, request.expiry)


def _refusal(reader: Reader, row: Row) -> RefusalShown:
    name = _name(reader, row["caller"])
    return RefusalShown(row["time"], Reason(row["reason"]), name, row["agreement"], row["by"])


def _name(reader: Reader, key: str) -> str:
    """Give a caller's name, or what was typed for one whom nobody knows."""
    row = reader.get("caller", (key,))
    return str(row["name"]) if row else key
