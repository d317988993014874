"""Take a store back from an archive, by the words of the recovery key; and rehearse that, to see that paper and archive fit.

A restore is built beside its place and moved there when it is whole and proven: it is done, or not done. Entries say so, and a
new generation begins: tokens of the old one beyond the backup are recognised by that, and brought back by session hosts.

A folder that was there before is moved aside first. Between the two moves there is none, or an empty one that systemd made: whoever
starts then, or restores again, finishes the second move. A restore cut off before them was not done: whoever starts says so and
removes what it had built, for secrets lie in it.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from calvox.apps.continuity.cases import Drilled
from calvox.apps.continuity.kept import Kept
from calvox.apps.continuity.making import Progress, proven
from calvox.common.errors import BadSignature, Busy, Conflict, StoreFailed, Tampered
from calvox.common.files import build_whole, built_beside, failed, own_file, sync_folder
from calvox.common.i18n import t
from calvox.core.continuity import Restored
from calvox.journal.archive import Manifest, digest_of, unpack
from calvox.journal.interface import Transaction
from calvox.journal.restored import restored_beside
from calvox.journal.sqlite import LOCK
from calvox.trust.keys import verify
from calvox.trust.recovery import identity_of

NextGeneration = Callable[[Path], int]
"""Begins a new generation in a folder's keys, and gives its number."""


class Drill(msgspec.Struct, frozen=True):
    """An archive that was opened and proven."""

    archive: bytes
    """SHA-256, 32 bytes."""
    made: int
    """Seconds UTC."""
    owner: str
    position: int
    counts: dict[str, int]


class RestoredStore(msgspec.Struct, frozen=True):
    """A store that was taken back."""

    folder: str
    aside: str
    """Where the folder is that was there before; empty: none was."""
    archive: bytes
    made: int
    """When the backup was made, in seconds UTC."""
    owner: str
    position: int
    """The last entry of the backup."""
    generation: int
    counts: dict[str, int]


def drill(kept: Kept, archive: Path, key: int, progress: Progress = lambda what, done: None) -> Drill:
    """Restore an archive to scratch with the words from the paper, prove it, and enter that it was done.

    Args:
        kept: The store, whose process may be serving.
        archive: The archive.
        key: The recovery key's number, from its words.
        progress: Told what is done.

    Raises:
        Denied: The archive is encrypted to another recovery key.
        Tampered: It does not hold.
        NotFound: It is not among the verified ones.
    """
    with tempfile.TemporaryDirectory(prefix="calvox-drill-") as scratch:
        digest, manifest = _unpacked(kept, archive, key, Path(scratch), progress)
        counts = proven(kept, Path(scratch), progress)
    kept.owner.call("backup-drilled", Drilled(digest))
    return Drill(digest, manifest.made, manifest.owner, manifest.position, counts)


def restore(
    kept: Kept,
    archive: Path,
    key: int,
    next_generation: NextGeneration,
    by: str,
    progress: Progress = lambda what, done: None,
    *,
    aside: str = "",
) -> RestoredStore:
    """Take a store back from an archive.

    Args:
        kept: The store; nobody may be serving its folder.
        archive: The archive.
        key: The recovery key's number, from its words.
        next_generation: Begins a new generation.
        by: Who does it.
        progress: Told what is done.
        aside: Under which name a folder that is there is kept; empty: there must be none.

    Raises:
        Conflict: The folder is not empty, and is not to be kept aside.
        Denied: The archive is encrypted to another recovery key.
        Tampered: It does not hold; what was there stays as it is.
    """
    place = kept.folder
    finish_restore(place)
    old = place.with_name(aside) if aside and place.exists() else None
    if old is not None and old.exists():
        raise Conflict(t("{path} exists already", path=str(old)))
    target = restored_beside(place) if old else place
    with _alone(place):
        if old is not None:
            shutil.rmtree(target, ignore_errors=True)
        with build_whole(target) as folder:
            digest, manifest = _unpacked(kept, archive, key, folder, progress)
            counts = proven(kept, folder, progress)
            generation = _begun(kept, folder, digest, manifest.position, next_generation, by)
        if old is not None:
            _swap(place, old)
    told = str(old) if old else ""
    return RestoredStore(str(place), told, digest, manifest.made, manifest.owner, manifest.position, generation, counts)


def _swap(place: Path, old: Path) -> None:
    """Carry out the two moves; where the second cannot follow, the first is undone, and nothing was done."""
    try:
        _move(place, old)
        finish_restore(place)
    except StoreFailed:
        if not place.exists():
            with suppress(OSError):
                os.replace(old, place)
        if filled(place):
            shutil.rmtree(restored_beside(place), ignore_errors=True)
        raise


def finish_restore(place: Path) -> bool:
    """Finish a restore that was cut off between its two moves; tell whether there was one."""
    waiting = restored_beside(place)
    if not waiting.exists() or filled(place):
        return False
    _move(waiting, place)
    return True


def drop_restore(place: Path) -> list[str]:
    """Remove what a restore had built that was cut off before it moved anything; tell what.

    Whoever calls this owns the store that is at the place.
    """
    left = [path for path in (restored_beside(place), built_beside(restored_beside(place))) if path.exists()]
    if not filled(place):
        return []
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return [str(path) for path in left]


def filled(place: Path) -> bool:
    """Tell whether something is at a place: an empty folder is nothing."""
    return place.exists() and any(place.iterdir())


def _move(folder: Path, to: Path) -> None:
    try:
        os.replace(folder, to)
        sync_folder(to.parent)
    except OSError as error:
        raise failed(to, error) from error


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Hold the journal that is there before, so that nobody begins to serve it meanwhile.

    Raises:
        Busy: Somebody serves it.
    """
    if not (place / LOCK).exists():
        yield
        return
    try:
        lock = own_file(place / LOCK)
    except Busy as error:
        hint = t("End the process that serves it first; a restore moves the folder.")
        raise Busy(t("{path} is being served", path=str(place)), hint=hint) from error
    try:
        yield
    finally:
        os.close(lock)


def _begun(kept: Kept, folder: Path, digest: bytes, position: int, next_generation: NextGeneration, by: str) -> int:
    """Begin a new generation; whoever was logged in is so no longer."""
    generation = next_generation(folder)

    def work(tx: Transaction) -> None:
        for row in list(tx.select("log_in")):
            tx.drop("log_in", (row["session"],))
        for row in list(tx.select("link")):
            tx.drop("link", (row["person"],))
        tx.append(Restored(archive=digest, position=position, generation=generation, by=by))

    store = kept.open(folder)
    try:
        store.journal.run(work)
    finally:
        store.close()
    return generation


def _unpacked(kept: Kept, archive: Path, key: int, folder: Path, progress: Progress) -> tuple[bytes, Manifest]:
    """Decrypt an archive into a folder; it must be of this kind of store, and signed by the key that lies in it."""
    digest = digest_of(archive)
    signed: list[tuple[bytes, bytes]] = []

    def check(manifest: Manifest, told: bytes, signature: bytes) -> None:
        if manifest.journal != kept.book.name:
            raise Conflict(
                t(
                    "This is a backup of another kind of store: {found} instead of {wanted}",
                    found=manifest.journal,
                    wanted=kept.book.name,
                )
            )
        signed.append((told, signature))

    manifest = unpack(archive, identity_of(key), folder, check, lambda done: progress(t("Decrypting"), done))
    told, signature = signed[0]
    try:
        verify(kept.signer_of(folder).public, told, signature)
    except BadSignature as error:
        raise Tampered(t("The manifest was not signed by the store that is in the backup")) from error
    if kept.owner_of(folder) != manifest.owner:
        raise Tampered(t("The manifest names another store than the backup holds"))
    return digest, manifest
