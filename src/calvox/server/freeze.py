"""Freeze the licence server, at once; and open the call whose code thaws it.

Rules: a freeze has a sequence of its own and the thaw request names it, so that a thaw serves once, for that freeze. Renewals
and returns go on. While a thaw's call is open no other can be; a server that is frozen asks for nothing else but its thaw
or a reissue.
"""

import msgspec

from calvox.common.commands import Command
from calvox.common.errors import BadInput, Conflict
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.freezing import FREEZE, HELD, ServerFrozen
from calvox.journal.interface import Reader, Transaction
from calvox.server.call import OpenCall, keep_call, open_call, other_call, used_up
from calvox.server.store import LicenceServer, server_row
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import LAST_SEQUENCE, pack_request, thaw_request

LONGEST_WHY = 200


class Freeze(msgspec.Struct, frozen=True):
    """A freeze by hand, as it stands."""

    since: int
    """Seconds UTC; 0: there is none."""
    sequence: int = 0
    """Its own."""


def freeze(server: LicenceServer, why: str, by: str) -> Freeze:
    """Stop giving new CALs; frozen again is the same freeze.

    Raises:
        BadInput: the reason is not one line.
        Conflict: no sequence is left, or a call is open.
    """
    told = why.strip()
    if len(told) > LONGEST_WHY or not (told.isprintable() or not told):
        raise BadInput(t("The field “{name}” is one line of at most {most} signs", name="why", most=LONGEST_WHY))

    def work(tx: Transaction) -> Freeze:
        row = server_row(tx)
        if row[HELD]:
            return _shown(row)
        if row["next_sequence"] > LAST_SEQUENCE:
            raise used_up()
        tx.append(ServerFrozen(sequence=row["next_sequence"], why=told, by=by))
        return _shown(server_row(tx))

    return server.journal.run(work).value


def freeze_of(reader: Reader) -> Freeze:
    """Tell how the freeze by hand stands."""
    return _shown(server_row(reader))


def prepare_thaw(server: LicenceServer, by: str) -> OpenCall:
    """Open the call that ends the freeze, or find the same one open.

    Raises:
        Conflict: the server is not frozen by hand, or another call is open.
    """

    def work(tx: Transaction) -> OpenCall:
        row, found = server_row(tx), open_call(tx)
        if not row[HELD]:
            raise Conflict(
                t("This licence server is not frozen"),
                hint=t("“{status}” tells how it stands.", status=Command("server status")),
            )
        request = pack_request(row["server_id"], thaw_request(row[FREEZE]))
        if found is not None:
            if (found.kind, found.requests) == (Kind.THAW, (request,)):
                return found
            raise other_call(found)
        call = OpenCall(Kind.THAW, (request,), tx.now, by)
        keep_call(tx, call)
        return call

    return server.journal.run(work).value


def _shown(row: Row) -> Freeze:
    return Freeze(row[HELD], row[FREEZE])
