"""Memory of an append run, measured in a process of its own: `python -m bench.memory FOLDER SECONDS`.

The peak is the kernel's VmHWM of the child, which begins anew with the program; what getrusage tells would begin with the
size of the process that started it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from bench.appends import open_journal, work
from bench.callers import call
from bench.lines import Group, Lap, Line, Scale, Unit

CALLERS = 256
ROOT = Path(__file__).parents[1]


def peak() -> float:
    """Read the most memory that this process ever held, in MiB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def main() -> None:
    """Append, and tell the peak before and after."""
    with closing(open_journal(Path(sys.argv[1]))) as journal:
        before = peak()
        entries = call(journal, work, CALLERS, float(sys.argv[2])).entries
        print(json.dumps({"before": before, "after": peak(), "entries": entries}))


@contextmanager
def _running(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    numbers = count(1)
    told: dict[str, float] = {}

    def run() -> float:
        own = folder / str(next(numbers))
        command = [sys.executable, "-m", "bench.memory", str(own), str(2 * scale.disk_seconds)]
        # In a session of its own, Ctrl-C does not reach it in the middle.
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, start_new_session=True)
        told.update(json.loads(done.stdout))
        return told["after"]

    yield [run, lambda: told["before"], lambda: told["entries"]]


BEFORE = "peak memory before the first append"
GROUPS = (
    Group(
        "memory",
        (
            Line(f"peak memory, appends at {CALLERS} callers", Unit.MEMORY, (BEFORE,)),
            Line(BEFORE, Unit.MEMORY),
            Line("appended meanwhile", Unit.COUNT),
        ),
        _running,
    ),
)

if __name__ == "__main__":
    main()
