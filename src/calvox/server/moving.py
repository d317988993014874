"""The packs of a licence server, as the next one asks for them: listed, written to a file, read from one.

A pack is asked for as it was signed: what was converted becomes its own type again. Packs that have ended are left out.
"""

from datetime import UTC, datetime

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.converting import is_lot
from calvox.core.products import CalType, Programme, version_name
from calvox.journal.interface import Reader
from calvox.server.call import PackWish

FORMAT = "calvox-packs-1"
LARGEST = 1 << 17
_HALF_DAY = 43_200


class PackList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The packs of one licence server, as a file."""

    server_id: str
    """Whose they were, 18 bytes in hexadecimal; the centre asks for it."""
    packs: tuple[PackWish, ...]
    format: str = FORMAT
    """Always `calvox-packs-1`."""


def packs_to_move(reader: Reader, now: int) -> tuple[PackWish, ...]:
    """List the packs that have not ended."""
    return tuple(
        PackWish(
            CalType(row["cal_type"]).label,
            version_name(row["version"]),
            row["quantity"],
            Programme(row["programme"]).name.lower(),
            f"{row['agreement']:012}",
            _month(row["ends"]),
        )
        for row in reader.select("pack", order="sequence")
        if not is_lot(row["sequence"]) and (not row["ends"] or row["ends"] > now)
    )


def write_pack_list(server_id: bytes, packs: tuple[PackWish, ...]) -> bytes:
    """Write the list as JSON."""
    return msgspec.json.format(msgspec.json.encode(PackList(server_id.hex(), packs)), indent=2) + b"\n"


def read_pack_list(data: bytes) -> PackList:
    """Read a list; whether its packs hold is for the call to say.

    Raises:
        BadInput: it is none.
    """
    if len(data) > LARGEST:
        raise BadInput(t("A list of packs has at most {limit} bytes", limit=LARGEST))
    try:
        told = msgspec.json.decode(data, type=PackList)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(t("This is no list of packs: {why}", why=str(error))) from error
    if told.format != FORMAT:
        raise BadInput(t("This is no list of packs: {why}", why=told.format[:40]))
    return told


def pack_of_text(text: str, programme: str, agreement: str) -> PackWish:
    """Read a pack as it is written: device:2022:20, or user:2025:50:2027-06 if it ends.

    Raises:
        BadInput: it is not written so.
    """
    parts = text.split(":")
    if len(parts) not in (3, 4) or not (parts[2].isascii() and parts[2].isdigit() and len(parts[2]) <= 9):
        raise BadInput(t("“{text}” is no pack; write it as device:2022:20 or user:2025:50:2027-06", text=text[:80]))
    return PackWish(parts[0], parts[1], int(parts[2]), programme, agreement, *parts[3:])


def _month(ends: int) -> str:
    """Give the last month of a pack that ends: half a day before its end it is that month in every zone of the Earth."""
    return datetime.fromtimestamp(ends - 1 - _HALF_DAY, UTC).strftime("%Y-%m") if ends else ""
