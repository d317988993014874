"""The history of one holder: what the chain tells of them and of their CALs, in order, a part of the chain at a time.

Rules:
- The chain knows a holder by a reference, and tells a CAL's renewal, end and return by the CAL alone. So what is looked
  through goes forwards, and takes along the CALs that the holder has at its end.
- A name that was erased is gone; the history stands. A reference that the chain never had has none.
"""

from collections.abc import Iterator, Sequence

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.book import Fact
from calvox.core.entries import (
    CalExpired,
    CalIssued,
    CalReentered,
    CalReleased,
    CalReleasedByHand,
    CalRenewed,
    CalRevoked,
)
from calvox.journal.entry import Entry
from calvox.journal.interface import Reader
from calvox.journal.listing import EntryShown, show_entry

LOOKED_THROUGH = 60_000
"""Entries that are looked through at a time, at most."""
MOST = 50
"""Entries under the holder's own reference that are shown at a time; those of the CALs between them come along."""
CALS = 64
"""CALs that are taken along, at most; nobody has as many at once."""
_GONE = CalExpired | CalReleased | CalReleasedByHand | CalRevoked


class History(msgspec.Struct, frozen=True):
    """A part of a holder's history."""

    entries: list[EntryShown]
    """In order."""
    further: int = 0
    """The entry at which to go on; 0: this was the end."""
    cals: tuple[str, ...] = ()
    """CALs that the holder had then, in hexadecimal: to be handed in with it."""


def history(reader: Reader, reference: bytes, first: int = 1, cals: Sequence[str] = ()) -> History:
    """Tell a part of a holder's history.

    Args:
        reader: The ledger.
        reference: The holder's, 32 bytes.
        first: The entry at which to begin.
        cals: CALs that the holder had then.

    Raises:
        BadInput: one of these is none.
    """
    head = reader.head.position
    last = min(head, first + LOOKED_THROUGH - 1)
    own: list[tuple[Entry, Fact]] = []
    for entry, fact in _facts(reader, first, last, [reference]):
        if len(own) == MOST:
            last = entry.sequence - 1
            break
        if getattr(fact, "holder", b"") == reference:
            own.append((entry, fact))
    had = dict.fromkeys(_read(cals))
    issued = [fact.cal_id for _, fact in own if isinstance(fact, CalIssued | CalReentered)]
    found = {entry.sequence: (entry, fact) for entry, fact in own}
    found |= {entry.sequence: (entry, fact) for entry, fact in _of_cals(reader, first, last, [*had, *issued])}
    story = [found[sequence] for sequence in sorted(found)]
    for _, fact in story:
        _follow(had, fact)
    further = last + 1 if last < head else 0
    told = tuple(cal_id.hex() for cal_id in list(had)[-CALS:]) if further else ()
    return History([show_entry(entry, fact) for entry, fact in story], further, told)


def _facts(reader: Reader, first: int, last: int, holding: Sequence[bytes]) -> Iterator[tuple[Entry, Fact]]:
    return ((entry, reader.fact(entry)) for entry in reader.entries(first, last, holding))


def _of_cals(reader: Reader, first: int, last: int, cals: Sequence[bytes]) -> Iterator[tuple[Entry, Fact]]:
    if not cals:
        return
    known = set(cals)
    for entry, fact in _facts(reader, first, last, cals):
        if isinstance(fact, CalRenewed | _GONE) and fact.cal_id in known:
            yield entry, fact


def _follow(had: dict[bytes, None], fact: Fact) -> None:
    """Keep account of which CALs the holder has."""
    match fact:
        case CalIssued(cal_id=cal_id, replaces=replaces) | CalReentered(cal_id=cal_id, replaces=replaces):
            had[cal_id] = None
            had.pop(replaces, None)
        case CalExpired() | CalReleased() | CalReleasedByHand() | CalRevoked():
            had.pop(fact.cal_id, None)
        case _:
            pass


def _read(cals: Sequence[str]) -> list[bytes]:
    try:
        read = [bytes.fromhex(one) for one in cals]
    except ValueError:
        read = [b""]
    if len(read) > CALS or any(len(one) != 16 for one in read):
        raise BadInput(t("The field “{field}” is not well formed", field="cals"))
    return read
