"""Work that was handed to the writer's thread, and how its outcome gets back to whoever waits.

Those who wait in an event loop are told together, once a batch, since waking a loop costs about as much as a small piece of
work; those who wait in a thread have a future of their own.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from calvox.journal.interface import Committed, Work


@dataclass(slots=True)
class Job:
    """One piece of work."""

    work: Work[Any]
    """What is to be done."""
    future: "Future[Committed[Any]]" = field(default_factory=Future)
    """Where a thread waits."""

    def begin(self) -> bool:
        """Tell whether somebody still waits for it."""
        return self.future.set_running_or_notify_cancel()

    def settle(self, outcome: "Committed[Any] | BaseException") -> None:
        """Tell whoever waits."""
        if isinstance(outcome, BaseException):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


@dataclass(slots=True)
class LoopJob:
    """One piece of work for which an event loop waits."""

    work: Work[Any]
    """What is to be done."""
    waiter: "asyncio.Future[Committed[Any]]"
    """Where it waits; touched in its own loop alone."""

    def begin(self) -> bool:
        """Tell whether somebody still waits for it; what a cancelled request asked for is done all the same."""
        return True

    def settle(self, outcome: "Committed[Any] | BaseException") -> None:
        """Tell whoever waits, in their loop."""
        if self.waiter.done():
            return
        if isinstance(outcome, BaseException):
            self.waiter.set_exception(outcome)
        else:
            self.waiter.set_result(outcome)


AnyJob = Job | LoopJob


def settle_all(outcomes: Sequence[tuple[AnyJob, "Committed[Any] | BaseException"]]) -> None:
    """Tell everybody who waits for these, each event loop once."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[LoopJob, Committed[Any] | BaseException]]] = {}
    for job, outcome in outcomes:
        if isinstance(job, LoopJob):
            loops.setdefault(job.waiter.get_loop(), []).append((job, outcome))
        else:
            job.settle(outcome)
    for loop, told in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, told)


def _settle(told: "list[tuple[LoopJob, Committed[Any] | BaseException]]") -> None:
    for job, outcome in told:
        job.settle(outcome)
