"""Command line: `python -m bench.pairs [--cals N …] [--rounds N] [--seconds S] [--json] [--write PAGE]`.

Everything is measured in turn, round by round, on ledgers that hold so many CALs already; what is told is the median of the
rounds, with the least and the most.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import msgspec
from rich.console import Console
from rich.progress import Progress

from bench.machine import this_machine
from bench.pairs import peers
from bench.pairs.floor import PairRows
from bench.pairs.generator import Wanted
from bench.pairs.license_manager import license_manager, license_manager_pairs, license_manager_there
from bench.pairs.page import Figures, page, screen
from bench.pairs.serving import ROOT, cpu_seconds, generated, no_op, resident
from calvox.core.holders import holder_of
from calvox.core.products import CalType
from calvox.journal.interface import Transaction
from calvox.server.issue import HolderAsk, acquire
from tests.apps.processes import ServerProcess
from tests.apps.raw_host import enrol_raw
from tests.world import Site, wish

CALLERS = (1, 16, 64)
CHUNK = 2000
UNBOUNDED = {"CALVOX_SERVER_REQUESTS_EACH_SECOND": "1000000", "CALVOX_SERVER_HOLDERS_EACH_HOUR": "0"}
SESSIONS = 100_000


def filled(folder: Path, cals: int, progress: Progress) -> Path:
    """Make a licence server whose ledger holds so many users' CALs, one entry each; leave it closed."""
    folder.mkdir()
    site = Site.founded(folder, now=int(time.time()), parts=None)
    site.activate(wish("session", "2022", SESSIONS), wish("user", "2022", 100_000))
    host = site.enrol("filler", "2022").enrolled
    task = progress.add_task(f"a ledger of {cals:,} CALs", total=cals)
    for first in range(0, cals, CHUNK):
        names = [f"user-{number}" for number in range(first, min(cals, first + CHUNK))]
        asks = [HolderAsk(CalType.USER, holder_of(CalType.USER, n), n, host.host, host.version) for n in names]
        site.run(partial(_fill, site, asks))
        progress.advance(task, len(names))
    site.close()
    progress.remove_task(task)
    return site.folder


def _fill(site: Site, asks: list[HolderAsk], tx: Transaction) -> None:
    for ask in asks:
        acquire(site.server, ask)(tx)


@contextmanager
def running(folder: Path, cals: int, figures: Figures) -> Iterator[tuple[ServerProcess, Path]]:
    """Serve a ledger with a host enrolled; tell how long the start took."""
    begun = time.perf_counter()
    with ServerProcess(folder, limits=UNBOUNDED) as server:
        figures[cals, "start"].append(time.perf_counter() - begun)
        yield server, enrol_raw(server.port, server.code(f"bench-{begun}"), folder.parent / f"host-{begun}")


def measured(server: ServerProcess, host: Path, cals: int, seconds: float, figures: Figures, seed: str) -> None:
    """Measure our own server once."""
    pid = server.process.pid
    for callers in CALLERS:
        before = cpu_seconds(pid)
        told = generated(host, server.port, Wanted(callers, seconds, seed=f"{seed}-{callers}"))
        figures[cals, f"pairs {callers}"].append(told.pairs / told.seconds)
        figures[cals, f"cpu {callers}"].append((cpu_seconds(pid) - before) / told.pairs * 1e6)
    rate = figures[cals, f"pairs {CALLERS[-1]}"][-1] / 2
    steady = generated(host, server.port, Wanted(CALLERS[-1], seconds, rate=rate, seed=f"{seed}-open"))
    figures[cals, "p99"].append(steady.p99)
    bulk = generated(host, server.port, Wanted(4, seconds, work="bulk", seed=f"{seed}-bulk"))
    figures[cals, "bulk"].append(64 * bulk.pairs / bulk.seconds)
    figures[cals, "resident"].append(resident(pid))


def beside(folder: Path, tls: Path, host: Path, seconds: float, figures: Figures) -> None:
    """Measure the floors and the peers once."""
    with no_op(tls) as (pid, port):
        before = cpu_seconds(pid)
        told = generated(host, port, Wanted(CALLERS[-1], seconds, work="nothing", seed="n"))
        figures[0, "no-op"].append((cpu_seconds(pid) - before) / told.pairs * 1e6)
    rows = PairRows(folder / f"rows-{time.perf_counter()}")
    figures[0, "rows"].append(rows.cpu(32, seconds))
    rows.close()
    tools = peers.postgresql_tools()
    if tools:
        with peers.postgresql(tools) as reach:
            figures[0, "PostgreSQL"].append(peers.postgresql_pairs(tools, reach, CALLERS[-1], seconds))
            if license_manager_there():
                with license_manager(tools, reach) as (port, token):
                    for callers in CALLERS[:2]:
                        pairs = license_manager_pairs(port, token, callers, seconds)
                        figures[0, f"license-manager {callers}"].append(pairs)
    if peers.redis_there():
        with peers.redis() as reach:
            figures[0, "Redis"].append(peers.redis_pairs(reach, CALLERS[-1], seconds))


def main() -> int:
    """Measure, show, write."""
    parser = argparse.ArgumentParser(prog="python -m bench.pairs", description="Acquire and release over mutual TLS.")
    parser.add_argument("--cals", type=int, nargs="+", default=[1_000, 50_000], help="CALs in the ledger beforehand")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each measurement")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    wanted = parser.parse_args()
    figures: Figures = defaultdict(list)
    machine, console = this_machine(ROOT), Console(stderr=True)
    if not license_manager_there():
        console.print("license-manager-backend is left out: it is not installed (see bench/pairs/license_manager.py)")
    cache = ROOT / ".cache" / "bench"
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as place, Progress(console=console, transient=True) as progress:
        folder = Path(place)
        ledgers = {cals: filled(folder / str(cals), cals, progress) for cals in wanted.cals}
        for cals, ledger in ledgers.items():
            size = sum(file.stat().st_size for file in ledger.glob("journal.db*"))
            figures[cals, "disk"].append(size / cals)
        task = progress.add_task("rounds", total=wanted.rounds * (len(ledgers) + 1))
        for number in range(wanted.rounds):
            for cals, ledger in ledgers.items():
                with ExitStack() as stack:
                    server, host = stack.enter_context(running(ledger, cals, figures))
                    measured(server, host, cals, wanted.seconds, figures, f"{number}")
                progress.advance(task)
            beside(folder, ledger / "keys", host, wanted.seconds, figures)
            progress.advance(task)
    if wanted.json:
        told = {f"{name} at {cals}": median(values) for (cals, name), values in figures.items()}
        print(msgspec.json.encode(told).decode())
    else:
        Console().print(screen(figures, wanted.cals))
    if wanted.write:
        command = "python -m bench.pairs --cals " + " ".join(map(str, wanted.cals)) + f" --rounds {wanted.rounds}"
        wanted.write.write_text(page(machine, figures, wanted.cals, command), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
