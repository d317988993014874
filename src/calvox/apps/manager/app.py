"""The manager's routes in one table, and what each request goes through.

Rules:
- Who asks is found before a body is read; whoever is not logged in is sent to the door, whoever must change the password
  to that page.
- An error is a page, in the reader's language, with what to do next; a fault of ours tells no details.
- Assets are served to anybody, and only those that exist when the process starts.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from calvox.apps.manager import door, pages
from calvox.apps.manager.visit import Visit
from calvox.apps.people_api.app import PeopleDesk
from calvox.common.errors import CalvoxError, NotLoggedIn, TooMany, rendering
from calvox.common.i18n import t
from calvox.web.common import assets, headers
from calvox.web.manager.problem import ProblemPage

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route."""

    method: Literal["GET", "POST"]
    path: str
    run: Callable[[Visit], Awaitable[Response]]
    open: bool = False
    """Whether nobody needs to be logged in."""
    changing: bool = False
    """Whether it is there for somebody who must change the password first."""


ENDPOINTS = (
    Endpoint("GET", "/log-in", door.ask_log_in, open=True),
    Endpoint("POST", "/log-in", door.log_in, open=True),
    Endpoint("POST", "/log-out", door.log_out, changing=True),
    Endpoint("GET", "/password", door.ask_password, changing=True),
    Endpoint("POST", "/password", door.password, changing=True),
    Endpoint("GET", "/language/{language}", door.language, open=True),
    Endpoint("GET", "/", pages.show_overview),
    Endpoint("GET", "/packs", pages.show_packs),
    Endpoint("GET", "/cals", pages.show_cals),
    Endpoint("GET", "/hosts", pages.show_hosts),
    Endpoint("POST", "/hosts/code", pages.make_code),
    Endpoint("POST", "/hosts/{act}", pages.act_on_host),
    Endpoint("GET", "/journal", pages.show_journal),
)
"""Every route."""


def manager_routes(desk: PeopleDesk) -> list[Route]:
    """Make the routes, for the listener for people."""
    own = [Route(one.path, _Handler(desk, one).handle, methods=[one.method]) for one in ENDPOINTS]
    return [*own, *(Route(path, _asset, methods=["GET"]) for path in assets.served())]


async def _asset(request: Request) -> Response:
    asset = assets.served()[request.url.path]
    return Response(asset.body, 200, headers.ASSET, asset.media_type)


class _Handler:
    """What a request to one route goes through."""

    def __init__(self, desk: PeopleDesk, endpoint: Endpoint) -> None:
        self._desk, self._endpoint = desk, endpoint

    async def handle(self, request: Request) -> Response:
        """Serve one request."""
        visit = Visit(self._desk, request)
        try:
            return await self._served(visit)
        except NotLoggedIn:
            return visit.go_to("/log-in")
        except CalvoxError as error:
            return _problem(visit, error)
        except Exception as error:
            log.error("internal error", path=request.url.path, exc_info=error)
            hint = t("The log of the serving process tells more.")
            return _problem(visit, CalvoxError(t("Internal error"), hint=hint))

    async def _served(self, visit: Visit) -> Response:
        if self._endpoint.method == "POST":
            visit.check_origin()
        if not self._endpoint.open:
            await visit.find_who()
            if visit.somebody.change and not self._endpoint.changing:
                return visit.go_to("/password")
        return await self._endpoint.run(visit)


def _problem(visit: Visit, error: CalvoxError) -> Response:
    told = rendering(error)
    answer = visit.page(ProblemPage(told.title, error.message, error.hint), status=told.status)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.wait)
    return answer
