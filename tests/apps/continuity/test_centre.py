"""An activation centre's backups: its register, its sealed key and its card; each confirmation is verified again."""

from pathlib import Path

import pytest

from calvox.apps.centre.backups import check_register, kept, next_generation
from calvox.apps.centre.process import CARD, Founding, found, open_centre
from calvox.apps.continuity.cases import Continuity, NewKey, Nothing
from calvox.apps.continuity.making import make_backup
from calvox.apps.continuity.restoring import drill, finish_restore, restore
from calvox.centre.entries import ConfirmationRegistered, ConfirmationSigned, ServerRegistered
from calvox.centre.keys import unlock
from calvox.common.clock import World
from calvox.common.errors import Busy, NotFound, Tampered
from calvox.common.files import write_whole
from calvox.common.settings import Backup, Centre
from calvox.journal.archive import SUFFIX
from calvox.journal.restored import restored_beside
from calvox.trust.recovery import recipient_of, recovery_key
from calvox.wire.card import Telephone, write_card
from calvox.wire.phone.message import Kind, message
from tests.world import CENTRE, Clock

KEY = recovery_key(b"k" * 27)
PASSPHRASE = "correct horse battery"


@pytest.fixture
def chosen(tmp_path: Path) -> Centre:
    """Give an activation centre with a recovery key."""
    clock = Clock()
    world = World(clock, lambda size: bytes(range(size)), clock.ran)
    founding = Founding("Centre", [Telephone("FR", "+33 1 99 00 12 34", "9-18")], supervisor="eve", by="eve")
    found(tmp_path / "centre", founding, PASSPHRASE, world, cost=1 << 10)
    chosen = Centre(folder=str(tmp_path / "centre"))
    kept(chosen).owner.call("backup-key", NewKey(recipient_of(KEY)))
    return chosen


@pytest.fixture
def made(chosen: Centre, tmp_path: Path) -> Path:
    """Give its backup."""
    store = kept(chosen)
    return Path(make_backup(store, Backup(folder=str(tmp_path / "backups")), World(Clock(), bytes)).path)


def stands(chosen: Centre) -> Continuity:
    """Ask how it stands."""
    told: Continuity = kept(chosen).owner.call("backups", Nothing())
    return told


def test_a_register_comes_back_with_its_key_and_card(chosen: Centre, made: Path) -> None:
    """The passphrase opens the key as before; each restore is a generation of its own."""
    assert made.name.startswith("register-")
    assert made.name.endswith(SUFFIX)
    drill(kept(chosen), made, KEY)
    assert stands(chosen).backups[0].drilled > 0
    told = restore(kept(chosen), made, KEY, next_generation, "eve", aside="lost")
    assert told.generation == 2
    folder = Path(chosen.folder)
    assert (folder / CARD).exists()
    assert (folder / "tls" / "authority.pem").exists()
    unlock(folder, PASSPHRASE)
    assert stands(chosen).restored > 0
    assert next_generation(folder) == 3


def signed(chosen: Centre, signature: bytes) -> None:
    """Enter a confirmation in the register."""
    own, call = b"s" * 18, b"c" * 8
    context = open_centre(chosen, None)
    about = {"call": call, "kind": 0, "server_id": own, "requests": (), "agreement": 1, "caller": "zoe"}
    more = {"sequences": (), "issue_day": 20_000, "message": message(Kind.ACTIVATE, own, (), 20_000), "taken": ()}
    context.journal.run(lambda tx: tx.append(ServerRegistered(server_id=own)))
    context.journal.run(lambda tx: tx.append(ConfirmationRegistered(**about, **more, by="eve")))  # type: ignore[arg-type]
    context.journal.run(lambda tx: tx.append(ConfirmationSigned(call=call, signature=signature)))
    context.close()


def test_a_confirmation_that_is_not_the_centres_stops_the_backup(chosen: Centre, tmp_path: Path) -> None:
    """Its 48 bytes are another key's."""
    signed(chosen, CENTRE.sign(Kind.ACTIVATE, b"s" * 18, (), 20_000))
    with pytest.raises(Tampered, match="not what this centre signs"):
        make_backup(kept(chosen), Backup(folder=str(tmp_path / "backups")), World(Clock(), bytes))
    assert not list(tmp_path.glob("backups/*"))


def test_one_of_its_own_holds(chosen: Centre, tmp_path: Path) -> None:
    """Signed by the very key that lies beside the register."""
    told = message(Kind.ACTIVATE, b"s" * 18, (), 20_000)
    signed(chosen, unlock(Path(chosen.folder), PASSPHRASE).sign(told))
    assert make_backup(kept(chosen), Backup(folder=str(tmp_path / "backups")), World(Clock(), bytes)).position == 7


def test_an_exchanged_card_is_found(chosen: Centre) -> None:
    """Register, key and card are of one centre."""
    folder = Path(chosen.folder)
    write_whole(folder / CARD, write_card(CENTRE.card))
    context = open_centre(chosen, None)
    with context.journal.read() as reader, pytest.raises(Tampered, match="same activation centre"):
        check_register(reader, folder)
    context.close()


def test_a_restore_cut_off_between_its_moves_is_finished(chosen: Centre, made: Path) -> None:
    """Until then the error says what to do; a restore that had moved nothing is begun again."""
    folder = Path(chosen.folder)
    restore(kept(chosen), made, KEY, next_generation, "eve", aside="lost")
    folder.rename(restored_beside(folder))
    with pytest.raises(NotFound) as caught:
        stands(chosen)
    assert "cut off before its last step" in str(caught.value.hint)
    assert finish_restore(folder)
    assert not finish_restore(folder)
    assert stands(chosen).restored > 0
    restored_beside(folder).mkdir()
    (restored_beside(folder) / "left").write_bytes(b"over")
    assert restore(kept(chosen), made, KEY, next_generation, "eve", aside="lost-2").generation == 2
    assert not restored_beside(folder).exists()


def test_a_store_that_is_served_is_not_moved(chosen: Centre, made: Path) -> None:
    """Somebody holds its journal."""
    context = open_centre(chosen, None)
    with pytest.raises(Busy, match="being served"):
        restore(kept(chosen), made, KEY, next_generation, "eve", aside="lost")
    context.close()
    assert Path(chosen.folder).exists()
