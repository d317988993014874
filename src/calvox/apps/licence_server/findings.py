"""What is wrong with a licence server just now, as its operators want to be told: each thing under a key that stays.

Pools that are used up or beyond their packs, and hosts whose grace ends, are judged here; alarms, backups, room and certificate
by the doctor's rules. What was found here is kept until it is clearly over, so that a pool at its brim is not told of again and
again.
"""

import socket
from collections.abc import Callable, Container, Iterator
from functools import partial
from pathlib import Path

from calvox.apps.alerting.by_rules import found_by_rules
from calvox.apps.alerting.watched import Finding, Findings, Watched
from calvox.apps.licence_server.own_facts import server_facts
from calvox.common.clock import DAY, World
from calvox.common.i18n import t
from calvox.common.settings import Settings
from calvox.core.products import cal_type_named
from calvox.core.reports import PoolReport
from calvox.core.standing import GRACE_SOON, Stands, days_text, days_until
from calvox.doctor.fact import Fact
from calvox.server.report import packs_report
from calvox.server.standing import StandingsAtAGlance, at_a_glance
from calvox.server.store import LicenceServer

BRIM = 20
"""A pool that was used up is told to be so no longer when one in this many of its CALs is free."""
EVERYONE = 100_000
"""More session hosts than there are."""


def findings(server: LicenceServer, known: Container[str] = ()) -> Findings:
    """Look for everything that is wrong; `known` are the keys that were found before."""
    now = server.world.now()
    with server.journal.read() as reader:
        report = packs_report(reader, now)
        hosts = at_a_glance(reader, now, EVERYONE)
    found = found_by_rules(server_facts(server, Fact(why="verified elsewhere")), now)
    for pool in report.pools:
        found.update(_pool(pool, known))
    if report.without_pack:
        text = t("{count} CALs per user are out from no pack at all", count=report.without_pack)
        found["over-use:none"] = Finding(str(text), _BUY)
    found.update(_graces(hosts, known, now))
    return found


_BUY, _HOSTS = "calvox server install", "calvox server hosts list"


def _pool(pool: PoolReport, known: Container[str]) -> Iterator[tuple[str, Finding]]:
    name = {"kind": cal_type_named(pool.cal_type).text, "version": pool.version}
    place = f"{pool.cal_type}:{pool.version}"
    numbers = {"issued": pool.issued, "total": pool.total}
    used_up, brim = f"used-up:{place}", pool.total // BRIM
    if pool.issued and pool.free <= (brim if used_up in known else 0):
        yield used_up, Finding(str(t("Used up: {kind} {version}, {issued} of {total}", **name, **numbers)), _BUY)
    if pool.over_use:
        yield (
            f"over-use:{place}",
            Finding(str(t("Over-use: {kind} {version}, {issued} of {total}", **name, **numbers)), _BUY),
        )


def _graces(told: StandingsAtAGlance, known: Container[str], now: int) -> Iterator[tuple[str, Finding]]:
    """Tell of hosts that refuse people, or will before long, as they said; one that fell silent since is no better for it."""
    over = told.counts.get(Stands.GRACE_OVER, 0)
    if over:
        text = t("Session hosts that refuse people, for their grace is over: {count}", count=over)
        yield "grace-over", Finding(str(text), _HOSTS)
    soon = [one for one in told.graces if one.grace_ends - now <= GRACE_SOON * DAY]
    first = next((one for one in soon if not one.silent or "grace-ends" in known), None)
    if first is not None:
        left = days_text(days_until(first.grace_ends, now))
        text = t("Grace ends on the session host {name}: {left}", name=first.name, left=left)
        yield "grace-ends", Finding(str(text), _HOSTS)


def watched(server: LicenceServer) -> Watched:
    """Tell what the telling needs of an open licence server."""
    shown, look = lambda: server.time.shown, partial(findings, server)
    return _watched(server.settings, server.card.name, server.world, shown, look)


def watched_unopened(settings: Settings, world: World) -> Watched:
    """Tell it of one that perhaps cannot be opened; nobody looks into it."""
    return _watched(settings, socket.gethostname(), world, world.now, lambda known: {})


def _watched(
    settings: Settings,
    name: str,
    world: World,
    shown: Callable[[], int],
    look: Callable[[Container[str]], Findings],
) -> Watched:
    return Watched(
        name=name,
        folder=Path(settings.server.folder),
        settings=settings,
        world=world,
        shown=shown,
        look=look,
        everything="calvox server status",
        trial="calvox server alert-test",
        verify="calvox journal verify",
    )
