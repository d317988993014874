"""A machine that has lost the time enters nothing, in any journal, and goes on as soon as its clock is right."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from calvox.common.clock import EARLIEST, World
from calvox.common.errors import ClockWrong
from calvox.journal.sqlite import SqliteJournal
from tests.contracts.test_journal import add, make
from tests.journal.books import BOOK, SEALER, open_sqlite


@dataclass
class Set:
    """A clock that somebody sets."""

    now: int = 1_800_000_000


@pytest.mark.parametrize("lost", [0, 1_262_304_000, EARLIEST - 1], ids=["1970", "2010", "before this program"])
def test_nothing_is_entered_without_the_time(tmp_path: Path, lost: int) -> None:
    """What was there is read and verified meanwhile; nothing of the refused work is kept."""
    open_sqlite(tmp_path).close()
    clock = Set()
    journal = SqliteJournal(tmp_path, BOOK, SEALER, World(now=lambda: clock.now, random=bytes))
    journal.run(make("red"))
    clock.now = lost
    with pytest.raises(ClockWrong, match=r"shows (1970|2010|2024)-") as caught:
        journal.run(add("red", 1))
    assert "Set the clock right" in str(caught.value.hint)
    assert journal.verify().position == 1
    clock.now = EARLIEST
    assert journal.run(add("red", 1)).value == 1
    assert journal.verify().position == 2
    journal.close()
