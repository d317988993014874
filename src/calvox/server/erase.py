"""Erase the names of holders who hold nothing any more, as data protection asks.

Rules:
- Only beside the chain: its entries know a holder by a salted reference alone. With the row goes the salt, and nobody can tell
  any more whose the reference was; reports and histories say “erased”.
- Whoever has a CAL, or is authorised, keeps the name: release first. A user who comes back gets another reference.
- Of a device the name alone goes: its reference stays known, for a device gets a temporary CAL once in its life.
- An entry says how many, by whom and why.
"""

from functools import partial

import msgspec

from calvox.common.commands import Command
from calvox.common.errors import Conflict, NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.erasing import NamesErased
from calvox.core.products import CalType
from calvox.core.remarks import remark
from calvox.journal.interface import Transaction
from calvox.server.holders import references
from calvox.server.store import LicenceServer

AT_ONCE = 1_000
"""Names that one piece of work erases, so that others wait little."""


class Erased(msgspec.Struct, frozen=True):
    """What was erased."""

    count: int
    """Names."""
    kept: int
    """Names of those who hold something still."""


def erase_name(server: LicenceServer, cal_type: CalType, name: str, why: str, by: str) -> Erased:
    """Erase one holder's name.

    Raises:
        NotFound: nobody is known by it.
        Conflict: they hold a CAL, or are authorised.
    """
    said = remark(why)

    def work(tx: Transaction) -> Erased:
        rows = [tx.get("holder", (reference,)) for reference in references(tx, cal_type, name)]
        if not rows:
            raise NotFound(t("Nobody is known as {name}", name=name))
        return _erase(tx, [row for row in rows if row], said, by)

    told = server.journal.run(work).value
    if not told.count:
        raise Conflict(
            t("{name} holds a CAL, or is authorised", name=name),
            hint=t("Release first: “{leave}”.", leave=Command("cal leave", "NAME")),
        )
    return told


def erase_unused(server: LicenceServer, why: str, by: str) -> Erased:
    """Erase the names of all who hold nothing and are not authorised."""
    said = remark(why)
    with server.journal.read() as reader:
        known = [row["reference"] for row in reader.select("holder") if row["name"]]
    count = kept = 0
    for at in range(0, len(known), AT_ONCE):
        part = known[at : at + AT_ONCE]
        told = server.journal.run(partial(_erase_all, part=part, why=said, by=by)).value
        count, kept = count + told.count, kept + told.kept
    return Erased(count, kept)


def _erase_all(tx: Transaction, part: list[bytes], why: str, by: str) -> Erased:
    rows = (tx.get("holder", (reference,)) for reference in part)
    return _erase(tx, [row for row in rows if row], why, by)


def _erase(tx: Transaction, rows: list[Row], why: str, by: str) -> Erased:
    gone = [row for row in rows if row["name"] and not _holds(tx, row["reference"])]
    for row in gone:
        if tx.get("device", (row["reference"],)) is None:
            tx.drop("holder", (row["reference"],))
        else:
            tx.put("holder", {**row, "name": ""})
    if gone:
        tx.append(NamesErased(count=len(gone), why=why, by=by))
    return Erased(len(gone), len(rows) - len(gone))


def _holds(tx: Transaction, reference: bytes) -> bool:
    """Tell whether somebody has a CAL, or is authorised now."""
    if next(iter(tx.select("cal", {"holder": reference})), None) is not None:
        return True
    return any(not row["until"] for row in tx.select("authorised", {"holder": reference}))
