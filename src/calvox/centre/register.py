"""The register's tables, and what each entry changes in them: the fold.

A server is registered before anything else is entered about it, so that the fold only ever changes rows that are there.
"""

from collections.abc import Iterable
from typing import Any

from calvox.centre.entries import (
    AgreementAdded,
    CallEnded,
    CallerAdded,
    CallerAuthorised,
    CallerLocked,
    CallerUnlocked,
    CallOpened,
    CallRefused,
    CallWordFailed,
    CentreFounded,
    ConfirmationRegistered,
    ConfirmationSigned,
    LineEntitled,
    LinesFreed,
    ReissueAllowed,
    ServerActivated,
    ServerBlacklisted,
    ServerReenrolled,
    ServerRegistered,
    ServerReplaced,
    ServerRetired,
)
from calvox.core.book import Add, Book, Change, Drop, Fact, Placed, Put, Set, Table
from calvox.core.continuity import CONTINUITY_FACTS, CONTINUITY_TABLES, continuity_changes
from calvox.core.peopling import PEOPLE_FACTS, PEOPLE_WORKING, PERSON_TABLE, people_changes
from calvox.wire.phone.message import Kind

FACTS: tuple[type[Fact], ...] = (
    CentreFounded,
    AgreementAdded,
    LineEntitled,
    CallerAdded,
    CallerAuthorised,
    CallWordFailed,
    CallerLocked,
    CallerUnlocked,
    CallOpened,
    CallEnded,
    ServerRegistered,
    ServerActivated,
    ConfirmationRegistered,
    ConfirmationSigned,
    CallRefused,
    ServerBlacklisted,
    ServerRetired,
    *PEOPLE_FACTS,
    *CONTINUITY_FACTS,
    LinesFreed,
    ServerReplaced,
    ReissueAllowed,
    ServerReenrolled,
)

SLOT = (0,)
"""Key of the one row of table `centre`."""
ACTIVE, RETIRED, BLACKLISTED = "active", "retired", "blacklisted"
"""States of a server."""

PROJECTIONS = (
    Table("centre", ("slot",), {"slot": int, "name": str, "public_key": bytes}),
    Table("telephone", ("place",), {"place": int, "country": str, "number": str, "hours": str}),
    Table(
        "agreement",
        ("agreement",),
        {
            "agreement": int,
            "customer": str,
            "programme": int,
            "sku": str,
            "proof": str,
            "ends": int,
            "added": int,
        },
    ),
    Table(
        "line",
        ("agreement", "line"),
        {
            "agreement": int,
            "line": int,
            "cal_type": int,
            "version": int,
            "quantity": int,
            "ends": int,
            "taken": int,
        },
    ),
    Table("caller", ("caller",), {"caller": str, "name": str, "call_word": bytes, "locked": int}),
    Table("authorisation", ("agreement", "caller"), {"agreement": int, "caller": str}, index=(("caller",),)),
    Table(
        "server",
        ("server_id",),
        {"server_id": bytes, "first_seen": int, "activated": int, "highest": int, "state": str, "why": str},
    ),
    Table("request", ("server_id", "sequence"), {"server_id": bytes, "sequence": int, "request": bytes, "call": bytes}),
    Table(
        "confirmation",
        ("call",),
        {
            "call": bytes,
            "entry": int,
            "time": int,
            "kind": int,
            "server_id": bytes,
            "requests": bytes,
            "issue_day": int,
            "agreement": int,
            "caller": str,
            "signature": bytes,
        },
        index=(("server_id", "kind"), ("signature",), ("agreement",)),
    ),
    Table(
        "refusal",
        ("entry",),
        {"entry": int, "time": int, "reason": str, "caller": str, "server_id": bytes, "agreement": int, "by": str},
        index=(("server_id",), ("time",)),
    ),
    Table(
        "call",
        ("call",),
        {
            "call": bytes,
            "opened": int,
            "caller": str,
            "by": str,
            "ended": int,
            "outcome": str,
            "confirmation": bytes,
            "form": str,
            "misheard": int,
        },
        index=(("opened",),),
    ),
    Table(
        "freed",
        ("entry", "line"),
        {"entry": int, "line": int, "agreement": int, "server_id": bytes, "quantity": int, "back": int},
        index=(("agreement",),),
    ),
    Table(
        "reissue",
        ("entry",),
        {
            "entry": int,
            "time": int,
            "agreement": int,
            "server_id": bytes,
            "by_server": bytes,
            "proven": int,
            "why": str,
            "allowed_by": str,
        },
        index=(("agreement",), ("server_id",)),
    ),
    Table("reenrolled", ("server_id",), {"server_id": bytes, "before": bytes}),
    Table("allowance", ("agreement",), {"agreement": int, "time": int, "why": str, "by": str}),
    PERSON_TABLE,
    *CONTINUITY_TABLES,
)

BESIDE = (Table("call_word", ("caller",), {"caller": str, "hash": str, "phone": str}),)

WORKING = (
    Table("pending", ("call",), {"call": bytes, "state": bytes, "expires": int}, index=(("expires",),)),
    Table("open_call", ("call",), {"call": bytes, "state": bytes, "expires": int}, index=(("expires",),)),
    Table("failure", ("caller",), {"caller": str, "count": int}),
    Table("typing", ("operator",), {"operator": str, "state": bytes}),
    *PEOPLE_WORKING,
)


def changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what an entry changes."""
    if isinstance(fact, PEOPLE_FACTS):
        yield from people_changes(fact, placed)
    if isinstance(fact, CONTINUITY_FACTS):
        yield from continuity_changes(fact, placed)
    match fact:
        case CentreFounded() | AgreementAdded() | LineEntitled():
            yield from _bought(fact, placed)
        case CallerAdded() | CallerAuthorised() | CallerLocked() | CallerUnlocked():
            yield from _caller(fact)
        case CallOpened() | CallEnded():
            yield _call(fact, placed)
        case ServerRegistered() | ServerActivated() | ServerBlacklisted() | ServerRetired():
            yield from _server(fact, placed)
        case ConfirmationRegistered():
            yield from _registered(fact, placed)
        case LinesFreed() | ServerReplaced() | ReissueAllowed():
            yield from _replaced(fact, placed)
        case ServerReenrolled():
            yield Put("reenrolled", _fields(fact, "server_id", "before"))
        case ConfirmationSigned():
            yield Set("confirmation", (fact.call,), {"signature": fact.signature})
        case CallRefused():
            row = _fields(fact, "reason", "caller", "server_id", "agreement", "by")
            yield Put("refusal", {**row, "entry": placed.sequence, "time": placed.time})


def _bought(fact: Fact, placed: Placed) -> Iterable[Change]:
    match fact:
        case CentreFounded():
            yield Put("centre", {"slot": 0, **_fields(fact, "name", "public_key")})
            for place, (country, number, hours) in enumerate(fact.telephones):
                yield Put("telephone", {"place": place, "country": country, "number": number, "hours": hours})
        case AgreementAdded():
            row = _fields(fact, "agreement", "customer", "programme", "sku", "proof", "ends")
            yield Put("agreement", {**row, "added": placed.time})
        case LineEntitled():
            yield Put("line", {**_fields(fact, *fact.__struct_fields__), "taken": 0})


def _caller(fact: Fact) -> Iterable[Change]:
    match fact:
        case CallerAdded():
            yield Put("caller", {**_fields(fact, "caller", "name", "call_word"), "locked": 0})
        case CallerAuthorised():
            yield Put("authorisation", _fields(fact, "agreement", "caller"))
        case CallerLocked():
            yield Set("caller", (fact.caller,), {"locked": 1})
        case CallerUnlocked():
            yield Set("caller", (fact.caller,), {"locked": 0})


def _call(fact: CallOpened | CallEnded, placed: Placed) -> Change:
    match fact:
        case CallOpened():
            begun = {**_fields(fact, "call", "caller", "by"), "opened": placed.time}
            return Put("call", {**begun, "ended": 0, "outcome": "", "confirmation": b"", "form": "", "misheard": 0})
        case CallEnded():
            told = _fields(fact, "outcome", "confirmation", "form")
            return Set("call", (fact.call,), {**told, "ended": placed.time, "misheard": len(fact.misheard)})


def _server(fact: Fact, placed: Placed) -> Iterable[Change]:
    match fact:
        case ServerRegistered():
            row = {"first_seen": placed.time, "activated": 0, "highest": -1, "state": ACTIVE, "why": ""}
            yield Put("server", {"server_id": fact.server_id, **row})
        case ServerActivated():
            yield Set("server", (fact.server_id,), {"activated": placed.time})
        case ServerBlacklisted():
            yield Set("server", (fact.server_id,), {"state": BLACKLISTED, "why": fact.why})
        case ServerRetired():
            yield Set("server", (fact.server_id,), {"state": RETIRED})


def _replaced(fact: LinesFreed | ServerReplaced | ReissueAllowed, placed: Placed) -> Iterable[Change]:
    match fact:
        case LinesFreed():
            for line, quantity in fact.lines:
                row = {**_fields(fact, "server_id", "agreement", "back"), "line": line, "quantity": quantity}
                yield Put("freed", {**row, "entry": placed.sequence})
        case ServerReplaced():
            row = _fields(fact, "agreement", "server_id", "by_server", "why", "allowed_by")
            at = {"entry": placed.sequence, "time": placed.time, "proven": int(fact.proven)}
            yield Put("reissue", {**row, **at})
            if fact.server_id != fact.by_server and not fact.proven:
                yield Set("server", (fact.server_id,), {"state": RETIRED, "why": fact.why})
            if fact.allowed_by:
                yield Drop("allowance", (fact.agreement,))
        case ReissueAllowed():
            yield Put("allowance", {**_fields(fact, "agreement", "why", "by"), "time": placed.time})


def _registered(fact: ConfirmationRegistered, placed: Placed) -> Iterable[Change]:
    row = _fields(fact, "call", "kind", "server_id", "issue_day", "agreement", "caller")
    place = {"entry": placed.sequence, "time": placed.time}
    yield Put("confirmation", {**row, **place, "requests": b"".join(fact.requests), "signature": b""})
    thaws = fact.kind == Kind.THAW
    new = set(fact.sequences) if thaws else {sequence for sequence, _, _ in fact.taken}
    for sequence, request in zip(fact.sequences, fact.requests, strict=True):
        if sequence in new:
            names = {"server_id": fact.server_id, "sequence": sequence, "request": request, "call": fact.call}
            yield Put("request", names)
    for _, line, quantity in fact.taken:
        yield Add("line", (fact.agreement, line), "taken", quantity)
    if new and not thaws:
        yield Set("server", (fact.server_id,), {"highest": max(new)})


def _fields(fact: Fact, *names: str) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names}


REGISTER = Book("register", FACTS, PROJECTIONS, BESIDE, WORKING, changes)
"""The activation centre's book."""
