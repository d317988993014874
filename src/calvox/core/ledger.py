"""The ledger's kinds of entry, and what each changes in the tables: the fold."""

from collections.abc import Iterable
from typing import Any

from calvox.core.alarms import ALARM_FACTS, FREEZE_COLUMNS, alarm_changes
from calvox.core.book import Add, Book, Change, Drop, Fact, Placed, Put, Set
from calvox.core.continuity import CONTINUITY_FACTS, continuity_changes
from calvox.core.entries import (
    CalExpired,
    CalIssued,
    CalReentered,
    CalRefused,
    CalReleased,
    CalReleasedByHand,
    CalRenewed,
    CalRevoked,
    CalsConverted,
    ConfirmationAccepted,
    HostEnrolled,
    PackInstalled,
    PackPolicySet,
    PackRequested,
    ServerActivated,
    ServerFounded,
    UserAuthorised,
    UserUnauthorised,
)
from calvox.core.erasing import NamesErased
from calvox.core.freezing import FREEZE, FREEZE_FACTS, freeze_changes
from calvox.core.hosting import HOST_FACTS, host_changes
from calvox.core.ledger_tables import BESIDE, PROJECTIONS, WORKING
from calvox.core.outages import OUTAGE_FACTS, outage_changes
from calvox.core.peopling import PEOPLE_FACTS, people_changes
from calvox.core.products import CalType
from calvox.core.reenrolling import REENROLMENT_FACTS, reenrolment_changes
from calvox.core.usage import usage_changes

FACTS: tuple[type[Fact], ...] = (
    ServerFounded,
    PackRequested,
    ConfirmationAccepted,
    ServerActivated,
    PackInstalled,
    HostEnrolled,
    CalIssued,
    CalRenewed,
    CalReentered,
    CalReleased,
    CalExpired,
    CalRefused,
    CalReleasedByHand,
    CalRevoked,
    CalsConverted,
    PackPolicySet,
    UserAuthorised,
    UserUnauthorised,
    *HOST_FACTS,
    *OUTAGE_FACTS,
    *ALARM_FACTS,
    *PEOPLE_FACTS,
    *CONTINUITY_FACTS,
    NamesErased,
    *FREEZE_FACTS,
    *REENROLMENT_FACTS,
)

_UNFROZEN = dict.fromkeys((*FREEZE_COLUMNS, FREEZE), 0)
SLOT = (0,)
"""Key of the one row of table `server`."""


def changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what an entry changes."""
    match fact:
        case CalIssued() | CalRenewed() | CalReleased() | CalExpired() | CalRefused():
            yield from _cal(fact, placed)
        case CalReentered():
            yield from _reentered(fact, placed)
        case (
            CalReleasedByHand()
            | CalRevoked()
            | CalsConverted()
            | PackPolicySet()
            | UserAuthorised()
            | UserUnauthorised()
        ):
            yield from _administered(fact, placed)
        case _:
            yield from _server(fact, placed)


def _server(fact: Fact, placed: Placed) -> Iterable[Change]:
    match fact:
        case ServerFounded():
            names = ("server_id", "epoch", "public_key", "centre_key", "centre_name")
            yield Put("server", {"slot": 0, **_fields(fact, *names), "activated": 0, "next_sequence": 1, **_UNFROZEN})
        case PackRequested():
            yield Put("request", {**_fields(fact, "sequence", "request"), "time": placed.time})
            yield Set("server", SLOT, {"next_sequence": fact.sequence + 1})
        case ConfirmationAccepted():
            row = _fields(fact, "kind", "server_id", "issue_day", "signature")
            yield Put("confirmation", {**row, "entry": placed.sequence, "requests": b"".join(fact.requests)})
        case ServerActivated():
            yield Set("server", SLOT, {"activated": 1})
        case PackInstalled():
            row = _fields(fact, *_BOUGHT, "sequence", "quantity")
            yield Put("pack", {**row, "issued": 0, "installed": placed.time, "converted": 0, "over_use": ""})
        case _ if isinstance(fact, ALARM_FACTS):
            yield from alarm_changes(fact, placed)
        case _ if isinstance(fact, PEOPLE_FACTS):
            yield from people_changes(fact, placed)
        case NamesErased():
            pass
        case _ if isinstance(fact, CONTINUITY_FACTS):
            yield from continuity_changes(fact, placed)
        case _ if isinstance(fact, FREEZE_FACTS):
            yield from freeze_changes(fact, placed)
        case _ if isinstance(fact, REENROLMENT_FACTS):
            yield from reenrolment_changes(fact, placed)
        case _ if isinstance(fact, OUTAGE_FACTS):
            yield from outage_changes(fact, placed)
        case _:
            yield from host_changes(fact, placed)


def _cal(fact: Fact, placed: Placed) -> Iterable[Change]:
    match fact:
        case CalIssued():
            names = ("cal_id", "cal_type", "version", "holder", "host", "valid_until", "pack")
            row = {**_fields(fact, *names), "temporary": int(fact.temporary)}
            yield Put("cal", {**row, "issued": placed.time, "entry": placed.sequence})
            yield from _count(fact.pack, 1, placed)
            if fact.temporary and fact.cal_type == CalType.DEVICE and not fact.replaces:
                yield Put("device", {"holder": fact.holder, "first_seen": placed.time, "proven": 0})
            elif fact.cal_type == CalType.DEVICE and not fact.temporary:
                yield Set("device", (fact.holder,), {"proven": 1})
            if fact.replaces:
                yield from _back(fact.replaces, fact.replaces_pack, placed)
        case CalRenewed():
            yield Set("cal", (fact.cal_id,), {**_fields(fact, "host", "valid_until"), "entry": placed.sequence})
            yield Put("token", {**_fields(fact, "cal_id", "host"), "entry": placed.sequence})
        case CalReleased() | CalExpired():
            yield from _back(fact.cal_id, fact.pack, placed)
        case CalRefused():
            row = _fields(fact, "host", "holder", "cal_type", "reason", "count")
            yield Put("refusal", {**row, "entry": placed.sequence, "time": placed.time})


def _reentered(fact: CalReentered, placed: Placed) -> Iterable[Change]:
    names = ("cal_id", "cal_type", "version", "holder", "host", "valid_until", "pack", "issued")
    yield Put("cal", {**_fields(fact, *names), "temporary": int(fact.temporary), "entry": placed.sequence})
    yield Put("token", {**_fields(fact, "cal_id", "host"), "entry": placed.sequence})
    yield from _count(fact.pack, 1, placed)
    if fact.new_device:
        yield Put("device", {"holder": fact.holder, "first_seen": placed.time, "proven": int(not fact.temporary)})
    elif fact.cal_type == CalType.DEVICE and not fact.temporary:
        yield Set("device", (fact.holder,), {"proven": 1})
    if fact.replaces:
        yield from _back(fact.replaces, fact.replaces_pack, placed)


def _administered(fact: Fact, placed: Placed) -> Iterable[Change]:
    match fact:
        case CalReleasedByHand():
            yield from _back(fact.cal_id, fact.pack, placed)
        case CalRevoked():
            yield from _back(fact.cal_id, fact.pack, placed)
            row = _fields(fact, "cal_id", "version", "holder", "valid_until", "pack")
            yield Put("revoked", {**row, "entry": placed.sequence, "time": placed.time})
        case CalsConverted():
            yield Add("pack", (fact.pack,), "converted", -fact.quantity)
            if fact.opens:
                empty = {"sequence": fact.lot, "quantity": 0, "issued": 0, "over_use": ""}
                row = {**_fields(fact, *_BOUGHT), **empty, "installed": placed.time, "converted": fact.quantity}
                yield Put("pack", row)
            else:
                yield Add("pack", (fact.lot,), "converted", fact.quantity)
        case PackPolicySet():
            yield Set("pack", (fact.pack,), {"over_use": fact.over_use})
        case UserAuthorised():
            row = {"holder": fact.holder, "entry": placed.sequence, "since": placed.time, "until": 0}
            yield Put("authorised", row)
        case UserUnauthorised():
            yield Set("authorised", (fact.holder, fact.entry), {"until": placed.time})


_BOUGHT = ("programme", "cal_type", "version", "agreement", "ends")
"""What a pack shares with those of its CALs that were converted, but for the type."""


def _back(cal_id: bytes, pack: int, placed: Placed) -> Iterable[Change]:
    yield Drop("cal", (cal_id,))
    yield Drop("token", (cal_id,))
    yield from _count(pack, -1, placed)


def _count(pack: int, amount: int, placed: Placed) -> Iterable[Change]:
    if pack:
        yield Add("pack", (pack,), "issued", amount)
        yield from usage_changes(pack, amount, placed)


def _fields(fact: Fact, *names: str) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names}


LEDGER = Book("ledger", FACTS, PROJECTIONS, BESIDE, WORKING, changes)
"""The licence server's book."""
