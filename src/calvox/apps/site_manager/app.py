"""The site manager's routes."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import Route

from calvox.apps.browser import COMING_IN, Endpoint, routes
from calvox.apps.browser.door import LANGUAGE, log_out
from calvox.apps.site_manager import bringing, calling, keeping, looking, making, planning
from calvox.apps.site_manager.desk import SiteDesk
from calvox.apps.site_manager.visits import Visit
from calvox.common.i18n import t
from calvox.web.common.problem import ProblemPage
from calvox.web.windows.bundles import SCRIPT


async def outside(visit: Visit) -> Response:
    """Tell whoever is not in how they come in."""
    hint = t("Press Enter where “calvox manager serve” runs: it prints another link.")
    return visit.page(ProblemPage(t("Nobody is logged in"), t("A link lets you in, once."), hint), status=401)


ENDPOINTS: Sequence[Endpoint[SiteDesk]] = (
    *COMING_IN,
    LANGUAGE,
    Endpoint("GET", "/log-in", outside, open=True),
    Endpoint("POST", "/log-out", log_out),
    Endpoint("GET", "/", looking.show_overview),
    Endpoint("GET", "/machines", looking.show_machines),
    Endpoint("POST", "/machines/backup", looking.tested_backup),
    Endpoint("GET", "/which-cal", looking.show_which),
    Endpoint("GET", "/acceptance", looking.show_acceptance),
    Endpoint("GET", "/import", bringing.show_import),
    Endpoint("POST", "/import", bringing.take_files),
    Endpoint("GET", f"/import/{SCRIPT}", bringing.give_collector),
    Endpoint("GET", "/calls", calling.show_calls),
    Endpoint("POST", "/calls", calling.open_one),
    Endpoint("GET", "/calls/{number}", calling.show_call),
    Endpoint("POST", "/calls/{number}/judge", calling.judge_line),
    Endpoint("POST", "/calls/{number}/type", calling.type_line),
    Endpoint("POST", "/calls/{number}/back", calling.take_back),
    Endpoint("POST", "/calls/{number}/again", calling.begin_again),
    Endpoint("POST", "/calls/{number}/correct", calling.correct_group),
    Endpoint("POST", "/calls/{number}/read-back", calling.read_back),
    Endpoint("POST", "/calls/{number}/script", calling.give_script),
    Endpoint("POST", "/calls/{number}/assistant", calling.by_assistant),
    Endpoint("POST", "/calls/{number}/end", calling.end_one),
    Endpoint("GET", "/actions", making.show_actions),
    Endpoint("GET", "/actions/{action}", making.show_action),
    Endpoint("POST", "/actions/{action}", making.make_script),
    Endpoint("GET", "/artefacts", making.show_artefacts),
    Endpoint("POST", "/artefacts", making.give_artefacts),
    Endpoint("POST", "/artefacts/{name}", making.give_artefact),
    Endpoint("GET", "/papers", making.show_papers),
    Endpoint("POST", "/papers/{name}", making.give_paper),
    Endpoint("GET", "/plans", planning.show_plans),
    Endpoint("POST", "/plans", planning.begin_plan),
    Endpoint("GET", "/plans/{number}", planning.show_plan),
    Endpoint("POST", "/plans/{number}/confirm", planning.confirm),
    Endpoint("POST", "/plans/{number}/take-back", planning.withdraw),
    Endpoint("POST", "/plans/{number}/close", planning.close),
    Endpoint("GET", "/journal", keeping.show_journal),
    Endpoint("POST", "/journal/verify", keeping.verify),
    Endpoint("GET", "/journal/export", keeping.give_journal),
)
"""Every route."""


def site_routes(desk: SiteDesk) -> list[Route]:
    """Make the routes."""
    return routes(desk, ENDPOINTS)
