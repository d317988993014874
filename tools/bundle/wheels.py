"""Fetch the wheels of a bundle, build our own, and read what wheels say of themselves.

pip fetches, from wherever its own configuration says, and only what has a hash in the lock. Each target has a folder of its
own in the cache; what lies there with the right hash is not fetched again, so whoever was interrupted begins anew and goes
on. A package without a wheel for a target is named with its version, the platform and the Python.
"""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename

from tools.bundle.plan import ROOT as CALVOX
from tools.bundle.plan import BundleError, Needs, Pin, Target, pins_for, walk

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
SAID = ("Saved ", "File was already downloaded ")
"""How pip begins the line after each wheel."""
NONE_FITS = "No matching distribution found for "
NOTHING_AT_ALL = "(from versions: none)"

Step = Callable[[str], None]
"""Is told the name of each wheel that is there."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """One file of the bundle."""

    path: Path
    """Where it lies."""
    sha256: str
    """Its hash in hex."""
    name: str
    """The canonical name of its package."""
    version: str
    """The version of its package."""

    def fits(self, target: Target) -> bool:
        """Tell whether a target can install it."""
        return bool(parse_wheel_filename(self.path.name)[3] & target.tags)


def read_wheel(path: Path) -> Wheel:
    """Read a wheel's name and hash."""
    name, version, _, _ = parse_wheel_filename(path.name)
    with path.open("rb") as file:
        return Wheel(path, hashlib.file_digest(file, "sha256").hexdigest(), name, str(version))


@cache
def metadata_of(path: Path) -> Message:
    """Read the metadata of a wheel."""
    with zipfile.ZipFile(path) as archive:
        inside = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return BytesParser().parsebytes(archive.read(inside))


def build_ours(project: Path, target: Path) -> Wheel:
    """Build the project's own wheel, without a network; the same sources give the same bytes."""
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.whl"):
        old.unlink()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BundleError(f"Our own wheel was not built: {done.stderr.strip()}")
    return read_wheel(next(target.glob("*.whl")))


def requires_of(ours: Wheel, theirs: Sequence[Wheel]) -> Callable[[str], list[str]]:
    """Tell what a package requires: from its wheel, or from this environment until that is there."""
    paths = {wheel.name: wheel.path for wheel in (*theirs, ours)}

    def requires(name: str) -> list[str]:
        if name in paths:
            return list(metadata_of(paths[name]).get_all("Requires-Dist", []))
        try:
            return metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            return []  # A package that only Windows needs; its own wheel will tell.

    return requires


def gather(target: Target, pins: Sequence[Pin], ours: Wheel, folder: Path, step: Step) -> tuple[list[Wheel], Needs]:
    """Fetch every wheel of a target; also tell which package needs which.

    Asks again once the wheels can speak for themselves, since what only another system needs is not installed here.

    Raises:
        BundleError: a package has no wheel for the target, or is not in the lock, or in another version than is wanted.
    """
    if not ours.fits(target):
        raise BundleError(f"Our own wheel {ours.path.name} does not fit {target.name}")
    wheels: list[Wheel] = []
    while True:
        needs = walk(target, requires_of(ours, wheels), CALVOX)
        wanted = pins_for(target, pins, needs)
        if {pin.name for pin in wanted} == {wheel.name for wheel in wheels}:
            return wheels, needs
        wheels = fetch(target, wanted, folder, step)


def fetch(target: Target, pins: Sequence[Pin], folder: Path, step: Step) -> list[Wheel]:
    """Fetch one wheel for each pin, unless it lies in the folder already."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = _choose(target, pins, folder)
    except BundleError:
        _download(target, pins, folder, step)
        return _choose(target, pins, folder)
    for wheel in found:
        step(wheel.name)
    return found


def _choose(target: Target, pins: Sequence[Pin], folder: Path) -> list[Wheel]:
    """Find the one wheel of each pin in a folder; what else lies there is from an older lock."""
    there = [wheel for wheel in map(read_wheel, sorted(folder.glob("*.whl"))) if wheel.fits(target)]
    return [_wheel_of(pin, there, target) for pin in pins]


def _wheel_of(pin: Pin, there: Sequence[Wheel], target: Target) -> Wheel:
    for wheel in there:
        if (wheel.name, wheel.version) == (pin.name, pin.version) and wheel.sha256 in pin.hashes:
            return wheel
    raise _none_fits(f"{pin.name}=={pin.version}", target)


def _none_fits(package: str, target: Target) -> BundleError:
    name, _, version = package.partition("==")
    return BundleError(
        f"{name} {version} has no wheel for {target.system} x86-64 ({target.platforms[0]} or older) with Python "
        f"{target.python}; choose a version that has one in pyproject.toml and run make lock"
    )


def _download(target: Target, pins: Sequence[Pin], folder: Path, step: Step) -> None:
    listed = folder / "wanted.txt"
    listed.write_text("".join(line_of(pin.name, pin.version, pin.hashes) for pin in pins), "utf-8")
    places = [word for platform in target.platforms for word in ("--platform", platform)]
    command = [
        *PIP, "download", "--only-binary=:all:", "--no-deps", "--require-hashes", "--progress-bar=off",
        "--implementation=cp", f"--python-version={target.python}", *places, "-d", str(folder), "-r", str(listed),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    last: list[str] = []
    assert process.stdout is not None
    with process, process.stdout as lines:
        for line in lines:
            last = [*last[-4:], line.strip()]
            if line.strip().startswith(SAID):
                step(canonicalize_name(Path(line.strip()).name.partition("-")[0]))
    if process.returncode:
        _explain(last, target)


def _explain(last: list[str], target: Target) -> None:
    for line in last:
        if NOTHING_AT_ALL in line:
            raise BundleError(f"pip found no version of a package at all, so its index may not answer: {line}")
        if NONE_FITS in line:
            raise _none_fits(line.partition(NONE_FITS)[2].split()[0], target)
    raise BundleError(f"pip could not fetch the wheels for {target.name}: {' '.join(last)}")


def line_of(name: str, version: str, hashes: Sequence[str] | frozenset[str], marker: str = "") -> str:
    """Write one requirement with its hashes."""
    where = f" ; {marker}" if marker else ""
    return f"{name}=={version}{where}" + "".join(f" \\\n    --hash=sha256:{each}" for each in sorted(hashes)) + "\n"
