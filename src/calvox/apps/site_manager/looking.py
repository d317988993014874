"""The pages that only show: overview, machines, which CAL, acceptance and checklist."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec
from starlette.responses import Response

from calvox.apps.site.acceptance import acceptance_of, checklist_of
from calvox.apps.site.calls import calls
from calvox.apps.site.gathering import enter_backup, facts_of, moment_within, server_of
from calvox.apps.site_manager.visits import Visit, in_site, shown
from calvox.common.errors import BadInput, CalvoxError, NotFound
from calvox.doctor.engine import diagnose
from calvox.doctor.facts import Mode, Site, short_name
from calvox.doctor.rules import every_rule
from calvox.site.folder import SiteFolder
from calvox.web.common.pages import Page
from calvox.web.windows import menu
from calvox.web.windows.acceptance import Tried, acceptance
from calvox.web.windows.machines import machines
from calvox.web.windows.overview import OpenCall, overview
from calvox.web.windows.which import which
from calvox.windows.calls.kinds import ABOUT, CallKind
from calvox.windows.precheck import precheck
from calvox.windows.remedies import remedy

T = TypeVar("T")


class AskedSession(msgspec.Struct, frozen=True):
    """Which test session is asked about."""

    mode: str = ""
    server: str = ""
    host: str = ""
    holder: str = ""


async def show_overview(visit: Visit) -> Response:
    """Show whether to call, and what is wrong."""
    return await shown(visit, menu.OVERVIEW, _overview, visit.desk.world.now())


def _overview(site: SiteFolder, now: int) -> Page:
    known, purchases = facts_of(site), site.description.purchases
    wanted = servers_of(site, known)[:1]
    checks = [
        (precheck(known, server, purchases, now), partial(remedy, site=known, purchases=purchases))
        for server in sorted(known.licence_servers, key=lambda one: one.machine.name not in wanted)
    ]
    going_on = [OpenCall(c.call, ABOUT[CallKind(c.kind)].title, c.server) for c in calls(site) if not c.outcome]
    return overview(known, checks, going_on, diagnose(known, every_rule(), now))


async def show_machines(visit: Visit) -> Response:
    """Show the machines."""
    return await shown(visit, menu.MACHINES, lambda site: machines(facts_of(site)))


async def show_which(visit: Visit) -> Response:
    """Show which CAL fits which host."""
    return await shown(visit, menu.WHICH, lambda site: which(facts_of(site)))


async def tested_backup(visit: Visit) -> Response:
    """Enter that a backup was tested."""
    fields = await visit.form()
    made = moment_within(fields.get("made", ""), visit.desk.zone, visit.desk.world.now())
    parts = {name: fields.get(name) == "true" for name in ("folder", "system_state")}

    def enter(site: SiteFolder) -> None:
        name = server_of(facts_of(site), fields.get("machine", "")).machine.name
        enter_backup(site, name, made, **parts)

    await in_site(visit, enter)
    return visit.go_to(f"{menu.MACHINES}?done=backup")


async def show_acceptance(visit: Visit) -> Response:
    """Show what is proven."""
    asked = visit.asked(AskedSession)
    return await shown(visit, menu.ACCEPTANCE, _acceptance, asked, visit.desk.world.now())


def _acceptance(site: SiteFolder, asked: AskedSession, now: int) -> Page:
    mode = Mode(asked.mode) if asked.mode in (Mode.DEVICE, Mode.USER) else None
    servers = servers_of(site, facts_of(site))
    server = asked.server.strip() or next(iter(servers), "")
    told = {"server": server, "host": asked.host.strip(), "holder": asked.holder.strip()}
    accepted = _or_why(lambda: acceptance_of(site, now, mode=mode, **told))
    listed = _or_why(lambda: checklist_of(site, now, told["server"]))
    return acceptance(Tried(asked.mode, **told), servers, accepted, listed)


def _or_why(judge: Callable[[], T]) -> T | CalvoxError:
    """Judge, or say why nothing can be judged."""
    try:
        return judge()
    except (BadInput, NotFound) as error:
        return error


def servers_of(site: SiteFolder, known: Site) -> tuple[str, ...]:
    """Name the licence servers that were collected, those that site.toml wants first."""
    wanted = [short_name(name) for name in site.description.licensing.servers]
    order = {name: place for place, name in enumerate(wanted)}
    names = [server.machine.name for server in known.licence_servers]
    return tuple(sorted(names, key=lambda name: order.get(short_name(name), len(order))))
