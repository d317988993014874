"""The machine that was measured."""

import os
import platform
from pathlib import Path

import apsw
import msgspec

from calvox.common.clock import SYSTEM, utc


class Machine(msgspec.Struct, frozen=True):
    """What the numbers depend on."""

    date: str
    """When the run began, UTC."""
    cores: int
    processor: str
    memory: str
    kernel: str
    file_system: str
    """Of the disk that the journals were written to."""
    python: str
    sqlite: str
    load: str
    """Load average when the run began: above the run's own, others were at work."""


def this_machine(folder: Path) -> Machine:
    """Describe this machine, and the disk under a folder."""
    return Machine(
        date=utc(SYSTEM.now()),
        cores=len(os.sched_getaffinity(0)),
        processor=_field(Path("/proc/cpuinfo"), "model name") or platform.processor(),
        memory=f"{int(_field(Path('/proc/meminfo'), 'MemTotal').split()[0]) / (1 << 20):.0f} GiB",
        kernel=f"{platform.system()} {platform.release()}",
        file_system=_file_system(folder),
        python=platform.python_version(),
        sqlite=f"{apsw.sqlite_lib_version()} (APSW {apsw.apsw_version()})",
        load=f"{os.getloadavg()[0]:.1f}",
    )


def _field(file: Path, name: str) -> str:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _file_system(folder: Path) -> str:
    """Find the type of the mount that holds a folder: the longest one that begins its path."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    holding = [(place, kind) for _, place, kind, *_ in mounts if folder.resolve().is_relative_to(place)]
    return max(holding, key=lambda mount: len(mount[0]), default=("", "unknown"))[1]
