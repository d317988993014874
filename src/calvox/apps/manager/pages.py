"""The overview and the journal."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from calvox.apps.browser import MOST, Endpoint, WithPeople
from calvox.apps.browser import Visit as AnyVisit
from calvox.apps.licence_server.host_cases import HostListed, Nothing
from calvox.apps.licence_server.report_cases import UsageTold
from calvox.common.i18n import Text, t
from calvox.core.hosting import HostState
from calvox.core.ledger import LEDGER
from calvox.journal.listing import latest_entries
from calvox.web.common.headers import PAGE
from calvox.web.manager import journal, menu, overview

Visit = AnyVisit[WithPeople]
DONE: Mapping[str, Text] = {
    "password": t("Your password was changed."),
}
"""What the page after a change says."""
KINDS = tuple({fact.__name__ for fact in LEDGER.facts})
"""The kinds of entries that the journal may be asked for."""


class AskedEntries(msgspec.Struct, frozen=True):
    """Which entries the journal's page is to show."""

    kind: str = ""
    by: str = ""
    before: int = 0


async def show_overview(visit: Visit) -> Response:
    """Show how the licence server stands."""
    told = await visit.case("status", Nothing())
    usage: UsageTold = await visit.case("report-usage", Nothing())
    hosts: list[HostListed] = await visit.case("hosts", Nothing())
    listed = [overview.Host(one.name, one.enrolled, one.seen, one.state is HostState.ENROLLED) for one in hosts]
    page = overview.overview(told, usage.pools, usage.refusals, listed)
    return visit.page(page, menu.OVERVIEW, said=_done(visit))


async def give_usage(visit: Visit) -> Response:
    """Give the figures of the charts."""
    told: UsageTold = await visit.case("report-usage", Nothing())
    pools = [{"begin": pool.begin, "peaks": pool.peaks, "totals": pool.totals} for pool in told.pools]
    return Response(msgspec.json.encode({"pools": pools}), 200, PAGE, "application/json")


async def show_journal(visit: Visit) -> Response:
    """Show a page of entries."""
    asked = visit.asked(AskedEntries)
    before, by = _within(asked.before), asked.by.strip()
    looked = await visit.read(latest_entries, before, asked.kind, by, journal.PAGE)
    page = journal.journal(looked, KINDS, kind=asked.kind, by=by, before=before)
    return visit.page(page, menu.JOURNAL)


def _done(visit: Visit) -> Text | None:
    return DONE.get(visit.request.query_params.get("done", ""))


def _within(before: int) -> int:
    return before if 0 < before <= MOST else 0


ENDPOINTS = (
    Endpoint("GET", "/", show_overview),
    Endpoint("GET", overview.CHART, give_usage),
    Endpoint("GET", "/journal", show_journal),
)
"""Their routes."""
