"""Many callers at once: each hands work over, waits for its commit, and only then hands over the next.

They are tasks of one event loop, as the requests of a licence server are.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import uvloop

from calvox.journal.interface import Committed, Journal, Work


@dataclass(slots=True)
class Tally:
    """What came of a lap."""

    entries: int = 0
    """Pieces of work that were answered; each makes one entry."""
    seconds: float = 0.0
    """How long that took."""
    batches: set[int] = field(default_factory=set)
    """The commits that they shared, by their last entry."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.entries / self.seconds

    @property
    def shared(self) -> float:
        """Mean number of entries in a commit."""
        return self.entries / len(self.batches)


def call(
    journal: Journal,
    work: Callable[[], Work[Any]],
    callers: int,
    seconds: float,
    answered: Callable[[Committed[Any]], object] = lambda _: None,
) -> Tally:
    """Let so many callers work for so long; `answered` is what each does with its answer."""
    tally = Tally()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_all(journal, work, callers, seconds, answered, tally))
    return tally


async def _all(
    journal: Journal,
    work: Callable[[], Work[Any]],
    callers: int,
    seconds: float,
    answered: Callable[[Committed[Any]], object],
    tally: Tally,
) -> None:
    async def one() -> None:
        while perf_counter() < end:
            done = await asyncio.wrap_future(journal.submit(work()))
            answered(done)
            tally.entries += 1
            if done.batch is not None:
                tally.batches.add(done.batch.last)

    started = perf_counter()
    end = started + seconds
    await asyncio.gather(*(one() for _ in range(callers)))
    tally.seconds = perf_counter() - started
