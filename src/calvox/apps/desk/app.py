"""The desk's face and its routes."""

from collections.abc import Sequence

from starlette.routing import Route

from calvox.apps.browser import DOOR, Endpoint, Face, WithPeople, routes
from calvox.apps.desk import agreements, call, pages
from calvox.apps.people_api.app import PeopleDesk
from calvox.centre.context import Context
from calvox.core.peopling import Role
from calvox.web.desk.menu import LINKS, NAME, ROLES

FACE = Face(NAME, "__Host-calvox-desk", LINKS, ROLES, frozenset({Role.OPERATOR, Role.SUPERVISOR}))
ENDPOINTS: Sequence[Endpoint[WithPeople]] = (
    *DOOR,
    Endpoint("GET", "/", pages.show_start),
    Endpoint("POST", "/calls", pages.take_call),
    Endpoint("GET", "/calls/{call}", call.show_call),
    Endpoint("POST", "/calls/{call}/type", call.type_line),
    Endpoint("POST", "/calls/{call}/{act}", call.act_on_call),
    Endpoint("GET", "/confirmations/{call}", pages.show_confirmation),
    Endpoint("GET", "/agreements", pages.show_agreements),
    Endpoint("GET", "/agreements/new", agreements.ask_agreement),
    Endpoint("POST", "/agreements", agreements.add),
    Endpoint("GET", "/agreements/{number}", pages.show_agreement),
    Endpoint("POST", "/agreements/{number}/unlock", pages.unlock),
    Endpoint("GET", "/servers", pages.show_servers),
    Endpoint("GET", "/servers/{server}", pages.show_server),
    Endpoint("POST", "/servers/{server}/{act}", pages.act_on_server),
    Endpoint("GET", "/statistics", pages.show_statistics),
)
"""Every route."""


def desk_routes(people: PeopleDesk[Context]) -> list[Route]:
    """Make the routes, for the centre's listener for people."""
    return routes(WithPeople(FACE, people), ENDPOINTS)
