"""What goes into a bundle: for which machines, which pins of the lock, and why each of them.

A target is one system and one Python; its markers and the tags of the wheels that it can install are computed, never read
from the machine that builds. The pins are those that `calvox[all]` needs at run time there: the lock holds the developers'
tools too, and those stay out. Reading wheels and fetching them is left to others.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name

ROOT = "calvox[all]"
"""What is installed from a bundle; Kerberos is not in it, for on Linux it is built from source."""
OLDEST_GLIBC = 28
"""Wheels for Linux may want glibc 2.28 at most."""
PATCHES = ("0", "99")
"""First and late releases of a Python, for markers that tell them apart."""

Requires = Callable[[str], Iterable[str]]
"""Tells what a package requires, as its metadata says it; nothing for one whose metadata is not there yet."""
Needs = dict[str, list[Requirement]]
"""Each package, and what it requires directly."""


class BundleError(Exception):
    """What keeps a bundle from being made, in a sentence for the person who makes it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of machine that the bundle serves."""

    system: str
    """"linux" or "windows", x86-64 both."""
    python: str
    """Its Python, as "3.12"."""

    @property
    def name(self) -> str:
        """Name it, as linux-cp312."""
        return f"{self.system}-cp{self.python.replace('.', '')}"

    @property
    def platforms(self) -> list[str]:
        """List the platform tags of its wheels, the fittest first."""
        if self.system == "windows":
            return ["win_amd64"]
        old = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
        found = []
        for minor in range(OLDEST_GLIBC, 4, -1):
            found.append(f"manylinux_2_{minor}_x86_64")
            found += [f"{old[minor]}_x86_64"] if minor in old else []
        return found

    @property
    def tags(self) -> set[Tag]:
        """Give the tags of every wheel that it can install."""
        return _tags(self)

    def environments(self) -> Iterator[dict[str, str]]:
        """Give what markers are evaluated with there."""
        windows = self.system == "windows"
        for patch in PATCHES:
            yield {
                "implementation_name": "cpython",
                "implementation_version": f"{self.python}.{patch}",
                "os_name": "nt" if windows else "posix",
                "platform_machine": "AMD64" if windows else "x86_64",
                "platform_python_implementation": "CPython",
                "platform_release": "",
                "platform_system": "Windows" if windows else "Linux",
                "platform_version": "",
                "python_full_version": f"{self.python}.{patch}",
                "python_version": self.python,
                "sys_platform": "win32" if windows else "linux",
                "extra": "",
            }

    def applies(self, marker: Marker | None, extra: str = "") -> bool:
        """Tell whether a marker holds on some machine of this kind."""
        return marker is None or any(marker.evaluate({**given, "extra": extra}) for given in self.environments())


@cache
def _tags(target: Target) -> set[Tag]:
    version = tuple(int(part) for part in target.python.split("."))
    interpreter = f"cp{version[0]}{version[1]}"
    given = cpython_tags(version, [interpreter], target.platforms)
    return {*given, *compatible_tags(version, interpreter, target.platforms)}


TARGETS = tuple(Target(system, python) for system in ("linux", "windows") for python in ("3.11", "3.12", "3.13"))


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of the lock."""

    name: str
    """Its canonical name."""
    version: str
    """The one version that is meant."""
    marker: Marker | None
    """Where it is meant."""
    hashes: frozenset[str]
    """SHA-256 of each of its files, in hex."""


def pins_of(lock: str) -> list[Pin]:
    """Read a lock."""
    found = []
    for block in re.findall(r"^\S.*(?:\n    .*)*", lock, re.MULTILINE):
        first, *rest = block.replace("\\\n", "\n").splitlines()
        wanted = Requirement(first.strip())
        version = re.fullmatch(r"==([^=,*]+)", str(wanted.specifier))
        hashes = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", "".join(rest)))
        if version is None or not hashes:
            raise BundleError(f"requirements.lock: {first.strip()!r} is no pin with hashes; run make lock")
        found.append(Pin(canonicalize_name(wanted.name), version[1], wanted.marker, hashes))
    return found


def walk(target: Target, requires: Requires, start: str = ROOT) -> Needs:
    """Follow what is required on a target, from package to package, extras included."""
    needs: Needs = {}
    seen: set[tuple[str, str]] = set()
    queue = [Requirement(start)]
    while queue:
        wanted = queue.pop()
        name = canonicalize_name(wanted.name)
        found = needs.setdefault(name, [])
        for extra in {"", *wanted.extras} - {extra for known, extra in seen if known == name}:
            seen.add((name, extra))
            here = [each for each in map(Requirement, requires(name)) if target.applies(each.marker, extra)]
            queue += here
            found += [each for each in here if canonicalize_name(each.name) != name]
    return needs


def pins_for(target: Target, pins: Iterable[Pin], needs: Needs) -> list[Pin]:
    """Choose the pins of what is needed on a target, by name.

    Raises:
        BundleError: the lock lacks one of them, or pins a version that is not wanted.
    """
    here = {pin.name: pin for pin in pins if target.applies(pin.marker)}
    for name, wanted in needs.items():
        for each in wanted:
            _check(f"{name} on {target.name}", each, here.get(canonicalize_name(each.name)))
    return [here[name] for name in sorted(needs) if name in here]


def _check(who: str, wanted: Requirement, pin: Pin | None) -> None:
    if pin is None:
        raise BundleError(f"{wanted.name}, needed by {who}, is not in requirements.lock; run make lock")
    if not wanted.specifier.contains(pin.version, prereleases=True):
        raise BundleError(f"{wanted} is needed by {who}, but requirements.lock pins {pin.version}; run make lock")
