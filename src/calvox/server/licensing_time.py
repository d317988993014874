"""Licensing time of a licence server: its clock, held against its ledger, its signed days and an even clock.

What the ledger and everything else of the server take for the time is this. It is noted every few seconds, so that a
process that was away knows how far it had come.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from calvox.common.clock import DAY, World
from calvox.core.timekeeping import ClockState, Timekeeper
from calvox.journal.interface import Reader, Transaction

SLOT = (0,)


class LicensingClock:
    """One process's licensing time; safe to ask from any thread."""

    def __init__(self, world: World) -> None:
        self._machine = world
        self._keeper = Timekeeper()
        self._lock = threading.Lock()
        self.world = World(now=self.now, random=world.random, steady=world.steady)
        """What the server is given for its clock and chance."""

    def now(self) -> int:
        """Tell licensing time, seconds UTC."""
        with self._lock:
            return self._keeper.read(self._machine.now(), self._machine.steady())

    @property
    def state(self) -> ClockState:
        """Tell what is thought of the machine's clock now."""
        self.now()
        return self._keeper.state

    @property
    def shown(self) -> int:
        """Tell what the machine's clock shows, seconds UTC."""
        return self._machine.now()

    def begin(self, reader: Reader) -> None:
        """Take up what the ledger knows of the time."""
        noted = reader.get("clock", SLOT)
        end = reader.head.position
        entered = max((entry.time for entry in reader.entries(end, end)), default=0)
        signed = max((row["issue_day"] * DAY for row in reader.select("confirmation")), default=0)
        with self._lock:
            self._keeper.last = max(entered, signed, noted["last"] if noted else 0)
            self._keeper.doubted = noted["doubted"] if noted else 0
        # Time that runs from here on is this process's own, and no jump, however late it is asked for the first time.
        self.now()

    def note(self, tx: Transaction) -> None:
        """Note how far time has come."""
        now = self.now()
        tx.put("clock", {"slot": 0, "last": now, "doubted": self._keeper.doubted})

    @contextmanager
    def set_back(self, moment: int) -> Iterator[None]:
        """Let a block's work be done with the mark at a moment that is proven; it stays there unless the block fails.

        What the machine shows is held against that moment anew, so that a clock once far ahead is no dead end.
        """
        with self._lock:
            before, self._keeper = self._keeper, Timekeeper(last=moment)
        try:
            yield
        except BaseException:
            with self._lock:
                self._keeper = before
            raise

    def believe(self, moment: int) -> None:
        """Take a moment for sure."""
        with self._lock:
            self._keeper.believe(moment)
