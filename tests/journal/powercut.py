"""A disk that forgets what was not synced, for SQLite.

Writes go to the file at once, so that reads see them, and are remembered with what stood there before. A sync forgets
them; a power cut undoes, newest first, every write that no sync followed. That is the worst that a disk may honestly do.
"""

import apsw


class PowerCutDisk(apsw.VFS):
    """The default file system, until the power is cut."""

    def __init__(self, name: str) -> None:
        self.unsynced: list[tuple[str, int, bytes]] = []
        self.sizes: dict[str, int] = {}
        self.off = False
        super().__init__(name, "")

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> "PowerCutFile":  # noqa: N802
        """Open a file whose writes are watched."""
        return PowerCutFile(self, name, flags)

    def cut(self) -> None:
        """Lose the power: undo what was not synced. Nothing is written from here on."""
        self.off = True
        for path, offset, before in reversed(self.unsynced):
            with open(path, "r+b") as file:
                file.seek(offset)
                file.write(before)
        for path, size in self.sizes.items():
            with open(path, "r+b") as file:
                file.truncate(size)


class PowerCutFile(apsw.VFSFile):
    """A file whose unsynced writes can be undone."""

    def __init__(self, disk: PowerCutDisk, name: apsw.URIFilename | str | None, flags: list[int]) -> None:
        self._disk = disk
        self._path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        """Write, remembering what stood there."""
        if self._disk.off:
            raise apsw.IOError("the power is off")
        size = self.xFileSize()
        self._disk.sizes.setdefault(self._path, size)
        overlap = max(0, min(len(data), size - offset))
        self._disk.unsynced.append((self._path, offset, self.xRead(overlap, offset) if overlap else b""))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        """Cut the file; treated as synced, which it is in write-ahead mode."""
        if self._disk.off:
            raise apsw.IOError("the power is off")
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Make the writes of this file durable."""
        if self._disk.off:
            raise apsw.IOError("the power is off")
        super().xSync(flags)
        self._disk.unsynced = [write for write in self._disk.unsynced if write[0] != self._path]
        self._disk.sizes.pop(self._path, None)
