"""Licence servers found, and what each was given, refused and told.

A licence server has no name at the centre: it is found by its server ID, by the customer whose agreement it called for, by
that agreement's number or by a caller's name.
"""

from collections.abc import Iterator

import msgspec

from calvox.centre.callers import LONGEST_NAME
from calvox.centre.calls import bytes_from_hex
from calvox.centre.checks import server_refusal
from calvox.centre.context import Context
from calvox.centre.refusals import Reason, Refusal
from calvox.centre.servers import ServerShown, server_shown
from calvox.centre.signing import Signed, call_of, shown
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.journal.interface import Reader
from calvox.wire.phone.request import Request, unpack_request
from calvox.wire.phone.wordlists import plain

MOST_FOUND = 50
MOST_SHOWN = 200
"""Confirmations, and refusals, of one licence server."""
SERVER_ID_DIGITS = 36


class FindServers(msgspec.Struct, frozen=True):
    """Find licence servers."""

    text: str = ""
    """A server ID in hexadecimal, or part of a customer's or caller's name or of an agreement's number; empty: any."""
    state: str = ""
    """"active", "retired" or "blacklisted"; empty: any."""


class ServerFound(msgspec.Struct, frozen=True):
    """A licence server, and whose it seems to be."""

    server: ServerShown
    customers: list[str]
    agreements: list[int]


class ServersFound(msgspec.Struct, frozen=True):
    """What was found."""

    servers: list[ServerFound]
    """Those heard of last come first."""
    more: bool
    """Whether there are more than these."""


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


class ServerHistory(msgspec.Struct, frozen=True):
    """A licence server, with what it was given and refused, the newest first."""

    server: ServerShown
    confirmations: list[ConfirmationShown]
    refusals: list[RefusalShown]


def find_servers(context: Context, request: FindServers, _: str) -> ServersFound:
    """Find licence servers, those heard of last first.

    Raises:
        BadInput: the text is longer than any name.
    """
    if len(request.text) > LONGEST_NAME:
        raise BadInput(t("The field “{name}” is one line of 1 to {most} signs", name="text", most=LONGEST_NAME))
    with context.journal.read() as reader:
        ids = _matching(reader, request.text)
        found: list[ServerFound] = []
        for row in reader.select("server", {"state": request.state} if request.state else {}, order="-first_seen"):
            if ids is not None and row["server_id"] not in ids:
                continue
            if len(found) == MOST_FOUND:
                return ServersFound(found, True)
            found.append(_found(reader, row))
    return ServersFound(found, False)


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
            server, [_confirmation(reader, row) for row in signed], [_refusal(reader, row) for row in refused]
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


def _matching(reader: Reader, text: str) -> set[bytes] | None:
    """Find the server IDs that a text may mean; None: any."""
    sought = " ".join(plain(text).split())
    if not sought:
        return None
    whole = sought.replace(" ", "")
    if len(whole) == SERVER_ID_DIGITS and all(sign in "0123456789abcdef" for sign in whole):
        return {bytes.fromhex(whole)}
    numbers = set(_agreements(reader, sought))
    callers = {row["caller"] for row in reader.select("caller") if sought in row["caller"]}
    rows = [row for number in numbers for row in reader.select("confirmation", {"agreement": number})]
    if callers:
        rows += [row for row in reader.select("confirmation") if row["caller"] in callers]
    return {row["server_id"] for row in rows}


def _agreements(reader: Reader, sought: str) -> Iterator[int]:
    digits = sought.replace(" ", "").replace("-", "")
    for row in reader.select("agreement"):
        number = f"{row['agreement']:012d}"
        if (digits.isdigit() and digits in number) or sought in " ".join(plain(row["customer"]).split()):
            yield row["agreement"]


def _found(reader: Reader, row: Row) -> ServerFound:
    where = {"server_id": row["server_id"]}
    numbers = sorted({one["agreement"] for one in reader.select("confirmation", where)})
    names = [(reader.get("agreement", (number,)) or {})["customer"] for number in numbers]
    server = server_shown(reader, row["server_id"])
    assert server is not None
    return ServerFound(server, sorted(set(names)), numbers)


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
