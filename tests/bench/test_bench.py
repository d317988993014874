"""The benchmark suite runs, and measures everything that it lists."""

import json
import math
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.lines import FULL, QUICK, Group, Line, Unit, rows_of
from bench.machine import this_machine
from bench.page import COUNTED_ON, page
from bench.running import ALL, Stop, measure
from bench.table import markdown

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "bench", "--quick", "--json"]


def test_every_row_is_measured() -> None:
    """A quick run gives each listed row, with positive numbers and every ratio, and the page can be written from it."""
    done = subprocess.run(COMMAND, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    lines = [line for group in ALL for line in group.lines]
    assert told["whole"]
    assert [row["name"] for row in told["rows"]] == [line.name for line in lines]
    for row, line in zip(told["rows"], lines, strict=True):
        assert 0 < row["least"] <= row["median"] <= row["most"] < math.inf
        assert row["repeats"] == QUICK.repeats
        assert tuple(row["ratios"]) == line.against
        assert all(ratio > 0 for ratio in row["ratios"].values())
    assert all(value for value in told["machine"].values())


def test_a_stopped_run_keeps_what_there_is() -> None:
    """Told to stop, it ends after the lap, and gives the rows that have a number."""
    stop, seen = Stop(), list[str]()

    def on_lap(what: str) -> None:
        seen.append(what)
        stop.wanted = len(seen) == 3

    rows = measure(ALL[:3], QUICK, stop, on_lap)
    assert [row.name for row in rows] == [line.name for line in ALL[0].lines[:3]]
    assert [row.repeats for row in rows] == [1, 1, 1]


def test_ctrl_c_is_a_wish_and_the_second_an_order() -> None:
    """The first lets the lap end; the second does not wait for it; afterwards the signal is as it was."""
    before = signal.getsignal(signal.SIGINT)
    with Stop().listening() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.wanted
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_names_are_told_apart() -> None:
    """No two rows share a name; what a row is compared with stands in its group; full runs repeat five times or more."""
    names = [line.name for group in ALL for line in group.lines]
    assert len(set(names)) == len(names)
    for group in ALL:
        assert {other for line in group.lines for other in line.against} <= {line.name for line in group.lines}
    assert set(COUNTED_ON) <= set(names)
    assert FULL.repeats >= 5


def test_ratios_are_taken_turn_by_turn() -> None:
    """Speed compares with speed, whatever the units; what was never measured is left out."""
    lines = (Line("a", Unit.RATE, ("b", "c")), Line("b", Unit.TIME), Line("c", Unit.RATE))
    group = Group("some", lines, lambda folder, scale: None)  # type: ignore[arg-type,return-value]
    rows = rows_of(group, {"a": [100.0, 400.0, 900.0], "b": [10.0, 5.0, 1.0], "c": []})
    assert [row.name for row in rows] == ["a", "b"]
    assert rows[0].ratios == {"b": 1.0}
    assert (rows[0].median, rows[0].least, rows[0].most) == (400.0, 100.0, 900.0)


def test_the_page_names_machine_command_and_rows() -> None:
    """It is written from whatever was measured."""
    rows = [row for group in ALL for row in rows_of(group, {line.name: [1.0, 2.0] for line in group.lines})]
    written = page(this_machine(ROOT), rows, "python -m bench")
    assert markdown(rows) in written
    assert "python -m bench --write docs/benchmarks.md" in written
    assert all(f"| {name} |" in written for name in ("cores", "kernel", "sqlite", "python"))
