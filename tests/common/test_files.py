"""Files are whole or absent."""

import errno
import os
import stat
from pathlib import Path

import pytest

from calvox.common.errors import BadInput, Conflict, NotFound, StoreFailed
from calvox.common.files import build_whole, copy_whole, read_whole, sweep_unfinished, write_whole


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """By its user alone, unless another mode is wanted."""
    write_whole(tmp_path / "key", b"secret")
    assert read_whole(tmp_path / "key") == b"secret"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    write_whole(tmp_path / "card", b"x", mode=0o644)
    assert stat.S_IMODE((tmp_path / "card").stat().st_mode) == 0o644 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_file_is_replaced_and_nothing_is_left_beside(tmp_path: Path) -> None:
    """Each writer has a temporary file of its own, and takes it away."""
    for data in (b"one", b"two", b""):
        write_whole(tmp_path / "key", data)
        assert read_whole(tmp_path / "key") == data
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Before the new one is on disk, nothing changes."""
    write_whole(tmp_path / "key", b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, step, fail)
        with pytest.raises(StoreFailed, match="No space left"):
            write_whole(tmp_path / "key", b"new")
    assert read_whole(tmp_path / "key") == b"old"


def test_the_content_is_on_disk_before_the_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, then name, then folder: the order that survives a power cut."""
    steps: list[str] = []
    sync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def replaced(old: Path, new: Path) -> None:
        steps.append("name")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    write_whole(tmp_path / "key", b"x")
    assert steps == ["file", "name", "folder"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(NotFound, match="no-such"):
        read_whole(tmp_path / "no-such")


def test_a_file_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    """A folder in its place, or no folder to be in."""
    with pytest.raises(StoreFailed):
        read_whole(tmp_path)
    with pytest.raises(StoreFailed):
        write_whole(tmp_path / "none" / "key", b"x")


@pytest.mark.parametrize(("size", "fits"), [(10, True), (11, False)])
def test_a_file_is_read_up_to_a_limit(tmp_path: Path, size: int, fits: bool) -> None:
    """A larger one is refused, whole or endless."""
    (tmp_path / "file").write_bytes(b"x" * size)
    if fits:
        assert len(read_whole(tmp_path / "file", limit=10)) == size
        return
    with pytest.raises(StoreFailed, match="larger than 10"):
        read_whole(tmp_path / "file", limit=10)
    with pytest.raises(StoreFailed, match="larger"):
        read_whole(Path("/dev/zero"))


def test_a_folder_is_built_whole(tmp_path: Path) -> None:
    """It appears at the end of the block, with nothing beside."""
    with build_whole(tmp_path / "server") as beside:
        (beside / "a").write_text("x")
        assert not (tmp_path / "server").exists()
    assert [path.name for path in tmp_path.rglob("*")] == ["server", "a"]


def build_and_fail(folder: Path) -> None:
    """Begin to build a folder, and stop half-way."""
    with build_whole(folder) as beside:
        (beside / "a").write_text("x")
        raise ValueError("stop")


def test_a_folder_whose_building_fails_is_not_there(tmp_path: Path) -> None:
    """Nor is anything beside it, and it can be built again."""
    with pytest.raises(ValueError, match="stop"):
        build_and_fail(tmp_path / "server")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_built_once(tmp_path: Path) -> None:
    """One that holds something is left alone; an empty one is taken."""
    (tmp_path / "server").mkdir()
    with build_whole(tmp_path / "server") as beside:
        (beside / "a").write_text("x")
    with pytest.raises(Conflict), build_whole(tmp_path / "server"):
        pass
    assert (tmp_path / "server/a").read_text() == "x"


@pytest.mark.parametrize(("name", "error"), [("x" * 300, StoreFailed), (".", BadInput), ("", BadInput)])
def test_a_folder_that_cannot_be_made_is_refused(
    name: str, error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too long a name, or none: nobody meets a bare error of the system."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error), build_whole(Path(name)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_could_not_be_written_is_not_left_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a full disk the hint says what to do; what was there before is there still."""
    write_whole(tmp_path / "key", b"before")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFailed, match="No space left") as caught:
        write_whole(tmp_path / "key", b"after")
    assert "Make room" in str(caught.value.hint)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


def test_what_a_kill_left_of_a_file_is_swept(tmp_path: Path) -> None:
    """And nothing else, however it is named."""
    others = ("root", ".hidden.new", "a.1.2.new", ".root.1.new", ".root.1.2.old")
    for name in (*others, ".root.12.34.new"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / ".folder.1.2.new").mkdir()
    assert sweep_unfinished(tmp_path) == [".root.12.34.new"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((*others, ".folder.1.2.new"))
    assert sweep_unfinished(tmp_path / "none") == []


def test_the_names_in_a_folder_that_is_built_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those within before it is moved, its own afterwards."""
    steps: list[str] = []
    sync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        steps.append(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        sync(handle)

    def moved(old: Path, new: Path) -> None:
        steps.append("moved")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", moved)
    with build_whole(tmp_path / "server") as beside:
        (beside / "keys").mkdir()
    assert steps == ["keys", ".server.new", "moved", tmp_path.name]


def test_a_copy_is_whole_or_not_there(tmp_path: Path) -> None:
    """With nothing beside it; one that cannot be made leaves none."""
    (tmp_path / "from").write_bytes(b"x" * 100_000)
    copy_whole(tmp_path / "from", tmp_path / "to")
    assert (tmp_path / "to").read_bytes() == b"x" * 100_000
    with pytest.raises(OSError, match="No such file"):
        copy_whole(tmp_path / "none", tmp_path / "other")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["from", "to"]
