"""Packs of the ledger as core sees them: what was signed, more or less what was converted."""

from calvox.common.commands import Command
from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.pools import OverUse, Pack
from calvox.core.products import CalType
from calvox.journal.interface import Reader


def pack_of(row: Row) -> Pack:
    """Read a pack."""
    total, own = row["quantity"] + row["converted"], row["over_use"]
    policy = OverUse(own) if own else None
    return Pack(row["sequence"], row["version"], total, row["issued"], row["ends"], policy)


def packs_in_force(reader: Reader, cal_type: CalType, now: int) -> list[Pack]:
    """List the packs of a type that have not ended."""
    rows = reader.select("pack", {"cal_type": int(cal_type)})
    return [pack_of(row) for row in rows if not row["ends"] or now < row["ends"]]


def the_pack(reader: Reader, number: int) -> Row:
    """Find a pack.

    Raises:
        NotFound: there is none of this number.
    """
    row = reader.get("pack", (number,))
    if row is None:
        raise NotFound(
            t("There is no pack {number}", number=number), hint=t("“{list}” shows them.", list=Command("pack list"))
        )
    return row
