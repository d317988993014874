"""Lay out a bundle and write it as one archive.

A ZIP file whose parts are stored, not compressed: Windows and Python open it without another program, a stick's file system
keeps no permissions anyway, wheels are compressed already, and the bytes depend on no version of zlib. Names are sorted and
every time is one given time, so the same content gives the same archive. Each file stands in SHA256SUMS, which is signed.
"""

import hashlib
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from calvox.windows.powershell import script_bytes
from tools.bundle.plan import Target
from tools.bundle.signing import fingerprint, public_pem
from tools.bundle.wheels import Wheel, line_of

PROJECT = Path(__file__).resolve().parents[2]
STICK = Path(__file__).parent / "stick"
"""The files that go onto the stick as they are, but for the places written @LIKE THIS@."""
SUMS, SIGNATURE, PUBLIC = "SHA256SUMS", "SHA256SUMS.sig", "publisher.pem"
CARRIED = ("docs", "deploy", "examples")
"""Folders of the project that go along: what is read, units for systemd, rules for watching, a program to copy from."""
FOR_WINDOWS = (".ps1", ".txt")
"""Endings of texts that Windows shall read: with its ends of lines, and a mark that says UTF-8."""
OLDEST = 315_532_800
"""1980-01-01: no older time fits into the archive."""

Files = dict[str, bytes | Path]
"""What each file of the archive holds: bytes, or those of a file elsewhere."""


def requirements(ours: Wheel, theirs: Sequence[Wheel]) -> bytes:
    """List what is installed on a target: ours first, each package with the hash of its one wheel."""
    return "".join(line_of(wheel.name, wheel.version, [wheel.sha256]) for wheel in (ours, *theirs)).encode()


def lay_out(ours: Wheel, held: Mapping[Target, Sequence[Wheel]], bill: str, key: Ed25519PrivateKey) -> Files:
    """Name every file of a bundle, its sums and their signature included."""
    files: Files = {"LICENSE": PROJECT / "LICENSE", "NOTICE": PROJECT / "NOTICE", "sbom.cdx.json": bill.encode()}
    files[PUBLIC] = public_pem(key)
    files |= carried(PROJECT) | texts(ours.version, list(held), fingerprint(key))
    for target, theirs in held.items():
        files[f"requirements/{target.name}.txt"] = requirements(ours, theirs)
        files |= {f"wheels/{wheel.path.name}": wheel.path for wheel in (ours, *theirs)}
    sums = "".join(f"{_sha256(files[name])}  {name}\n" for name in sorted(files)).encode()
    return {**files, SUMS: sums, SIGNATURE: key.sign(sums)}


def carried(project: Path) -> Files:
    """Name the files of the folders that go along."""
    found = sorted(path for name in CARRIED for path in (project / name).rglob("*"))
    plain = [path for path in found if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(project).as_posix(): path for path in plain}


def texts(version: str, targets: Sequence[Target], shown: str) -> Files:
    """Fill in the installer's files and the two READMEs."""
    pythons = sorted({target.python for target in targets}, key=lambda python: int(python.split(".")[1]))
    places = {
        "@VERSION@": version,
        "@FINGERPRINT@": shown,
        "@TARGETS@": ", ".join(target.name for target in targets),
        "@PYTHONS@": " ".join(reversed(pythons)),
    }
    return {path.name: _filled(path, places) for path in sorted(STICK.iterdir()) if path.is_file()}


def _filled(path: Path, places: Mapping[str, str]) -> bytes:
    text = path.read_text("utf-8")
    for place, value in places.items():
        text = text.replace(place, value)
    return script_bytes(text) if path.suffix in FOR_WINDOWS else text.encode()


def write_archive(path: Path, folder: str, files: Files, when: int) -> str:
    """Write the archive, whole or not at all, with everything in one folder; give its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            told = zipfile.ZipInfo(f"{folder}/{name}", time.gmtime(max(when, OLDEST))[:6])
            told.create_system = 3  # As on Linux, wherever it was made: only so do the permissions count.
            told.external_attr = (0o100755 if name.endswith(".sh") else 0o100644) << 16
            archive.writestr(told, _bytes(files[name]))
    beside.replace(path)
    return _sha256(path)


def _bytes(content: bytes | Path) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()


def _sha256(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
