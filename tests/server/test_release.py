"""CALs that go back: released, swept at their end, or when a session's lease ends."""

import pytest

from calvox.common.clock import DAY
from calvox.common.errors import Denied, NotFound
from calvox.core.deciding import Reason, Refused
from calvox.core.products import CalType
from calvox.server import expire as expiring
from calvox.server.expire import extend_leases
from calvox.server.release import release
from tests.world import Site, cals_by_pack

DEVICE, USER, SESSION = CalType.DEVICE, CalType.USER, CalType.SESSION


def test_a_released_sessions_place_is_free_at_once(stocked: Site) -> None:
    """For another session; and what lay beside the CAL is gone."""
    host = stocked.enrol("rdsh-1", "2022")
    first, _ = host.cal(SESSION, "s-1"), host.cal(SESSION, "s-2")
    assert host.acquire(SESSION, "s-3") == Refused(Reason.POOL_USED_UP)
    host.release(first.claims.cal_id)
    assert not stocked.rows("token", cal_id=first.claims.cal_id)
    assert not stocked.rows("lease", cal_id=first.claims.cal_id)
    host.cal(SESSION, "s-3")
    assert stocked.issued()[3] == 2


@pytest.mark.parametrize("cal_type", [DEVICE, USER])
def test_a_host_cannot_release_what_is_not_a_sessions(stocked: Site, cal_type: CalType) -> None:
    """Those go back at their end."""
    host = stocked.enrol("rdsh-1", "2022")
    cal = host.cal(cal_type, "x")
    with pytest.raises(Denied):
        host.release(cal.claims.cal_id)
    assert stocked.rows("cal", cal_id=cal.claims.cal_id)


def test_a_host_cannot_release_another_hosts_session(stocked: Site) -> None:
    """It is told no more than for a CAL that does not exist."""
    one, two = stocked.enrol("rdsh-1", "2022"), stocked.enrol("rdsh-2", "2022")
    cal = one.cal(SESSION, "s-1")
    for cal_id in (cal.claims.cal_id, bytes(16), b"", b"x" * 1000):
        with pytest.raises(NotFound):
            two.release(cal_id)
    assert stocked.issued()[3] == 1


def test_a_session_is_released_once(stocked: Site) -> None:
    """The count of its pack goes down by one and no further."""
    host = stocked.enrol("rdsh-1", "2022")
    cal_id = host.cal(SESSION, "s-1").claims.cal_id
    host.release(cal_id)
    with pytest.raises(NotFound):
        host.release(cal_id)
    assert stocked.issued()[3] == 0
    stocked.server.journal.verify()


def test_a_session_without_a_sign_of_life_goes_back(stocked: Site) -> None:
    """One second after its lease; whoever asks again keeps it."""
    host = stocked.enrol("rdsh-1", "2022")
    host.cal(SESSION, "quiet")
    stocked.clock.later(seconds=300)
    host.cal(SESSION, "alive")
    stocked.clock.later(seconds=300)
    assert stocked.sweep() == 0
    host.cal(SESSION, "alive")
    stocked.clock.later(seconds=1)
    assert stocked.sweep() == 1
    assert len(stocked.rows("cal")) == 1
    assert stocked.issued()[3] == 1
    assert stocked.entries()[-1] == "CalReleased"


def test_after_a_downtime_leases_run_anew(stocked: Site) -> None:
    """A server that was away has heard no sign of life, and takes nothing away for that."""
    host = stocked.enrol("rdsh-1", "2022")
    host.cal(SESSION, "s-1")
    stocked.close()
    stocked.clock.later(seconds=5_000)
    stocked.open()
    stocked.run(extend_leases(stocked.server))
    assert stocked.sweep() == 0
    stocked.clock.later(seconds=600)
    assert stocked.sweep() == 0
    stocked.clock.later(seconds=1)
    assert stocked.sweep() == 1


def test_extending_never_shortens_a_lease(stocked: Site) -> None:
    """Given by a site that had chosen longer ones."""
    stocked.restart(lease_seconds=5_000)
    stocked.enrol("rdsh-1", "2022").cal(SESSION, "s-1")
    before = stocked.rows("lease")
    stocked.restart(lease_seconds=600)
    stocked.run(extend_leases(stocked.server))
    assert stocked.rows("lease") == before


def test_what_has_ended_is_swept(stocked: Site) -> None:
    """Each with an entry of its own, of every type, and the counts go back."""
    host = stocked.enrol("rdsh-1", "2022")
    host.permanent("pc-1")
    host.cal(DEVICE, "pc-2")
    host.cal(USER, "alice")
    host.cal(SESSION, "s-1")
    stocked.clock.later(days=91)
    assert stocked.sweep() == 4
    assert stocked.entries()[-4:] == ["CalExpired"] * 4
    assert not any(stocked.rows(table) for table in ("cal", "token", "lease"))
    assert stocked.issued() == cals_by_pack(stocked) == {1: 0, 2: 0, 3: 0}
    assert stocked.sweep() == 0
    stocked.server.journal.verify()


def test_a_sweep_takes_a_bounded_number(stocked: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest waits for the next one, those that ended first going first."""
    monkeypatch.setattr(expiring, "SWEEP", 2)
    host = stocked.enrol("rdsh-1", "2022")
    for n in range(5):
        host.cal(USER, f"user-{n}")
        stocked.clock.later(days=1)
    stocked.clock.later(days=60)
    assert [stocked.sweep() for _ in range(4)] == [2, 2, 1, 0]


def test_a_clock_that_was_set_back_takes_nothing_away(stocked: Site) -> None:
    """CALs are merely valid for longer."""
    host = stocked.enrol("rdsh-1", "2022")
    host.cal(USER, "alice")
    stocked.clock.later(days=-2)
    assert stocked.sweep() == 0
    stocked.server.journal.verify()


def test_a_lease_whose_cal_has_gone_is_forgotten(stocked: Site) -> None:
    """Nothing is entered for it."""
    stocked.run(lambda tx: tx.put("lease", {"cal_id": b"x" * 16, "until": tx.now - 1}))
    entries = stocked.entries()
    assert stocked.sweep() == 0
    assert stocked.entries() == entries
    assert not stocked.rows("lease")


def test_releasing_one_keeps_those_who_share_its_batch(stocked: Site) -> None:
    """A release that fails takes nobody else's work with it."""
    host = stocked.enrol("rdsh-1", "2022")
    good = host.cal(SESSION, "s-1").claims.cal_id
    wrong, right = (stocked.server.journal.submit(release(i, host.enrolled.host)) for i in (b"no", good))
    with pytest.raises(NotFound):
        wrong.result(10)
    right.result(10)
    assert stocked.issued()[3] == 0


def test_a_session_lasts_a_day_and_is_renewed_before(stocked: Site) -> None:
    """As long as it shows signs of life its token never ends."""
    host = stocked.enrol("rdsh-1", "2022")
    first = host.cal(SESSION, "s-1")
    assert first.claims.valid_until - stocked.clock() == DAY
    for _ in range(60):
        stocked.clock.later(seconds=3_000)
        stocked.restart() if _ == 30 else None
        assert host.cal(SESSION, "s-1").claims.cal_id == first.claims.cal_id
