"""Backup and restore of a licence server and of an activation centre, as works that may be cut off."""

from functools import partial
from pathlib import Path
from random import Random

import pytest

from calvox.apps.centre import backups as of_centre
from calvox.apps.continuity.cases import Continuity, NewKey, Nothing
from calvox.apps.continuity.kept import Kept
from calvox.apps.continuity.making import make_backup, settle_backups
from calvox.apps.continuity.restoring import drop_restore, filled, finish_restore, restore
from calvox.apps.licence_server import backups as of_server
from calvox.centre.agreements import NewLine
from calvox.common.errors import NotFound
from calvox.common.settings import Backup, Server, Settings
from calvox.common.settings import Centre as CentreSettings
from calvox.core.products import CalType
from calvox.journal.archive import SUFFIX, digest_of
from calvox.trust.recovery import recipient_of, recovery_key
from tests.centre.world import START, Centre
from tests.world import NOON, Clock, Site, wish

KEY = recovery_key(b"k" * 27)
LATER = NOON + 600
HOSTS = ["rdsh-1", "rdsh-2"], ["rdsh-2", "rdsh-1"]


def site_at(root: Path) -> Site:
    """Name the licence server of a root, closed."""
    return Site(Settings(server=Server(folder=str(root / "server"))), Clock(LATER), Random(7))


def chosen_at(root: Path) -> Backup:
    """Give its settings of backups: two places, one archive in each."""
    return Backup(str(root / "backups"), str(root / "second"), 1)


def kept_at(root: Path) -> Kept:
    """Give the licence server of a root as a store that is backed up."""
    site = site_at(root)
    return of_server.kept(site.settings, site.world)


def stands(kept: Kept) -> Continuity:
    """Ask how it stands."""
    told: Continuity = kept.owner.call("backups", Nothing())
    return told


def back_up(root: Path) -> Path:
    """Make a backup of the licence server."""
    return Path(make_backup(kept_at(root), chosen_at(root), site_at(root).world).path)


# Backup


def backed_up(root: Path) -> None:
    """Make a licence server with a backup and something after it."""
    site = Site.founded(root)
    site.activate(wish("user", "2022", 5))
    site.enrol("rdsh-1", "2022").cal(CalType.USER, "alice")
    site.close()
    (root / "second").mkdir()
    kept_at(root).owner.call("backup-key", NewKey(recipient_of(KEY)))
    back_up(root)
    site.clock.later(seconds=300)
    site.open()
    site.enrol("rdsh-2", "2022")
    site.close()


def judge_backup(root: Path) -> bool:
    """Settle what was cut off, as the next backup does: whatever was entered is there, and nothing else."""
    kept, before = kept_at(root), stands(kept_at(root))
    settle_backups(kept, chosen_at(root), before)
    named = {digest_of(path) for path in (root / "backups").iterdir()}
    assert all(
        path.name.endswith(SUFFIX) and path.name[0] != "."
        for place in ("backups", "second")
        for path in (root / place).iterdir()
    )
    entered = [one.archive for one in before.backups]
    assert max(before.backups, key=lambda one: one.position).archive in named
    assert named <= set(entered)
    assert {digest_of(path) for path in (root / "second").iterdir()} <= set(entered)
    assert not list(root.glob("server/.backup-*"))
    return len(entered) == 2


# Restore


def restored(root: Path) -> None:
    """Take the licence server back over the one that is there."""
    site = site_at(root)
    begin = partial(of_server.next_generation, world=site.world)
    (archive,) = (root / "backups").iterdir()
    aside = "server.before" if filled(root / "server") else ""
    restore(kept_at(root), archive, KEY, begin, "ada", aside=aside)


def judge_restore(root: Path) -> bool:
    """Start as a serving process does: the old server or the restored one, whole; and nothing of the other in its place."""
    place = root / "server"
    finish_restore(place)
    assert filled(place)
    site = site_at(root)
    site.open()
    left = drop_restore(place)
    try:
        assert site.server.journal.verify().position > 0
        done = site.entries()[-1] == "Restored"
        assert [row["name"] for row in site.rows("host")] in ((["rdsh-1"],) if done else HOSTS)
    finally:
        site.close()
    assert not (done and left)
    assert not list(root.glob("*.restored")) + list(root.glob(".*"))
    if done:
        aside = Site(Settings(server=Server(folder=str(root / "server.before"))), Clock(LATER), Random(7))
        aside.open()
        assert len(aside.rows("host")) == 2
        aside.close()
    return done


def lost(root: Path) -> None:
    """Make a licence server with a backup, and lose the machine."""
    backed_up(root)
    (root / "server").rename(root.parent / f"{root.name}-lost")


def judge_restore_anew(root: Path) -> bool:
    """Start as a serving process does: there is none, and the error says what to do, or the restored one is whole."""
    place = root / "server"
    finish_restore(place)
    site = site_at(root)
    if not filled(place):
        with pytest.raises(NotFound) as caught:
            site.open()
        assert (root / ".server.new").exists() == ("cut off" in str(caught.value.hint))
        return False
    site.open()
    assert site.entries()[-1] == "Restored"
    site.server.journal.verify()
    site.close()
    return True


def centre_at(root: Path) -> Centre:
    """Open the activation centre of a root."""
    centre = Centre(root / "centre", now=START + 60, drawn=1000)
    centre.open()
    return centre


# The centre's own backup


def centre_kept_at(root: Path) -> Kept:
    """Give the activation centre of a root as a store that is backed up."""
    return of_centre.kept(CentreSettings(folder=str(root / "centre")), Centre(root / "centre", now=START + 60).world)


def centre_backed_up(root: Path) -> None:
    """Make an activation centre with a backup, and an agreement after it."""
    centre = Centre(root / "centre")
    centre.found()
    centre.context.close()
    kept = centre_kept_at(root)
    kept.owner.call("backup-key", NewKey(recipient_of(KEY)))
    make_backup(kept, Backup(str(root / "backups")), centre.world)
    centre.open()
    centre.agree(NewLine(CalType.DEVICE, 7, 100))
    centre.context.close()


def centre_restored(root: Path) -> None:
    """Take it back."""
    (archive,) = (root / "backups").iterdir()
    aside = "centre.before" if filled(root / "centre") else ""
    restore(centre_kept_at(root), archive, KEY, of_centre.next_generation, "eve", aside=aside)


def judge_centre_restore(root: Path) -> bool:
    """Start: the old register or the restored one, whole, with its key."""
    finish_restore(root / "centre")
    centre = centre_at(root)
    drop_restore(root / "centre")
    kinds = [type(fact).__name__ for fact in centre.facts()]
    centre.context.journal.verify()
    centre.context.signer()
    centre.context.close()
    assert ("AgreementAdded" in kinds) == (kinds[-1] != "Restored")
    assert not list(root.glob("*.restored")) + list(root.glob(".*"))
    return kinds[-1] == "Restored"
