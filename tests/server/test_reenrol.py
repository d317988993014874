"""A licence server is enrolled anew on another machine: another ID, the same ledger, and every step is done or not done."""

from dataclasses import replace
from pathlib import Path

import apsw
import msgspec
import pytest

from calvox.common.commands import Command, commands_in
from calvox.common.errors import BadSignature, Conflict, Tampered
from calvox.core.alarms import Alarm
from calvox.core.deciding import Reason, Refused
from calvox.core.entries import PackRequested
from calvox.core.products import CalType
from calvox.journal.sqlite import DATABASE
from calvox.server.alarms import standing, watch_machine
from calvox.server.call import OpenCall, give_up, keep_call, open_call, prepare
from calvox.server.calling import calling
from calvox.server.confirm import Done, SignsOtherData
from calvox.server.convert import convert
from calvox.server.freeze import freeze
from calvox.server.keys import next_identity, write_identity
from calvox.server.reenrol import prepare_reenrolment, reenrolment_shown
from calvox.server.retire import begin_retirement, name_of
from calvox.server.statements import policy_number, statements_for
from calvox.trust.policies import open_policy
from calvox.trust.tokens import Pinned, Token
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import number_of
from calvox.wire.phone.identity import retirement_matches
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import Request, RequestKind, pack_request
from tests.world import CENTRE, PARTS, SessionHost, Site, wish

OTHER = {"machine-id": "fedcba9876543210", "mac": "02:00:00:00:00:02"}
"""What the machine is recognised by after its board was exchanged."""


def reenrolled(site: Site, parts: dict[str, str] = OTHER) -> Done:
    """Hold the whole call."""
    site.type(site.reads(prepare_reenrolment(site.server, parts, "ada")))
    answer = site.finish()
    assert isinstance(answer, Done), answer
    return answer


def seen_by(host: SessionHost, site: Site) -> SessionHost:
    """Let a host have followed."""
    own = site.server.keys.identity
    return SessionHost(site, msgspec.structs.replace(host.enrolled, server_id=own.server_id, epoch=own.epoch))


def use_up(site: Site) -> None:
    """Use up every sequence of this ID."""
    last = Request(RequestKind.PACK, 6, 1, 0, 7, 1, 1023, 123_456_789_012, 0)  # type: ignore[arg-type]
    request = pack_request(site.server_id, last)
    site.run(lambda tx: tx.append(PackRequested(sequence=1023, request=request, by="ada")))


def test_another_machine_is_enrolled_and_nothing_is_lost(stocked: Site) -> None:
    """The alarm ends, packs and CALs stay, renewals go on, and a restart finds everything as it was signed."""
    host, before = stocked.enrol("rdsh-1", "2022"), stocked.server_id
    anna = host.cal(CalType.USER, "anna")
    watch_machine(stocked.server, OTHER)
    assert host.acquire(CalType.USER, "ben") == Refused(Reason.SERVER_FROZEN)
    assert reenrolled(stocked) == Done(True, (), "2027-01-15", 0, ())
    own = stocked.server.keys.identity
    assert (own.epoch, own.server_id != before, own.server_id[1] & 15) == (2, True, 2)
    assert stocked.read(standing) == []
    stocked.restart()
    watch_machine(stocked.server, OTHER)
    assert stocked.read(standing) == []
    assert [row["sequence"] for row in stocked.rows("pack")] == [1, 2, 3]
    assert host.cal(CalType.USER, "anna") == anna, "what is out is given again as it was signed"
    stocked.clock.later(days=55)
    follower = seen_by(host, stocked)
    again = follower.cal(CalType.USER, "anna")
    assert again.claims.cal_id == anna.claims.cal_id
    assert again.claims.valid_until > anna.claims.valid_until
    follower.cal(CalType.USER, "ben")
    assert stocked.issued()[2] == 2
    stocked.server.journal.verify()


def test_the_next_packs_have_sequences_of_their_own(stocked: Site) -> None:
    """From 1 again, under the next ID; what was converted from them stands beside them, and CALs come from both."""
    reenrolled(stocked)
    assert stocked.install(wish("device", "2022", 7)) == Done(False, (2049,), "2027-01-15", 0, ())
    convert(stocked.server, 2049, 3, "ada")
    stocked.restart()
    assert [(row["sequence"], row["quantity"] + row["converted"]) for row in stocked.rows("pack")][-2:] == [
        (2049, 4),
        (3073, 3),
    ]
    host = stocked.enrol("rdsh-1", "2022")
    packs = {host.permanent(f"pc-{number}").row["pack"] for number in range(4)}
    assert packs == {1, 2049}
    assert stocked.install(wish("user", "2022", 1)).packs == (2050,)


def test_used_up_sequences_lead_to_it(stocked: Site) -> None:
    """What is refused names the command, and after it packs go in again."""
    use_up(stocked)
    for refused in (
        lambda: stocked.prepare(wish("user", "2022", 1)),
        lambda: freeze(stocked.server, "", "ada"),
    ):
        with pytest.raises(Conflict, match="used up") as caught:
            refused()
        assert caught.value.hint is not None
        assert list(commands_in(caught.value.hint)) == [Command("server re-enrol")]
    told = stocked.read(lambda reader: reenrolment_shown(stocked.server, reader, PARTS))
    assert (told.left, told.alike, told.needed) == (0, 100, True)
    reenrolled(stocked, PARTS)
    assert stocked.install(wish("user", "2022", 1)).packs == (2049,)
    told = stocked.read(lambda reader: reenrolment_shown(stocked.server, reader, PARTS))
    assert (told.epoch, told.left, told.needed, bool(told.last)) == (2, 1022, False, True)


def test_the_alarm_leads_to_it() -> None:
    """Its way out is the command."""
    assert list(commands_in(Alarm.FINGERPRINT.hint)) == [Command("server re-enrol")]


def test_until_the_code_is_typed_nothing_has_changed(stocked: Site) -> None:
    """A restart in the middle goes on with the same call and the same next ID, and the sheet names both IDs."""
    before = stocked.server_id
    call = prepare_reenrolment(stocked.server, OTHER, "ada")
    stocked.type(stocked.reads(call)[:3])
    stocked.restart()
    assert stocked.server_id == before
    again = prepare_reenrolment(stocked.server, {**OTHER, "mac": "02:00:00:00:00:03"}, "eve")
    assert (again.server_id, again.by) == (call.server_id, "ada")
    told = stocked.read(lambda reader: reenrolment_shown(stocked.server, reader, OTHER))
    assert (told.begun, told.last, told.epoch, told.alike, told.needed) == (call.begun, 0, 1, 0, True)
    sheet = stocked.read(lambda reader: calling(stocked.server, reader, "FR"))
    assert (sheet.server_id, sheet.sheet.requests) == (call.server_id, [])
    assert sheet.sheet.replaces is not None
    assert sheet.sheet.replaces != sheet.sheet.server_id
    with pytest.raises(Conflict, match="Another call is open"):
        prepare(stocked.server, activate=False, wishes=(), by="ada", reissue=True)
    give_up(stocked.server)
    assert stocked.server_id == before
    stocked.install(wish("user", "2022", 1))


def test_a_reissue_of_the_present_id_is_another_code(stocked: Site) -> None:
    """The centre's word for the old ID does not enrol the server anew."""
    call = prepare_reenrolment(stocked.server, OTHER, "ada")
    stocked.type(CENTRE.reads(Kind.REISSUE, stocked.server_id, (), 20_833))
    assert isinstance(stocked.finish(), SignsOtherData)
    assert stocked.server.keys.identity.epoch == 1
    assert call == msgspec.structs.replace(stocked.read(open_call), typed={}, form="")


def test_a_power_cut_after_the_commit_is_finished_at_the_next_start(stocked: Site) -> None:
    """The ledger says done; the file of the identity is written by whoever opens the folder."""
    host = stocked.enrol("rdsh-1", "2022")
    before = stocked.server.keys
    reenrolled(stocked)
    after = stocked.server.keys.identity
    write_identity(before)
    stocked.restart()
    assert (stocked.server.settled, stocked.server.keys.identity) == (True, after)
    cal = seen_by(host, stocked).cal(CalType.USER, "anna")
    assert Token.from_bytes(cal.token).seal.server_id == after.server_id
    stocked.restart()
    assert not stocked.server.settled


def test_a_full_disk_at_the_end_changes_nothing(stocked: Site) -> None:
    """The server goes on under its next ID though its file cannot be written, and the next start writes it."""
    keys = stocked.folder / "keys"
    call = prepare_reenrolment(stocked.server, OTHER, "ada")
    stocked.type(stocked.reads(call))
    (keys / "identity.json").rename(keys / "aside")
    (keys / "identity.json").mkdir()
    assert isinstance(stocked.finish(), Done)
    assert stocked.server_id == call.server_id
    (keys / "identity.json").rmdir()
    (keys / "aside").rename(keys / "identity.json")
    stocked.restart()
    assert (stocked.server.settled, stocked.server_id) == (True, call.server_id)


def test_whoever_writes_the_database_alone_does_not_lead_it_astray(stocked: Site, tmp_path: Path) -> None:
    """Neither a next ID that they made up, nor another record in the open call, nor a centre's word for a stranger's ID."""
    call = prepare_reenrolment(stocked.server, OTHER, "ada")
    forged = msgspec.structs.replace(call, server_id=b"\0\x12" + b"f" * 16)
    stocked.run(lambda tx: keep_call(tx, forged))
    stocked.type(stocked.reads(forged))
    with pytest.raises(Tampered, match="does not follow"):
        stocked.finish()
    stocked.close()
    connection = apsw.Connection(str(stocked.folder / DATABASE))
    row = (2, b"\0\x12" + b"f" * 16, b"\xa0", 9, 9)
    connection.execute("INSERT INTO reenrolment VALUES (?, ?, ?, ?, ?)", row)
    connection.close()
    with pytest.raises(Tampered):
        stocked.open()
    connection = apsw.Connection(str(stocked.folder / DATABASE))
    connection.execute("DELETE FROM reenrolment")
    connection.close()
    stocked.open()


def test_an_earlier_id_that_is_not_its_own_is_found(stocked: Site) -> None:
    """The file of the identity is held against the root, every epoch of it."""
    reenrolled(stocked)
    own = stocked.server.keys
    (first,) = own.identity.former
    wrong = msgspec.structs.replace(first, server_id=b"\0\x11" + b"f" * 16)
    write_identity(replace(own, identity=msgspec.structs.replace(own.identity, former=(wrong,))))
    with pytest.raises(Tampered, match="own secrets"):
        stocked.restart()
    write_identity(own)
    stocked.open()


def test_it_says_where_it_cannot_be_done(new: Site, tmp_path: Path) -> None:
    """Never activated, frozen by hand, another call open, the last epoch."""
    with pytest.raises(Conflict, match="not activated"):
        prepare_reenrolment(new.server, OTHER, "ada")
    new.activate(wish("user", "2022", 5))
    freeze(new.server, "", "ada")
    with pytest.raises(Conflict, match="frozen by hand"):
        prepare_reenrolment(new.server, OTHER, "ada")


def test_another_open_call_comes_first(stocked: Site) -> None:
    """And after the last epoch there is only a new server."""
    stocked.prepare(wish("user", "2022", 1))
    with pytest.raises(Conflict, match="Another call is open"):
        prepare_reenrolment(stocked.server, OTHER, "ada")
    last = msgspec.structs.replace(stocked.server.keys.identity, epoch=255)
    stocked.server.keys = replace(stocked.server.keys, identity=last)
    with pytest.raises(Conflict, match="last epoch"):
        prepare_reenrolment(stocked.server, OTHER, "ada")


def test_hosts_are_told_under_the_id_that_they_know(stocked: Site) -> None:
    """The policy's number rises, so that they ask; after two epochs the first ID is told the present one, too."""
    host = stocked.enrol("rdsh-1", "2022")
    first = Pinned(host.enrolled.server_id, host.enrolled.epoch, host.enrolled.public_key)
    (row,) = stocked.rows("host")

    def told() -> tuple[bytes, ...]:
        statements = stocked.run(lambda tx: statements_for(tx, stocked.server, row))
        return (statements.policy, *statements.succession)

    assert len(told()) == 1
    numbers = [stocked.read(policy_number)]
    for epoch in (2, 3):
        reenrolled(stocked, {"machine-id": str(epoch)})
        policy, *succession = told()
        with pytest.raises(BadSignature):
            open_policy(policy, first)
        number, said = open_policy(succession[0], first, at_least=numbers[-1])
        assert (said.next_server_id, said.next_epoch) == (stocked.server_id, epoch)
        numbers.append(stocked.read(policy_number))
        assert number == numbers[-1] > numbers[-2]
    assert len(told()) == 3


def test_its_end_is_that_of_its_present_id(stocked: Site) -> None:
    """The proof belongs to that one; packs of every epoch are listed."""
    reenrolled(stocked)
    stocked.install(wish("session", "2022", 4))
    freeze(stocked.server, "", "ada")
    made = begin_retirement(stocked.server, name_of(stocked.server), (), "ada")
    retirement_matches(stocked.server_id, number_of(CodeType.RETIREMENT, made.proof))
    assert [pack.quantity for pack in made.packs] == [2, 2, 2, 4]


def test_the_call_is_one_like_every_other(stocked: Site) -> None:
    """Of kind 3, and it asks for nothing."""
    call = prepare_reenrolment(stocked.server, OTHER, "ada")
    assert (call.kind, call.requests) == (Kind.REISSUE, ())
    assert call.server_id == next_identity(stocked.server.keys, call.record).server_id
    assert isinstance(call, OpenCall)
