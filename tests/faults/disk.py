"""A disk that can be looked at as a kill or a power cut would leave it, after each step of a work; and one that gets full.

Below a root every change of a name, every sync and every sync of SQLite is a *step*. Before each of them three states are kept:

- *killed*: what is there now; the kernel has it, whatever was synced.
- *forgotten*: the worst that an honest disk may do: of each file what was last synced, in each folder the names that it had when
  that folder was last synced.
- *names only*: the names of now over the contents that were synced: a rename that came to the disk before its file.

Equal states are kept once. What is between two steps is within one file that no step has made count, or is SQLite's, which has a
test of its own.
"""

import builtins
import errno
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

import apsw
import pytest

Known = tuple[int, int]
"""An inode: device and number."""
Tree = dict[str, bytes | None]
"""Content by path below the root; None: a folder."""
CHANGES = ("replace", "rename", "unlink", "remove", "rmdir", "mkdir")
UNSEEN = ("-shm",)
"""Endings of files that no start relies on."""


@dataclass(frozen=True)
class State:
    """What a start would find."""

    kind: str
    """killed, forgotten or names only."""
    steps: tuple[str, ...]
    """Before which steps; several, where nothing changed between them."""
    tree: Tree = field(repr=False)

    def lay_out(self, folder: Path) -> Path:
        """Write it into a folder."""
        folder.mkdir()
        for name, content in sorted(self.tree.items()):
            path = folder / name
            if content is None:
                path.mkdir(mode=0o700)
            else:
                path.write_bytes(content)
                path.chmod(0o600)
        return folder


class Disk:
    """What is below a root, and what of it would outlast a power cut."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._held: dict[Known, int] = {}
        self._content: dict[Known, bytes] = {}
        self._names: dict[Known, dict[str, Known]] = {}
        self._told: set[Known] = set()
        self._kept: dict[bytes, bytes] = {}
        self._states: dict[tuple[str, bytes], tuple[list[str], Tree]] = {}
        self._door = RLock()
        self.steps: list[str] = []
        for place, _, files in os.walk(root):
            self.sync_folder(Path(place))
            for name in files:
                self.sync_file(Path(place) / name)

    def covers(self, path: Path) -> bool:
        """Tell whether a path is below the root."""
        return path == self.root or self.root in path.parents

    def sync_file(self, path: Path) -> None:
        """Take a file's content for durable."""
        if path.is_file() and not path.name.endswith(UNSEEN):
            self._content[self._hold(path)] = self._one(path.read_bytes())

    def sync_folder(self, path: Path) -> None:
        """Take a folder's names for durable."""
        self._names[self._hold(path)] = {one.name: self._hold(one) for one in path.iterdir() if _counts(one)}

    def sync_new(self, path: Path) -> None:
        """Take the names beside SQLite's log for durable, as SQLite does with the first sync of a log that it made."""
        known = self._hold(path)
        if known not in self._told:
            self._told.add(known)
            self.sync_folder(path.parent)

    def step(self, what: str) -> None:
        """Keep the states before a step."""
        with self._door:
            self.steps.append(what)
            for kind, tree in (
                ("killed", self._now(lambda path: self._one(path.read_bytes()))),
                ("names only", self._now(lambda path: self._content.get(_known(path), b""))),
                ("forgotten", dict(self._durable(_known(self.root), ""))),
            ):
                digest = hashlib.sha256(
                    repr(sorted((n, c and hashlib.sha256(c).digest()) for n, c in tree.items())).encode()
                )
                self._states.setdefault((kind, digest.digest()), ([], tree))[0].append(f"{len(self.steps)} {what}")

    def states(self) -> list[State]:
        """Give every state that differs from the others of its kind, in the order of the steps."""
        return [State(kind, tuple(steps), tree) for (kind, _), (steps, tree) in self._states.items()]

    def close(self) -> None:
        """Let the inodes go."""
        for handle in self._held.values():
            os.close(handle)

    def _now(self, content: Callable[[Path], bytes]) -> Tree:
        tree: Tree = {}
        for path in sorted(self.root.rglob("*")):
            if _counts(path):
                tree[str(path.relative_to(self.root))] = content(path) if path.is_file() else None
        return tree

    def _durable(self, folder: Known, below: str) -> Iterator[tuple[str, bytes | None]]:
        for name, known in self._names.get(folder, {}).items():
            if known in self._names or (known not in self._content and self._is_folder(known)):
                yield f"{below}{name}", None
                yield from self._durable(known, f"{below}{name}/")
            else:
                yield f"{below}{name}", self._content.get(known, b"")

    def _is_folder(self, known: Known) -> bool:
        return os.path.isdir(f"/proc/self/fd/{self._held[known]}")

    def _hold(self, path: Path) -> Known:
        """Keep an inode open, so that its number is no other's afterwards."""
        known = _known(path)
        if known not in self._held:
            self._held[known] = os.open(path, os.O_PATH)
        return known

    def _one(self, content: bytes) -> bytes:
        return self._kept.setdefault(hashlib.sha256(content).digest(), content)


def _known(path: Path) -> Known:
    told = path.lstat()
    return told.st_dev, told.st_ino


def _counts(path: Path) -> bool:
    return (path.is_file() or path.is_dir()) and not path.name.endswith(UNSEEN)


@contextmanager
def watched(root: Path) -> Iterator[Disk]:
    """Watch what a block of code does below a root; every connection to SQLite must be opened and closed in it."""
    disk = Disk(root)
    with pytest.MonkeyPatch.context() as patch, _sqlite(_Watching(disk)):
        for name in CHANGES:
            patch.setattr(os, name, _stepping(disk, name, getattr(os, name)))
        patch.setattr(os, "fsync", _syncing(disk, os.fsync))
        try:
            yield disk
        finally:
            disk.step("the end")
    disk.close()


def _stepping(disk: Disk, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    def run(path: Any, *given: Any, **named: Any) -> Any:
        place = Path(os.path.abspath(path)) if named.get("dir_fd") is None else _place(named["dir_fd"]) / path
        if disk.covers(place):
            disk.step(f"{name} {place.relative_to(disk.root)}")
        return work(path, *given, **named)

    return run


def _syncing(disk: Disk, work: Callable[[int], None]) -> Callable[[int], None]:
    def run(handle: int) -> None:
        place = _place(handle)
        if disk.covers(place):
            disk.step(f"fsync {place.relative_to(disk.root)}")
        work(handle)
        if disk.covers(place):
            disk.sync_folder(place) if place.is_dir() else disk.sync_file(place)

    return run


def _place(handle: int) -> Path:
    return Path(os.readlink(f"/proc/self/fd/{handle}"))


class _Watching(apsw.VFS):
    """SQLite's way to the disk, watched."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__(f"watched-{id(disk)}", "unix", True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open a file whose syncs are watched."""
        return _WatchedFile(self._disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        """Remove a file of SQLite's own."""
        place = Path(filename)
        if self._disk.covers(place):
            self._disk.step(f"delete {place.relative_to(self._disk.root)}")
        super().xDelete(filename, syncdir)
        if syncdir and self._disk.covers(place):
            self._disk.sync_folder(place.parent)


class _WatchedFile(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self._disk, self._path = disk, _path_of(name)
        super().__init__("unix", name, flags)

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Make the writes of this file durable."""
        inside = self._path is not None and self._disk.covers(self._path)
        if inside:
            self._disk.step(f"sync {self._path.relative_to(self._disk.root)}")  # type: ignore[union-attr]
        super().xSync(flags)
        if inside:
            assert self._path is not None
            self._disk.sync_file(self._path)
            if not self._path.name.endswith(".db"):
                self._disk.sync_new(self._path)


def _path_of(name: Any) -> Path | None:
    text = name.filename() if isinstance(name, apsw.URIFilename) else name
    return Path(text) if text else None


@contextmanager
def _sqlite(vfs: apsw.VFS) -> Iterator[None]:
    try:
        yield
    finally:
        vfs.unregister()


# A disk that gets full


class Room:
    """How often something may still be written below a root before the disk is full."""

    def __init__(self, root: Path, left: int) -> None:
        self.root, self.left, self.refused = root, left, 0

    def take(self, path: Path) -> bool:
        """Take some room, and tell whether there was any."""
        if path != self.root and self.root not in path.parents:
            return True
        self.left -= 1
        self.refused += self.left < 0
        return self.left >= 0


@contextmanager
def filling(root: Path, left: int) -> Iterator[Room]:
    """Let a disk get full below a root after so many writes: new files and folders, syncs, and what SQLite writes."""
    room = Room(root, left)
    with pytest.MonkeyPatch.context() as patch, _sqlite(_Filling(room)):
        for name in ("mkdir", "open"):
            patch.setattr(os, name, _making(room, name, getattr(os, name)))
        patch.setattr(os, "fsync", _writing(room, os.fsync))
        opening = _opening(room, io.open)
        patch.setattr(io, "open", opening)
        patch.setattr(builtins, "open", opening)
        yield room


def _no_room(path: object) -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def _making(room: Room, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    def run(path: Any, *given: Any, **named: Any) -> Any:
        makes = name == "mkdir" or bool(given and given[0] & os.O_CREAT)
        if makes and not room.take(Path(os.path.abspath(path))):
            raise _no_room(path)
        return work(path, *given, **named)

    return run


def _writing(room: Room, work: Callable[[int], None]) -> Callable[[int], None]:
    def run(handle: int) -> None:
        if not room.take(_place(handle)):
            raise _no_room(_place(handle))
        work(handle)

    return run


def _opening(room: Room, work: Callable[..., Any]) -> Callable[..., Any]:
    def run(file: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
        if not isinstance(file, int) and set(mode) & set("wax+") and not room.take(Path(os.path.abspath(file))):
            raise _no_room(file)
        return work(file, mode, *given, **named)

    return run


class _Filling(apsw.VFS):
    def __init__(self, room: Room) -> None:
        self._room = room
        super().__init__(f"filling-{id(room)}", "unix", True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open a file on the disk that gets full."""
        return _FillingFile(self._room, name, flags)


class _FillingFile(apsw.VFSFile):
    def __init__(self, room: Room, name: Any, flags: list[int]) -> None:
        self._room, self._path = room, _path_of(name)
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        """Write, if there is room."""
        if self._path is not None and not self._room.take(self._path):
            raise apsw.FullError("database or disk is full")
        super().xWrite(data, offset)
