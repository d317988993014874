"""Convert CALs of a pack between device and user, so that totals are what was signed, more or less what was converted.

What may go is core's rule; a wish beyond it is answered with the number that may. The converted CALs bear the pack's
version, agreement and end.
"""

import msgspec

from calvox.common.errors import BadInput, Conflict
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.converting import convertible, other_type, partner
from calvox.core.entries import CalsConverted
from calvox.core.products import CalType
from calvox.journal.interface import Transaction
from calvox.server.expire import make_room
from calvox.server.packs import pack_of, the_pack
from calvox.server.store import LicenceServer


class Converted(msgspec.Struct, frozen=True, tag="converted", tag_field="status"):
    """The CALs are of the other type now."""

    pack: int
    """The pack that they left."""
    left: int
    """CALs that it still holds."""
    lot: int
    """The number under which they stand now."""
    cal_type: str
    """What they are now."""
    total: int
    """CALs under that number."""


class TooMany(msgspec.Struct, frozen=True, tag="refused", tag_field="status"):
    """More than may be converted."""

    pack: int
    wanted: int
    issued: int
    """CALs of the pack that are out."""
    may: int
    """CALs that may be converted."""


def convert(server: LicenceServer, pack: int, quantity: int, by: str) -> Converted | TooMany:
    """Convert so many CALs of a pack to the other type.

    Raises:
        NotFound: there is no such pack.
        BadInput: the quantity is not positive, or the pack's type cannot be converted.
        Conflict: the pack has ended.
    """
    if quantity < 1:
        raise BadInput(t("The quantity is at least 1"))

    def work(tx: Transaction) -> Converted | TooMany:
        kind = CalType(the_pack(tx, pack)["cal_type"])
        make_room(tx, kind)
        row = the_pack(tx, pack)
        wanted = _wanted(row, kind, tx.now)
        found = pack_of(row)
        may = convertible(found, kind, server.policy)
        if quantity > may:
            return TooMany(pack, quantity, found.issued, may)
        return _enter(tx, row, wanted, quantity, by)

    return server.journal.run(work).value


def _wanted(row: Row, kind: CalType, now: int) -> CalType:
    wanted = other_type(kind)
    if wanted is None:
        raise BadInput(t("Per-session CALs are not converted"), hint=t("Per device and per user are."))
    if row["ends"] and row["ends"] <= now:
        raise Conflict(t("Pack {number} has ended", number=row["sequence"]), hint=t("Convert CALs of another pack."))
    return wanted


def _enter(tx: Transaction, row: Row, wanted: CalType, quantity: int, by: str) -> Converted:
    pack, lot = row["sequence"], partner(row["sequence"])
    bought = {name: row[name] for name in ("programme", "version", "agreement", "ends")}
    opens = tx.get("pack", (lot,)) is None
    fact = CalsConverted(pack=pack, lot=lot, opens=opens, quantity=quantity, cal_type=int(wanted), by=by, **bought)
    tx.append(fact)
    left, total = (pack_of(the_pack(tx, number)).quantity for number in (pack, lot))
    return Converted(pack, left, lot, wanted.label, total)
