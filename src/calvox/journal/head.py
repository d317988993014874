"""The head of a journal, kept outside its database.

Whoever can write the database could cut its tail off, or put yesterday's copy back: every batch in it would still verify.
So position and hash of the last entry are also written here after each commit. The file may lag behind (it is not synced
with each commit), but is never ahead of what was committed: a head ahead of its database proves that entries are gone.

Two fixed records are written in turn, so that a torn write costs one of them and never both.
"""

import hashlib
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from calvox.common.errors import Tampered
from calvox.common.files import PLAIN, failed
from calvox.common.i18n import t

MAGIC = b"CVXHEAD1"
RECORD = 64
"""Bytes of a record: magic 8, position 8, hash 32, checksum 16."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends."""

    position: int
    """Sequence of the last entry; 0 for an empty journal."""
    hash: bytes
    """Hash of that entry, 32 bytes."""


class HeadFile:
    """Two records on disk, the later one valid."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._one_at_a_time = threading.Lock()
        flags = os.O_RDWR | PLAIN | (os.O_CREAT | os.O_EXCL if create else 0)
        try:
            self._file = os.open(path, flags, 0o600)
        except FileNotFoundError as error:
            raise Tampered(
                t("The head file {path} is missing", path=str(path)),
                hint=t("Restore it with the database from one backup; without it a cut journal could not be told."),
            ) from error
        except OSError as error:
            raise failed(path, error) from error
        self._turn = 0
        if create:
            self.write(Head(0, bytes(32)))
            self.sync()
        else:
            self._turn = 1 - self._latest()[1]

    def read(self) -> Head:
        """Read the later of the two records.

        Raises:
            Tampered: neither record is whole.
        """
        return self._latest()[0]

    def _latest(self) -> tuple[Head, int]:
        with self._one_at_a_time:
            os.lseek(self._file, 0, os.SEEK_SET)
            data = os.read(self._file, 2 * RECORD)
        found = [(_record(data[at : at + RECORD]), at // RECORD) for at in (0, RECORD)]
        whole = [(head, turn) for head, turn in found if head is not None]
        if not whole:
            raise Tampered(t("The head file {path} is damaged", path=str(self.path)))
        return max(whole, key=lambda pair: pair[0].position)

    def write(self, head: Head) -> None:
        """Overwrite the older record."""
        body = MAGIC + head.position.to_bytes(8, "big") + head.hash
        with self._one_at_a_time:
            os.lseek(self._file, self._turn * RECORD, os.SEEK_SET)
            os.write(self._file, body + _checksum(body))
        self._turn = 1 - self._turn

    def sync(self) -> None:
        """Force it to disk."""
        os.fsync(self._file)

    def close(self) -> None:
        """Force it to disk, if that can be, and let it go: it may lag behind."""
        with suppress(OSError):
            self.sync()
        os.close(self._file)


def _record(data: bytes) -> Head | None:
    body, checksum = data[:48], data[48:]
    if len(data) != RECORD or not body.startswith(MAGIC) or checksum != _checksum(body):
        return None
    return Head(int.from_bytes(body[8:16], "big"), body[16:48])


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:16]
