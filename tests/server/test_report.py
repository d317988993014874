"""Reports read from the ledger: packs, CALs, and how the server stands."""

from calvox.common.clock import DAY
from calvox.core.alarms import Alarm
from calvox.core.outages import VoucherIssued
from calvox.core.products import CalType
from calvox.core.reports import PoolReport
from calvox.server.alarms import raise_alarm
from calvox.server.hosts import revoke_host
from calvox.server.report import HostsAtAGlance, cals_report, packs_report, status
from tests.world import Site, wish

DEVICE, USER = CalType.DEVICE, CalType.USER


def test_packs_and_pools_are_counted(stocked: Site) -> None:
    """Three users on a pack of two are one beyond it."""
    host = stocked.enrol("rdsh-1", "2022")
    for n in range(3):
        host.cal(USER, f"user-{n}")
    host.permanent("pc-1")
    report = stocked.read(lambda reader: packs_report(reader, stocked.clock()))
    assert [(pack.sequence, pack.quantity, pack.issued) for pack in report.packs] == [(1, 2, 1), (2, 2, 3), (3, 2, 0)]
    assert PoolReport("user", "2022", 2, 3, -1, 1) in report.pools
    assert PoolReport("device", "2022", 2, 1, 1, 0) in report.pools
    assert report.without_pack == 0


def test_users_from_no_pack_are_told(new: Site) -> None:
    """Built-in over-use; a temporary device CAL is none."""
    host = new.enrol("rdsh-1", "2022")
    host.cal(USER, "alice")
    host.cal(DEVICE, "pc-1")
    report = new.read(lambda reader: packs_report(reader, new.clock()))
    assert (report.packs, report.pools, report.without_pack) == ([], [], 1)


def test_a_pack_that_has_ended_shows_its_over_use(stocked: Site) -> None:
    """Its CALs are still out."""
    stocked.install(wish("user", "2025", 5, ends="2027-01"))
    stocked.enrol("rdsh-1", "2025").cal(USER, "alice")
    stocked.clock.later(days=20)
    report = stocked.read(lambda reader: packs_report(reader, stocked.clock()))
    assert PoolReport("user", "2025", 0, 1, -1, 1) in report.pools


def test_cals_are_listed_with_names_newest_last(stocked: Site) -> None:
    """Page by page if wanted."""
    host = stocked.enrol("rdsh-1", "2022")
    for n in range(3):
        stocked.clock.later(seconds=1)
        host.cal(USER, f"user-{n}")
    report = stocked.read(cals_report)
    assert [(cal.holder, cal.host, cal.cal_type, cal.version) for cal in report] == [
        (f"user-{n}", "rdsh-1", "user", "2022") for n in range(3)
    ]
    assert report[0].valid_until == stocked.clock() - 2 + 60 * DAY
    assert stocked.read(lambda reader: cals_report(reader, limit=1, offset=1)) == report[1:2]


def test_an_erased_name_is_empty_and_breaks_nothing(stocked: Site) -> None:
    """It lies beside the chain."""
    stocked.enrol("rdsh-1", "2022").cal(USER, "alice")
    reference = stocked.rows("holder")[0]["reference"]
    stocked.run(lambda tx: tx.drop("holder", (reference,)))
    assert [cal.holder for cal in stocked.read(cals_report)] == [""]
    stocked.server.journal.verify()


def test_the_status_says_how_the_server_stands(new: Site) -> None:
    """Before, during and after the call that activates it."""

    def now() -> tuple[bool, bool, int, int]:
        told = new.read(lambda reader: status(new.server, reader))
        assert (told.server_id, told.centre, told.epoch, told.generation) == (new.server_id, "Centre d'essai", 1, 1)
        assert told.entries == len(new.entries())
        return told.activated, told.call_open, told.hosts, told.cals

    assert now() == (False, False, 0, 0)
    new.prepare(activate=True)
    assert now() == (False, True, 0, 0)
    new.activate()
    new.enrol("rdsh-1", "2022").cal(USER, "alice")
    assert now() == (True, False, 1, 1)


def test_a_glance_counts_the_refusals_of_a_day(stocked: Site) -> None:
    """Repeated ones too, entered or not; older ones no longer."""
    host = stocked.enrol("rdsh-1", "2022")

    def refused() -> dict[str, int]:
        return {one.reason: one.count for one in stocked.read(lambda r: status(stocked.server, r)).refusals}

    assert refused() == {}
    for _ in range(2):
        host.permanent("pc-0")
        host.permanent("pc-1")
    for name in ("session-1", "session-2", "session-3", "session-3", "session-3"):
        host.acquire(CalType.SESSION, name)
    assert refused() == {"pool-used-up": 3}
    stocked.clock.later(seconds=2 * 3600)
    stocked.sweep()
    assert refused() == {"pool-used-up": 3}
    stocked.clock.later(days=1, seconds=1)
    assert refused() == {}


def test_a_glance_tells_what_is_wrong(stocked: Site) -> None:
    """Alarms and what they forbid, hosts that wait, vouchers that are open, the certificate."""
    stocked.enrol("rdsh-1", "2022")
    stocked.enrol("rdsh-2", "2022")
    revoke_host(stocked.server, "rdsh-2", "gone", "ada")
    stocked.run(lambda tx: raise_alarm(tx, Alarm.FORK, "at 3"))
    stocked.run(lambda tx: tx.append(VoucherIssued(voucher=bytes(16), host=bytes(16), count=20, hours=8, until=1)))
    told = stocked.read(lambda reader: status(stocked.server, reader))
    assert ([one.alarm for one in told.alarms], told.frozen) == (["fork"], "new")
    assert told.hosts_by_state == HostsAtAGlance(enrolled=1, shut_out=1, standings={"unheard": 1})
    assert (told.vouchers_open, told.voucher_cals) == (1, 20)
    assert (told.clock.state, told.clock.licensing_time) == ("good", stocked.clock())
    assert told.certificate_ends > stocked.clock()
    stocked.clock.set(stocked.clock() - 10 * DAY)
    assert stocked.read(lambda reader: status(stocked.server, reader)).clock.state == "clock-behind"
