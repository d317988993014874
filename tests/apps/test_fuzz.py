"""Garbage before anybody is authenticated, on the real listeners, for a few seconds; for long in `make soak`."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.apps import serving
from tests.apps.fuzzing import fuzz
from tests.apps.processes import ServerProcess
from tests.world import Site

pytestmark = pytest.mark.process
SECONDS = 3.0
GROWTH = 32 << 20
"""Bytes by which the process may grow,"""
HASHING = 2 * 64 << 20
"""and those that two passwords take while they are checked."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Give a licence server for hosts and people."""
    site = Site.founded(tmp_path_factory.mktemp("fuzz"), now=int(time.time()), parts=None)
    site.close()
    with ServerProcess(site.folder, limits={"CALVOX_SERVER_PEOPLE_LISTEN": "127.0.0.1:0"}) as process:
        yield process


def stand(server: ServerProcess, *, people: bool, seconds: float, seed: int) -> None:
    """Let a server stand garbage: no fault of ours, no memory, no entry, and it serves on."""
    before, peak = server.status(), server.peak()
    seen = fuzz(server, people=people, seconds=seconds, seed=seed)
    print(f"{'people' if people else 'hosts'}: {seen}")
    assert seen.sent > 10
    assert set(seen.statuses) & {"401", "403", "422"}
    assert not [status for status in seen.statuses if status.startswith("5")]
    assert "internal error" not in (server.folder / "process.log").read_text(errors="replace")
    assert server.peak() - peak < GROWTH + (HASHING if people else 0)
    after = server.status()
    assert (after.entries, after.head) == (before.entries, before.head)


@pytest.mark.parametrize("people", [False, True], ids=["hosts", "people"])
def test_garbage_harms_no_listener(running: ServerProcess, people: bool) -> None:
    """Hosts' and people's, bodies and heads."""
    stand(running, people=people, seconds=SECONDS, seed=1)


def test_the_log_would_tell_of_a_fault() -> None:
    """The words that are sought there are those that the listeners log."""
    assert '"internal error"' in Path(serving.__file__).read_text("utf-8")
