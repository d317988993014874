"""Make a backup while the store is served, and prove it before it counts.

In order: the journal is copied as it is at one moment; the copy is opened as its owner would open it, every signature of the
activation centre is verified again, the chain is checked from its first entry, folded and compared with the tables; then it
is packed and encrypted to the recovery key, and read back; then its hash is entered, and only then it takes its name.

So a backup is made when it is entered, and not made before. One that was cut off left scratch, or an archive under the name of
one that is being written: the next backup removes the scratch, gives an archive that was entered its name, and removes any other.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from calvox import __version__
from calvox.apps.continuity.cases import Continuity, Nothing, Verified, archive_name, of_store
from calvox.apps.continuity.kept import Kept
from calvox.common.clock import World
from calvox.common.commands import Command
from calvox.common.errors import CalvoxError, NotFound, StoreFailed, Unreachable
from calvox.common.files import PARTIAL, copy_whole, failed, own_file
from calvox.common.i18n import Text, t
from calvox.common.settings import Backup as Chosen
from calvox.journal.archive import SUFFIX, Archived, Manifest, digest_of, listed, pack_beside, take_name
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
        raise NotFound(
            t("There is no recovery key yet"), hint=t("Make and print one: “{key}”.", key=Command("backup key"))
        )
    lock = own_file(kept.folder / LOCK)
    try:
        settle_backups(kept, chosen, stands)
        with _scratch(kept.folder) as scratch:
            made, head, counts = _archived(kept, scratch, chosen, stands.recipient, world, progress)
        _entered(kept, made, Verified(made.sha256, made.size, head.position, head.hash, stands.recipient))
        second = _second(Path(made.path), chosen.second, made.sha256, progress)
        removed = _rotated(kept, chosen)
    finally:
        os.close(lock)
    return Made(made.path, second, made.sha256, made.size, head.position, counts, removed)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Give a folder that is gone afterwards; what the system refuses in it is told with its place."""
    try:
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=folder, ignore_cleanup_errors=True) as scratch:
            yield Path(scratch)
    except OSError as error:
        raise failed(folder, error) from error


def _entered(kept: Kept, made: Archived, verified: Verified) -> None:
    """Enter an archive, and give it its name; one that cannot be entered is not left there.

    Where the answer was lost it may be entered all the same: then it is left to the next backup.
    """
    try:
        kept.owner.call("backup-verified", verified)
    except Unreachable:
        raise
    except CalvoxError:
        Path(made.beside).unlink(missing_ok=True)
        raise
    take_name(Path(made.beside), Path(made.path))


def settle_backups(kept: Kept, chosen: Chosen, stands: Continuity) -> list[str]:
    """End what was cut off, while nobody else makes a backup of this store; list the archives that got their names."""
    for left in kept.folder.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    owner, entered, named = kept.owner_of(kept.folder), {one.archive for one in stands.backups}, list[str]()
    for place in filter(None, (chosen.folder, chosen.second)):
        for left in Path(place).glob(f".*{SUFFIX}{PARTIAL}"):
            target = left.with_name(left.name[1 : -len(PARTIAL)])
            if not of_store(target, kept.book.name, owner):
                continue
            if place == chosen.folder and not target.exists() and digest_of(left) in entered:
                take_name(left, target)
                named.append(str(target))
                continue
            with suppress(OSError):
                left.unlink()
    return named


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
        raise failed(folder, error) from error
    target = _free(folder, archive_name(kept.book.name, owner, now))
    what = t("Packing and encrypting")
    made = pack_beside(scratch, manifest, signer.sign, recipient, target, lambda done: progress(what, done))
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


def _age(archive: Path) -> tuple[str, int]:
    """Tell an archive's place among others by its name: the second in which it was made, then its number in that."""
    second, _, number = archive.name.removesuffix(SUFFIX).partition("Z")
    return second, int(number[1:]) if number[1:].isdecimal() else 1


def _second(archive: Path, place: str, digest: bytes, progress: Progress) -> str:
    """Copy an archive to the second place, and read it back."""
    if not place:
        return ""
    target = Path(place) / archive.name
    progress(t("Copying to the second place"), 0)
    try:
        copy_whole(archive, target)
        if digest_of(target) != digest:
            target.unlink(missing_ok=True)
            raise StoreFailed(t("The copy in {path} is not what was written", path=place))
    except OSError as error:
        raise StoreFailed(
            t("The backup is made, but not its copy in {path}: {why}", path=place, why=str(error)),
            hint=t("Mend the second place, then copy {path} there.", path=str(archive)),
        ) from error
    progress(t("Copying to the second place"), 1)
    return str(target)


def _rotated(kept: Kept, chosen: Chosen) -> list[str]:
    """Remove the oldest archives of this store beyond those that are kept; what is no archive of it stays."""
    owner, removed = kept.owner_of(kept.folder), []
    for place in filter(None, (chosen.folder, chosen.second)):
        own = sorted((one for one in Path(place).glob(f"*{SUFFIX}") if of_store(one, kept.book.name, owner)), key=_age)
        for path in own[: -chosen.keep]:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                why = t("The backup is made, but an older one could not be removed: {why}", why=str(error))
                raise StoreFailed(why, hint=t("Remove {path} yourself.", path=str(path))) from error
            removed.append(str(path))
    return removed
