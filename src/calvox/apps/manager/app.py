"""The manager's face and its routes."""

from collections.abc import Sequence

from starlette.routing import Route

from calvox.apps.browser import DOOR, Endpoint, Face, WithPeople, routes
from calvox.apps.manager import backups, cals, hosts, journal, pages, people, reenrolling, reports, retiring
from calvox.apps.manager.activation import ACTIVATION
from calvox.apps.people_api.app import PeopleDesk
from calvox.core.peopling import Role
from calvox.server.store import LicenceServer
from calvox.web.manager.menu import COMMANDS, LINKS, NAME, ROLES

FACE = Face(NAME, "__Host-calvox-manager", LINKS, ROLES, frozenset({Role.ADMINISTRATOR}), COMMANDS)
ENDPOINTS: Sequence[Endpoint[WithPeople]] = (
    *DOOR,
    *pages.ENDPOINTS,
    *cals.ENDPOINTS,
    *hosts.ENDPOINTS,
    *people.ENDPOINTS,
    *reports.ENDPOINTS,
    *journal.ENDPOINTS,
    *backups.ENDPOINTS,
    *retiring.ENDPOINTS,
    *reenrolling.ENDPOINTS,
    *ACTIVATION,
)
"""Every route."""


def manager_routes(people: PeopleDesk[LicenceServer]) -> list[Route]:
    """Make the routes, for the listener for people."""
    return routes(WithPeople(FACE, people), ENDPOINTS)
