"""Ends of processes are seen as they come."""

import asyncio
import os
import subprocess
import sys

import pytest

from calvox.apps.host_agent import watching
from calvox.apps.host_agent.watching import Watch
from calvox.host.processes import identity

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def handles() -> int:
    """Count the open files of this process."""
    return len(os.listdir("/proc/self/fd"))


def test_an_end_is_seen_at_once() -> None:
    """And nothing stays open."""
    before = handles()

    async def story(first: "subprocess.Popen[bytes]", second: "subprocess.Popen[bytes]") -> None:
        before = handles()
        with Watch() as watch:
            for process in (first, second, first):
                watch.add(identity(process.pid))
            assert handles() == before + 2
            await asyncio.sleep(0.05)
            assert not watch.ended.is_set()
            first.kill()
            await asyncio.wait_for(watch.ended.wait(), 10)
            assert handles() == before + 1
        assert handles() == before

    with subprocess.Popen(SLEEP) as first, subprocess.Popen(SLEEP) as second:
        asyncio.run(story(first, second))
        second.kill()
    assert handles() == before


def test_one_that_has_ended_before_is_left_to_a_round() -> None:
    """It is told as an end; one that has no name is not."""

    async def story() -> None:
        with Watch() as watch:
            watch.add("")
            assert not watch.ended.is_set()
            watch.add(f"boot:{2**22 + 5}:1")
            assert watch.ended.is_set()

    asyncio.run(story())


def test_there_is_an_end_to_watching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open files are for connections, too."""
    monkeypatch.setattr(watching, "WATCHED", 0)

    async def story() -> None:
        before = handles()
        with Watch() as watch:
            watch.add(identity(os.getpid()))
            assert handles() == before
            assert not watch.ended.is_set()

    asyncio.run(story())
