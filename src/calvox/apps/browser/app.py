"""An application's routes in one table, and what each request goes through.

Rules:
- Who asks is found before a body is read; whoever is not logged in is sent to the door, whoever must change the password
  to that page.
- An error is a page, in the reader's language, with what to do next; a fault of ours tells no details.
- Assets are served to anybody, and only those that exist when the process starts.
- An address that is no page's answers with a page, too; those of programs (/v1/) are left to their own routes. One that
  takes a form only leads to the page above it: it stands in the browser after a form that went wrong.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from calvox.apps.browser.desk import Desk
from calvox.apps.browser.outside import outside
from calvox.apps.browser.visit import Visit
from calvox.common.errors import CalvoxError, NotFound, NotLoggedIn, TooMany, rendering
from calvox.common.i18n import t
from calvox.web.common import assets, headers
from calvox.web.common.problem import ProblemPage

log = structlog.get_logger()
D = TypeVar("D", bound=Desk)
MOST_SHOWN = 200
"""Characters of an unknown address that are told."""


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[D]):
    """One route."""

    method: Literal["GET", "POST"]
    path: str
    run: Callable[[Visit[D]], Awaitable[Response]]
    open: bool = False
    """Whether nobody needs to be logged in."""
    changing: bool = False
    """Whether it is there for somebody who must change the password first."""


def routes(desk: D, endpoints: Sequence[Endpoint[D]]) -> list[Route]:
    """Make an application's routes, the assets' among them."""
    own = [Route(one.path, _Handler(desk, one).handle, methods=[one.method]) for one in endpoints]
    rest = Endpoint("GET", "/{path:path}", _Elsewhere(own).answer, open=True)
    others = _Others(rest.path, _Handler(desk, rest).handle, methods=["GET", "POST"])
    return [*own, *(Route(path, _asset, methods=["GET"]) for path in assets.served()), others]


class _Others(Route):
    """Every address that no route before it takes; those of programs are not its own."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a request is for it."""
        return (Match.NONE, {}) if str(scope.get("path", "")).startswith("/v1/") else super().matches(scope)


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """Answers at addresses that are no page's."""

    routes: Sequence[Route]

    async def answer(self, visit: Visit[Any]) -> Response:
        """Tell that there is nothing here, to whoever is in within their menu; lead from a form's address to its page."""
        scope = visit.request.scope
        if scope["method"] == "GET" and self._takes(scope, Match.PARTIAL):
            return visit.go_to(self._above(scope))
        with suppress(CalvoxError):
            await visit.find_who()
        raise NotFound(t("There is no page {path}", path=visit.request.url.path[:MOST_SHOWN]))

    def _above(self, scope: Scope) -> str:
        """Find the nearest page above an address."""
        path = str(scope["path"])
        while path:
            path = path.rpartition("/")[0]
            if path and self._takes({**scope, "path": path}, Match.FULL):
                return quote(path)
        return "/"

    def _takes(self, scope: Scope, wanted: Match) -> bool:
        return any(one.matches(scope)[0] is wanted for one in self.routes)


async def _asset(request: Request) -> Response:
    asset = assets.served()[request.url.path]
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, 200, {**headers.ASSET, "Content-Encoding": "gzip"}, asset.media_type)
    return Response(asset.body, 200, headers.ASSET, asset.media_type)


class _Handler(Generic[D]):
    """What a request to one route goes through."""

    def __init__(self, desk: D, endpoint: Endpoint[D]) -> None:
        self._desk, self._endpoint = desk, endpoint

    async def handle(self, request: Request) -> Response:
        """Serve one request."""
        visit = Visit(self._desk, request)
        try:
            return await self._served(visit)
        except NotLoggedIn:
            return await outside(visit, keep=not self._endpoint.changing)
        except CalvoxError as error:
            return _problem(visit, error)
        except Exception as error:
            log.error("internal error", path=request.url.path, exc_info=error)
            hint = t("The log of the serving process tells more.")
            return _problem(visit, CalvoxError(t("Internal error"), hint=hint))

    async def _served(self, visit: Visit[D]) -> Response:
        if self._endpoint.method == "POST":
            visit.check_origin()
        if not self._endpoint.open:
            await visit.find_who()
            if visit.somebody.change and not self._endpoint.changing:
                return visit.go_to("/password")
        return await self._endpoint.run(visit)


def _problem(visit: Visit[Any], error: CalvoxError) -> Response:
    told = rendering(error)
    answer = visit.page(ProblemPage(told.title, error.message, error.hint), status=told.status)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.wait)
    return answer
