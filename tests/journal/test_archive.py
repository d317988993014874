"""Archives: packed and unpacked alike, encrypted to one key, and whatever was changed is found out before it is used."""

import gzip
import io
import tarfile
from pathlib import Path

import msgspec
import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadInput, CalvoxError, Denied, NotFound, StoreFailed, Tampered
from calvox.journal.archive import FORMAT, Listed, Manifest, digest_of, listed, pack, unpack
from calvox.trust.keys import SigningKey
from calvox.trust.recovery import identity_of, recipient_of, recovery_key

NUMBER = recovery_key(b"k" * 27)
RECIPIENT, IDENTITY = recipient_of(NUMBER), identity_of(NUMBER)
OTHER = identity_of(recovery_key(b"o" * 27))
SIGNER = SigningKey(b"s" * 32)
FILES = {"journal.db": b"\x00" * 3_000_000 + b"end", "keys/root": b"r" * 32, "empty": b""}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Give a folder with files."""
    folder = tmp_path / "source"
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def manifest_of(folder: Path) -> Manifest:
    """List them."""
    return Manifest("ledger", "ab", 7, "0.1.0", 3, "cd", {"cal": 2}, listed(folder, list(FILES)))


@pytest.fixture
def archive(source: Path, tmp_path: Path) -> Path:
    """Give an archive of them."""
    target = tmp_path / "night.calvox-backup"
    told: list[float] = []
    made = pack(source, manifest_of(source), SIGNER.sign, RECIPIENT, target, told.append)
    assert made.sha256 == digest_of(target)
    assert made.size == target.stat().st_size < 100_000
    assert told == sorted(told)
    assert told[-1] == 1
    return target


def test_what_was_packed_comes_out_alike(archive: Path, tmp_path: Path) -> None:
    """Each file, readable by its owner alone; and nothing else lies about."""
    seen: list[Manifest] = []
    out = tmp_path / "out"
    told = unpack(archive, IDENTITY, out, lambda manifest, signed, signature: seen.append(manifest))
    assert told == seen[0]
    assert {name: (out / name).read_bytes() for name in FILES} == FILES
    assert all((out / name).stat().st_mode & 0o777 == 0o600 for name in FILES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["night.calvox-backup", "out", "source"]


def test_the_check_comes_before_any_file(archive: Path, tmp_path: Path) -> None:
    """An archive of somebody else's signature writes nothing."""

    def refuse(manifest: Manifest, signed: bytes, signature: bytes) -> None:
        raise Denied(FORMAT)  # type: ignore[arg-type]

    with pytest.raises(Denied):
        unpack(archive, IDENTITY, tmp_path / "out", refuse)
    assert not (tmp_path / "out").exists()


def test_another_paper_does_not_open_it(archive: Path, tmp_path: Path) -> None:
    """And says that it is the paper."""
    with pytest.raises(Denied, match="another recovery key"):
        unpack(archive, OTHER, tmp_path / "out")


@settings(deadline=None, max_examples=40)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_changed_bit_anywhere_is_found_out(
    place: float, bit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """By one kind of error or the other, and never by a foreign one."""
    folder = tmp_path_factory.mktemp("bits")
    (folder / "root").write_bytes(b"r" * 100)
    manifest = Manifest("ledger", "ab", 7, "0.1.0", 3, "cd", {}, listed(folder, ["root"]))
    target = folder / "a.calvox-backup"
    pack(folder, manifest, SIGNER.sign, RECIPIENT, target)
    data = bytearray(target.read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    target.write_bytes(data)
    with pytest.raises((Tampered, Denied)):
        unpack(target, IDENTITY, folder / "out")


@pytest.mark.parametrize("kept", [0, 1, 100, 200, 1000, -1])
def test_an_archive_that_was_cut_off_is_found_out(archive: Path, tmp_path: Path, kept: int) -> None:
    """Wherever it ends."""
    archive.write_bytes(archive.read_bytes()[:kept])
    with pytest.raises(Tampered, match="cannot be read"):
        unpack(archive, IDENTITY, tmp_path / "out")


def crafted(members: list[tuple[str, bytes]], tmp_path: Path) -> Path:
    """Encrypt whatever, as anybody can who knows the public half."""
    plain = io.BytesIO()
    with gzip.open(plain, "wb") as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    path = tmp_path / "crafted"
    path.write_bytes(pyrage.encrypt(plain.getvalue(), [pyrage.x25519.Recipient.from_str(RECIPIENT)]))
    return path


def told(*files: Listed, written: str = FORMAT) -> bytes:
    """Write a manifest."""
    return msgspec.json.encode(Manifest("ledger", "ab", 7, "0.1.0", 3, "cd", {}, files, written))


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a/../../b", "..", "a//b", "", "a\x00b", "é"])
def test_no_file_leaves_its_folder(tmp_path: Path, name: str) -> None:
    """Whatever it is called."""
    path = crafted([("manifest.json", told(Listed(name, 0, EMPTY))), ("manifest.sig", b"")], tmp_path)
    with pytest.raises(Tampered, match="no backup holds"):
        unpack(path, IDENTITY, tmp_path / "deep" / "out")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["crafted"]


def test_what_does_not_fit_its_manifest_is_refused(tmp_path: Path) -> None:
    """A file too many, another size, another content, another order, a manifest too long or of a later format."""
    head = ("manifest.sig", b"")
    cases: list[tuple[list[tuple[str, bytes]], type[CalvoxError], str]] = [
        ([("manifest.json", told()), head, ("more", b"")], Tampered, "does not list"),
        ([("manifest.json", told(Listed("a", 1, EMPTY))), head, ("a", b"xx")], Tampered, "another size"),
        ([("manifest.json", told(Listed("a", 1, EMPTY))), head, ("a", b"x")], Tampered, "not what was backed up"),
        ([("manifest.json", told(Listed("a", 0, EMPTY))), head], Tampered, "not where it belongs"),
        ([head, ("manifest.json", told())], Tampered, "not where it belongs"),
        ([("manifest.json", b" " * 70_000), head], Tampered, "another size"),
        ([("manifest.json", b"{"), head], Tampered, "not well formed"),
        ([("manifest.json", told(written="calvox-backup-9")), head], BadInput, "calvox-backup-9"),
    ]
    for number, (members, kind, match) in enumerate(cases):
        with pytest.raises(kind, match=match):
            unpack(crafted(members, tmp_path), IDENTITY, tmp_path / f"out-{number}")


def test_errors_of_places(source: Path, archive: Path, tmp_path: Path) -> None:
    """No archive, no folder to write to, no such key."""
    with pytest.raises(NotFound, match="nowhere"):
        unpack(tmp_path / "nowhere", IDENTITY, tmp_path / "out")
    with pytest.raises(NotFound, match="nowhere"):
        digest_of(tmp_path / "nowhere")
    with pytest.raises(StoreFailed, match="nowhere"):
        pack(source, manifest_of(source), SIGNER.sign, RECIPIENT, tmp_path / "nowhere" / "x")
    with pytest.raises(BadInput, match="age1x"):
        pack(source, manifest_of(source), SIGNER.sign, "age1x", tmp_path / "x")
    assert not (tmp_path / "x").exists()
