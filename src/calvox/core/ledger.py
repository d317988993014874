"""The ledger's tables, and what each entry changes in them: the fold.

Who a holder is, and the salts and claims of tokens (which name the holder), lie beside the chain.
"""

from collections.abc import Iterable
from typing import Any

from calvox.core.book import Add, Book, Change, Drop, Fact, Placed, Put, Set, Table
from calvox.core.entries import (
    CalExpired,
    CalIssued,
    CalRefused,
    CalReleased,
    CalRenewed,
    ConfirmationAccepted,
    HostEnrolled,
    PackInstalled,
    PackRequested,
    PersonAdded,
    ServerActivated,
    ServerFounded,
)

FACTS: tuple[type[Fact], ...] = (
    ServerFounded,
    PersonAdded,
    PackRequested,
    ConfirmationAccepted,
    ServerActivated,
    PackInstalled,
    HostEnrolled,
    CalIssued,
    CalRenewed,
    CalReleased,
    CalExpired,
    CalRefused,
)

PROJECTIONS = (
    Table(
        "server",
        ("slot",),
        {
            "slot": int,
            "server_id": bytes,
            "epoch": int,
            "public_key": bytes,
            "centre_key": bytes,
            "centre_name": str,
            "activated": int,
            "next_sequence": int,
        },
    ),
    Table("person", ("person",), {"person": str, "role": str}),
    Table("request", ("sequence",), {"sequence": int, "request": bytes, "time": int}),
    Table(
        "confirmation",
        ("entry",),
        {"entry": int, "kind": int, "server_id": bytes, "requests": bytes, "issue_day": int, "signature": bytes},
    ),
    Table(
        "pack",
        ("sequence",),
        {
            "sequence": int,
            "programme": int,
            "cal_type": int,
            "version": int,
            "quantity": int,
            "agreement": int,
            "ends": int,
            "issued": int,
            "installed": int,
        },
        index=(("cal_type",),),
    ),
    Table(
        "host",
        ("host",),
        {"host": bytes, "name": str, "version": int, "certificate": bytes, "enrolled": int},
        index=(("name",),),
    ),
    Table(
        "cal",
        ("cal_id",),
        {
            "cal_id": bytes,
            "cal_type": int,
            "version": int,
            "holder": bytes,
            "host": bytes,
            "issued": int,
            "valid_until": int,
            "temporary": int,
            "pack": int,
            "entry": int,
        },
        index=(("holder", "cal_type"), ("valid_until",), ("entry",)),
    ),
    Table("device", ("holder",), {"holder": bytes, "first_seen": int}),
    Table(
        "refusal",
        ("entry",),
        {"entry": int, "time": int, "host": bytes, "holder": bytes, "cal_type": int, "reason": str, "count": int},
    ),
)

BESIDE = (
    Table(
        "holder",
        ("reference",),
        {"reference": bytes, "holder": bytes, "salt": bytes, "name": str},
        index=(("holder",),),
    ),
    Table("token", ("cal_id", "host"), {"cal_id": bytes, "host": bytes, "claims": bytes, "salt": bytes, "entry": int}),
)

WORKING = (
    Table("account", ("person",), {"person": str, "password": str}),
    Table("pending", ("purpose",), {"purpose": str, "state": bytes}),
    Table(
        "enrolment",
        ("code",),
        {"code": bytes, "name": str, "version": int, "expires": int, "by": str, "key": bytes, "answer": bytes},
    ),
    Table("lease", ("cal_id",), {"cal_id": bytes, "until": int}, index=(("until",),)),
    Table(
        "repeated_refusal",
        ("host", "holder", "reason"),
        {"host": bytes, "holder": bytes, "reason": str, "cal_type": int, "hour": int, "more": int},
    ),
)


SLOT = (0,)
"""Key of the one row of table `server`."""


def changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what an entry changes."""
    match fact:
        case CalIssued() | CalRenewed() | CalReleased() | CalExpired() | CalRefused():
            yield from _cal(fact, placed)
        case _:
            yield from _server(fact, placed)


def _server(fact: Fact, placed: Placed) -> Iterable[Change]:
    match fact:
        case ServerFounded():
            names = ("server_id", "epoch", "public_key", "centre_key", "centre_name")
            yield Put("server", {"slot": 0, **_fields(fact, *names), "activated": 0, "next_sequence": 1})
        case PersonAdded():
            yield Put("person", _fields(fact, "person", "role"))
        case PackRequested():
            yield Put("request", {**_fields(fact, "sequence", "request"), "time": placed.time})
            yield Set("server", SLOT, {"next_sequence": fact.sequence + 1})
        case ConfirmationAccepted():
            row = _fields(fact, "kind", "server_id", "issue_day", "signature")
            yield Put("confirmation", {**row, "entry": placed.sequence, "requests": b"".join(fact.requests)})
        case ServerActivated():
            yield Set("server", SLOT, {"activated": 1})
        case PackInstalled():
            yield Put("pack", {**_fields(fact, *fact.__struct_fields__), "issued": 0, "installed": placed.time})
        case HostEnrolled():
            yield Put("host", {**_fields(fact, "host", "name", "version", "certificate"), "enrolled": placed.time})


def _cal(fact: Fact, placed: Placed) -> Iterable[Change]:
    match fact:
        case CalIssued():
            names = ("cal_id", "cal_type", "version", "holder", "host", "valid_until", "pack")
            row = {**_fields(fact, *names), "temporary": int(fact.temporary)}
            yield Put("cal", {**row, "issued": placed.time, "entry": placed.sequence})
            yield from _count(fact.pack, 1)
            if fact.temporary:
                yield Put("device", {"holder": fact.holder, "first_seen": placed.time})
            if fact.replaces:
                yield from _back(fact.replaces, fact.replaces_pack)
        case CalRenewed():
            yield Set("cal", (fact.cal_id,), {**_fields(fact, "host", "valid_until"), "entry": placed.sequence})
        case CalReleased() | CalExpired():
            yield from _back(fact.cal_id, fact.pack)
        case CalRefused():
            row = _fields(fact, "host", "holder", "cal_type", "reason", "count")
            yield Put("refusal", {**row, "entry": placed.sequence, "time": placed.time})


def _back(cal_id: bytes, pack: int) -> Iterable[Change]:
    yield Drop("cal", (cal_id,))
    yield from _count(pack, -1)


def _count(pack: int, amount: int) -> Iterable[Change]:
    if pack:
        yield Add("pack", (pack,), "issued", amount)


def _fields(fact: Fact, *names: str) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names}


LEDGER = Book("ledger", FACTS, PROJECTIONS, BESIDE, WORKING, changes)
"""The licence server's book."""
