"""Plans: begun, looked at, vouched for line by line, closed; by the same use cases as at the command line."""

from collections.abc import Callable

from starlette.responses import Response

from calvox.apps.site.gathering import facts_of
from calvox.apps.site.plans import close_plan, confirm_step, open_plan, plans_of, take_back, view_plan
from calvox.apps.site_manager.looking import servers_of
from calvox.apps.site_manager.visits import Visit, in_site, number_of, refused, shown
from calvox.common.errors import BadInput, CalvoxError, Conflict
from calvox.site.folder import SiteFolder
from calvox.web.common.pages import Page
from calvox.web.windows import menu
from calvox.web.windows.plan import plan as plan_page
from calvox.web.windows.plans import plans as plans_page


async def show_plans(visit: Visit) -> Response:
    """Show the plans, and a form that begins another."""
    return await shown(visit, menu.PLANS, _plans, visit.desk.world.now())


def _plans(
    site: SiteFolder, now: int, chosen: tuple[str, str, str] = ("", "", ""), trouble: CalvoxError | None = None
) -> Page:
    views = [view_plan(site, plan.plan, now) for plan in plans_of(site)]
    return plans_page(views, servers_of(site, facts_of(site)), chosen, trouble)


async def begin_plan(visit: Visit) -> Response:
    """Begin a plan."""
    fields = await visit.form()
    kind, old, new = (fields.get(name, "").strip() for name in ("kind", "old", "new"))
    try:
        number = await in_site(visit, open_plan, kind, old, new)
    except (BadInput, Conflict) as error:
        now = visit.desk.world.now()
        return await refused(visit, menu.PLANS, error, _plans, now, (kind, old, new), error)
    return visit.go_to(f"{menu.PLANS}/{number}?done=begun")


async def show_plan(visit: Visit) -> Response:
    """Show a plan."""
    return await shown(visit, menu.PLANS, _plan, number_of(visit), visit.desk.world.now())


def _plan(site: SiteFolder, number: int, now: int, trouble: CalvoxError | None = None) -> Page:
    return plan_page(view_plan(site, number, now), trouble)


async def confirm(visit: Visit) -> Response:
    """Vouch for a line."""
    fields, now = await visit.form(), visit.desk.world.now()
    step, note = fields.get("step", ""), fields.get("note", "")
    return await _changed(visit, "vouched", lambda site, number: confirm_step(site, number, step, note, now))


async def withdraw(visit: Visit) -> Response:
    """Take back what was vouched for."""
    fields, now = await visit.form(), visit.desk.world.now()
    step = fields.get("step", "")
    return await _changed(visit, "taken-back", lambda site, number: take_back(site, number, step, "", now))


async def close(visit: Visit) -> Response:
    """Close a plan, or give it up."""
    fields, now = await visit.form(), visit.desk.world.now()
    note, give_up = fields.get("note", ""), fields.get("how") != "done"
    return await _changed(visit, "closed", lambda site, number: close_plan(site, number, now, note, give_up=give_up))


async def _changed(visit: Visit, done: str, change: Callable[[SiteFolder, int], object]) -> Response:
    number = number_of(visit)
    try:
        await in_site(visit, change, number)
    except (BadInput, Conflict) as error:
        return await refused(visit, menu.PLANS, error, _plan, number, visit.desk.world.now(), error)
    return visit.go_to(f"{menu.PLANS}/{number}?done={done}")
