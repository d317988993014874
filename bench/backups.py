"""A backup of a large ledger: its time by stage, its size, and what asking for CALs takes meanwhile.

`python -m bench.backups [CALS]`; a million if nothing is said. One caller asks for new users' CALs one after the other, over
mutual TLS, for a while without a backup and then until the backup is made. The machine should have nothing else to do.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPSConnection
from pathlib import Path
from time import perf_counter

import msgspec

from bench.pages import filled
from calvox.apps.continuity.cases import NewKey
from calvox.core.holders import holder_of
from calvox.core.products import CalType
from calvox.trust.recovery import recipient_of, recovery_key
from calvox.wire import hostapi as api
from tests.apps.processes import COMMAND, ServerProcess, environment
from tests.apps.raw_host import context_of, enrol_raw

QUIET_SECONDS = 20


def asking(home: Path, port: int, until: Callable[[], bool], name: str) -> list[float]:
    """Ask for CALs one after the other; give what each took, in seconds."""
    connection = HTTPSConnection("localhost", port, context=context_of(home), timeout=60)
    took: list[float] = []
    while not until():
        person = f"{name}-{len(took)}"
        body = msgspec.json.encode(api.AcquireAsk("user", holder_of(CalType.USER, person), person))
        begun = perf_counter()
        connection.request("POST", api.ACQUIRE, body)
        answer = connection.getresponse()
        answer.read()
        took.append(perf_counter() - begun)
        if answer.status != 200:
            raise RuntimeError(f"status {answer.status}")
    connection.close()
    return sorted(took)


def told(name: str, took: list[float]) -> None:
    """Print a line."""
    middle, high = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(f"{name}: {len(took)} CALs, p50 {1000 * middle:.1f} ms, p99 {1000 * high:.1f} ms", flush=True)


def main(cals: int, folder: Path) -> None:
    """Fill, serve, ask, back up."""
    begun = perf_counter()
    site = filled(folder, cals, 10)
    site.close()
    print(f"{cals} CALs, filled in {perf_counter() - begun:.0f} s", flush=True)
    where = site.folder
    print(f"journal: {(where / 'journal.db').stat().st_size / 1e6:.0f} MB", flush=True)
    limits = {"CALVOX_SERVER_HOLDERS_EACH_HOUR": "0", "CALVOX_SERVER_REQUESTS_EACH_SECOND": "1000000"}
    with ServerProcess(where, limits=limits) as server:
        server.owner.call("backup-key", NewKey(recipient_of(recovery_key(b"k" * 27))))
        home = enrol_raw(server.port, server.code("bench"), folder / "host")
        end = time.monotonic() + QUIET_SECONDS
        told("without a backup", asking(home, server.port, lambda: time.monotonic() > end, "quiet"))
        chosen = environment(CALVOX_BACKUP_FOLDER=str(folder / "backups"))
        words = [*COMMAND, "backup", "create", "--tell", "--folder", str(where)]
        with (folder / "stages").open("wb") as stages:
            begun = perf_counter()
            process = subprocess.Popen(words, env=chosen, stdout=subprocess.PIPE, stderr=stages)
            told("during a backup", asking(home, server.port, lambda: process.poll() is not None, "busy"))
            whole = perf_counter() - begun
            output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError((folder / "stages").read_text())
    made = json.loads(output)
    print(f"backup: {whole:.0f} s, archive {made['size'] / 1e6:.0f} MB, up to entry {made['position']}", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, Path(place))
