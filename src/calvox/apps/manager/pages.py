"""The overview, and the figures of its charts."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from calvox.apps.browser import Endpoint, WithPeople
from calvox.apps.browser import Visit as AnyVisit
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.report_cases import UsageTold
from calvox.common.i18n import Text, t
from calvox.web.common.headers import PAGE
from calvox.web.manager import menu, overview

Visit = AnyVisit[WithPeople]
DONE: Mapping[str, Text] = {
    "password": t("Your password was changed."),
}
"""What the page after a change says."""


async def show_overview(visit: Visit) -> Response:
    """Show how the licence server stands."""
    told = await visit.case("status", Nothing())
    usage: UsageTold = await visit.case("report-usage", Nothing())
    page = overview.overview(told, usage.pools, usage.refusals)
    return visit.page(page, menu.OVERVIEW, said=_done(visit))


async def give_usage(visit: Visit) -> Response:
    """Give the figures of the charts."""
    told: UsageTold = await visit.case("report-usage", Nothing())
    pools = [{"begin": pool.begin, "peaks": pool.peaks, "totals": pool.totals} for pool in told.pools]
    return Response(msgspec.json.encode({"pools": pools}), 200, PAGE, "application/json")


def _done(visit: Visit) -> Text | None:
    return DONE.get(visit.request.query_params.get("done", ""))


ENDPOINTS = (
    Endpoint("GET", "/", show_overview),
    Endpoint("GET", overview.CHART, give_usage),
)
"""Their routes."""
