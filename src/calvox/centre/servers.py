"""Licence servers that get nothing any more: retired by their own proof, or blacklisted by a supervisor.

Both are for ever. A proof is checked against the server ID itself, so that a server never heard of can be retired too.
"""

import msgspec

from calvox.centre.calls import bytes_from_hex
from calvox.centre.context import Context
from calvox.centre.entries import ServerBlacklisted, ServerRegistered, ServerRetired
from calvox.centre.register import ACTIVE
from calvox.centre.succession import free_later
from calvox.common.errors import BadInput, Conflict
from calvox.common.i18n import t
from calvox.core.book import Fact, Row
from calvox.journal.interface import Reader, Transaction
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import number_of
from calvox.wire.phone.identity import retirement_matches, server_id_fields

LONGEST_WHY = 200


class RetireServer(msgspec.Struct, frozen=True):
    """A licence server was erased, and here is its proof."""

    server_id: str
    """18 bytes in hexadecimal."""
    proof: str
    """14 bytes in hexadecimal."""


class BlacklistServer(msgspec.Struct, frozen=True):
    """A licence server shall get nothing any more."""

    server_id: str
    """18 bytes in hexadecimal."""
    why: str


class ServerShown(msgspec.Struct, frozen=True):
    """A licence server as it stands."""

    server_id: str
    first_seen: int
    activated: int
    """When, seconds since 1970-01-01 UTC; 0 = never."""
    highest: int
    """The highest sequence signed; -1 = none."""
    state: str
    """"active", "retired" or "blacklisted"."""
    why: str = ""
    """Why it was blacklisted."""


class ServersAsked(msgspec.Struct, frozen=True):
    """List them all."""


def retire(context: Context, request: RetireServer, operator: str) -> ServerShown:
    """Refuse a server ID for ever, since its server proved that it was erased.

    Raises:
        BadCode: the proof is not this server ID's.
        Conflict: it is retired or blacklisted already.
    """
    server_id, proof = _server_id(request.server_id), bytes_from_hex(request.proof, 14, "proof")
    retirement_matches(server_id, number_of(CodeType.RETIREMENT, proof))
    return _end(context, server_id, ServerRetired(server_id=server_id, proof=proof, by=operator))


def blacklist(context: Context, request: BlacklistServer, operator: str) -> ServerShown:
    """Refuse a server ID for ever, for a reason.

    Raises:
        Conflict: it is retired or blacklisted already.
    """
    server_id, why = _server_id(request.server_id), request.why.strip()
    if not (why and len(why) <= LONGEST_WHY and why.isprintable()):
        raise BadInput(t("The field “{name}” is one line of 1 to {most} signs", name="why", most=LONGEST_WHY))
    return _end(context, server_id, ServerBlacklisted(server_id=server_id, why=why, by=operator))


def list_servers(context: Context, _: ServersAsked, __: str) -> list[ServerShown]:
    """List every licence server that was heard of."""
    with context.journal.read() as reader:
        return [_shown(row) for row in list(reader.select("server"))]


def server_shown(reader: Reader, server_id: bytes) -> ServerShown | None:
    """Show a licence server, if it was heard of."""
    row = reader.get("server", (server_id,))
    return _shown(row) if row is not None else None


def _shown(row: Row) -> ServerShown:
    return ServerShown(row.pop("server_id").hex(), **row)


def _end(context: Context, server_id: bytes, fact: Fact) -> ServerShown:
    def work(tx: Transaction) -> ServerShown:
        row = tx.get("server", (server_id,))
        if row is None:
            tx.append(ServerRegistered(server_id=server_id))
        elif row["state"] != ACTIVE:
            raise Conflict(t("This licence server gets nothing any more: {state}", state=row["state"]))
        tx.append(fact)
        if isinstance(fact, ServerRetired):
            free_later(tx, server_id, {})
        return _shown(tx.get("server", (server_id,)) or {})

    return context.journal.run(work).value


def _server_id(text: str) -> bytes:
    data = bytes_from_hex(text, 18, "server_id")
    server_id_fields(data)
    return data
