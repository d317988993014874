"""The servers that pairs are sent to, as processes: ours, and one that does nothing; and what their work cost."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.pairs.generator import Told, Wanted

ROOT = Path(__file__).parents[2]
_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Read the processor time that a process has used, its own and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def resident(pid: int) -> float:
    """Read the memory that a process holds, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def generated(host: Path, port: int, wanted: Wanted) -> Told:
    """Run a generator to its end."""
    asked = msgspec.json.encode(wanted).decode()
    command = [sys.executable, "-m", "bench.pairs.generator", str(host), str(port), asked]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, start_new_session=True)
    return msgspec.json.decode(done.stdout, type=Told)


@contextmanager
def no_op(tls: Path) -> Iterator[tuple[int, int]]:
    """Start the server that does nothing, with a licence server's certificates; give its process and its port."""
    command = [sys.executable, "-m", "bench.pairs.no_op", str(tls)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    try:
        yield process.pid, int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
