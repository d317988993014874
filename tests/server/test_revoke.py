"""Revoking devices' CALs: freed at once, a fifth at the most, and the answer names the moment."""

import pytest

from calvox.common.clock import DAY
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.core.products import CalType
from calvox.server.holders import Which
from calvox.server.report import packs_report
from calvox.server.revoke import Revoked, Share, ShareUsedUp, revoke
from tests.world import Site, cals_by_pack

DEVICE, USER, SESSION = CalType.DEVICE, CalType.USER, CalType.SESSION


def device(name: str) -> Which:
    """Name a device's CAL."""
    return Which(name, "device")


def test_a_revoked_cal_is_free_at_once_and_its_device_may_ask_again(stocked: Site) -> None:
    """The pack has its place back, another device gets it, and the entry says who and why."""
    host = stocked.enrol("rdsh-1", "2022")
    first = host.permanent("pc-1")
    host.permanent("pc-2")
    told = revoke(stocked.server, device("PC-1"), " stolen ", "ada")
    assert told == Revoked(first.claims.cal_id.hex(), 1, first.claims.valid_until, Share("2022", 2, 1, 1))
    assert stocked.issued()[1] == 1
    assert not stocked.rows("token", cal_id=first.claims.cal_id)
    assert host.permanent("pc-3").claims.pack == 1
    entry = next(e for e in stocked.read(lambda reader: list(reader.entries())) if e.kind == "CalRevoked")
    fact = stocked.read(lambda reader: reader.fact(entry))
    assert (fact.by, fact.why, fact.version) == ("ada", "stolen", 7)
    assert stocked.issued() == cals_by_pack(stocked)
    stocked.server.journal.verify()


def test_beyond_the_share_the_answer_names_numbers_and_moment(stocked: Site) -> None:
    """One of two may stand revoked; from the second after its end the next may go."""
    host = stocked.enrol("rdsh-1", "2022")
    end = host.permanent("pc-1").claims.valid_until
    second = host.permanent("pc-2")
    revoke(stocked.server, device("pc-1"), "stolen", "ada")
    told = revoke(stocked.server, device("pc-2"), "stolen", "ada")
    assert told == ShareUsedUp(second.claims.cal_id.hex(), Share("2022", 2, 1, 1), end + 1)
    assert stocked.issued()[1] == 1
    report = stocked.read(lambda reader: packs_report(reader, stocked.clock()))
    assert report.revoked == [Share("2022", 2, 1, 1)]
    stocked.clock.moment = second.claims.valid_until - DAY
    host.cal(DEVICE, "pc-2")
    stocked.clock.moment = end + 1
    assert isinstance(revoke(stocked.server, device("pc-2"), "stolen", "ada"), Revoked)
    assert stocked.issued()[1] == 0


def test_a_cal_is_named_by_its_identifier_too(stocked: Site) -> None:
    """Which is no name."""
    cal = stocked.enrol("rdsh-1", "2022").permanent("pc-1")
    assert isinstance(revoke(stocked.server, device(cal.claims.cal_id.hex().upper()), "x", "ada"), Revoked)
    with pytest.raises(NotFound):
        revoke(stocked.server, device("ab" * 16), "x", "ada")


def test_who_comes_second_is_told_who_was_first(stocked: Site) -> None:
    """By whom and when, however the CAL is named; once it has ended, it is not found."""
    host = stocked.enrol("rdsh-1", "2022")
    cal = host.permanent("pc-1")
    revoke(stocked.server, device("pc-1"), "stolen", "ada")
    stocked.clock.later(seconds=90)
    for which in (device("PC-1"), device(cal.claims.cal_id.hex())):
        with pytest.raises(Conflict, match=r"was revoked already, by ada on 2027-01-15 12:0") as told:
            revoke(stocked.server, which, "stolen", "zoe")
        assert "Nothing is left to be done" in str(told.value.hint)
    assert stocked.entries().count("CalRevoked") == 1
    stocked.clock.moment = cal.claims.valid_until + 1
    with pytest.raises(NotFound):
        revoke(stocked.server, device("pc-1"), "stolen", "zoe")


def test_neither_users_nor_sessions_nor_temporary_cals_are_revoked(stocked: Site) -> None:
    """Each is told what to do instead."""
    host = stocked.enrol("rdsh-1", "2022")
    host.cal(USER, "alice")
    host.cal(SESSION, "s-1")
    host.cal(DEVICE, "pc-1")
    for which in (Which("alice", "user"), Which("s-1", "session"), device("pc-1")):
        with pytest.raises(Conflict):
            revoke(stocked.server, which, "x", "ada")
    assert len(stocked.rows("cal")) == 3


def test_what_has_ended_or_never_was_is_not_found(stocked: Site) -> None:
    """Even if no sweep took it away yet."""
    stocked.enrol("rdsh-1", "2022").permanent("pc-1")
    stocked.clock.later(days=90)
    for name in ("pc-1", "pc-7"):
        with pytest.raises(NotFound):
            revoke(stocked.server, device(name), "x", "ada")


def test_a_reason_is_wanted(stocked: Site) -> None:
    """Without one nothing happens."""
    stocked.enrol("rdsh-1", "2022").permanent("pc-1")
    with pytest.raises(BadInput, match="why"):
        revoke(stocked.server, device("pc-1"), " ", "ada")
    assert not stocked.rows("revoked")
