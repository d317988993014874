"""The pages of somebody who is logged in, and what an administrator does on them, by the licence server's use cases."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from starlette.responses import Response

from calvox.apps.browser import MOST, WithPeople, converted
from calvox.apps.browser import Visit as AnyVisit
from calvox.apps.licence_server.host_cases import Group, HostListed, MakeCode, Nothing, OneHost
from calvox.common.errors import BadInput, NotFound
from calvox.common.i18n import Text, t
from calvox.common.settings import Server
from calvox.core.ledger import LEDGER
from calvox.journal.listing import latest_entries
from calvox.server.search import Found, Wanted, find_cals
from calvox.web.manager import cals, hosts, journal, menu, overview, packs

Visit = AnyVisit[WithPeople]
DONE: Mapping[str, Text] = {
    "password": t("Your password was changed."),
    "approve": t("The session host was approved."),
    "group": t("The session host’s group was set."),
    "revoke": t("The session host was shut out."),
}
"""What the page after a change says."""
KINDS = tuple({fact.__name__ for fact in LEDGER.facts})
"""The kinds of entries that the journal may be asked for."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a form on the page of session hosts does."""

    case: str
    """The use case."""
    request: type[msgspec.Struct]


ACTS: Mapping[str, Act] = {
    "approve": Act("host-approve", OneHost),
    "group": Act("host-group", Group),
    "revoke": Act("host-revoke", OneHost),
}


class AskedEntries(msgspec.Struct, frozen=True):
    """Which entries the journal's page is to show."""

    kind: str = ""
    by: str = ""
    before: int = 0


async def show_overview(visit: Visit) -> Response:
    """Show how the licence server stands."""
    page = overview.overview(await visit.case("status", Nothing()))
    return visit.page(page, menu.OVERVIEW, said=_done(visit))


async def show_packs(visit: Visit) -> Response:
    """Show the packs."""
    return visit.page(packs.packs(await visit.case("report-packs", Nothing())), menu.PACKS)


async def show_cals(visit: Visit) -> Response:
    """Show a page of the CALs that are sought; what cannot be sought is told on it."""
    wanted = visit.asked(Wanted)
    wanted = msgspec.structs.replace(wanted, before=_within(wanted.before))
    found: Found | BadInput | NotFound
    try:
        found = await visit.read(find_cals, wanted)
    except (BadInput, NotFound) as error:
        found = error
    return visit.page(cals.cals(wanted, found), menu.CALS)


async def show_journal(visit: Visit) -> Response:
    """Show a page of entries."""
    asked = visit.asked(AskedEntries)
    before, by = _within(asked.before), asked.by.strip()
    looked = await visit.read(latest_entries, before, asked.kind, by, journal.PAGE)
    page = journal.journal(looked, KINDS, kind=asked.kind, by=by, before=before)
    return visit.page(page, menu.JOURNAL)


async def show_hosts(visit: Visit) -> Response:
    """Show the session hosts."""
    return visit.page(hosts.hosts(await _hosts(visit)), menu.HOSTS, said=_done(visit))


async def make_code(visit: Visit) -> Response:
    """Make an enrolment code, and show it this once."""
    made = await visit.case("enrolment-code", converted(await visit.form(), MakeCode))
    page = hosts.hosts(await _hosts(visit), made, _address(visit.desk.people.store.settings.server))
    return visit.page(page, menu.HOSTS)


async def act_on_host(visit: Visit) -> Response:
    """Approve, group or shut out a session host."""
    name = visit.request.path_params["act"]
    act = ACTS.get(name)
    if act is None:
        raise NotFound(t("There is no page {path}", path=visit.request.url.path))
    await visit.case(act.case, converted(await visit.form(), act.request))
    return visit.go_to(f"{menu.HOSTS}?done={name}")


async def _hosts(visit: Visit) -> list[hosts.HostRow]:
    listed: list[HostListed] = await visit.case("hosts", Nothing())
    return [
        hosts.HostRow(one.host.hex(), one.name, one.version, one.state, one.group, one.enrolled, one.seen)
        for one in listed
    ]


def _done(visit: Visit) -> Text | None:
    return DONE.get(visit.request.query_params.get("done", ""))


def _within(before: int) -> int:
    return before if 0 < before <= MOST else 0


def _address(settings: Server) -> str:
    """Tell where session hosts reach the licence server."""
    host, _, port = settings.listen.rpartition(":")
    return f"https://{settings.names[0] if settings.names else host}:{port}"
