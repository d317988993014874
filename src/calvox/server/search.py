"""Search the CALs that are out, a page at a time, the newest first.

A page is found by the entry that it begins below, not by counting rows, so that the last of a million is as near as the
first. A holder is sought by the whole name or by the CAL's identifier: names lie beside the chain, without an order.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from calvox.core.book import Row
from calvox.core.products import CalType, cal_type_named, version_named
from calvox.core.reports import CalReport
from calvox.journal.interface import Reader
from calvox.server.holders import cals_of
from calvox.server.hosts import host_named
from calvox.server.report import cal_reports

PAGE = 50
"""CALs of one page."""
_ID = re.compile(r"[0-9a-f]{32}")


class Wanted(msgspec.Struct, frozen=True):
    """Which CALs are sought; what is empty does not matter."""

    holder: str = ""
    """A holder's whole name, or a CAL's identifier."""
    cal_type: str = ""
    """device, user or session."""
    version: str = ""
    host: str = ""
    """A session host's name, or the beginning of its identifier."""
    lasting: str = ""
    """temporary or permanent."""
    before: int = 0
    """Only CALs of entries below this one; 0: all."""


class Found(msgspec.Struct, frozen=True):
    """A page of CALs."""

    cals: list[CalReport]
    further: int
    """Where the next page begins; 0: there is none."""


def find_cals(reader: Reader, wanted: Wanted) -> Found:
    """Find a page of CALs.

    Raises:
        BadInput: there is no such type or version, or the holder's name is not well formed.
        NotFound: there is no such host.
    """
    where = _conditions(reader, wanted)
    rows = list(islice(_rows(reader, wanted, where), PAGE + 1))
    shown = rows[:PAGE]
    return Found(cal_reports(reader, shown), shown[-1]["entry"] if len(rows) > PAGE else 0)


def _conditions(reader: Reader, wanted: Wanted) -> dict[str, Any]:
    where: dict[str, Any] = {}
    if wanted.cal_type:
        where["cal_type"] = int(cal_type_named(wanted.cal_type))
    if wanted.version:
        where["version"] = version_named(wanted.version)
    if wanted.host:
        where["host"] = host_named(reader, wanted.host.strip())["host"]
    if wanted.lasting:
        where["temporary"] = int(wanted.lasting == "temporary")
    return where


def _rows(reader: Reader, wanted: Wanted, where: dict[str, Any]) -> Iterator[Row]:
    if not wanted.holder.strip():
        below = ("entry", wanted.before) if wanted.before else None
        yield from reader.select("cal", where, below=below, order="-entry", limit=PAGE + 1)
        return
    for row in sorted(_of_holder(reader, wanted.holder.strip(), where), key=lambda row: -int(row["entry"])):
        fits = all(row[name] == value for name, value in where.items())
        if fits and (not wanted.before or row["entry"] < wanted.before):
            yield row


def _of_holder(reader: Reader, name: str, where: dict[str, Any]) -> Iterable[Row]:
    if _ID.fullmatch(name.lower()):
        row = reader.get("cal", (bytes.fromhex(name),))
        if row is not None:
            return [row]
    types = [CalType(where["cal_type"])] if "cal_type" in where else CalType
    found = {row["cal_id"]: row for one in types for row in cals_of(reader, one, name)}
    return found.values()
