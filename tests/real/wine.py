"""A real registry that is not ours: Wine's `reg`, in a prefix of its own, for tests of registry files.

Rules:
- Everything is written under one folder, the home included; there is no display, and nothing is loaded down.
- Wine's own server ends with the block, by its own command and for this prefix only; the prefix, hundreds of megabytes, goes.
- Without Wine tests are skipped by name; where CI is set they fail.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAMS = {"wine": "wine and wine64", "wineserver": "wine"}
"""Program, and the package that brings it."""


def needed() -> None:
    """Skip the test by name where Wine is missing; fail in CI."""
    missing = [f"{program} (package {package})" for program, package in PROGRAMS.items() if not shutil.which(program)]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"Wine's registry needs {', '.join(missing)}")
    if missing:
        pytest.skip(f"Wine's registry needs {', '.join(missing)}")


@dataclass(frozen=True)
class Registry:
    """A registry that takes and gives files."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What Wine needs to keep to itself."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "WINEPREFIX": str(self.folder / "prefix"),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "winemenubuilder.exe,mscoree,mshtml=d",
            "DISPLAY": "",
        }

    def run(self, *words: str, seconds: float = 60) -> "subprocess.CompletedProcess[str]":
        """Run a program."""
        return subprocess.run(
            words, env=self.environment, cwd=self.folder, capture_output=True, text=True, errors="replace", timeout=seconds, check=False
        )  # fmt: skip

    def reg(self, *words: str) -> str:
        """Run `reg`, which must say that it went well; of an import it says so of any file, so read back what it did."""
        done = self.run("wine", "reg", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def take(self, data: bytes) -> None:
        """Import a file."""
        (self.folder / "given.reg").write_bytes(data)
        self.reg("import", "given.reg")

    def give(self, key: str) -> bytes:
        """Export a key with what is under it."""
        self.reg("export", key, "taken.reg", "/y")
        return (self.folder / "taken.reg").read_bytes()

    def has(self, key: str, value: str | None = None) -> bool:
        """Tell whether a key, or a value of it, is there."""
        return self.run("wine", "reg", "query", key, *(("/v", value) if value else ())).returncode == 0


@contextmanager
def registry(folder: Path) -> Iterator[Registry]:
    """Make a registry for the length of a block."""
    here = Registry(folder)
    try:
        done = here.run("wine", "wineboot", "--init", seconds=280)
        assert done.returncode == 0, done.stdout + done.stderr
        yield here
    finally:
        here.run("wineserver", "-k")
        here.run("wineserver", "-w")
        shutil.rmtree(folder / "prefix", ignore_errors=True)
