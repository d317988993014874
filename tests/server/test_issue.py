"""Issuing and renewing in the ledger: what is entered, what goes back, and the token that proves it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.common.clock import DAY
from calvox.core.deciding import Reason, Refused
from calvox.core.products import CalType
from calvox.server.issue import Granted, acquire, token_of
from calvox.trust.tokens import Token
from tests.world import Site, cals_by_pack, wish

DEVICE, USER, SESSION = CalType.DEVICE, CalType.USER, CalType.SESSION


@pytest.fixture
def stocked(stocked_site: Site, tmp_path: Path) -> Iterator[Site]:
    """Give an open site; after each story its ledger verifies, and its counts are those of its entries."""
    site = stocked_site.copy(tmp_path)
    site.open()
    yield site
    site.server.journal.verify()
    assert site.issued() == cals_by_pack(site)
    site.close()


def test_a_device_goes_from_temporary_to_permanent(stocked: Site) -> None:
    """The temporary CAL goes back in the same entry, and only the permanent one counts."""
    host = stocked.enrol("rdsh-1", "2022")
    first = host.cal(DEVICE, "pc-1")
    assert (first.claims.temporary, first.claims.pack, stocked.issued()[1]) == (True, 0, 0)
    assert first.claims.valid_until - stocked.clock() == 90 * DAY
    second = host.cal(DEVICE, "pc-1", authenticated=True)
    assert (second.claims.temporary, second.claims.pack, stocked.issued()[1]) == (False, 1, 1)
    assert 52 * DAY <= second.claims.valid_until - stocked.clock() <= 89 * DAY
    assert [row["cal_id"] for row in stocked.rows("cal")] == [second.claims.cal_id]
    assert stocked.entries()[-2:] == ["CalIssued", "CalIssued"]


def test_what_is_asked_again_is_not_entered_again(stocked: Site) -> None:
    """The same token comes, byte for byte, also after a restart."""
    host = stocked.enrol("rdsh-1", "2022")
    first = host.permanent("pc-1")
    entries = len(stocked.entries())
    assert host.cal(DEVICE, "pc-1", authenticated=True).token == first.token
    stocked.restart()
    stocked.clock.later(days=3)
    assert host.cal(DEVICE, "PC-1 ").token == first.token
    assert len(stocked.entries()) == entries


def test_a_token_names_its_entry_in_the_ledger(stocked: Site) -> None:
    """Position and head are those of the batch that issued the CAL."""
    cal = stocked.enrol("rdsh-1", "2022").cal(USER, "alice")
    seal = Token.from_bytes(cal.token).seal
    (entry,) = stocked.read(lambda reader: list(reader.entries(seal.position, seal.position)))
    assert (entry.kind, entry.hash) == ("CalIssued", seal.head)
    assert seal.server_id == stocked.server_id


def test_a_second_host_gets_a_token_of_its_own_for_the_same_cal(stocked: Site) -> None:
    """Until the same day; the first host's stays good, and one CAL is out."""
    one, two = stocked.enrol("rdsh-1", "2022"), stocked.enrol("rdsh-2", "2022")
    first = one.cal(USER, "alice")
    stocked.clock.later(days=1)
    second = two.cal(USER, "alice")
    assert second.claims.cal_id == first.claims.cal_id
    assert second.claims.valid_until == first.claims.valid_until
    assert second.claims.host == two.enrolled.host
    assert one.cal(USER, "alice").token == first.token
    assert stocked.issued()[2] == 1


@pytest.mark.parametrize(("cal_type", "life"), [(USER, 60), (DEVICE, None)])
def test_a_cal_is_renewed_in_its_last_week(stocked: Site, cal_type: CalType, life: int | None) -> None:
    """It stays the same CAL of the same pack, with a later end; before that nothing changes."""
    host = stocked.enrol("rdsh-1", "2022")
    first = host.permanent("pc-1") if cal_type is DEVICE else host.cal(USER, "alice")
    stocked.clock.moment = first.claims.valid_until - 7 * DAY - 1
    assert host.cal(cal_type, "pc-1" if cal_type is DEVICE else "alice").token == first.token
    stocked.clock.later(seconds=1)
    again = host.cal(cal_type, "pc-1" if cal_type is DEVICE else "alice")
    assert again.claims.cal_id == first.claims.cal_id
    assert again.claims.valid_until > first.claims.valid_until
    assert life is None or again.claims.valid_until == stocked.clock() + life * DAY
    assert stocked.entries()[-1] == "CalRenewed"
    assert stocked.issued()[1] + stocked.issued()[2] == 1


def test_a_renewal_at_one_host_reaches_the_other(stocked: Site) -> None:
    """A host whose token is older than the CAL gets a new one."""
    one, two = stocked.enrol("rdsh-1", "2022"), stocked.enrol("rdsh-2", "2022")
    first = one.cal(USER, "alice")
    stocked.clock.moment = first.claims.valid_until - DAY
    renewed = two.cal(USER, "alice")
    assert one.cal(USER, "alice").claims.valid_until == renewed.claims.valid_until


def test_an_expired_cal_frees_its_place_at_once(stocked: Site) -> None:
    """Whoever asks next need not wait for a sweep when it is the holder's own."""
    host = stocked.enrol("rdsh-1", "2022")
    end = host.permanent("pc-1").claims.valid_until
    stocked.clock.moment = end
    assert stocked.sweep() == 0
    stocked.clock.later(seconds=1)
    again = host.cal(DEVICE, "pc-1", authenticated=True)
    assert not again.claims.temporary
    assert stocked.entries()[-2:] == ["CalExpired", "CalIssued"]
    assert stocked.issued()[1] == 1


def test_a_temporary_cal_is_had_once_in_a_life(stocked: Site) -> None:
    """After its end and with no CAL free the device is refused."""
    host = stocked.enrol("rdsh-1", "2022")
    host.cal(DEVICE, "pc-0")
    for name in ("pc-1", "pc-2"):
        host.permanent(name)
    assert host.cal(DEVICE, "pc-0", authenticated=True).claims.temporary
    stocked.clock.later(days=45)
    for name in ("pc-1", "pc-2"):
        stocked.clock.moment = max(stocked.clock(), 0)
        host.cal(DEVICE, name)
    stocked.clock.later(days=46)
    for name in ("pc-1", "pc-2"):
        host.cal(DEVICE, name, authenticated=True)
    assert host.acquire(DEVICE, "pc-0", authenticated=True) == Refused(Reason.POOL_USED_UP)


def test_per_user_over_use_is_served_and_counted(stocked: Site) -> None:
    """Four users on a pack of two."""
    host = stocked.enrol("rdsh-1", "2022")
    for n in range(4):
        assert host.cal(USER, f"user-{n}").claims.pack == 2
    assert stocked.issued()[2] == 4


def test_per_user_over_use_is_refused_where_the_site_enforces(stocked: Site) -> None:
    """The setting counts from the next start on; whoever has a CAL keeps it."""
    stocked.restart(over_use="enforce")
    host = stocked.enrol("rdsh-1", "2022")
    for n in range(2):
        host.cal(USER, f"user-{n}")
    assert host.acquire(USER, "user-2") == Refused(Reason.POOL_USED_UP)
    assert host.acquire(USER, "user-0") != Refused(Reason.POOL_USED_UP)


def test_a_newer_host_asks_for_a_newer_cal(stocked: Site) -> None:
    """Once the pack is there, the newer CAL replaces the older one, whose place is free again."""
    old, newer = stocked.enrol("rdsh-1", "2022"), stocked.enrol("rdsh-2", "2025")
    old.permanent("pc-1")
    assert newer.acquire(DEVICE, "pc-1", authenticated=True) == Refused(Reason.NO_FITTING_PACK)
    stocked.install(wish("device", "2025", 1))
    assert newer.cal(DEVICE, "pc-1", authenticated=True).claims.version == 8
    assert (stocked.issued()[1], stocked.issued()[4]) == (0, 1)
    assert old.cal(DEVICE, "pc-1").claims.version == 8


def test_a_pack_that_has_ended_gives_nothing_more(stocked: Site) -> None:
    """On its last day it does; no CAL of it lasts a second longer, whatever its type."""
    stocked.install(*[wish(kind, "2025", 1, ends="2027-02") for kind in ("session", "user", "device")])
    host = stocked.enrol("rdsh-1", "2025")
    host.cal(DEVICE, "pc-1")
    ends = stocked.rows("pack", version=8)[0]["ends"]
    for cal in (host.cal(USER, "alice"), host.cal(DEVICE, "pc-1", authenticated=True)):
        assert cal.claims.valid_until == ends - 1
    stocked.clock.moment = ends - 1
    assert host.cal(SESSION, "s-1").claims.valid_until == ends - 1
    stocked.clock.later(seconds=1)
    assert host.acquire(SESSION, "s-1") == Refused(Reason.NO_FITTING_PACK)
    assert host.acquire(DEVICE, "pc-1", authenticated=True) == Refused(Reason.NO_FITTING_PACK)
    assert host.cal(USER, "alice").claims.pack == 0
    assert stocked.sweep() == 0
    assert [stocked.issued()[number] for number in (4, 5, 6)] == [0, 0, 0]


def test_a_renewal_ends_with_its_pack_and_another_takes_over(stocked: Site) -> None:
    """The rental's next pack goes on where the last one ends, and the place in the last one is free."""
    stocked.install(wish("user", "2025", 1, ends="2027-02"))
    host = stocked.enrol("rdsh-1", "2025")
    first = host.cal(USER, "alice")
    stocked.clock.moment = first.claims.valid_until - DAY
    assert host.cal(USER, "alice").token == first.token
    stocked.install(wish("user", "2025", 1, ends="2027-03"))
    second = host.cal(USER, "alice")
    assert (second.claims.pack, second.claims.valid_until) == (5, stocked.rows("pack", sequence=5)[0]["ends"] - 1)
    assert (stocked.issued()[4], stocked.issued()[5]) == (0, 1)


def test_what_has_ended_stands_in_nobodys_way(stocked: Site) -> None:
    """No sweep came; whoever wants the place has it."""
    host = stocked.enrol("rdsh-1", "2022")
    for n in range(2):
        host.permanent(f"pc-{n}")
        host.cal(SESSION, f"s-{n}")
    host.cal(DEVICE, "pc-9")
    stocked.clock.later(days=89, seconds=1)
    host.permanent("pc-9")
    host.cal(SESSION, "s-9")
    assert {name: stocked.entries().count(name) for name in ("CalExpired", "CalReleased")} == {
        "CalExpired": 4,
        "CalReleased": 0,
    }
    stocked.clock.later(seconds=500)
    host.cal(SESSION, "s-8")
    stocked.clock.later(seconds=101)
    host.cal(SESSION, "s-7")
    assert stocked.entries()[-2:] == ["CalReleased", "CalIssued"]


def test_a_late_session_keeps_its_own_place(stocked: Site) -> None:
    """Its lease had ended, but nobody wanted it before it came back itself."""
    host = stocked.enrol("rdsh-1", "2022")
    first = host.cal(SESSION, "s-1")
    host.cal(SESSION, "s-2")
    stocked.clock.later(seconds=601)
    assert host.cal(SESSION, "s-1").claims.cal_id == first.claims.cal_id


def test_a_device_from_which_nobody_logged_on_gets_no_permanent_cal(stocked: Site) -> None:
    """Not even after its temporary one; a device that had a permanent one need not be told of again."""
    host = stocked.enrol("rdsh-1", "2022")
    host.cal(DEVICE, "pc-1")
    host.permanent("pc-2")
    stocked.clock.later(days=91)
    assert host.acquire(DEVICE, "pc-1") == Refused(Reason.NOT_AUTHENTICATED)
    assert not host.cal(DEVICE, "pc-2").claims.temporary
    assert not host.cal(DEVICE, "pc-1", authenticated=True).claims.temporary


def test_a_server_that_is_not_activated_gives_temporary_and_user_cals(new: Site) -> None:
    """And says why it gives no other."""
    host = new.enrol("rdsh-1", "2022")
    assert host.cal(DEVICE, "pc-1").claims.temporary
    assert host.cal(DEVICE, "pc-1", authenticated=True).claims.temporary
    assert host.cal(USER, "alice").claims.pack == 0
    assert host.acquire(SESSION, "s-1") == Refused(Reason.NOT_ACTIVATED)


def test_two_asks_for_one_holder_share_a_batch(stocked: Site) -> None:
    """The second keeps what the first was given a moment before, and nobody's work is run twice."""
    host = stocked.enrol("rdsh-1", "2022")
    asked, server, gate = host.ask(USER, "alice"), stocked.server, threading.Event()
    held = server.journal.submit(lambda tx: gate.wait(10))
    runs = []
    other = server.journal.submit(lambda tx: runs.append(1))
    both = [server.journal.submit(acquire(server, asked)) for _ in range(2)]
    gate.set()
    one, two = (future.result(10) for future in both)
    assert held.result(10)
    other.result(10)
    assert runs == [1]
    assert isinstance(one.value, Granted)
    assert one.batch is not None
    assert one.batch == two.batch
    assert token_of(one) == token_of(two)
    assert stocked.issued()[2] == 1


def test_a_batch_decides_in_order_and_never_beyond_the_pack(stocked: Site) -> None:
    """Twenty sessions at once for two CALs: two are served, each refusal is counted."""
    host, server, gate = stocked.enrol("rdsh-1", "2022"), stocked.server, threading.Event()
    server.journal.submit(lambda tx: gate.wait(10))
    asks = [server.journal.submit(acquire(server, host.ask(SESSION, f"s-{n}"))) for n in range(20)]
    gate.set()
    answers = [ask.result(10).value for ask in asks]
    assert [isinstance(answer, Granted) for answer in answers] == [True] * 2 + [False] * 18
    assert sum(row["count"] for row in stocked.rows("refusal")) == 18


def test_names_lie_beside_the_chain_and_not_in_it(stocked: Site) -> None:
    """No entry holds a holder's name or its unsalted hash."""
    host = stocked.enrol("rdsh-1", "2022")
    cal = host.cal(USER, "marguerite")
    bodies = stocked.read(lambda reader: b"".join(entry.body for entry in reader.entries()))
    assert b"marguerite" not in bodies
    assert cal.claims.holder not in bodies
    assert [row["name"] for row in stocked.rows("holder")] == ["marguerite"]
