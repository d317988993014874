"""What a store's owner keeps of its backups: the recovery key's public half, the verified archives, the drills."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec

from calvox.apps.owner import UseCase
from calvox.common.clock import World
from calvox.common.commands import Command
from calvox.common.errors import Conflict, NotFound
from calvox.common.i18n import t
from calvox.core.continuity import SLOT, BackupDrilled, BackupMade, RecoveryKeyMade
from calvox.journal.interface import Journal, Reader


class Store(Protocol):
    """A store that can be backed up."""

    @property
    def journal(self) -> Journal:
        """Its journal."""

    @property
    def world(self) -> World:
        """Its clock."""


class Nothing(msgspec.Struct, frozen=True):
    """A request without fields."""


class NewKey(msgspec.Struct, frozen=True):
    """A recovery key that was made."""

    recipient: str
    replace: bool = False
    """Whether it takes the place of an older one, whose paper opens older archives still."""


class Verified(msgspec.Struct, frozen=True):
    """An archive that was made, and restored to scratch."""

    archive: bytes
    size: int
    position: int
    head: bytes
    recipient: str


class Drilled(msgspec.Struct, frozen=True):
    """An archive that was opened with the words from the paper."""

    archive: bytes


class Backup(msgspec.Struct, frozen=True):
    """A verified archive."""

    archive: bytes
    """SHA-256, 32 bytes."""
    time: int
    """Seconds UTC, as are all times here."""
    size: int
    """Bytes."""
    position: int
    """The last entry in it."""
    recipient: str
    drilled: int
    """When it was last restored in a drill; 0: never."""


class Continuity(msgspec.Struct, frozen=True):
    """How a store stands for the day on which it is lost."""

    recipient: str
    """The recovery key's public half; empty: none was made."""
    key_made: int
    drilled: int
    """When its words were last typed; 0: never."""
    restored: int
    """When the store was last restored; 0: never."""
    now: int
    backups: list[Backup]
    """Verified ones, the newest first."""


def continuity(reader: Reader, now: int) -> Continuity:
    """Tell how a store stands."""
    row = reader.get("recovery", SLOT) or {"recipient": "", "made": 0, "drilled": 0}
    restored = max((one["time"] for one in reader.select("restore")), default=0)
    backups = sorted((Backup(**one) for one in reader.select("backup")), key=lambda one: -one.time)
    return Continuity(row["recipient"], row["made"], row["drilled"], restored, now, backups)


def _continuity(store: Store, asked: Nothing, by: str) -> Continuity:
    with store.journal.read() as reader:
        return continuity(reader, store.world.now())


def _new_key(store: Store, asked: NewKey, by: str) -> None:
    def work(tx: Any) -> None:
        if tx.get("recovery", SLOT) is not None and not asked.replace:
            raise Conflict(
                t("There is a recovery key already"),
                hint=t("If its paper is lost, make another one: “{key}”.", key=Command("backup key", "--replace")),
            )
        tx.append(RecoveryKeyMade(recipient=asked.recipient, by=by))

    store.journal.run(work)


def _verified(store: Store, asked: Verified, by: str) -> None:
    fields = {name: getattr(asked, name) for name in asked.__struct_fields__}
    store.journal.run(lambda tx: tx.append(BackupMade(**fields, by=by)))


def _drilled(store: Store, asked: Drilled, by: str) -> None:
    def work(tx: Any) -> None:
        if tx.get("backup", (asked.archive,)) is None:
            raise NotFound(
                t("This archive is not among the verified ones"),
                hint=t("“{list}” shows them.", list=Command("backup list")),
            )
        tx.append(BackupDrilled(archive=asked.archive, by=by))

    store.journal.run(work)


BACKUP_CASES: dict[str, UseCase[Any]] = {"backups": UseCase(Nothing, Continuity, _continuity, reads=True)}
"""What people may ask, too."""
OWN_BACKUP_CASES: dict[str, UseCase[Any]] = {
    "backup-key": UseCase(NewKey, None, _new_key),
    "backup-verified": UseCase(Verified, None, _verified),
    "backup-drilled": UseCase(Drilled, None, _drilled),
}
"""What only the machine's owner may enter: an archive is verified because a program on that machine did so."""


def archive_name(book: str, owner: str, now: int) -> str:
    """Name an archive's file.

    Args:
        book: ledger or register.
        owner: Hexadecimal; its first eight signs are taken.
        now: Seconds UTC.
    """
    return f"{book}-{owner[:8]}-{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}"


def of_store(path: Path, book: str, owner: str) -> bool:
    """Tell whether a file is named as an archive of that store."""
    return path.name.startswith(f"{book}-{owner[:8]}-")
