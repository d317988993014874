"""After a restore: what hosts hold comes back once, what was given back stays away, and nothing comes without a restore."""

from functools import partial
from pathlib import Path

import pytest

from calvox.apps.continuity.cases import NewKey
from calvox.apps.continuity.making import make_backup
from calvox.apps.continuity.restoring import restore
from calvox.apps.licence_server.backups import kept as kept_of
from calvox.apps.licence_server.backups import next_generation
from calvox.common.errors import Conflict, Denied
from calvox.common.settings import Backup
from calvox.core.alarms import Alarm
from calvox.core.hosting import HostState
from calvox.core.products import CalType
from calvox.server.alarms import hear_token
from calvox.server.issue import Granted
from calvox.server.reentry import Left, reenter, rejoin
from calvox.trust.recovery import recipient_of, recovery_key
from tests.world import Cal, SessionHost, Site, wish

KEY = recovery_key(b"k" * 27)


class Night:
    """A site that is backed up, goes on working, and is restored."""

    def __init__(self, folder: Path) -> None:
        self.site = Site.founded(folder)
        self.site.activate(wish("device", "2022", 2), wish("user", "2022", 2), wish("session", "2022", 2))
        self.one, self.two = self.site.enrol("rdsh-1", "2022"), self.site.enrol("rdsh-2", "2022")
        self.chosen, self.made = Backup(folder=str(folder / "backups")), ""

    def back_up(self) -> None:
        """Make a backup."""
        self.site.close()
        kept = kept_of(self.site.settings, self.site.world)
        if not self.made:
            kept.owner.call("backup-key", NewKey(recipient_of(KEY)))
        self.made = make_backup(kept, self.chosen, self.site.world).path
        self.site.open()

    def restore(self, aside: str = "lost") -> None:
        """Lose the server, and restore it."""
        self.site.close()
        self.site.clock.later(seconds=120)
        begin = partial(next_generation, world=self.site.world)
        kept = kept_of(self.site.settings, self.site.world)
        restore(kept, Path(self.made), KEY, begin, "ada", aside=aside)
        self.site.open()

    def brings(self, host: SessionHost, cal: Cal, name: str = "somebody") -> Granted | Left:
        """Let a host bring a token back."""
        (row,) = self.site.rows("host", host=host.enrolled.host)
        done: Granted | Left = self.site.run(reenter(self.site.server, row, cal.token, name))
        return done

    def refused(self, host: SessionHost, cal: Cal) -> str:
        """Let a host bring a token back in vain, and give the reason."""
        told = self.brings(host, cal)
        assert isinstance(told, Left), told
        return told.reason


@pytest.fixture
def night(tmp_path: Path) -> Night:
    """Give a site with two hosts."""
    return Night(tmp_path)


def test_a_cal_of_after_the_backup_comes_back_once(night: Night) -> None:
    """With its own identifier, holder and end; its pack counts it; a second bringing changes nothing."""
    night.back_up()
    cal = night.one.cal(CalType.USER, "alice")
    night.restore()
    assert night.site.rows("cal") == []
    assert isinstance(night.brings(night.one, cal, "alice"), Granted)
    assert isinstance(night.brings(night.one, cal, "alice"), Granted)
    (row,) = night.site.rows("cal")
    assert (row["cal_id"], row["valid_until"]) == (cal.row["cal_id"], cal.row["valid_until"])
    assert night.site.issued() == {1: 0, 2: 1, 3: 0}
    assert night.site.entries().count("CalReentered") == 1
    again = night.one.cal(CalType.USER, "alice")
    assert again.row["cal_id"] == cal.row["cal_id"]
    night.site.server.journal.verify()


def test_two_hosts_that_hold_one_cal_bring_one(night: Night) -> None:
    """Each gets a token of its own of it."""
    night.back_up()
    cal, other = night.one.cal(CalType.USER, "alice"), night.two.cal(CalType.USER, "alice")
    night.restore()
    for host, token in ((night.two, other), (night.one, cal)):
        assert isinstance(night.brings(host, token, "alice"), Granted)
    assert len(night.site.rows("cal")) == 1
    assert night.site.issued()[2] == 1


def test_a_renewal_of_after_the_backup_counts(night: Night) -> None:
    """The ledger knows the CAL, and learns its later end."""
    cal = night.one.cal(CalType.USER, "alice")
    night.back_up()
    night.site.clock.later(days=55)
    renewed = night.one.cal(CalType.USER, "alice")
    night.restore()
    assert night.site.rows("cal")[0]["valid_until"] == cal.row["valid_until"]
    assert isinstance(night.brings(night.one, renewed, "alice"), Granted)
    assert night.site.rows("cal")[0]["valid_until"] == renewed.row["valid_until"]


def test_what_replaced_a_cal_replaces_it_again(night: Night) -> None:
    """A device had its temporary CAL in the backup, and its permanent one after it."""
    night.one.cal(CalType.DEVICE, "pc-1")
    night.back_up()
    permanent = night.one.cal(CalType.DEVICE, "pc-1", authenticated=True)
    night.restore()
    assert isinstance(night.brings(night.one, permanent, "pc-1"), Granted)
    (row,) = night.site.rows("cal")
    assert (row["cal_id"], row["temporary"]) == (permanent.row["cal_id"], 0)
    assert night.site.rows("device")[0]["proven"] == 1
    assert night.site.issued()[1] == 1


def test_a_cal_given_since_the_restore_stays(night: Night) -> None:
    """Somebody came before the round: the host's older token is exchanged for one of the new CAL."""
    night.back_up()
    old = night.two.cal(CalType.USER, "alice")
    night.restore()
    new = night.one.cal(CalType.USER, "alice")
    told = night.brings(night.two, old, "alice")
    assert isinstance(told, Granted)
    assert told.cal["cal_id"] == new.row["cal_id"] != old.row["cal_id"]
    assert night.site.issued()[2] == 1


def test_over_use_is_told_and_not_refused(night: Night) -> None:
    """Both places of a pack were given anew before the old ones came back."""
    night.back_up()
    old = [night.one.cal(CalType.SESSION, f"s{n}") for n in range(2)]
    night.restore()
    for number in range(2, 4):
        night.two.cal(CalType.SESSION, f"s{number}")
    for cal in old:
        assert isinstance(night.brings(night.one, cal), Granted)
    assert night.site.issued()[3] == 4


def test_nothing_comes_back_without_a_restore_or_too_late(night: Night) -> None:
    """The door is open for 30 days."""
    night.back_up()
    cal = night.one.cal(CalType.USER, "alice")
    assert night.refused(night.one, cal) == "closed"
    night.restore()
    night.site.clock.later(days=31)
    assert night.refused(night.one, cal) == "closed"


def test_what_the_ledger_knew_or_another_host_holds_is_refused(night: Night) -> None:
    """A token from before the backup whose CAL went back, one of another host, one that has ended, and no token."""
    gone = night.one.cal(CalType.SESSION, "gone")
    night.one.release(gone.row["cal_id"])
    night.back_up()
    held = night.one.cal(CalType.SESSION, "held")
    night.restore()
    assert night.refused(night.one, gone) == "known"
    assert night.refused(night.two, held) == "bad-token"
    assert night.refused(night.one, Cal({}, held.claims, b"no token")) == "bad-token"
    night.site.clock.later(days=2)
    assert night.refused(night.one, held) == "bad-token"
    assert night.site.rows("cal") == []


def test_a_cal_of_a_forgotten_pack_waits_for_its_confirmation(night: Night) -> None:
    """The pack was installed after the backup."""
    night.back_up()
    night.site.install(wish("device", "2025", 3))
    host = night.site.enrol("rdsh-3", "2025")
    cal = host.permanent("pc-9")
    night.restore()
    night.site.run(lambda tx: rejoin(tx, host.enrolled.host, "rdsh-3", host.enrolled.version, b"certificate"))
    assert night.refused(host, cal) == "no-pack"


def test_a_host_of_after_the_backup_comes_back_as_pending(night: Night) -> None:
    """Once, and only after a restore."""
    night.back_up()
    host = night.site.enrol("rdsh-3", "2022").enrolled
    back = partial(rejoin, host=host.host, name="rdsh-3", version=host.version, certificate=b"c")
    with pytest.raises(Conflict):
        night.site.run(back)
    night.restore()
    night.site.run(back)
    (row,) = night.site.rows("host", host=host.host)
    assert (row["name"], row["state"]) == ("rdsh-3", HostState.PENDING)
    with pytest.raises(Denied, match="approval"):
        night.site.run(back)


def test_the_same_backup_restored_twice_gives_two_generations(night: Night) -> None:
    """A token of the first restore comes back after the second."""
    night.back_up()
    night.restore("first")
    cal = night.one.cal(CalType.USER, "alice")
    generation = night.site.server.keys.identity.generation
    night.restore("second")
    assert night.site.server.keys.identity.generation > generation
    assert isinstance(night.brings(night.one, cal, "alice"), Granted)


def test_the_folder_of_before_the_restore_is_found_out(night: Night) -> None:
    """Served again by mistake, it meets a token of a generation that it does not know."""
    night.back_up()
    night.restore()
    cal = night.one.cal(CalType.USER, "alice")
    night.site.close()
    lost, now = night.site.folder.with_name("lost"), night.site.folder
    now.rename(now.with_name("now"))
    lost.rename(now)
    night.site.open()
    assert night.site.run(lambda tx: hear_token(tx, night.site.server, cal.token)) is Alarm.ROLLBACK
