"""Make a backup while the store is served, and prove it before it counts.

In order: the journal is copied as it is at one moment; the copy is opened as its owner would open it, every signature of the
activation centre is verified again, the chain is checked from its first entry, folded and compared with the tables; then it
is packed and encrypted to the recovery key, and read back; and only then its hash is entered. A backup that was cut off
left a folder of scratch, which the next one removes; no archive, and no entry.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from calvox import __version__
from calvox.apps.continuity.cases import Continuity, Nothing, Verified, archive_name, of_store
from calvox.apps.continuity.kept import Kept
from calvox.common.clock import World
from calvox.common.errors import NotFound, StoreFailed
from calvox.common.files import own_file
from calvox.common.i18n import Text, t
from calvox.common.settings import Backup as Chosen
from calvox.journal.archive import SUFFIX, Archived, Manifest, digest_of, listed, pack
from calvox.journal.copying import copy_journal
from calvox.journal.head import Head

Progress = Callable[[Text, float], None]
"""Told what is done, and how much of it, 0 to 1."""
SCRATCH = ".backup-"
LOCK = "backup.lock"


class Made(msgspec.Struct, frozen=True):
    """A backup that was made and verified."""

    path: str
    second: str
    """Where its copy is; empty: nowhere."""
    archive: bytes
    """SHA-256, 32 bytes."""
    size: int
    """Bytes."""
    position: int
    """The last entry in it."""
    counts: dict[str, int]
    """Rows of each table."""
    removed: list[str]
    """Older archives that were removed."""


def make_backup(kept: Kept, chosen: Chosen, world: World, progress: Progress = lambda what, done: None) -> Made:
    """Make a backup, verify it, and enter it.

    Raises:
        NotFound: There is no store, or no recovery key.
        Busy: Another backup of this store is being made.
        Tampered: The store does not hold; nothing is written.
        StoreFailed: The disk is full or cannot be written.
    """
    stands: Continuity = kept.owner.call("backups", Nothing())
    if not stands.recipient:
        raise NotFound(t("There is no recovery key yet"), hint=t("Make and print one: “calvox backup key”."))
    lock = own_file(kept.folder / LOCK)
    try:
        _remove_scratch(kept.folder)
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=kept.folder) as scratch:
            made, head, counts = _archived(kept, Path(scratch), chosen, stands.recipient, world, progress)
        kept.owner.call("backup-verified", Verified(made.sha256, made.size, head.position, head.hash, stands.recipient))
        second = _second(Path(made.path), chosen.second, made.sha256, progress)
        removed = _rotated(kept, chosen)
    finally:
        os.close(lock)
    return Made(made.path, second, made.sha256, made.size, head.position, counts, removed)


def _archived(
    kept: Kept, scratch: Path, chosen: Chosen, recipient: str, world: World, progress: Progress
) -> tuple[Archived, Head, dict[str, int]]:
    head = copy_journal(
        kept.folder, scratch, kept.book, world.steady, lambda done: progress(t("Copying the journal"), done)
    )
    for name in kept.names(kept.folder)[2:]:
        (scratch / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(kept.folder / name, scratch / name)
    counts = proven(kept, scratch, progress)
    signer = kept.signer_of(scratch)
    owner, now = kept.owner_of(scratch), world.now()
    files = listed(scratch, kept.names(scratch))
    manifest = Manifest(kept.book.name, owner, now, __version__, head.position, head.hash.hex(), counts, files)
    folder = Path(chosen.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreFailed(t("{path}: {why}", path=str(folder), why=str(error))) from error
    target = _free(folder, archive_name(kept.book.name, owner, now))
    what = t("Packing and encrypting")
    made = pack(scratch, manifest, signer.sign, recipient, target, lambda done: progress(what, done))
    return made, head, counts


def proven(kept: Kept, folder: Path, progress: Progress) -> dict[str, int]:
    """Open the store in a folder as its owner would, verify all of it, and count its rows.

    Raises:
        Tampered: It does not hold.
    """
    store = kept.open(folder)
    try:
        store.journal.verify(lambda done: progress(t("Restoring to scratch and verifying"), done))
        with store.journal.read() as reader:
            return {table.name: reader.count(table.name) for table in kept.book.projections}
    finally:
        store.close()


def _free(folder: Path, name: str) -> Path:
    """Find a name that no archive has; a second one within a second gets a number."""
    number = 1
    while (target := folder / f"{name}{'' if number == 1 else f'-{number}'}{SUFFIX}").exists():
        number += 1
    return target


def _second(archive: Path, place: str, digest: bytes, progress: Progress) -> str:
    """Copy an archive to the second place, and read it back."""
    if not place:
        return ""
    target = Path(place) / archive.name
    partial = target.with_name(f".{target.name}.partial")
    progress(t("Copying to the second place"), 0)
    try:
        shutil.copyfile(archive, partial)
        if digest_of(partial) != digest:
            raise StoreFailed(t("The copy in {path} is not what was written", path=place))
        partial.replace(target)
    except OSError as error:
        raise StoreFailed(
            t("The backup is made, but not its copy in {path}: {why}", path=place, why=str(error)),
            hint=t("Mend the second place, then copy {path} there.", path=str(archive)),
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    progress(t("Copying to the second place"), 1)
    return str(target)


def _rotated(kept: Kept, chosen: Chosen) -> list[str]:
    """Remove the oldest archives of this store beyond those that are kept; what is no archive of it stays."""
    owner, removed = kept.owner_of(kept.folder), []
    for place in filter(None, (chosen.folder, chosen.second)):
        own = sorted(one for one in Path(place).glob(f"*{SUFFIX}") if of_store(one, kept.book.name, owner))
        for path in own[: -chosen.keep]:
            path.unlink(missing_ok=True)
            removed.append(str(path))
    return removed


def _remove_scratch(folder: Path) -> None:
    """Remove what a backup that was cut off left; the lock says that none is running."""
    for left in folder.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
