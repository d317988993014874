"""The manager's pages on a licence server with a million CALs and a thousand session hosts, and the bytes of a first visit.

Each page is asked of the application as a browser would, with a session, its queries and the ledger beneath; what TLS and the
network cost is not in it. The page to log in asks nothing of the ledger: it is what a page costs. CALs are entered as they are
issued, without their tokens, which no page reads.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from bench.lines import Group, Lap, Line, Scale, Unit
from calvox.apps.licence_server.process import CASES
from calvox.apps.manager import manager_routes
from calvox.apps.manager.app import ENDPOINTS, FACE
from calvox.apps.people_api import PeopleDesk, people_app
from calvox.core.entries import CalIssued
from calvox.core.holders import holder_of, reference_of
from calvox.core.products import CalType
from calvox.journal.interface import Transaction
from calvox.people.accounts import set_password
from calvox.people.log_in import Door
from calvox.web.common.assets import served
from calvox.wire.phone.message import MOST_REQUESTS
from tests.apps.asgi import Told, ask_within
from tests.world import Site, wish

CHUNK = 5_000
VERSION = 7
PACKS = 10 * (wish("user", "2022", 90_000),) + (wish("device", "2022", 90_000),)
LOG_IN = "page to log in"
RARE, NOBODY = "rdsh-rare", "zzz"
NAMED = {
    "CALs of a host": "/cals?host=rdsh-0001",
    "CALs of a host that has few": f"/cals?host={RARE}",
    "CALs, temporary, of another version": "/cals?lasting=temporary&version=2019",
    "holders whose names begin so": "/cals?holder=ADA.77",
    "holders, nobody's name begins so": f"/cals?holder={NOBODY}",
    "CALs far back": "/cals?after=" + (1000).to_bytes(8).hex(),
    "one holder and the history's beginning": "/holders/{cal}",
    "one host": "/hosts/rdsh-0001",
    "one host, its CALs counted": "/hosts/rdsh-0001?count=0",
    "hosts by name": "/hosts?name=77",
    "the journal by kind": "/journal?kind=HostEnrolled",
}
"""Pages about something, each with an address of it."""
OF_A_CALL = {"/call/request"}
"""What is there only while a call to the centre is open."""
PLAIN = [
    one.path
    for one in ENDPOINTS
    if one.method == "GET" and not one.open and "{" not in one.path and one.path not in OF_A_CALL
]


def filled(folder: Path, cals: int, hosts: int) -> Site:
    """Make a licence server whose ledger holds so many CALs, a tenth of them temporary, and hosts; it is open."""
    site, chance = Site.founded(folder, now=int(time.time()), parts=None), Random(1)
    for first in range(0, len(PACKS), MOST_REQUESTS):
        site.call(activate=not first, packs=PACKS[first : first + MOST_REQUESTS])
    enrolled = [site.enrol(f"rdsh-{number:04}", "2022").enrolled.host for number in range(hosts)]
    rare = site.enrol(RARE, "2022").enrolled.host
    for first in range(0, cals, CHUNK):
        numbers = range(first, min(cals, first + CHUNK))
        wanted = [(number, rare if number == 5 else chance.choice(enrolled)) for number in numbers]
        site.run(partial(_enter, chance, wanted))
    return site


def _enter(chance: Random, wanted: list[tuple[int, bytes]], tx: Transaction) -> None:
    for number, host in wanted:
        kind = CalType.DEVICE if number % 10 == 0 else CalType.USER
        name = f"PC-{number:07}" if kind is CalType.DEVICE else f"{chance.choice(('ada', 'bob', 'chloe'))}.{number}"
        holder, salt = holder_of(kind, name), chance.randbytes(16)
        reference = reference_of(salt, holder)
        tx.put("holder", {"reference": reference, "holder": holder, "salt": salt, "name": name})
        pack = 0 if kind is CalType.DEVICE else 1 + number * (len(PACKS) - 1) // 1_000_000
        about: dict[str, Any] = {"version": VERSION, "valid_until": tx.now + 5_000_000, "host": host, "pack": pack}
        none: dict[str, Any] = {"replaces": b"", "replaces_pack": 0}
        tx.append(
            CalIssued(
                cal_id=(tx.head.position + 1).to_bytes(8) + chance.randbytes(8),
                cal_type=int(kind),
                holder=reference,
                temporary=kind is CalType.DEVICE,
                **about,
                **none,
            )
        )


class Visitor:
    """Somebody who is logged in at the manager."""

    def __init__(self, site: Site) -> None:
        desk = PeopleDesk(site.server, CASES)
        self._app = people_app(desk, manager_routes(desk))
        set_password(site.server, "ada", "correct horse battery", "root")
        door = Door(site.server)
        secret, who = door.log_in("ada", "correct horse battery", "")
        door.change_password(who, "correct horse battery", "of my own choice", "")
        self._headers = {"Host": "calvox.example", "Cookie": f"{FACE.cookie}={secret}"}
        self._runner = asyncio.Runner()

    def get(self, path: str, *, known: bool = True) -> Told:
        """Ask for a page."""
        headers = self._headers if known else {"Host": "calvox.example"}
        return self._runner.run(ask_within(self._app, "GET", path, b"", headers=headers))

    def milliseconds(self, path: str, *, known: bool = True) -> float:
        """Measure one page."""
        begun = perf_counter()
        told = self.get(path, known=known)
        took = 1_000 * (perf_counter() - begun)
        if told.status not in (200, 303):
            raise RuntimeError(f"{path} was answered with {told.status}")
        return took

    def first_visit(self, path: str, *, known: bool) -> float:
        """Add up the kilobytes of a page and of all that it refers to, as they are sent."""
        page = self.get(path, known=known).body
        assets = {address: asset for address, asset in served().items() if address.encode() in page}
        return (len(page) + sum(len(asset.packed) for asset in assets.values())) / 1_000

    def close(self) -> None:
        """Let the loop go."""
        self._runner.close()


@contextmanager
def _pages(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    site = filled(folder, scale.cals, scale.hosts)
    visitor = Visitor(site)
    (cal,) = site.read(lambda reader: list(reader.select("cal", order="-entry", limit=1)))
    named = [path.replace("{cal}", cal["cal_id"].hex()) for path in NAMED.values()]
    try:
        yield [
            partial(visitor.milliseconds, "/log-in", known=False),
            *(partial(visitor.milliseconds, path) for path in (*PLAIN, *named)),
            partial(visitor.first_visit, "/log-in", known=False),
            partial(visitor.first_visit, "/", known=True),
            partial(visitor.first_visit, "/cals", known=True),
        ]
    finally:
        visitor.close()
        site.close()


GROUPS = (
    Group(
        "pages",
        (
            Line(LOG_IN, Unit.TIME),
            *(Line(f"page {path}", Unit.TIME) for path in PLAIN),
            *(Line(f"page: {what}", Unit.TIME) for what in NAMED),
            Line("first visit to log in", Unit.SIZE),
            Line("first visit to the overview", Unit.SIZE),
            Line("first visit to the CALs", Unit.SIZE),
        ),
        _pages,
    ),
)
