"""How a ledger grows in a simulated year: `python -m bench.growth`, a few minutes; its figures stand in docs/running.md.

A site of 100 users and 20 devices on two session hosts, each asking once a working day. The clock is the test's own; a day's
upkeep runs each night.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from calvox.core.products import CalType
from calvox.journal.sqlite import DATABASE
from tests.world import Site, wish

USERS, DEVICES, DAYS = 100, 20, 365


def main() -> None:
    """Simulate, and print the figures."""
    with tempfile.TemporaryDirectory(prefix="calvox-growth-") as folder:
        site = Site.founded(Path(folder))
        site.activate(wish("user", "2022", USERS), wish("device", "2022", DEVICES))
        hosts = [site.enrol(name, "2022") for name in ("rdsh-1", "rdsh-2")]
        for day in range(DAYS):
            if day % 7 < 5:
                for number in range(USERS):
                    hosts[number % 2].acquire(CalType.USER, f"user-{number}")
                for number in range(DEVICES):
                    hosts[number % 2].acquire(CalType.DEVICE, f"device-{number}", authenticated=True)
            site.sweep()
            site.clock.later(days=1)
            if day % 30 == 0:
                print(f"day {day}", file=sys.stderr)
        kinds = Counter(site.entries())
        site.close()
        size = (site.folder / DATABASE).stat().st_size
        print(f"{sum(kinds.values())} entries, {size} bytes")
        for kind, count in kinds.most_common(8):
            print(f"  {count:>7} {kind}")


if __name__ == "__main__":
    main()
