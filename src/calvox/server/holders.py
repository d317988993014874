"""Find holders and their CALs by what a person types: a CAL's identifier, or a holder's name and type."""

import msgspec

from calvox.common.commands import Command
from calvox.common.errors import BadInput, NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.holders import holder_of, reference_of
from calvox.core.products import CalType, cal_type_named
from calvox.journal.interface import Reader, Transaction
from calvox.server.store import LicenceServer

ID_DIGITS = 32


class Which(msgspec.Struct, frozen=True):
    """A CAL as it is named on the command line."""

    name: str
    """Its identifier in hexadecimal, or its holder's name."""
    cal_type: str = "user"
    """Whose name it is: a device's, user's or session's."""


Holders = dict[bytes, Row | None]
"""Holders that were looked up, by their 32 bytes; None: there is no such holder."""


def holder_reference(tx: Transaction, server: LicenceServer, holder: bytes, name: str) -> bytes:
    """Find a holder's salted reference, or make it."""
    row = known_holder(tx, holder) or new_holder(tx, server, holder, name)
    return bytes(row["reference"])


def known_holder(reader: Reader, holder: bytes) -> Row | None:
    """Find a holder's row."""
    return next(reader.select("holder", {"holder": holder}), None)


def new_holder(tx: Transaction, server: LicenceServer, holder: bytes, name: str) -> Row:
    """Make a holder's row, with a salt of its own."""
    salt = server.world.random(16)
    row = {"reference": reference_of(salt, holder), "holder": holder, "salt": salt, "name": name}
    tx.put("holder", row)
    return row


def references(reader: Reader, cal_type: CalType, name: str) -> list[bytes]:
    """List the references of holders that are known by this name; where it is no key's own, several may be."""
    known = list(reader.select("holder", {"holder": holder_of(cal_type, name)}))
    return [row["reference"] for row in known or reader.select("holder", {"name": name.strip()})]


def cals_of(reader: Reader, cal_type: CalType, name: str) -> list[Row]:
    """List the CALs of a type that holders of this name have."""
    return [
        row
        for reference in references(reader, cal_type, name)
        for row in reader.select("cal", {"holder": reference, "cal_type": int(cal_type)})
    ]


def the_cal(reader: Reader, which: Which, now: int) -> Row:
    """Find one CAL that is out and has not ended.

    Args:
        reader: The ledger.
        which: How it is named.
        now: Seconds UTC.

    Raises:
        NotFound: there is none.
        BadInput: several holders have that name.
    """
    found = [row for row in _candidates(reader, which) if row["valid_until"] >= now]
    if len(found) > 1:
        raise BadInput(
            t("{count} holders are called “{name}”", count=len(found), name=which.name),
            hint=t("Name the CAL by its identifier: “{list}” shows it.", list=Command("cal list")),
        )
    if not found:
        raise NotFound(
            t("“{name}” holds no such CAL", name=which.name), hint=t("“{list}” shows them.", list=Command("cal list"))
        )
    return found[0]


def named_id(which: Which) -> bytes:
    """Read a CAL's identifier, if it is named by that; empty if not."""
    plain = which.name.strip().lower()
    is_id = len(plain) == ID_DIGITS and all(digit in "0123456789abcdef" for digit in plain)
    return bytes.fromhex(plain) if is_id else b""


def _candidates(reader: Reader, which: Which) -> list[Row]:
    cal_id = named_id(which)
    row = reader.get("cal", (cal_id,)) if cal_id else None
    if row is not None:
        return [row]
    return cals_of(reader, cal_type_named(which.cal_type), which.name)
