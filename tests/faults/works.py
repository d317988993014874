"""The works that must be done or not done: each with the state before it, and how the next start tells which.

A judge opens what a fault left as the next start does, holds it to be whole, and tells whether the work is done. Where it is not,
the work can be done again.
"""

from collections.abc import Callable
from dataclasses import dataclass
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
from calvox.centre.signing import Signed, sign_registered
from calvox.common.clock import day_of
from calvox.common.errors import NotFound
from calvox.common.settings import Backup, Server, Settings
from calvox.common.settings import Centre as CentreSettings
from calvox.core.freezing import HELD
from calvox.core.products import CalType
from calvox.journal.archive import SUFFIX, digest_of
from calvox.server.call import prepare, the_open_call
from calvox.server.confirm import Done, enter_file, finish
from calvox.server.freeze import freeze
from calvox.server.reentry import reenter
from calvox.server.retire import (
    DONE,
    KEPT,
    MARK,
    SECRETS,
    begin_retirement,
    demand_retired,
    retirement_of,
    settle_retirement,
)
from calvox.trust.recovery import recipient_of, recovery_key
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.confirmation import confirmation_code
from calvox.wire.phone.filetext import write_file_text
from calvox.wire.phone.forms import bytes_of, number_of
from calvox.wire.phone.identity import retirement_matches
from calvox.wire.phone.message import Kind
from tests.centre.world import OTHER_SERVER, SECRET, SERVER, START, Centre, NewLine, device
from tests.world import CENTRE, NOON, Clock, Site, wish

KEY = recovery_key(b"k" * 27)
LATER = NOON + 600
HOSTS = ["rdsh-1", "rdsh-2"], ["rdsh-2", "rdsh-1"]


@dataclass(frozen=True)
class Work:
    """A work, done below a root."""

    make: Callable[[Path], None]
    """Builds the state before it, in an empty folder."""
    run: Callable[[Path], object]
    """Does it."""
    judge: Callable[[Path], bool]
    """Opens what is there, holds it to be whole, and tells whether it is done."""


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


# Retirement


def frozen(root: Path) -> None:
    """Make a frozen licence server with a pack and a host."""
    site = Site.founded(root)
    site.activate(wish("user", "2022", 5))
    site.enrol("rdsh-1", "2022")
    freeze(site.server, "moving", "ada")
    site.close()


def retired(root: Path) -> None:
    """Retire it."""
    site = site_at(root)
    site.open()
    try:
        begin_retirement(site.server, "localhost", (), "ada")
    finally:
        site.close()
    demand_retired(site.folder)


def judge_retirement(root: Path) -> bool:
    """Start as a serving process does: retired with its proof and nothing of its secrets, or frozen and whole."""
    site = site_at(root)
    done = settle_retirement(site.folder)
    if done is None:
        site.open()
        assert site.rows("server")[0][HELD]
        site.server.journal.verify()
        site.close()
        assert retirement_of(site.folder) is None
        return False
    retirement_matches(done.server_id, number_of(CodeType.RETIREMENT, done.proof))
    assert not [name for name in SECRETS if (site.folder / "keys" / name).exists()]
    assert not list(site.folder.glob("journal.db*"))
    assert not (site.folder / MARK).exists()
    assert (site.folder / DONE).exists()
    assert len(list((site.folder / KEPT).iterdir())) == 1
    return True


# The call of a migration or a reissue, on either side of the telephone


def called(root: Path) -> None:
    """Make a new licence server that is to take another one's place, its call prepared."""
    site = Site.founded(root)
    prepare(
        site.server, activate=False, wishes=(wish("device", "2022", 5), wish("user", "2022", 5)), by="ada", reissue=True
    )
    site.close()


def reissued(root: Path) -> None:
    """Type the code in and carry it out, unless that is done."""
    site = site_at(root)
    site.open()
    try:
        call = site.read(the_open_call)
        signature = CENTRE.sign(Kind.REISSUE, site.server_id, call.requests, day_of(NOON))
        enter_file(site.server, write_file_text(confirmation_code(Kind.REISSUE, signature)))
        assert isinstance(finish(site.server, "ada"), Done)
    finally:
        site.close()


def judge_reissue(root: Path) -> bool:
    """Start: all packs and the activation are in, and the call is over; or none, and it is open."""
    site = site_at(root)
    site.open()
    packs, activated = [row["quantity"] for row in site.rows("pack")], site.rows("server")[0]["activated"]
    assert (packs, activated, len(site.rows("pending"))) in (([5, 5], 1, 0), ([], 0, 1))
    site.server.journal.verify()
    site.close()
    return bool(activated)


def centre_at(root: Path) -> Centre:
    """Open the activation centre of a root."""
    centre = Centre(root / "centre", now=START + 60, drawn=1000)
    centre.open()
    return centre


def centre_with_server(root: Path) -> None:
    """Make an activation centre that activated a server, and has the call prepared of the one that takes its place."""
    centre = Centre(root / "centre")
    centre.found()
    centre.agree(NewLine(CalType.DEVICE, 7, 100))
    centre.signed(device(60, 1))
    told = {"server_id": OTHER_SERVER.hex(), "kind": "reissue", "replaces": SERVER.hex()}
    call = centre.prepared(device(60, 1), proof=bytes_of(CodeType.RETIREMENT, SECRET).hex(), **told).call
    (root / "call").write_text(call)
    centre.context.close()


def signed_there(root: Path) -> None:
    """Sign it."""
    centre = centre_at(root)
    try:
        assert isinstance(centre.sign((root / "call").read_text()), Signed)
    finally:
        centre.context.close()


def judge_signing(root: Path) -> bool:
    """Start: what was registered is signed, the old server is refused and its CALs are taken over; or nothing is."""
    centre = centre_at(root)
    sign_registered(centre.context)
    with centre.context.journal.read() as reader:
        rows = list(reader.select("confirmation", order="entry"))
        states = {row["server_id"]: row["state"] for row in reader.select("server")}
        waiting = reader.count("pending")
    assert all(row["signature"] for row in rows)
    done = len(rows) == 2
    assert (waiting, set(states)) == ((0, {SERVER, OTHER_SERVER}) if done else (1, {SERVER}))
    assert (states[SERVER] == "active") is not done
    centre.context.journal.verify()
    centre.context.close()
    return done


# Re-entry


def with_a_token_ahead(root: Path) -> None:
    """Make a restored licence server, and keep a token that a host got after the backup."""
    site = Site.founded(root)
    site.activate(wish("user", "2022", 5))
    host = site.enrol("rdsh-1", "2022")
    site.close()
    kept_at(root).owner.call("backup-key", NewKey(recipient_of(KEY)))
    (root / "second").mkdir()
    back_up(root)
    site.clock.moment = LATER
    site.open()
    (root / "token").write_bytes(host.cal(CalType.USER, "alice").token)
    site.close()
    restored(root)


def reentered(root: Path) -> None:
    """Let the host bring it back."""
    site = site_at(root)
    site.open()
    try:
        (row,) = site.rows("host")
        site.run(reenter(site.server, row, (root / "token").read_bytes(), "alice"))
    finally:
        site.close()


def judge_reentry(root: Path) -> bool:
    """Start: the CAL is there with its holder, and counted; or nothing of it is."""
    site = site_at(root)
    site.open()
    found = len(site.rows("cal")), len(site.rows("holder")), site.issued()[1], site.entries().count("CalReentered")
    assert found in ((0, 0, 0, 0), (1, 1, 1, 1))
    site.server.journal.verify()
    site.close()
    return found[0] == 1


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


WORKS = {
    "create": Work(backed_up, back_up, judge_backup),
    "restore": Work(backed_up, restored, judge_restore),
    "restore anew": Work(lost, restored, judge_restore_anew),
    "retire": Work(frozen, retired, judge_retirement),
    "reissue at the server": Work(called, reissued, judge_reissue),
    "reissue at the centre": Work(centre_with_server, signed_there, judge_signing),
    "re-entry": Work(with_a_token_ahead, reentered, judge_reentry),
    "restore a centre": Work(centre_backed_up, centre_restored, judge_centre_restore),
}
"""A migration is a retirement, then a reissue on either side."""
