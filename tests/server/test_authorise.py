"""Authorised users: the list, its entries, a month's report, and users who left."""

import pytest

from calvox.common.clock import DAY
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.core.products import CalType
from calvox.server.authorise import (
    Authorised,
    Unauthorised,
    authorise,
    authorised_report,
    month_of,
    on_the_list,
    unauthorise,
)
from calvox.server.holders import Which
from calvox.server.leave import Left, leave
from calvox.server.release import release_by_hand
from tests.world import Site, cals_by_pack

USER, DEVICE, SESSION = CalType.USER, CalType.DEVICE, CalType.SESSION


def reported(site: Site, month: str) -> tuple[list[tuple[str, bool]], int, list[str]]:
    """Give a month's users with whether they were seen, their number, and who was seen without being authorised."""
    report = site.read(lambda reader: authorised_report(site.server, reader, month))
    return [(user.name, user.seen) for user in report.users], report.count, report.not_authorised


def test_a_month_tells_who_was_authorised_and_who_was_seen(stocked: Site) -> None:
    """The story begins on 15 January 2027."""
    host = stocked.enrol("rdsh-1", "2022")
    assert authorise(stocked.server, ["alice", " Bob ", "carol", "ALICE"], "ada") == Authorised(3, 0)
    host.cal(USER, "bob")
    host.cal(USER, "dave")
    assert reported(stocked, "2027-01") == ([("ALICE", False), ("Bob", True), ("carol", False)], 3, ["dave"])
    stocked.clock.later(days=20)
    assert unauthorise(stocked.server, ["carol", "zoe"], "project over", "ada") == Unauthorised(1, ["zoe"])
    stocked.clock.later(days=30)
    assert reported(stocked, "2027-02") == ([("ALICE", False), ("Bob", True), ("carol", False)], 3, ["dave"])
    assert reported(stocked, "2027-03") == ([("ALICE", False), ("Bob", True)], 2, ["dave"])
    assert reported(stocked, "2026-12") == ([], 0, [])
    assert reported(stocked, "2027-04")[2] == []


def test_who_comes_back_is_counted_once(stocked: Site) -> None:
    """With both times shown."""
    for _ in range(2):
        authorise(stocked.server, ["alice"], "ada")
        stocked.clock.later(days=1)
        unauthorise(stocked.server, ["alice"], "leave", "ada")
    assert reported(stocked, "2027-01") == ([("alice", False), ("alice", False)], 1, [])
    assert stocked.read(on_the_list) == []


def test_the_list_is_who_is_authorised_now(stocked: Site) -> None:
    """By name; being authorised again changes nothing."""
    authorise(stocked.server, ["bob", "alice"], "ada")
    before = stocked.entries()
    assert authorise(stocked.server, ["Alice"], "ada") == Authorised(0, 1)
    assert stocked.entries() == before
    assert [(user.name, user.since) for user in stocked.read(on_the_list)] == [
        ("alice", stocked.clock()),
        ("bob", stocked.clock()),
    ]


def test_names_of_the_list_lie_beside_the_chain(stocked: Site) -> None:
    """As all holders' do."""
    authorise(stocked.server, ["marguerite"], "ada")
    bodies = stocked.read(lambda reader: b"".join(entry.body for entry in reader.entries()))
    assert b"marguerite" not in bodies
    reference = stocked.rows("authorised")[0]["holder"]
    stocked.run(lambda tx: tx.drop("holder", (reference,)))
    assert reported(stocked, "2027-01") == ([("", False)], 1, [])
    stocked.server.journal.verify()


def test_a_month_is_the_sites(stocked: Site) -> None:
    """It begins at midnight there, also in the month of the year's end and across a change of clocks."""
    stocked.restart(zone="Europe/Paris")
    first, after = month_of(stocked.server, "2027-03")
    assert after - first == 31 * DAY - 3600
    assert month_of(stocked.server, "2026-12")[1] == month_of(stocked.server, "2027-01")[0]
    assert month_of(stocked.server, "2027-01")[0] % DAY == 23 * 3600


@pytest.mark.parametrize("month", ["", "2027", "2027-13", "27-01-01", "März", "2027-1x", "9999-12", "0001-01"])
def test_what_is_no_month_is_told(stocked: Site, month: str) -> None:
    """With how to write one; the last and first that a calendar knows are none either, or are told."""
    if month == "0001-01":
        assert reported(stocked, month) == ([], 0, [])
        return
    with pytest.raises(BadInput, match="no month"):
        reported(stocked, month)


@pytest.mark.parametrize("names", [[""], ["alice", "x\ny"], ["x" * 256]])
def test_a_name_that_is_none_changes_nothing(stocked: Site, names: list[str]) -> None:
    """Not even for the others."""
    before = stocked.entries()
    for act in (lambda: authorise(stocked.server, names, "ada"), lambda: leave(stocked.server, names, "left", "ada")):
        with pytest.raises(BadInput):
            act()
    assert stocked.entries() == before


def test_who_left_gives_everything_back(stocked: Site) -> None:
    """The CAL and the authorisation, with entries that say who let them go and why; a device stays."""
    host = stocked.enrol("rdsh-1", "2022")
    authorise(stocked.server, ["alice", "carol"], "ada")
    cal = host.cal(USER, "alice")
    host.cal(USER, "bob")
    host.cal(DEVICE, "alice")
    assert leave(stocked.server, ["alice", "bob", "carol", "zoe"], "retired", "ada") == Left(2, 2, ["zoe"])
    assert stocked.issued() == cals_by_pack(stocked) == {1: 0, 2: 0, 3: 0}
    assert not stocked.rows("token", cal_id=cal.claims.cal_id)
    facts = stocked.read(lambda reader: [reader.fact(entry) for entry in reader.entries()])[-4:]
    assert {(fact.why, fact.by) for fact in facts} == {("retired", "ada")}
    assert [row["cal_type"] for row in stocked.rows("cal")] == [DEVICE]
    stocked.server.journal.verify()


def test_an_administrator_releases_one_cal(stocked: Site) -> None:
    """A user's or session's, by name or identifier; not a device's."""
    host = stocked.enrol("rdsh-1", "2022")
    user, session = host.cal(USER, "alice"), host.cal(SESSION, "s-1")
    host.cal(DEVICE, "pc-1")
    assert release_by_hand(stocked.server, Which("alice"), "moved", "ada").pack == 2
    told = release_by_hand(stocked.server, Which(session.claims.cal_id.hex()), "hung", "ada")
    assert (told.cal_id, told.pack) == (session.claims.cal_id.hex(), 3)
    assert not stocked.rows("lease")
    with pytest.raises(NotFound):
        release_by_hand(stocked.server, Which(user.claims.cal_id.hex()), "again", "ada")
    with pytest.raises(Conflict, match="device"):
        release_by_hand(stocked.server, Which("pc-1", "device"), "x", "ada")
    with pytest.raises(BadInput):
        release_by_hand(stocked.server, Which("alice"), "", "ada")
    assert stocked.issued() == cals_by_pack(stocked)
