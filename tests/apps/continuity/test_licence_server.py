"""A licence server's backups: proven before they count, drilled with the paper, and restored so that nobody is forgotten."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from calvox.apps.continuity.cases import Continuity, NewKey, Nothing
from calvox.apps.continuity.kept import Kept
from calvox.apps.continuity.making import Made, make_backup
from calvox.apps.continuity.restoring import drill, restore
from calvox.apps.licence_server.backups import kept as kept_of
from calvox.apps.licence_server.backups import next_generation
from calvox.common.errors import CalvoxError, Conflict, Denied, NotFound, StoreFailed, Tampered
from calvox.common.settings import Backup
from calvox.core.products import CalType
from calvox.journal.archive import SUFFIX, Manifest, listed, pack
from calvox.journal.sqlite import DATABASE
from calvox.trust.keys import SigningKey
from calvox.trust.recovery import recipient_of, recovery_key
from tests.world import NOON, Site, wish

KEY, OTHER = recovery_key(b"k" * 27), recovery_key(b"o" * 27)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Give a licence server, closed, with CALs."""
    site = Site.founded(tmp_path / "site")
    site.activate(wish("user", "2022", 100))
    site.enrol("rdsh-1", "2022").cal(CalType.USER, "alice")
    site.close()
    return site


@pytest.fixture
def chosen(tmp_path: Path) -> Backup:
    """Give the settings: one place, three archives."""
    return Backup(folder=str(tmp_path / "backups"), keep=3)


@pytest.fixture
def kept(site: Site) -> Kept:
    """Give it as a store with a recovery key."""
    kept = kept_of(site.settings, site.world)
    kept.owner.call("backup-key", NewKey(recipient_of(KEY)))
    return kept


def stands(kept: Kept) -> Continuity:
    """Ask how it stands."""
    told: Continuity = kept.owner.call("backups", Nothing())
    return told


def archive(made: Made) -> Path:
    """Give a backup's file."""
    return Path(made.path)


def test_a_backup_is_an_entry_only_after_it_was_proven(site: Site, kept: Kept, chosen: Backup) -> None:
    """Its hash, its head, and how many rows of each table it holds."""
    told: list[str] = []
    made = make_backup(kept, chosen, site.world, lambda what, done: told.append(str(what)))
    (backup,) = stands(kept).backups
    assert (backup.archive, backup.position, backup.size) == (made.archive, made.position, archive(made).stat().st_size)
    assert made.counts["cal"] == 1
    assert list(dict.fromkeys(told)) == [
        "Copying the journal",
        "Restoring to scratch and verifying",
        "Packing and encrypting",
    ]
    assert archive(made).stat().st_mode & 0o777 == 0o600
    assert not list(kept.folder.glob(".backup-*"))


def test_without_a_recovery_key_there_is_no_backup(site: Site, chosen: Backup) -> None:
    """And it says how to make one; a second one is made on purpose only."""
    kept = kept_of(site.settings, site.world)
    with pytest.raises(NotFound, match="recovery key") as caught:
        make_backup(kept, chosen, site.world)
    assert "calvox backup key" in str(caught.value.hint)
    kept.owner.call("backup-key", NewKey(recipient_of(KEY)))
    with pytest.raises(Conflict):
        kept.owner.call("backup-key", NewKey(recipient_of(OTHER)))
    kept.owner.call("backup-key", NewKey(recipient_of(OTHER), replace=True))
    assert stands(kept).recipient == recipient_of(OTHER)


def test_a_changed_store_is_not_backed_up(site: Site, kept: Kept, chosen: Backup) -> None:
    """An edited pack: no archive, no entry, and nothing left over."""
    import apsw

    connection = apsw.Connection(str(kept.folder / DATABASE))
    connection.execute("UPDATE cal SET valid_until = valid_until + 1000000")
    connection.close()
    with pytest.raises(Tampered, match="Table cal"):
        make_backup(kept, chosen, site.world)
    assert stands(kept).backups == []
    assert not list(Path(chosen.folder).glob("*")) if Path(chosen.folder).exists() else True
    assert not list(kept.folder.glob(".backup-*"))


def test_only_so_many_archives_are_kept_and_none_of_others(site: Site, kept: Kept, chosen: Backup) -> None:
    """The oldest go; a file that is no archive of this server stays."""
    folder = Path(chosen.folder)
    folder.mkdir()
    foreign = folder / f"ledger-00000000-20200101T000000Z{SUFFIX}"
    foreign.write_bytes(b"somebody else's")
    made = []
    for _ in range(5):
        site.clock.later(seconds=3600)
        made.append(make_backup(kept, chosen, site.world))
    assert sorted(folder.iterdir()) == sorted([foreign, *(archive(one) for one in made[2:])])
    assert made[-1].removed == [made[1].path]


def test_the_second_place_gets_the_same_bytes(site: Site, kept: Kept, chosen: Backup, tmp_path: Path) -> None:
    """And if it cannot, the backup is made all the same, and the error says what is missing."""
    second = tmp_path / "second"
    second.mkdir()
    made = make_backup(kept, replace_place(chosen, str(second)), site.world)
    assert Path(made.second).read_bytes() == archive(made).read_bytes()
    with pytest.raises(StoreFailed, match="but not its copy"):
        make_backup(kept, replace_place(chosen, str(tmp_path / "nowhere")), site.world)
    assert len(stands(kept).backups) == 2


def replace_place(chosen: Backup, second: str) -> Backup:
    """Choose a second place."""
    return Backup(chosen.folder, second, chosen.keep)


def test_a_drill_types_the_paper_and_is_entered(site: Site, kept: Kept, chosen: Backup) -> None:
    """With another paper it fails, and nothing is entered."""
    made = make_backup(kept, chosen, site.world)
    with pytest.raises(Denied, match="another recovery key"):
        drill(kept, archive(made), OTHER)
    assert stands(kept).drilled == 0
    told = drill(kept, archive(made), KEY)
    assert (told.archive, told.position, told.counts) == (made.archive, made.position, made.counts)
    assert stands(kept).drilled > 0
    assert stands(kept).backups[0].drilled > 0


def test_a_restore_gives_the_store_back_in_a_new_generation(site: Site, kept: Kept, chosen: Backup) -> None:
    """The old folder is kept aside; what came after the backup is not there; the chain goes on with “Restored”."""
    made = make_backup(kept, chosen, site.world)
    site.open()
    site.enrol("rdsh-2", "2022")
    site.close()
    with pytest.raises(Conflict, match="not empty"):
        restore(kept, archive(made), KEY, next_generation, "ada")
    told = restore(kept, archive(made), KEY, partial(next_generation, world=site.world), "ada", aside="server.before")
    assert Path(told.aside).is_dir()
    assert told.generation == NOON // 60
    site.open()
    assert [row["name"] for row in site.rows("host")] == ["rdsh-1"]
    assert site.entries()[-1] == "Restored"
    assert "BackupMade" not in site.entries()
    site.server.journal.verify()
    assert site.server.keys.identity.generation == NOON // 60
    site.close()


def test_a_restore_that_fails_leaves_all_as_it_was(site: Site, kept: Kept, chosen: Backup) -> None:
    """Wrong paper, an archive cut short, an archive of no backup: nothing is moved, nothing is left over."""
    made = make_backup(kept, chosen, site.world)
    before = sorted(site.folder.parent.iterdir())
    cut = archive(made).with_name("cut")
    cut.write_bytes(archive(made).read_bytes()[:-100])
    for path, key in ((archive(made), OTHER), (cut, KEY)):
        with pytest.raises(CalvoxError):
            restore(kept, path, key, next_generation, "ada", aside="aside")
    assert sorted(site.folder.parent.iterdir()) == before
    site.open()
    site.close()


def test_an_archive_that_the_store_did_not_sign_is_refused(site: Site, kept: Kept, tmp_path: Path) -> None:
    """Whoever knows the recovery key's public half can encrypt to it: the manifest's signature and owner decide."""
    files = listed(site.folder, kept.names(site.folder))
    own = kept.owner_of(site.folder)
    cases = ((own, SigningKey(b"x" * 32), "not signed"), ("ab" * 18, kept.signer_of(site.folder), "another store"))
    for owner, key, match in cases:
        manifest = Manifest("ledger", owner, 0, "0.1.0", 1, "", {}, files)
        made = pack(site.folder, manifest, key.sign, recipient_of(KEY), tmp_path / "forged")
        with pytest.raises(Tampered, match=match):
            restore(replace(kept, folder=tmp_path / "new"), Path(made.path), KEY, next_generation, "ada")
        assert not (tmp_path / "new").exists()


def test_a_register_is_no_ledger(site: Site, kept: Kept, tmp_path: Path) -> None:
    """Another kind of store is refused by name, before a file is written."""
    files = listed(site.folder, kept.names(site.folder))
    manifest = Manifest("register", "", 0, "0.1.0", 1, "", {}, files)
    made = pack(site.folder, manifest, kept.signer_of(site.folder).sign, recipient_of(KEY), tmp_path / "other")
    with pytest.raises(Conflict, match="register"):
        drill(kept, Path(made.path), KEY)
