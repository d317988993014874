"""What was acknowledged survives a power cut, and the test can tell when it would not."""

import shutil
from pathlib import Path

import pytest

from calvox.common.errors import Tampered
from tests.contracts.test_journal import add, make
from tests.journal.books import open_sqlite
from tests.journal.powercut import PowerCutDisk


def coins_after_power_cut(folder: Path, synchronous: str, rounds: int) -> int:
    """Acknowledge that many coins, cut the power, and count those that a new start finds."""
    open_sqlite(folder).close()
    disk = PowerCutDisk(f"cut-{folder.name}")
    journal = open_sqlite(folder, vfs=disk_name(folder), synchronous=synchronous)
    journal.run(make("red"))
    for _ in range(rounds):
        journal.run(add("red", 1))
    disk.cut()
    after = folder.with_name(folder.name + "-after")
    shutil.copytree(folder, after)
    again = open_sqlite(after)
    try:
        again.verify()
        with again.read() as reader:
            row = reader.get("purse", ("red",))
            return int(row["coins"]) if row else 0
    finally:
        again.close()


def disk_name(folder: Path) -> str:
    """Name the disk of a folder."""
    return f"cut-{folder.name}"


def test_nothing_acknowledged_is_lost_when_the_power_goes(tmp_path: Path) -> None:
    """With synchronous=FULL every acknowledged entry is on disk."""
    assert coins_after_power_cut(tmp_path / "full", "FULL", 25) == 25


def test_the_disk_would_show_a_loss(tmp_path: Path) -> None:
    """With synchronous=OFF the same cut loses entries or breaks the journal: the test above is able to fail."""
    try:
        found = coins_after_power_cut(tmp_path / "off", "OFF", 25)
    except Tampered:
        return
    assert found < 25


@pytest.mark.parametrize("rounds", [1, 2, 7])
def test_the_journal_goes_on_after_a_power_cut(tmp_path: Path, rounds: int) -> None:
    """The chain can be continued and verifies."""
    coins_after_power_cut(tmp_path / "full", "FULL", rounds)
    again = open_sqlite(tmp_path / "full-after")
    assert again.run(add("red", 1)).value == rounds + 1
    assert again.verify().position == rounds + 2
    again.close()
