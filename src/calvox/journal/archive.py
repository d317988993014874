"""A backup's archive: a manifest, the files that it lists, packed and encrypted to the site's recovery key.

Layout: age (X25519) around gzip around tar. The first member is `manifest.json`, the second `manifest.sig`, then each file
of the manifest in its order. Rules:

- The manifest holds each file's size and SHA-256, and is signed by the key of whoever made the backup; a file that it does
  not list, or that is longer than it says, is refused before it is written.
- Nothing of an archive stands unencrypted beside it. It is written under another name and takes its own when it is whole and
  synced, so an archive that was cut off by a power cut is not there. When that is, is left to whoever makes a backup.
- The archive's own SHA-256, over the encrypted bytes, names it.

Which files, and whose signature, is left to whoever makes a backup.
"""

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec

from calvox.common.errors import BadInput, NotFound
from calvox.common.files import PARTIAL, PLAIN, failed, sync_folder
from calvox.common.i18n import t
from calvox.journal.encrypting import broken, decrypt, encrypt

FORMAT = "calvox-backup-1"
SUFFIX = ".calvox-backup"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
LABEL = b"CALVOX-BACKUP-1"
"""What a manifest's signature is over, before the manifest itself."""
LARGEST_MANIFEST = 64 << 10
MOST_FILES = 64
CHUNK = 1 << 20


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a backup."""

    name: str
    """Its path within the data folder, with slashes."""
    size: int
    """Bytes."""
    sha256: str
    """Hexadecimal."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds."""

    journal: str
    """The book's name: ledger or register."""
    owner: str
    """Whose it is: a server ID or a centre's key, hexadecimal."""
    made: int
    """When, in seconds UTC."""
    version: str
    """Of the Calvox that made it."""
    position: int
    """The last entry."""
    head: str
    """Its hash, hexadecimal."""
    counts: dict[str, int]
    """Rows of each projection."""
    files: tuple[Listed, ...]
    format: str = FORMAT


class Archived(msgspec.Struct, frozen=True):
    """An archive that was written."""

    path: str
    """Its own name."""
    sha256: bytes
    """Over the encrypted bytes, 32 bytes."""
    size: int
    """Bytes."""
    beside: str = ""
    """The name that it has until it takes its own."""


def listed(folder: Path, names: list[str]) -> tuple[Listed, ...]:
    """List files of a folder with sizes and hashes."""
    return tuple(Listed(name, (folder / name).stat().st_size, _digest(folder / name).hexdigest()) for name in names)


def pack(
    folder: Path,
    manifest: Manifest,
    sign: Callable[[bytes], bytes],
    recipient: str,
    target: Path,
    progress: Callable[[float], None] = lambda _: None,
) -> Archived:
    """Write an archive of a folder's files, under its own name.

    Raises:
        StoreFailed: The disk is full or cannot be written.
    """
    made = pack_beside(folder, manifest, sign, recipient, target, progress)
    take_name(Path(made.beside), target)
    return made


def pack_beside(
    folder: Path,
    manifest: Manifest,
    sign: Callable[[bytes], bytes],
    recipient: str,
    target: Path,
    progress: Callable[[float], None] = lambda _: None,
) -> Archived:
    """Write an archive of a folder's files beside its name, and sync it.

    Args:
        folder: Where the manifest's files lie.
        manifest: What goes in.
        sign: Signs bytes with the maker's key.
        recipient: The recovery key's public half, “age1…”.
        target: The archive's path, once it takes its name.
        progress: Told how much is done, 0 to 1.

    Raises:
        StoreFailed: The disk is full or cannot be written.
    """
    partial = target.with_name(f".{target.name}{PARTIAL}")
    try:
        with _created(partial) as out:
            encrypt(lambda sink: _pack_into(sink, folder, manifest, sign, progress), recipient, out)
            out.flush()
            os.fsync(out.fileno())
        sync_folder(target.parent)
        digest, size = _digest(partial), partial.stat().st_size
    except BaseException as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise failed(target, error) from error
        raise
    return Archived(str(target), digest.digest(), size, str(partial))


def take_name(beside: Path, target: Path) -> None:
    """Give an archive that is whole its name.

    Raises:
        StoreFailed: It cannot be renamed.
    """
    try:
        os.replace(beside, target)
        sync_folder(target.parent)
    except OSError as error:
        raise failed(target, error) from error


def digest_of(archive: Path) -> bytes:
    """Give the hash that names an archive.

    Raises:
        NotFound: There is no such file.
    """
    try:
        return _digest(archive).digest()
    except OSError as error:
        raise NotFound(t("{path}: {why}", path=str(archive), why=str(error))) from error


def unpack(
    archive: Path,
    identity: str,
    folder: Path,
    check: Callable[[Manifest, bytes, bytes], None] = lambda manifest, signed, signature: None,
    progress: Callable[[float], None] = lambda _: None,
) -> Manifest:
    """Decrypt an archive into an empty folder.

    Args:
        archive: Its path.
        identity: The recovery key's private half, “AGE-SECRET-KEY-1…”.
        folder: Where its files go.
        check: Given the manifest, the bytes that were signed and the signature, before any file is written.
        progress: Told how much is done, 0 to 1.

    Raises:
        NotFound: There is no such file.
        Denied: It is encrypted to another recovery key.
        Tampered: It is no archive, was cut off or changed.
        StoreFailed: The disk is full or cannot be written.
    """
    with _opened(archive) as source:
        return decrypt(source, identity, lambda plain: _unpack_from(plain, folder, check, progress))


def _pack_into(
    sink: IO[bytes], folder: Path, manifest: Manifest, sign: Callable[[bytes], bytes], progress: Callable[[float], None]
) -> None:
    told = msgspec.json.encode(manifest)
    whole, done = max(1, sum(one.size for one in manifest.files)), 0
    with (
        gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=1, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.USTAR_FORMAT, bufsize=CHUNK) as tar,
    ):
        for name, data in ((MANIFEST, told), (SIGNATURE, sign(LABEL + told))):
            tar.addfile(_member(name, len(data)), io.BytesIO(data))
        for one in manifest.files:
            with (folder / one.name).open("rb") as file:
                tar.addfile(_member(one.name, one.size), _Counted(file, done, whole, progress))  # type: ignore[arg-type]
            done += one.size


class _Counted:
    """A file that tells how far it was read."""

    def __init__(self, file: IO[bytes], before: int, whole: int, progress: Callable[[float], None]) -> None:
        self._file, self._done, self._whole, self._progress = file, before, whole, progress

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._done += len(data)
        self._progress(self._done / self._whole)
        return data


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _unpack_from(
    plain: IO[bytes],
    folder: Path,
    check: Callable[[Manifest, bytes, bytes], None],
    progress: Callable[[float], None],
) -> Manifest:
    with gzip.GzipFile(fileobj=plain) as packed, tarfile.open(fileobj=packed, mode="r|", bufsize=CHUNK) as tar:
        told, signature = _small(tar, MANIFEST), _small(tar, SIGNATURE)
        manifest = _manifest(told)
        check(manifest, LABEL + told, signature)
        whole, done = max(1, sum(one.size for one in manifest.files)), 0
        for one in manifest.files:
            source = _next(tar, one.name, one.size)
            _write_out(source, folder / one.name, one, lambda more, done=done: progress((done + more) / whole))  # type: ignore[misc]
            done += one.size
        if tar.next() is not None:
            raise broken(t("it holds a file that its manifest does not list"))
        while packed.read(CHUNK):
            pass
    return manifest


def _small(tar: tarfile.TarFile, name: str) -> bytes:
    return _next(tar, name, None).read()


def _next(tar: tarfile.TarFile, name: str, size: int | None) -> IO[bytes]:
    member = tar.next()
    if member is None or member.name != name or not member.isreg():
        raise broken(t("{name} is not where it belongs", name=name))
    if member.size != size if size is not None else member.size > LARGEST_MANIFEST:
        raise broken(t("{name} has another size", name=name))
    source = tar.extractfile(member)
    assert source is not None
    return source


def _manifest(told: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(told, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise broken(t("its manifest is not well formed: {why}", why=str(error))) from error
    if manifest.format != FORMAT:
        raise BadInput(
            t("This backup is of the format {format}", format=manifest.format),
            hint=t("Use the version of Calvox that made it."),
        )
    if len(manifest.files) > MOST_FILES or not all(_plain(one) for one in manifest.files):
        raise broken(t("its manifest lists what no backup holds"))
    return manifest


def _plain(one: Listed) -> bool:
    """Tell whether a name stays within the folder."""
    parts = one.name.split("/")
    signs = one.name.replace("/", "").replace(".", "").replace("-", "").replace("_", "")
    return one.size >= 0 and signs.isascii() and signs.isalnum() and not any(part.strip(".") == "" for part in parts)


def _write_out(source: IO[bytes], path: Path, one: Listed, progress: Callable[[int], None]) -> None:
    digest, done = hashlib.sha256(), 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _created(path) as out:
            while data := source.read(CHUNK):
                out.write(data)
                digest.update(data)
                done += len(data)
                progress(done)
            out.flush()
            os.fsync(out.fileno())
    except gzip.BadGzipFile:  # It is about what is read, not about this disk.
        raise
    except OSError as error:
        raise failed(path, error) from error
    if done != one.size or digest.hexdigest() != one.sha256:
        raise broken(t("{name} is not what was backed up", name=one.name))


@contextmanager
def _created(path: Path) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | PLAIN, 0o600), "wb") as file:
        yield file


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotFound(t("{path}: {why}", path=str(path), why=str(error))) from error
    with file:
        yield file


def _digest(path: Path) -> "hashlib._Hash":
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256")
