"""Measures groups one after the other, turn by turn, and stops between two laps when told to."""

import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from bench import appends, codes, confirmations, doctor, issuing, memory, pages, tokens
from bench.lines import Group, Row, Scale, rows_of

ALL: tuple[Group, ...] = (
    *codes.GROUPS,
    *confirmations.GROUPS,
    *tokens.GROUPS,
    *appends.GROUPS,
    *issuing.GROUPS,
    *memory.GROUPS,
    *doctor.GROUPS,
    *pages.GROUPS,
)
ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "bench"
"""Where journals are written: on the disk of the checkout, since /tmp may lie in memory."""


class Stop:
    """Whether somebody wants it to end; true once Ctrl-C was pressed."""

    def __init__(self) -> None:
        self.wanted = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:  # The second time, at once.
            raise KeyboardInterrupt
        self.wanted = True

    @contextmanager
    def listening(self) -> Iterator["Stop"]:
        """Take Ctrl-C as a wish: a lap that is cut in the middle tells nothing."""
        before = signal.signal(signal.SIGINT, self._on_signal)
        try:
            yield self
        finally:
            signal.signal(signal.SIGINT, before)


def laps(groups: Sequence[Group], scale: Scale) -> int:
    """Count the laps to come."""
    return sum(len(group.lines) for group in groups) * scale.repeats


def measure(groups: Sequence[Group], scale: Scale, stop: Stop, on_lap: Callable[[str], None]) -> list[Row]:
    """Measure all groups; give what there is when it is to stop."""
    rows: list[Row] = []
    for group in groups:
        if stop.wanted:
            break
        rows += _group(group, scale, stop, on_lap)
    return rows


def _group(group: Group, scale: Scale, stop: Stop, on_lap: Callable[[str], None]) -> list[Row]:
    values: dict[str, list[float]] = {line.name: [] for line in group.lines}
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder, group.prepare(Path(folder), scale) as found:
        for _ in range(scale.repeats):
            for line, lap in zip(group.lines, found, strict=True):
                if stop.wanted:
                    return rows_of(group, values)
                on_lap(f"{group.suite}: {line.name}")
                values[line.name].append(lap())
    return rows_of(group, values)
