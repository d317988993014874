"""The ledger's fold, fact by fact, and the kinds and bodies that must stay readable for ever."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import apsw
import pytest
from msgspec.structs import replace

from calvox.common.errors import Tampered
from calvox.core.alarms import AlarmCleared, AlarmRaised, ClockConfirmed
from calvox.core.book import Add, Change, Drop, Fact, Placed, Put, Row, Set, kind_of
from calvox.core.continuity import BackupDrilled, BackupMade, RecoveryKeyMade, Restored
from calvox.core.converting import is_lot, partner, signed_pack
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
from calvox.core.freezing import ServerFrozen, ServerThawed
from calvox.core.hosting import (
    AuthorityAdded,
    AuthorityReplaced,
    HostApproved,
    HostCertified,
    HostGrouped,
    HostRevoked,
)
from calvox.core.ledger import FACTS, LEDGER, SLOT, changes
from calvox.core.outages import OutageCalUsed, PolicySet, VoucherIssued, VoucherSettled, VoucherSettledByHand
from calvox.core.peopling import LinkMade, PasswordSet, PersonAdded, PersonLocked, PersonRemoved
from calvox.core.reenrolling import ServerReenrolled, epoch_of, pack_number
from calvox.journal.bodies import body_of, fact_of
from calvox.journal.tables import Tables, create_tables

VECTORS = Path(__file__).parents[1] / "vectors/ledger-v1.json"
HOST, HOLDER, CAL, OTHER = b"h" * 16, b"r" * 32, b"c" * 16, b"d" * 16
FOUNDED = ServerFounded(
    server_id=b"s" * 18,
    epoch=1,
    public_key=b"k" * 32,
    fingerprint_record=b"\xa0",
    centre_key=b"g" * 96,
    centre_name="Centre",
    authority=b"a" * 32,
)
PACK = PackInstalled(
    sequence=3, programme=6, cal_type=0, version=7, quantity=20, agreement=123456789012, ends=1_830_297_600
)
ISSUED = CalIssued(
    cal_id=CAL,
    cal_type=0,
    version=7,
    holder=HOLDER,
    host=HOST,
    valid_until=1_805_000_000,
    temporary=False,
    pack=3,
    replaces=b"",
    replaces_pack=0,
)
TEMPORARY = CalIssued(
    cal_id=OTHER,
    cal_type=0,
    version=7,
    holder=HOLDER,
    host=HOST,
    valid_until=1_807_776_000,
    temporary=True,
    pack=0,
    replaces=b"",
    replaces_pack=0,
)
CANONICAL: tuple[Fact, ...] = (
    FOUNDED,
    PersonAdded(person="ada", role="administrator", by="root"),
    PackRequested(sequence=3, request=b"q" * 18, by="ada"),
    ConfirmationAccepted(
        kind=2, server_id=b"s" * 18, requests=(b"q" * 18, b"p" * 18), issue_day=20_833, signature=b"x" * 48, by="ada"
    ),
    ServerActivated(issue_day=20_833),
    PACK,
    HostEnrolled(host=HOST, name="rdsh-1", version=7, certificate=b"e" * 32, by="ada"),
    ISSUED,
    CalRenewed(cal_id=CAL, host=OTHER, valid_until=1_806_000_000),
    CalReleased(cal_id=CAL, pack=3, why="asked"),
    CalExpired(cal_id=CAL, pack=3),
    CalRefused(host=HOST, holder=HOLDER, cal_type=2, reason="pool-used-up", hour=500_000, count=12),
    CalReleasedByHand(cal_id=CAL, pack=3, holder=HOLDER, why="left in May", by="ada"),
    CalRevoked(
        cal_id=CAL, pack=3, version=7, holder=HOLDER, valid_until=1_805_000_000, why="stolen from a train", by="ada"
    ),
    CalsConverted(
        pack=3,
        lot=1027,
        opens=True,
        quantity=5,
        cal_type=1,
        programme=6,
        version=7,
        agreement=123456789012,
        ends=1_830_297_600,
        by="ada",
    ),
    PackPolicySet(pack=3, over_use="enforce", by="ada"),
    UserAuthorised(holder=HOLDER, by="ada"),
    UserUnauthorised(holder=HOLDER, entry=41, why="contract over", by="ada"),
    HostApproved(host=HOST, by="ada"),
    HostRevoked(host=HOST, why="stolen", by="ada"),
    HostGrouped(host=HOST, group="workshop", by="ada"),
    HostCertified(host=HOST, certificate=b"f" * 32, authority=b"a" * 32),
    AuthorityAdded(authority=b"a" * 32, by="ada"),
    AuthorityReplaced(authority=b"a" * 32, by="ada"),
    PolicySet(
        mode="user", servers=("https://a:1", "https://b:2"), fail_open=False, outage_cals=3, outage_hours=8, by="ada"
    ),
    VoucherIssued(voucher=b"v" * 16, host=HOST, count=3, hours=8, until=1_805_000_000),
    OutageCalUsed(voucher=b"v" * 16, cal_type=1, holder=HOLDER, since=1_804_000_000, until=1_804_028_800),
    VoucherSettled(voucher=b"v" * 16, used=1),
    AlarmRaised(alarm="rollback", detail="signed up to 9, here 7"),
    AlarmCleared(alarm="rollback", why="called", by="ada"),
    ClockConfirmed(moment=1_805_000_000, by="ada"),
    PersonRemoved(person="ada", by="root"),
    PasswordSet(person="ada", digest=b"w" * 32, change=True, by="root"),
    PersonLocked(person="ada", failures=5, seconds=900),
    LinkMade(person="ada", by="root"),
    RecoveryKeyMade(recipient="age1recovery", by="ada"),
    BackupMade(archive=b"a" * 32, size=123_456, position=77, head=b"n" * 32, recipient="age1recovery", by="ada"),
    BackupDrilled(archive=b"a" * 32, by="eve"),
    Restored(archive=b"a" * 32, position=77, generation=2, by="ada"),
    VoucherSettledByHand(voucher=b"v" * 16, used=3, why="burnt", by="ada"),
    NamesErased(count=3, why="every year", by="ada"),
    ServerFrozen(sequence=5, why="moving house", by="ada"),
    ServerThawed(sequence=5, by="ada"),
    CalReentered(
        cal_id=CAL,
        cal_type=0,
        version=7,
        holder=HOLDER,
        host=HOST,
        valid_until=1_805_000_000,
        temporary=False,
        pack=3,
        issued=1_800_000_000,
        generation=1,
        position=78,
        new_device=True,
        replaces=OTHER,
        replaces_pack=2,
    ),
    ServerReenrolled(server_id=b"t" * 18, epoch=2, fingerprint_record=b"\xa0", by="ada"),
)
"""One fact of each kind, all fields told apart by their values."""


def folded(*facts: Fact) -> Tables:
    """Fold facts into empty tables: the first entered at second 101 as entry 1, and so on."""
    connection = apsw.Connection(":memory:")
    create_tables(connection, LEDGER, projections_only=True)
    tables = Tables(connection, LEDGER)
    for number, fact in enumerate(facts, start=1):
        for change in changes(fact, Placed(number, 100 + number)):
            tables.apply(change)
    return tables


def only(tables: Tables, table: str) -> Row:
    """Give the one row of a table."""
    (row,) = tables.select(table, {})
    return row


def test_a_founded_server_has_one_row() -> None:
    """It is not activated, and its first request will have sequence 1."""
    assert only(folded(FOUNDED), "server") == {
        "slot": 0,
        "server_id": b"s" * 18,
        "epoch": 1,
        "public_key": b"k" * 32,
        "centre_key": b"g" * 96,
        "centre_name": "Centre",
        "activated": 0,
        "next_sequence": 1,
        "drifted": 0,
        "rolled_back": 0,
        "forked": 0,
        "held": 0,
        "freeze": 0,
    }


def test_an_alarm_freezes_the_server_until_it_is_cleared() -> None:
    """Of those that do; it stands meanwhile."""
    raised, cleared = CANONICAL[28:30]
    assert only(folded(FOUNDED, raised), "server")["rolled_back"] == 102
    assert only(folded(FOUNDED, raised), "alarm")["detail"] == "signed up to 9, here 7"
    tables = folded(FOUNDED, raised, cleared)
    assert (only(tables, "server")["rolled_back"], list(tables.select("alarm", {}))) == (0, [])
    clock = folded(FOUNDED, AlarmRaised(alarm="clock-behind", detail=""))
    assert not any(only(clock, "server")[name] for name in ("drifted", "rolled_back", "forked"))


def test_a_new_epoch_begins_its_own_sequences() -> None:
    """Under another ID, not activated yet; what was asked for before stays."""
    tables = folded(FOUNDED, CANONICAL[2], CANONICAL[-1])
    row = only(tables, "server")
    assert (row["server_id"], row["epoch"], row["activated"], row["next_sequence"]) == (b"t" * 18, 2, 0, 1)
    assert only(tables, "reenrolment")["fingerprint_record"] == b"\xa0"
    assert [pack_number(epoch, 3) for epoch in (1, 2, 3)] == [3, 2051, 4099]
    assert all(epoch_of(pack_number(epoch, sequence)) == epoch for epoch in (1, 2, 255) for sequence in (1, 1023))
    assert [is_lot(partner(pack_number(2, 3))), is_lot(2051), signed_pack(partner(2051))] == [True, False, 3]


def test_people_stand_with_their_role() -> None:
    """Who added them stays in the entry."""
    row = {"person": "ada", "role": "administrator"}
    assert only(folded(CANONICAL[1]), "person") == {**row, "digest": b"", "change": 0}
    removed, password, locked = CANONICAL[31:34]
    assert only(folded(CANONICAL[1], password, locked), "person") == {**row, "digest": b"w" * 32, "change": 1}
    assert list(folded(CANONICAL[1], password, removed).select("person", {})) == []


def test_a_request_uses_its_sequence_up() -> None:
    """The next one is one higher."""
    tables = folded(FOUNDED, CANONICAL[2])
    assert only(tables, "request") == {"sequence": 3, "request": b"q" * 18, "time": 102}
    assert only(tables, "server")["next_sequence"] == 4


def test_a_confirmation_stands_whole() -> None:
    """Everything that is needed to verify it again, under the number of its entry."""
    assert only(folded(CANONICAL[3]), "confirmation") == {
        "entry": 1,
        "kind": 2,
        "server_id": b"s" * 18,
        "requests": b"q" * 18 + b"p" * 18,
        "issue_day": 20_833,
        "signature": b"x" * 48,
    }


def test_activation_marks_the_server() -> None:
    """From then on pools are open."""
    assert only(folded(FOUNDED, CANONICAL[4]), "server")["activated"] == 1


def test_a_pack_goes_in_with_nothing_issued() -> None:
    """And with the moment of its installation."""
    row = only(folded(PACK), "pack")
    fresh = {"issued": 0, "installed": 101, "converted": 0, "over_use": ""}
    assert row == {**{name: getattr(PACK, name) for name in PACK.__struct_fields__}, **fresh}


def test_a_host_stands_with_its_certificate() -> None:
    """And with the moment of its enrolment."""
    assert only(folded(CANONICAL[6]), "host") == {
        "host": HOST,
        "name": "rdsh-1",
        "version": 7,
        "certificate": b"e" * 32,
        "enrolled": 101,
        "certified": 101,
        "issuer": b"",
        "state": "pending",
        "group": "",
    }


def test_a_host_is_approved_grouped_certified_and_shut_out() -> None:
    """Each entry changes what it names, and nothing else."""
    hosts = CANONICAL[6], *CANONICAL[18:22]
    row = only(folded(*hosts), "host")
    assert (row["state"], row["group"], row["certificate"], row["certified"], row["issuer"]) == (
        "revoked",
        "workshop",
        b"f" * 32,
        105,
        b"a" * 32,
    )
    assert only(folded(*hosts[:2]), "host")["state"] == "enrolled"


def test_a_voucher_counts_what_was_used_of_it() -> None:
    """It is open until it is settled."""
    tables = folded(*CANONICAL[25:28])
    row = only(tables, "voucher")
    assert (row["number"], row["issued"], row["used"], row["settled"]) == (1, 101, 1, 103)
    assert only(folded(*CANONICAL[25:27]), "voucher")["settled"] == 0
    by_hand = VoucherSettledByHand(voucher=b"v" * 16, used=3, why="burnt", by="ada")
    row = only(folded(CANONICAL[25], by_hand), "voucher")
    assert (row["settled"] > 0, row["used"]) == (True, 3)


def test_the_last_policy_counts() -> None:
    """Its number is that of its entry."""
    newer = replace(CANONICAL[24], mode="device", servers=())
    row = only(folded(CANONICAL[24], newer), "policy")
    assert (row["number"], row["time"], row["mode"], row["servers"], row["fail_open"]) == (2, 102, "device", "", 0)


def test_a_cal_takes_one_from_its_pack() -> None:
    """Its row knows the entry and the moment; a permanent CAL does not make a device known."""
    tables = folded(PACK, ISSUED)
    row = only(tables, "cal")
    assert (row["cal_id"], row["holder"], row["host"], row["pack"]) == (CAL, HOLDER, HOST, 3)
    assert (row["issued"], row["entry"], row["temporary"], row["valid_until"]) == (102, 2, 0, 1_805_000_000)
    assert only(tables, "pack")["issued"] == 1
    assert not list(tables.select("device", {}))


def test_a_temporary_cal_marks_its_device_for_life() -> None:
    """The mark stays after the CAL has gone."""
    tables = folded(PACK, TEMPORARY, CalExpired(cal_id=OTHER, pack=0))
    assert only(tables, "device") == {"holder": HOLDER, "first_seen": 102, "proven": 0}
    assert only(tables, "pack")["issued"] == 0
    assert not list(tables.select("cal", {}))


def test_a_replaced_cal_goes_back_to_its_own_pack() -> None:
    """One pack gives, the other takes back."""
    newer = PackInstalled(sequence=4, programme=6, cal_type=0, version=8, quantity=5, agreement=1, ends=0)
    upgraded = CalIssued(
        cal_id=OTHER,
        cal_type=0,
        version=8,
        holder=HOLDER,
        host=HOST,
        valid_until=1_806_000_000,
        temporary=False,
        pack=4,
        replaces=CAL,
        replaces_pack=3,
    )
    tables = folded(PACK, newer, ISSUED, upgraded)
    assert {row["sequence"]: row["issued"] for row in tables.select("pack", {})} == {3: 0, 4: 1}
    assert only(tables, "cal")["cal_id"] == OTHER


def test_a_renewal_moves_the_end_and_the_host_alone() -> None:
    """The pack's count stays."""
    before, after = folded(PACK, ISSUED), folded(PACK, ISSUED, CANONICAL[8])
    moved = {"valid_until": 1_806_000_000, "host": OTHER, "entry": 3}
    assert only(after, "cal") == {**only(before, "cal"), **moved}
    assert only(after, "pack") == only(before, "pack")


@pytest.mark.parametrize("gone", [*CANONICAL[9:11], *CANONICAL[12:14]], ids=kind_of)
def test_a_released_or_expired_cal_goes_back(gone: Fact) -> None:
    """The row goes, the pack has one more."""
    tables = folded(PACK, ISSUED, gone)
    assert not list(tables.select("cal", {}))
    assert only(tables, "pack")["issued"] == 0


def test_a_permanent_cal_proves_its_device() -> None:
    """From then on it needs no log-on to be told of; the temporary one that follows it changes nothing of that."""
    moved = replace(TEMPORARY, cal_id=b"e" * 16, replaces=OTHER)
    assert only(folded(PACK, TEMPORARY, ISSUED), "device") == {"holder": HOLDER, "first_seen": 102, "proven": 1}
    assert only(folded(PACK, TEMPORARY, moved), "device") == {"holder": HOLDER, "first_seen": 102, "proven": 0}


def test_a_revoked_cal_stays_known_until_its_tokens_end() -> None:
    """With what the share and the hosts' list need."""
    assert only(folded(PACK, ISSUED, CANONICAL[13]), "revoked") == {
        "cal_id": CAL,
        "version": 7,
        "holder": HOLDER,
        "valid_until": 1_805_000_000,
        "pack": 3,
        "entry": 3,
        "time": 103,
    }


def test_converted_cals_stand_as_a_lot_of_their_pack() -> None:
    """The first conversion opens it, further ones add to it, and what goes back is taken off again."""
    first = CANONICAL[14]
    assert isinstance(first, CalsConverted)
    more, back = replace(first, opens=False, quantity=2), replace(first, pack=1027, lot=3, opens=False, quantity=4)
    tables = folded(PACK, first, more, back)
    pack, lot = tables.select("pack", {})
    assert (pack["quantity"], pack["converted"]) == (20, -3)
    same = {name: pack[name] for name in ("programme", "version", "agreement", "ends", "issued", "over_use")}
    assert lot == {**same, "sequence": 1027, "cal_type": 1, "quantity": 0, "converted": 3, "installed": 102}


def test_a_packs_policy_is_set_and_taken_back() -> None:
    """Nothing else of the pack changes."""
    row = only(folded(PACK), "pack")
    assert only(folded(PACK, CANONICAL[15]), "pack") == {**row, "over_use": "enforce"}
    assert only(folded(PACK, CANONICAL[15], PackPolicySet(pack=3, over_use="", by="ada")), "pack") == row


def test_an_authorisation_has_a_beginning_and_an_end() -> None:
    """A user who comes back has two."""
    ended = UserUnauthorised(holder=HOLDER, entry=1, why="left", by="ada")
    tables = folded(CANONICAL[16], ended, CANONICAL[16])
    assert list(tables.select("authorised", {})) == [
        {"holder": HOLDER, "entry": 1, "since": 101, "until": 102},
        {"holder": HOLDER, "entry": 3, "since": 103, "until": 0},
    ]


def test_a_refusal_stands_with_its_count() -> None:
    """Under the number of its entry."""
    assert only(folded(CANONICAL[11]), "refusal") == {
        "entry": 1,
        "time": 101,
        "host": HOST,
        "holder": HOLDER,
        "cal_type": 2,
        "reason": "pool-used-up",
        "count": 12,
    }


def touched(found: Iterable[Change]) -> set[str]:
    """Name the tables that changes touch."""
    return {change.table for change in found}


EFFECTS: dict[str, set[str]] = {
    "ServerFounded": {"server"},
    "PersonAdded": {"person"},
    "PackRequested": {"request", "server"},
    "ConfirmationAccepted": {"confirmation"},
    "ServerActivated": {"server"},
    "PackInstalled": {"pack"},
    "HostEnrolled": {"host"},
    "CalIssued": {"cal", "pack", "device", "usage"},
    "CalRenewed": {"cal", "token"},
    "NamesErased": set(),
    "CalReentered": {"cal", "token", "pack", "device", "usage"},
    "CalReleased": {"cal", "pack", "token", "usage"},
    "CalExpired": {"cal", "pack", "token", "usage"},
    "CalRefused": {"refusal"},
    "CalReleasedByHand": {"cal", "pack", "token", "usage"},
    "CalRevoked": {"cal", "pack", "revoked", "token", "usage"},
    "CalsConverted": {"pack"},
    "PackPolicySet": {"pack"},
    "UserAuthorised": {"authorised"},
    "UserUnauthorised": {"authorised"},
    "HostApproved": {"host"},
    "HostRevoked": {"host"},
    "HostGrouped": {"host"},
    "HostCertified": {"host"},
    "AuthorityAdded": set(),
    "AuthorityReplaced": {"authority"},
    "PolicySet": {"policy"},
    "VoucherIssued": {"voucher"},
    "OutageCalUsed": {"voucher"},
    "VoucherSettled": {"voucher"},
    "VoucherSettledByHand": {"voucher"},
    "AlarmRaised": {"alarm", "server"},
    "AlarmCleared": {"alarm", "server"},
    "ClockConfirmed": set(),
    "PersonRemoved": {"person"},
    "PasswordSet": {"person"},
    "PersonLocked": set(),
    "LinkMade": set(),
    "RecoveryKeyMade": {"recovery"},
    "BackupMade": {"backup"},
    "BackupDrilled": {"recovery", "backup"},
    "Restored": {"restore"},
    "ServerFrozen": {"server"},
    "ServerThawed": {"server"},
    "ServerReenrolled": {"server", "reenrolment"},
}
"""Kind of entry to the tables that it changes; an empty set would be an explicit none."""


def test_every_kind_has_a_known_effect() -> None:
    """A new kind of entry must say here what it changes."""
    assert {kind_of(fact): touched(changes(fact, Placed(1, 1))) for fact in CANONICAL} == EFFECTS
    assert {fact.__name__ for fact in FACTS} == set(EFFECTS)


def test_changes_name_tables_keys_and_columns_that_exist() -> None:
    """Each change can be carried out, and writes rows whole."""
    projections = {table.name: table for table in LEDGER.projections}
    for fact in (*CANONICAL, TEMPORARY):
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
                    assert 1 <= len(key) <= len(table.key)


def test_the_server_has_one_slot() -> None:
    """Whoever reads it knows its key."""
    assert folded(FOUNDED).get("server", SLOT) is not None


def recorded() -> list[dict[str, Any]]:
    """Read the bodies that were recorded when version 1 was released."""
    found: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["entries"]
    return found


@pytest.mark.parametrize("entry", recorded(), ids=lambda entry: f"{entry['kind']}-{entry['version']}")
def test_recorded_bodies_stay_readable(entry: dict[str, Any]) -> None:
    """A body of an earlier release reads as the same fact, and is written as the same bytes."""
    fact = fact_of(LEDGER, entry["kind"], entry["version"], bytes.fromhex(entry["body"]))
    assert fact == next(known for known in CANONICAL if kind_of(known) == entry["kind"])
    assert body_of(fact).hex() == entry["body"]


def test_kinds_and_versions_are_frozen() -> None:
    """Whatever was recorded is still known, and whatever is known has been recorded."""
    known = [(fact.__name__, fact.VERSION) for fact in FACTS]
    assert sorted(known) == sorted((entry["kind"], entry["version"]) for entry in recorded())


@pytest.mark.parametrize(
    ("kind", "version", "body"),
    [
        ("CalIssued", 2, b"\xa0"),
        ("CalInvented", 1, b"\xa0"),
        ("ServerActivated", 1, b"\xa0"),
        ("ServerActivated", 1, bytes.fromhex("a169697373 75655f64617961 31".replace(" ", ""))),
        ("ServerActivated", 1, b"garbage"),
    ],
    ids=["version", "kind", "field missing", "wrong type", "garbage"],
)
def test_what_is_not_known_is_no_entry_of_ours(kind: str, version: int, body: bytes) -> None:
    """An unknown kind or version, or a body that does not fit, is told as a changed journal."""
    with pytest.raises(Tampered):
        fact_of(LEDGER, kind, version, body)
