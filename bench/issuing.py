"""CALs issued a second by a licence server in this process: fresh devices, each with its token.

What the network costs is not in it; what a CAL costs is: holder, decision, entry, rows, leaf, and the token's bytes after
the commit. The floor writes the same rows into the same tables.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from bench.bare import Bare, entry_insert
from bench.beside import laps_beside, lines_beside
from bench.callers import call
from bench.lines import Group, Lap, Scale
from calvox.common.clock import SYSTEM
from calvox.common.settings import Server, Settings
from calvox.core.entries import CalIssued
from calvox.core.holders import holder_of
from calvox.core.ledger import LEDGER
from calvox.core.products import CalType
from calvox.journal.bodies import written
from calvox.journal.interface import Work
from calvox.server.found import found
from calvox.server.issue import HolderAsk, acquire, token_of
from calvox.server.store import LicenceServer, open_server
from calvox.wire.card import CentreCard, Telephone
from tests.wire.phone.vectors import PUBLIC_KEY

HOST, VERSION = bytes(16), 8


def new_server(folder: Path) -> LicenceServer:
    """Make and open a licence server; it issues temporary CALs without having been activated."""
    settings = Settings(server=Server(folder=str(folder)))
    telephones = [Telephone(country="FR", number="01 99 00 00 00", hours="9-17")]
    card = CentreCard(name="Bench", public_key=PUBLIC_KEY.hex(), telephones=telephones)
    found(settings, card, "bench", "", "bench", parts={})
    return open_server(settings)


def ask_of(number: int) -> HolderAsk:
    """Ask for a device that was never seen."""
    name = f"device-{number}"
    return HolderAsk(CalType.DEVICE, holder_of(CalType.DEVICE, name), name, HOST, VERSION)


def _bare(file: Path) -> Bare:
    now = SYSTEM.now()
    facts: dict[str, Any] = {"cal_type": 0, "version": VERSION, "valid_until": now, "temporary": True, "pack": 0}
    replaced: dict[str, Any] = {"replaces": b"", "replaces_pack": 0}
    issued = CalIssued(cal_id=bytes(16), holder=bytes(32), host=HOST, **facts, **replaced)
    ids: dict[int, tuple[bytes, bytes]] = {}

    def drawn(sequence: int) -> tuple[bytes, bytes]:
        """Draw a holder and a CAL; the same for all rows of an entry."""
        if sequence not in ids:
            ids.clear()
            ids[sequence] = (os.urandom(32), os.urandom(16))
        return ids[sequence]

    def holder(sequence: int) -> tuple[Any, ...]:
        reference, salt = drawn(sequence)
        return reference, os.urandom(32), salt, f"device-{sequence}"

    def cal(sequence: int) -> tuple[Any, ...]:
        reference, cal_id = drawn(sequence)
        return cal_id, 0, VERSION, reference, HOST, now, now, 1, 0, sequence

    inserts = (
        ("INSERT OR REPLACE INTO holder VALUES (?, ?, ?, ?)", holder),
        entry_insert(written(issued)[1], bytes(32), now),
        ("INSERT OR REPLACE INTO cal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", cal),
        ("INSERT OR REPLACE INTO device VALUES (?, ?, 0)", lambda sequence: (drawn(sequence)[0], now)),
    )
    return Bare(file, LEDGER, inserts)


@contextmanager
def _acquiring(callers: int, folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    numbers = count(1)
    with (
        closing(new_server(folder / "server")) as server,
        closing(_bare(folder / "same")) as same,
        closing(_bare(folder / "single")) as single,
    ):

        def work() -> Work[Any]:
            return acquire(server, ask_of(next(numbers)))

        called = partial(call, server.journal, work, callers, answered=token_of)
        yield laps_beside(lambda seconds: called(seconds=seconds), same, single, scale.disk_seconds)
        server.journal.verify()


GROUPS = tuple(
    Group("licence server", lines_beside("CALs issued", callers), partial(_acquiring, callers)) for callers in (64, 256)
)
