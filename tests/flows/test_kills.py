"""No over-issue, nothing lost: a licence server is killed under load, and what was acknowledged is what the ledger holds."""

import random
from pathlib import Path

import pytest

from tests.apps.processes import ServerProcess, stocked_folder
from tests.flows.killing import hired, one_round, reckon
from tests.world import wish

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]
ROUNDS, SESSIONS = 20, 6


def test_twenty_kills_under_load(tmp_path: Path) -> None:
    """Three hosts with three callers each; the pool is small, so they fight for it. Every fifth time accounts are settled."""
    folder = stocked_folder(tmp_path, wish("session", "2022", SESSIONS), wish("user", "2022", 10))
    chance = random.Random(1)
    with ServerProcess(folder) as server:
        workers = hired(server, tmp_path, hosts=3, each=3, seed=1)
    for number in range(1, ROUNDS + 1):
        one_round(folder, workers, chance)
        if number % 5 == 0:
            status = reckon(folder, workers, SESSIONS)
    assert sum(worker.answered for worker in workers) > 10 * ROUNDS
    assert any(pool.over_use for pool in status.pools), "users were meant to go beyond their pack"
