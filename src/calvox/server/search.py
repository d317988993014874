"""Search the CALs that are out, a page at a time, and never through more of a million than a page may wait for.

Rules:
- Holders are sought by the beginning of the name, or by a CAL's identifier. Names lie beside the chain without an order of
  their own, for an index by name would cost 60 bytes a CAL: what begins so is looked for in one part of the holders after
  the other. Whoever is called exactly so comes first.
- Everything else is looked for from the CAL that was issued last back, so many at a time; there is no index by host or state
  either. CALs lie in the order of their identifiers, which begin with the entry that issued them.
- A page therefore says where to go on: below a CAL, or at a holder's reference. It may be empty and still not the last.
"""

import heapq
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.holders import LONGEST_NAME, holder_of
from calvox.core.products import CalType, cal_type_named, version_named
from calvox.core.reports import CalReport
from calvox.journal.interface import Reader
from calvox.server.hosts import host_named
from calvox.server.report import cal_reports

PAGE = 50
"""CALs of one page."""
LOOKED_THROUGH = 150_000
"""CALs that are looked through for one page, at most."""
PART = 250_000
"""Entries of the ledger for each part that the holders are looked through in."""
HOLDERS = 1_000
"""Holders of one page whose CALs are looked at, at most."""
NO_PACK = "no-pack"
"""The state of a permanent CAL that comes from no pack: over-use that is built in."""
_STATES: dict[str, dict[str, int]] = {
    "temporary": {"temporary": 1},
    "permanent": {"temporary": 0},
    NO_PACK: {"temporary": 0, "pack": 0},
}
_ID = re.compile(r"[0-9a-f]{32}")
_END = b"\xff" * 33
_LAST = "\U0010ffff"
"""No letter comes after it."""


class Wanted(msgspec.Struct, frozen=True):
    """Which CALs are sought; what is empty does not matter."""

    holder: str = ""
    """The beginning of a holder's name, or a CAL's identifier."""
    cal_type: str = ""
    """device, user or session."""
    version: str = ""
    host: str = ""
    """A session host's name, or the beginning of its identifier."""
    lasting: str = ""
    """temporary, permanent or no-pack."""
    after: str = ""
    """Where to go on, as the page before told it; empty: from the first."""


class NoCal(msgspec.Struct, frozen=True):
    """A holder who is called exactly as sought, and has no CAL."""

    reference: str
    """Hexadecimal."""
    name: str


class Found(msgspec.Struct, frozen=True):
    """A page of CALs."""

    cals: list[CalReport]
    after: str = ""
    """Where to go on; empty: there is nothing more."""
    without: list[NoCal] = []
    """Holders of exactly this name without a CAL."""


def find_cals(reader: Reader, wanted: Wanted) -> Found:
    """Find a page of CALs.

    Raises:
        BadInput: there is no such type, version or state, or the holder's name is not well formed.
        NotFound: there is no such host.
    """
    where, name = _conditions(reader, wanted), wanted.holder.strip()
    if not name:
        return _newest(reader, where, _read(wanted.after))
    if _ID.fullmatch(name.lower()) and (row := reader.get("cal", (bytes.fromhex(name),))) is not None:
        return Found(cal_reports(reader, [row] if _fits(row, where) else []))
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(t("A holder's name has 1 to {longest} printable characters", longest=LONGEST_NAME))
    return _of_holders(reader, where, name, _read(wanted.after))


def _conditions(reader: Reader, wanted: Wanted) -> dict[str, Any]:
    where: dict[str, Any] = {}
    if wanted.lasting:
        if wanted.lasting not in _STATES:
            raise BadInput(t("“{text}” is no state; there are {known}", text=wanted.lasting, known=", ".join(_STATES)))
        where |= _STATES[wanted.lasting]
    if wanted.cal_type:
        where["cal_type"] = int(cal_type_named(wanted.cal_type))
    if wanted.version:
        where["version"] = version_named(wanted.version)
    if wanted.host:
        where["host"] = host_named(reader, wanted.host.strip())["host"]
    return where


def _fits(row: Row, where: dict[str, Any]) -> bool:
    return all(row[name] == value for name, value in where.items())


def count_of_host(reader: Reader, host: bytes, after: str = "") -> tuple[int, str]:
    """Count the CALs whose token a host asked for last, in one part of all; tell where the next part begins, if there is one.

    Raises:
        BadInput: this is no such place.
    """
    floor, place = _stretch(reader, _read(after))
    rows = reader.select("cal", {"host": host}, between={"cal_id": (floor, place)}, order="-cal_id")
    return sum(1 for _ in rows), floor.hex()


def _stretch(reader: Reader, after: bytes) -> tuple[bytes, bytes]:
    """Tell where the CALs end that are looked through from there on, and where they begin."""
    place = after or _END
    earlier = {"cal_id": (b"", place)}
    beyond = reader.select("cal", between=earlier, order="-cal_id", limit=1, offset=LOOKED_THROUGH)
    return next((row["cal_id"] + b"\0" for row in beyond), b""), place


def _newest(reader: Reader, where: dict[str, Any], after: bytes) -> Found:
    floor, place = _stretch(reader, after) if where else (b"", after or _END)
    bounds = {"cal_id": (floor, place)}
    rows = list(reader.select("cal", where, between=bounds, order="-cal_id", limit=PAGE + 1))
    going_on = rows[PAGE - 1]["cal_id"] if len(rows) > PAGE else floor
    return Found(cal_reports(reader, rows[:PAGE]), going_on.hex())


def _of_holders(reader: Reader, where: dict[str, Any], name: str, after: bytes) -> Found:
    own = _exactly(reader, name)
    first = [] if after else [(holder, _cals(reader, holder, where)) for holder in own]
    without = [NoCal(holder["reference"].hex(), holder["name"]) for holder, cals in first if not cals]
    rows = [row for _, cals in first for row in cals]
    known, (start, end) = {row["reference"] for row in own}, _part(reader, name, after)
    going_on = "" if end == _END else end.hex()
    for number, holder in enumerate(_beginning(reader, name, start, end), start=1):
        rows += [] if holder["reference"] in known else _cals(reader, holder, where)
        if len(rows) >= PAGE or number == HOLDERS:
            going_on = (holder["reference"] + b"\0").hex()
            break
    return Found(cal_reports(reader, rows), going_on, without)


def _exactly(reader: Reader, name: str) -> list[Row]:
    """List the holders who are known by this very name."""
    return [row for one in CalType for row in reader.select("holder", {"holder": holder_of(one, name)})]


def _cals(reader: Reader, holder: Row, where: dict[str, Any]) -> list[Row]:
    cals = reader.select("cal", {"holder": holder["reference"]})
    return sorted((row for row in cals if _fits(row, where)), key=lambda row: -int(row["entry"]))


def _read(after: str) -> bytes:
    try:
        return bytes.fromhex(after)
    except ValueError as error:
        raise BadInput(t("The field “{field}” is not well formed", field="after")) from error


def _part(reader: Reader, name: str, start: bytes) -> tuple[bytes, bytes]:
    """Tell the part of the holders that is looked through next: where it begins, and what it stays below."""
    parts = 1 + reader.head.position * len(_spellings(name)) // PART
    each = (1 << 256) // parts
    number = int.from_bytes(start[:32].ljust(32, b"\0")) // each + 1
    return start, _END if number >= parts else (number * each).to_bytes(32)


def _beginning(reader: Reader, name: str, start: bytes, end: bytes) -> Iterator[Row]:
    """Read the holders of a part whose names begin so, by reference, each once."""
    runs = [
        reader.select("holder", between={"reference": (start, end), "name": (one, one + _LAST)}, limit=2 * HOLDERS)
        for one in _spellings(name)
    ]
    last = b""
    for row in heapq.merge(*runs, key=lambda row: row["reference"]):
        if row["reference"] != last:
            yield row
        last = row["reference"]


def _spellings(name: str) -> list[str]:
    """Write a name in the ways that the store, which knows no case but that of A to Z, tells apart."""
    return list({_folded(one): one for one in (name, name.lower(), name.upper(), name.title())}.values())


def _folded(name: str) -> str:
    return "".join(sign.lower() if sign.isascii() else sign for sign in name)
