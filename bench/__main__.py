"""Command line: `python -m bench [--quick] [--json] [--write PAGE]`, from the root of a checkout."""

import argparse
import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench.lines import FULL, QUICK, Group, Row, Scale
from bench.machine import Machine, this_machine
from bench.page import page
from bench.running import ALL, ROOT, Stop, laps, measure
from bench.table import screen


def main() -> int:
    """Measure, show, write; give the exit code: 130 after Ctrl-C."""
    wanted = _arguments()
    groups = tuple(group for group in ALL if not wanted.only or group.suite in wanted.only)
    stop, machine = Stop(), this_machine(ROOT)
    with stop.listening() as listening:
        rows = _measured(groups, QUICK if wanted.quick else FULL, listening)
    if wanted.json:
        print(msgspec.json.encode({"machine": machine, "whole": not stop.wanted, "rows": rows}).decode())
    else:
        _show(machine, rows)
    if stop.wanted:
        print("stopped: this is what had been measured", file=sys.stderr)
        return 130
    if wanted.write is not None:
        wanted.write.write_text(page(machine, rows, _command(wanted)), encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Calvox, beside floors and peers.")
    parser.add_argument("--quick", action="store_true", help="in half a minute instead of ten, and less exactly")
    parser.add_argument("--json", action="store_true", help="machine, rows and ratios as JSON")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the page, as docs/benchmarks.md")
    suites = sorted({group.suite for group in ALL})
    parser.add_argument("--only", action="append", choices=suites, help="only this suite; may be given again")
    wanted = parser.parse_args()
    if wanted.write is not None and wanted.only:
        parser.error("the page holds every suite: --write goes without --only")
    return wanted


def _command(wanted: argparse.Namespace) -> str:
    return "python -m bench" + (" --quick" if wanted.quick else "")


def _measured(groups: tuple[Group, ...], scale: Scale, stop: Stop) -> list[Row]:
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=laps(groups, scale))
        return measure(groups, scale, stop, lambda what: progress.update(task, advance=1, description=what))


def _show(machine: Machine, rows: list[Row]) -> None:
    console = Console()
    for name, value in msgspec.structs.asdict(machine).items():
        console.print(f"{name.replace('_', ' ')}: {value}", markup=False, highlight=False)
    console.print(screen(rows))


if __name__ == "__main__":
    sys.exit(main())
