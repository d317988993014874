"""The survey: many Windows machines read at once over WS-Management, each into a bundle.

Rules:
- It reads, and changes nothing. One dead, slow or hostile machine stops nothing and costs its own time alone.
- Each machine gives a bundle, also when nothing could be read there: its items then say why.
- A machine bears the name that it gives itself only if that fits the name by which it was reached.
- When the survey is interrupted, what was read of the machines under way is given, then the interruption goes on.
"""

import queue
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from calvox import __version__
from calvox.common.clock import SYSTEM, World
from calvox.common.errors import BadSettings, CalvoxError, Denied
from calvox.common.i18n import t
from calvox.windows.bundle import Bundle
from calvox.windows.channel import Channel
from calvox.windows.credentials import Credentials
from calvox.windows.line import NAME, Deadline, Line, Target, trusted
from calvox.windows.queries import read_machine
from calvox.windows.turns import Turns
from calvox.windows.visit import CIMV2, Visit, all_items
from calvox.windows.wsman import Wsman

LAST_WORDS = 3
"""Seconds that machines under way have to stop after an interruption."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Bounds of a survey."""

    at_once: int = 16
    """Machines read at a time."""
    seconds: float = 60
    """For one machine, from its turn to sign in."""
    request_seconds: float = 30
    """For one question, and for connecting."""
    refusals: int = 3
    """Refusals after which the account is not tried any further."""
    days: int = 14
    """Days of events."""
    servers: tuple[str, ...] = ()
    """Further licence servers to which every host's connection is asked about."""
    ca_file: str | None = None
    """Authorities for HTTPS; None: the system's."""
    largest: int = 1 << 20
    """Bytes of one answer; sixteen times as many for a machine."""


class Progress(msgspec.Struct, frozen=True):
    """How far the survey is."""

    done: int
    total: int
    machine: str
    """The one that was finished last."""
    read: int
    """How many of its items have a value."""


def survey(
    targets: Sequence[Target],
    credentials: Credentials,
    options: Options | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    world: World = SYSTEM,
) -> Iterator[Bundle]:
    """Read the machines and give their bundles as they are finished.

    Raises:
        BadSettings: a bound is out of range.
        StoreFailed: the file with the authorities cannot be read.
        KeyboardInterrupt: the survey was interrupted; the bundles under way were given first.
    """
    options = options or Options()
    times = options.seconds > 0 and options.request_seconds > 0
    counts = 0 < options.at_once <= 256 and options.refusals > 0 and 0 < options.days <= 90 and options.largest > 0
    if not (times and counts):
        raise BadSettings(t("A bound of the survey is out of range"))
    context = trusted(options.ca_file) if any(target.tls for target in targets) else None
    stopped = threading.Event()
    turns = Turns(options.refusals, stopped)
    waiting: queue.SimpleQueue[Target] = queue.SimpleQueue()
    finished: queue.SimpleQueue[Bundle | BaseException] = queue.SimpleQueue()
    for target in targets:
        waiting.put(target)

    def work() -> None:
        while not stopped.is_set():
            try:
                target = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                finished.put(_Reading(target, credentials, options, world, turns, stopped, context).bundle())
            except BaseException as error:
                finished.put(error)
                return

    workers = [threading.Thread(target=work, daemon=True) for _ in range(min(options.at_once, len(targets)))]
    for worker in workers:
        worker.start()
    pending: list[Bundle] = []
    try:
        for done in range(1, len(targets) + 1):
            bundle = finished.get()
            if isinstance(bundle, BaseException):
                raise bundle
            pending.append(bundle)
            read = sum(item.value is not None for item in bundle.items.values())
            progress(Progress(done, len(targets), bundle.machine, read))
            yield pending.pop()
    except KeyboardInterrupt:
        stopped.set()
        yield from pending
        yield from _rest(workers, finished)
        raise
    finally:
        stopped.set()


def _rest(
    workers: Sequence[threading.Thread], finished: "queue.SimpleQueue[Bundle | BaseException]"
) -> Iterator[Bundle]:
    end = time.monotonic() + LAST_WORDS
    for worker in workers:
        worker.join(max(0.0, end - time.monotonic()))
    while not finished.empty():
        bundle = finished.get()
        if isinstance(bundle, Bundle):
            yield bundle


class _Reading:
    """The reading of one machine."""

    def __init__(
        self,
        target: Target,
        credentials: Credentials,
        options: Options,
        world: World,
        turns: Turns,
        stopped: threading.Event,
        context: ssl.SSLContext | None,
    ) -> None:
        self._target, self._credentials, self._options = target, credentials, options
        self._world, self._turns, self._stopped, self._context = world, turns, stopped, context
        self._visit: Visit | None = None

    def bundle(self) -> Bundle:
        """Read, and give what came of it."""
        why = ""
        try:
            self._connect()
        except CalvoxError as error:
            why = error.message.into("en")
        now = self._world.now()
        items = all_items(self._visit, why, now)
        return Bundle(
            machine=_name(self._target.host, self._visit),
            collected=now,
            user=self._credentials.user,
            administrator=self._visit.administrator if self._visit else None,
            language_mode="",
            version=f"survey {__version__}",
            hashed=True,
            items=items,
        )

    def _connect(self) -> None:
        options = self._options
        line = Line(self._target, Deadline(options.request_seconds, self._stopped), self._context, options.largest)
        try:
            self._read(line)
        finally:
            line.close()

    def _read(self, line: Line) -> None:
        options = self._options
        self._turns.take()
        deadline = Deadline(options.seconds, self._stopped)
        refused = False
        try:
            channel = Channel(line, self._credentials, deadline.within(options.request_seconds))
            url = f"http{'s' * self._target.tls}://{self._target.authority}/wsman"
            wsman = Wsman(channel, url, self._world, options.largest)
            visit = Visit(wsman, self._world, deadline, options.request_seconds)
            self._greet(visit, channel)
            self._turns.accepted()
        except Denied:
            refused = True
            raise
        finally:
            self._turns.give_back(refused=refused)
        self._visit = visit
        read_machine(visit, options.days, options.servers)

    @staticmethod
    def _greet(visit: Visit, channel: Channel) -> None:
        """Ask the first question: whatever its answer, if it opened, the account is accepted."""
        try:
            visit.rows(CIMV2, "Win32_OperatingSystem")
        except CalvoxError:
            if not channel.opened:
                raise


def _name(reached: str, visit: Visit | None) -> str:
    item = visit.items.get("win32_computersystem") if visit else None
    said = item.value if item else None
    host = (said or {}).get("DNSHostName") or (said or {}).get("Name")
    if not said or not isinstance(host, str):
        return reached
    full = f"{host}.{said['Domain']}" if said.get("PartOfDomain") and said.get("Domain") else host
    wanted = full if "." in reached else host
    return full if wanted.lower() == reached.lower() and NAME.fullmatch(full) else reached
