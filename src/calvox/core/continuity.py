"""Backups in a ledger or a register: the recovery key's public half, what was backed up and verified, drills, restores.

An archive counts as verified because its hash is an entry, and an entry is made only after it was restored to scratch, folded,
and every signature in it checked again. A restore begins a new generation: what was issued after the backup and before the
restore is known to the session hosts alone, which bring it back for a while.
"""

from collections.abc import Iterable

from calvox.core.book import Change, Fact, Placed, Put, Set, Table

REENTRY_SECONDS = 30 * 86_400
"""How long after a restore what only session hosts know is entered again (specification of the phone codes, last section)."""


class RecoveryKeyMade(Fact, frozen=True):
    """A recovery key was printed; backups are encrypted to it from now on."""

    recipient: str
    """Its public half, as age writes it."""
    by: str


class BackupMade(Fact, frozen=True):
    """An archive was made, and verified by restoring it."""

    archive: bytes
    """SHA-256 of the encrypted file, 32 bytes."""
    size: int
    """Bytes."""
    position: int
    """The last entry in it."""
    head: bytes
    """Its hash, 32 bytes."""
    recipient: str
    """To which recovery key it is encrypted."""
    by: str


class BackupDrilled(Fact, frozen=True):
    """Somebody typed the recovery key from its paper, and an archive was restored to scratch with it."""

    archive: bytes
    by: str


class Restored(Fact, frozen=True):
    """This journal was taken back from a backup."""

    archive: bytes
    """SHA-256 of the archive, 32 bytes."""
    position: int
    """The last entry that was in it."""
    generation: int
    """That of everything from here on; a register has 1 more with each restore, too."""
    by: str


CONTINUITY_FACTS: tuple[type[Fact], ...] = (RecoveryKeyMade, BackupMade, BackupDrilled, Restored)
RECOVERY_TABLE = Table(
    "recovery",
    ("slot",),
    {"slot": int, "recipient": str, "made": int, "drilled": int},
    small=True,
)
"""One row: the recovery key, when it was made and last typed in a drill; 0: never."""
RESTORE_TABLE = Table(
    "restore", ("generation",), {"generation": int, "position": int, "time": int, "archive": bytes}, small=True
)
"""The restores: the generation that each began, the last entry that was in its backup, and when it was."""
BACKUP_TABLE = Table(
    "backup",
    ("archive",),
    {"archive": bytes, "time": int, "size": int, "position": int, "recipient": str, "drilled": int},
    index=(("time",),),
)
"""The verified archives; `drilled` is when one was last restored in a drill, 0: never."""
CONTINUITY_TABLES = (RECOVERY_TABLE, BACKUP_TABLE, RESTORE_TABLE)
SLOT = (0,)
"""Key of the one row of table `recovery`."""


def continuity_changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what an entry about backups changes."""
    match fact:
        case RecoveryKeyMade():
            yield Put("recovery", {"slot": 0, "recipient": fact.recipient, "made": placed.time, "drilled": 0})
        case BackupMade():
            row = {"archive": fact.archive, "size": fact.size, "position": fact.position, "recipient": fact.recipient}
            yield Put("backup", {**row, "time": placed.time, "drilled": 0})
        case BackupDrilled():
            yield Set("recovery", SLOT, {"drilled": placed.time})
            yield Set("backup", (fact.archive,), {"drilled": placed.time})
        case Restored():
            row = {"generation": fact.generation, "position": fact.position, "archive": fact.archive}
            yield Put("restore", {**row, "time": placed.time})
        case _:
            raise AssertionError(fact)
