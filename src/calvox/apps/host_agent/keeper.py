"""The state of this host and its time, kept in the clock file: every change is on disk before anybody acts on it.

Rules: time never goes back; a clock that leaps ahead is not believed until a licence server says the same. A clock file that
is lost ends grace and uses the outage voucher up, and is told.
"""

from collections.abc import Callable

import msgspec
import structlog

from calvox.common.clock import World
from calvox.common.errors import Tampered
from calvox.core.standing import State
from calvox.core.timekeeping import Timekeeper
from calvox.host.clockfile import Clock, ClockFile
from calvox.host.standing import Known, days_left, next_state, warning_due
from calvox.host.state import HostFolder

log = structlog.get_logger()


class Keeper:
    """The clock file of a host, owned by one process."""

    def __init__(self, folder: HostFolder, world: World, used_up: Callable[[Clock], Clock]) -> None:
        """Read the clock file; `used_up` says what becomes of the voucher if that is lost."""
        self._file, self._world, self.lost = ClockFile(folder), world, False
        try:
            self.clock = self._file.load()
        except Tampered as error:
            self.lost = True
            log.warning("the clock file is lost: grace is over", why=str(error))
            now = world.now()
            self.clock = self._file.save(used_up(Clock(0, now, state=next_state(State.GRACE, Known.LOST))))
        self._time = Timekeeper(self.clock.last, self.clock.doubted)

    def now(self) -> int:
        """Tell licensing time."""
        return self._time.read(self._world.now(), self._world.steady())

    def hear(self, moment: int) -> None:
        """Take a licence server's word for the time."""
        self._time.believe(moment)

    @property
    def doubt(self) -> str:
        """What is thought of the machine's clock."""
        return "lost" if self.lost and self.state is State.GRACE_OVER else str(self._time.state)

    @property
    def state(self) -> State:
        """How this host stands."""
        return self.clock.state

    @property
    def left(self) -> int:
        """Days of grace that are left."""
        return days_left(self.clock.state, self.clock.enrolled, self.now())

    def keep(self, clock: Clock) -> None:
        """Write a changed clock down, with the time that it is."""
        now = self.now()
        changed = msgspec.structs.replace(clock, last=max(clock.last, now), doubted=self._time.doubted)
        if changed != self.clock:
            self.clock = self._file.save(changed)

    def note(self, known: Known) -> None:
        """Take up what has come to be known."""
        state = next_state(self.clock.state, known)
        if state is not self.clock.state:
            log.info("this session host stands otherwise now", before=str(self.clock.state), now=str(state))
            self.keep(msgspec.structs.replace(self.clock, state=state))

    def answered(self, now: int) -> None:
        """Note when a licence server answered."""
        self.keep(msgspec.structs.replace(self.clock, contact=max(now, self.clock.contact)))

    def tick(self) -> int:
        """Let time count: grace ends, a warning falls due, the time is written down; give the warning's days, or 0."""
        if self.state is State.GRACE and not self.left:
            self.note(Known.END)
        due = warning_due(self.left, self.clock.warned)
        self.keep(msgspec.structs.replace(self.clock, warned=due or self.clock.warned))
        return due
