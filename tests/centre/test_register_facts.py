"""The register's fold, fact by fact, and the kinds and bodies that must stay readable for ever."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import apsw
import pytest

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
from calvox.centre.register import FACTS, REGISTER, changes
from calvox.core.book import Add, Change, Drop, Fact, Placed, Put, Set, kind_of
from calvox.core.continuity import BackupDrilled, BackupMade, RecoveryKeyMade, Restored
from calvox.core.peopling import LinkMade, PasswordSet, PersonAdded, PersonLocked, PersonRemoved
from calvox.journal.bodies import body_of, fact_of
from calvox.journal.tables import Tables, create_tables

VECTORS = Path(__file__).parents[1] / "vectors/register-v1.json"
SERVER, CALL, AGREEMENT = b"s" * 18, b"c" * 8, 123_456_789_012
CANONICAL: tuple[Fact, ...] = (
    CentreFounded(name="Centre", public_key=b"k" * 96, telephones=(("FR", "+33 1", "9-18"), ("BE", "+32 2", "24/7"))),
    AgreementAdded(
        agreement=AGREEMENT, customer="Mairie", programme=6, sku="6VC-1", proof="P-1", ends=1_830_297_600, by="sue"
    ),
    LineEntitled(agreement=AGREEMENT, line=2, cal_type=1, version=8, quantity=50, ends=1_830_297_601),
    CallerAdded(caller="elodie martin", name="Élodie Martin", call_word=b"w" * 32, by="sue"),
    CallerAuthorised(agreement=AGREEMENT, caller="elodie martin", by="sue"),
    CallWordFailed(caller="elodie martin", by="otto"),
    CallerLocked(caller="elodie martin"),
    CallerUnlocked(caller="elodie martin", by="sue"),
    CallOpened(call=CALL, caller="elodie martin", by="otto"),
    CallEnded(call=CALL, outcome="read-out", confirmation=CALL, form="words-fr", misheard=(3, 3, 7), by="otto"),
    ServerRegistered(server_id=SERVER),
    ServerActivated(server_id=SERVER, call=CALL),
    ConfirmationRegistered(
        call=CALL,
        kind=3,
        server_id=SERVER,
        requests=(b"q" * 18, b"p" * 18),
        sequences=(4, 5),
        issue_day=20_833,
        message=b"m" * 40,
        agreement=AGREEMENT,
        caller="elodie martin",
        taken=((5, 2, 20),),
        by="otto",
    ),
    ConfirmationSigned(call=CALL, signature=b"x" * 48),
    CallRefused(
        reason="more-than-left",
        caller="Elodie",
        server_id=SERVER,
        agreement=AGREEMENT,
        requests=(b"q" * 18,),
        by="otto",
    ),
    ServerBlacklisted(server_id=SERVER, why="stolen", by="sue"),
    ServerRetired(server_id=SERVER, proof=b"r" * 14, by="otto"),
    PersonAdded(person="sue", role="supervisor", by="root"),
    PersonRemoved(person="sue", by="root"),
    PasswordSet(person="sue", digest=b"d" * 32, change=True, by="root"),
    PersonLocked(person="sue", failures=5, seconds=900),
    LinkMade(person="sue", by="root"),
    RecoveryKeyMade(recipient="age1recovery", by="ada"),
    BackupMade(archive=b"a" * 32, size=123_456, position=77, head=b"n" * 32, recipient="age1recovery", by="ada"),
    BackupDrilled(archive=b"a" * 32, by="eve"),
    Restored(archive=b"a" * 32, position=77, generation=2, by="ada"),
    LinesFreed(server_id=SERVER, agreement=AGREEMENT, lines=((2, 20), (3, -5)), back=1_810_000_000),
    ServerReplaced(
        server_id=SERVER,
        by_server=b"t" * 18,
        agreement=AGREEMENT,
        call=CALL,
        proven=False,
        why="burnt down",
        allowed_by="sue",
        by="otto",
    ),
    ReissueAllowed(agreement=AGREEMENT, why="burnt down twice", by="sue"),
    ServerReenrolled(server_id=SERVER, before=b"t" * 18),
)
"""One fact of each kind, all fields told apart by their values."""
EFFECTS: dict[str, set[str]] = {
    "CentreFounded": {"centre", "telephone"},
    "AgreementAdded": {"agreement"},
    "LineEntitled": {"line"},
    "CallerAdded": {"caller"},
    "CallerAuthorised": {"authorisation"},
    "CallWordFailed": set(),
    "CallerLocked": {"caller"},
    "CallerUnlocked": {"caller"},
    "CallOpened": {"call"},
    "CallEnded": {"call"},
    "ServerRegistered": {"server"},
    "ServerActivated": {"server"},
    "ConfirmationRegistered": {"confirmation", "request", "line", "server"},
    "ConfirmationSigned": {"confirmation"},
    "CallRefused": {"refusal"},
    "ServerBlacklisted": {"server"},
    "ServerRetired": {"server"},
    "PersonAdded": {"person"},
    "PersonRemoved": {"person"},
    "PasswordSet": {"person"},
    "PersonLocked": set(),
    "LinkMade": set(),
    "RecoveryKeyMade": {"recovery"},
    "BackupMade": {"backup"},
    "BackupDrilled": {"recovery", "backup"},
    "LinesFreed": {"freed"},
    "ServerReplaced": {"reissue", "server", "allowance"},
    "ReissueAllowed": {"allowance"},
    "ServerReenrolled": {"reenrolled"},
    "Restored": {"restore"},
}
"""Kind of entry to the tables that it changes; an empty set would be an explicit none."""


def touched(found: Iterable[Change]) -> set[str]:
    """Name the tables that changes touch."""
    return {change.table for change in found}


def test_every_kind_has_a_known_effect() -> None:
    """A new kind of entry must say here what it changes."""
    assert {kind_of(fact): touched(changes(fact, Placed(1, 1))) for fact in CANONICAL} == EFFECTS
    assert {fact.__name__ for fact in FACTS} == set(EFFECTS)


def test_changes_name_tables_keys_and_columns_that_exist() -> None:
    """Each change can be carried out, and writes rows whole."""
    projections = {table.name: table for table in REGISTER.projections}
    for fact in CANONICAL:
        for change in changes(fact, Placed(1, 1)):
            table = projections[change.table]
            match change:
                case Put(row=row):
                    assert set(row) == set(table.columns)
                case Set(key=key, values=values):
                    assert len(key) == len(table.key)
                    assert set(values) <= set(table.columns) - set(table.key)
                case Add(key=key, column=column):
                    assert len(key) == len(table.key)
                    assert table.columns[column] is int
                case Drop(key=key):
                    assert len(key) == len(table.key)


def test_people_are_folded_as_in_a_ledger() -> None:
    """Added, given a password, removed."""
    connection = apsw.Connection(":memory:")
    create_tables(connection, REGISTER, projections_only=True)
    tables = Tables(connection, REGISTER)
    added = PersonAdded(person="sue", role="supervisor", by="root")
    seen = []
    for fact in (
        added,
        PasswordSet(person="sue", digest=b"d", change=True, by="x"),
        PersonRemoved(person="sue", by="x"),
    ):
        for change in changes(fact, Placed(1, 1)):
            tables.apply(change)
        seen.append(tables.get("person", ("sue",)))
    new = {"person": "sue", "role": "supervisor", "digest": b"", "change": 0}
    assert seen == [new, {**new, "digest": b"d", "change": 1}, None]


def recorded() -> list[dict[str, Any]]:
    """Read the bodies that were recorded when version 1 was released."""
    found: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["entries"]
    return found


@pytest.mark.parametrize("entry", recorded(), ids=lambda entry: f"{entry['kind']}-{entry['version']}")
def test_recorded_bodies_stay_readable(entry: dict[str, Any]) -> None:
    """A body of an earlier release reads as the same fact, and is written as the same bytes."""
    fact = fact_of(REGISTER, entry["kind"], entry["version"], bytes.fromhex(entry["body"]))
    assert fact == next(known for known in CANONICAL if kind_of(known) == entry["kind"])
    assert body_of(fact).hex() == entry["body"]


def test_kinds_and_versions_are_frozen() -> None:
    """Whatever was recorded is still known, and whatever is known has been recorded."""
    known = [(fact.__name__, fact.VERSION) for fact in FACTS]
    assert sorted(known) == sorted((entry["kind"], entry["version"]) for entry in recorded())
