"""Files that must be whole or absent: keys, cards, settings."""

import errno
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from calvox.common.errors import BadInput, Busy, Conflict, NotFound, StoreFailed
from calvox.common.i18n import t

PLAIN = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Flags with which files are opened: not inherited, and on Windows without a change of line ends."""
UNFINISHED, PARTIAL = ".new", ".partial"
"""Endings of what is being written, and of a large file that is."""
NO_ROOM = ("ENOSPC", "EDQUOT", "EFBIG")
"""The system's names for a disk, a quota or a limit that is used up."""
_LEFT = re.compile(r"\.\d+\.\d+\.new$")


def own_file(path: Path) -> int:
    """Take a lock on a file for this process, until the handle that is given is closed.

    Raises:
        Busy: another process has it.
        StoreFailed: the disk cannot be written.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | PLAIN, 0o600)
    except OSError as error:
        raise failed(path, error) from error
    try:
        _lock(handle)
    except OSError as error:
        os.close(handle)
        raise Busy(t("Another process holds {path}", path=str(path.parent))) from error
    return handle


def _lock(handle: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def user_name(uid: int | None = None) -> str:
    """Name a user of this machine, by number if it has no name; this process's own user if none is given."""
    try:
        import pwd
    except ImportError:
        import getpass

        return getpass.getuser()
    number = os.getuid() if uid is None else uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"


def sync_folder(folder: Path) -> None:
    """Make a name in a folder durable, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_whole(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write a file so that a crash leaves the old content or the new, and never half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}{UNFINISHED}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | PLAIN, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise failed(path, error) from error


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file of any size, so that it is there whole, or not at all.

    Raises:
        OSError: It cannot be read or written.
    """
    beside = target.with_name(f".{target.name}{PARTIAL}")
    try:
        shutil.copyfile(source, beside)
        with beside.open("r+b") as file:
            os.fsync(file.fileno())
        os.replace(beside, target)
        sync_folder(target.parent)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def sweep_unfinished(folder: Path) -> list[str]:
    """Remove what `write_whole` left in a folder when it was cut off; nobody else may be writing there.

    Such a file may hold a secret, and nothing reads it any more.
    """
    left = [path for path in folder.glob(f".*{UNFINISHED}") if _LEFT.search(path.name) and path.is_file()]
    for path in left:
        with suppress(OSError):
            path.unlink()
    return sorted(path.name for path in left)


@contextmanager
def build_whole(folder: Path) -> Iterator[Path]:
    """Build a folder beside its place and move it there when the block ends well: it is there whole, or not at all.

    Whoever writes a file into it syncs the file; the names of all of them are synced here.

    Raises:
        BadInput: it has no name, as “.” has none.
        Conflict: the folder exists and is not empty.
        StoreFailed: its place cannot be read or written.
    """
    if not folder.name:
        raise BadInput(t("“{path}” is no name of a new folder", path=str(folder)))
    beside = built_beside(folder)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise Conflict(t("{path} exists already and is not empty", path=str(folder)))
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise failed(folder, error) from error
    try:
        yield beside
        _moved(beside, folder)
    except BaseException as error:
        shutil.rmtree(beside, ignore_errors=True)
        if isinstance(error, OSError):
            raise failed(folder, error) from error
        raise


def built_beside(folder: Path) -> Path:
    """Name the folder in which `build_whole` builds; after a crash it may still be there."""
    return folder.with_name(f".{folder.name}{UNFINISHED}")


def _moved(beside: Path, folder: Path) -> None:
    for place, _, _ in os.walk(beside, topdown=False):
        sync_folder(Path(place))
    os.replace(beside, folder)
    try:
        sync_folder(folder.parent)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def failed(path: Path, error: OSError) -> StoreFailed:
    """Make the error for a file that could not be read or written, with what to do next."""
    room = errno.errorcode.get(error.errno or 0) in NO_ROOM
    hint = t("Make room on that disk, then try again; what was there before is there still.") if room else None
    return StoreFailed(t("{path}: {why}", path=str(path), why=str(error)), hint=hint)


def read_whole(path: Path, *, limit: int = 1 << 20) -> bytes:
    """Read a file of at most that many bytes.

    Raises:
        NotFound: it does not exist.
        StoreFailed: it cannot be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError as error:
        raise NotFound(t("There is no file {path}", path=str(path))) from error
    except OSError as error:
        raise StoreFailed(t("{path}: {why}", path=str(path), why=str(error))) from error
    if len(data) > limit:
        raise StoreFailed(t("{path} is larger than {limit} bytes", path=str(path), limit=limit))
    return data
