"""The routes for people, in one table: log in, log out, one's own password, and every use case by its name.

Rules:
- A use case is the one that the owner's socket runs, with the person's name as who asks. An auditor may run those that only
  read, the others all that are not some role's alone. Who must change the password may do that and nothing else.
- Who asks is found before the body is read; the one body that is read before is that of a log-in, and it is short.
- A log-in that fails takes a second, whatever was wrong; only so many are checked at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from calvox.apps.owner import BODY_LIMIT, UseCase
from calvox.apps.serving import answer, application, bounded_body, parse
from calvox.common.errors import BadInput, Denied, NotFound, NotLoggedIn, TooMany
from calvox.common.i18n import fitting_language, language_of, t
from calvox.core.peopling import Role
from calvox.people.log_in import Door, Who
from calvox.people.store import Directory, Peopled

LOG_IN_LIMIT = 4096
"""Bytes of a log-in's body."""
FAILED_SECONDS = 1.0
"""How long a log-in that fails takes at least."""
S = TypeVar("S", bound=Peopled)
MOST_CHECKED = 16
"""Log-ins whose passwords are checked, or wait for it, at a time."""


class LogIn(msgspec.Struct, frozen=True):
    """Who wants to come in."""

    name: str
    password: str


class ChangePassword(msgspec.Struct, frozen=True):
    """Another password for oneself."""

    old: str
    new: str


class LoggedIn(msgspec.Struct, frozen=True):
    """A session has begun."""

    session: str
    """Its secret, for the header “Authorization: Bearer …”."""
    name: str
    role: str
    change: bool
    """Whether the password must be changed before anything else."""
    directory: bool = False
    """Whether the site's directory let them in, and not an account here."""


class Myself(msgspec.Struct, frozen=True):
    """Who is logged in."""

    name: str
    role: str
    change: bool
    cases: tuple[str, ...]
    """The use cases that this person may run."""
    directory: bool = False
    """Whether the site's directory let them in, and not an account here."""


class PeopleDesk(Generic[S]):
    """What all requests of a serving process share."""

    def __init__(
        self,
        store: S,
        cases: Mapping[str, UseCase[Any]],
        directory: Directory | None = None,
        *,
        failed_seconds: float = FAILED_SECONDS,
    ) -> None:
        self.store, self.cases, self.failed_seconds = store, cases, failed_seconds
        self.door = Door(store, directory)
        self.checked = 0
        """Log-ins that are being checked."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    desk: PeopleDesk[Any]
    request: Request
    who: Who | None
    """Who is logged in; None where nobody needs to be."""

    @property
    def somebody(self) -> Who:
        """Who is logged in."""
        assert self.who is not None
        return self.who

    @property
    def address(self) -> str:
        """From which address they ask."""
        return self.request.client.host if self.request.client else ""

    async def body(self, kind: type[msgspec.Struct], limit: int = BODY_LIMIT) -> Any:
        """Read what was sent."""
        return parse(await bounded_body(self.request, limit), kind)

    async def run(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Work aside, in the reader's language."""
        with language_of(fitting_language(self.request.headers.get("accept-language"))):
            return await run_in_threadpool(work, *arguments)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route."""

    methods: tuple[Literal["GET", "POST"], ...]
    path: str
    run: Callable[[Call], Awaitable[Any]]
    open: bool = False
    """Whether nobody needs to be logged in."""
    changing: bool = False
    """Whether it is there for somebody who must change the password first."""


async def log_in(call: Call) -> LoggedIn:
    """Let somebody in."""
    asked: LogIn = await call.body(LogIn, LOG_IN_LIMIT)
    secret, who = await checked(call, call.desk.door.log_in, asked.name, asked.password, call.address)
    return LoggedIn(secret, who.name, str(who.role), who.change, who.directory)


async def log_out(call: Call) -> None:
    """End the session."""
    await call.run(call.desk.door.log_out, call.somebody.session)


async def password(call: Call) -> None:
    """Change one's own password."""
    asked: ChangePassword = await call.body(ChangePassword, LOG_IN_LIMIT)
    await checked(call, call.desk.door.change_password, call.somebody, asked.old, asked.new, call.address)


async def myself(call: Call) -> Myself:
    """Tell who is logged in, and what they may do."""
    who = call.somebody
    cases = tuple(name for name, case in call.desk.cases.items() if may(who, case))
    return Myself(who.name, str(who.role), who.change, cases, who.directory)


async def run_case(call: Call) -> Any:
    """Run a use case."""
    name = call.request.path_params["name"]
    case = call.desk.cases.get(name)
    if case is None:
        raise NotFound(t("There is no use case {name}", name=name))
    demand(call.somebody, case)
    if call.request.method == "GET":
        if not case.reads:
            raise BadInput(t("{name} changes something; send it with POST", name=name))
        asked = parse(b"{}", case.request)
    else:
        asked = await call.body(case.request)
    return await call.run(case.run, call.desk.store, asked, call.somebody.name)


def may(who: Who, case: UseCase[Any]) -> bool:
    """Tell whether somebody may run a use case."""
    if case.roles is not None:
        return who.role in case.roles
    return case.reads or who.role is not Role.AUDITOR


def demand(who: Who, case: UseCase[Any]) -> None:
    """Refuse a use case to whoever may not run it.

    Raises:
        Denied: somebody of this role may not.
    """
    if may(who, case):
        return
    if who.role is Role.AUDITOR:
        raise Denied(t("An auditor changes nothing"), hint=t("Ask an administrator."))
    raise Denied(t("This is for another role than yours"), hint=t("At an activation centre, ask a supervisor."))


async def checked(call: Call, work: Callable[..., Any], *arguments: Any) -> Any:
    """Check a password: few at a time, and none wrong in less than a second."""
    if call.desk.checked >= MOST_CHECKED:
        raise TooMany(t("Too many log-ins at once"), wait=2)
    clock = asyncio.get_running_loop().time
    begun = clock()
    call.desk.checked += 1
    try:
        return await call.run(work, *arguments)
    except NotLoggedIn as error:
        wrong = error
    finally:
        call.desk.checked -= 1
    await asyncio.sleep(max(0.0, begun + call.desk.failed_seconds - clock()))
    raise wrong


ENDPOINTS = (
    Endpoint(("POST",), "/v1/log-in", log_in, open=True),
    Endpoint(("POST",), "/v1/log-out", log_out, changing=True),
    Endpoint(("POST",), "/v1/password", password, changing=True),
    Endpoint(("GET",), "/v1/me", myself, changing=True),
    Endpoint(("GET", "POST"), "/v1/cases/{name}", run_case),
)
"""Every route."""


def people_app(desk: PeopleDesk[Any], more: Sequence[Route] = ()) -> Starlette:
    """Make the application behind the listener, with further routes beside its own."""
    own = [Route(one.path, _Handler(desk, one).handle, methods=[*one.methods]) for one in ENDPOINTS]
    return application([*own, *more])


class _Handler:
    """What a request to one route goes through."""

    def __init__(self, desk: PeopleDesk[Any], endpoint: Endpoint) -> None:
        self._desk, self._endpoint = desk, endpoint

    async def handle(self, request: Request) -> Response:
        """Serve one request."""
        who = None if self._endpoint.open else await self._who(request)
        told = answer(await self._endpoint.run(Call(self._desk, request, who)))
        told.headers["Cache-Control"] = "no-store"
        return told

    async def _who(self, request: Request) -> Who:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise NotLoggedIn(t("Nobody is logged in"), hint=t("Log in first, and show the session's secret."))
        who = await run_in_threadpool(self._desk.door.who, shown.strip())
        if who.change and not self._endpoint.changing:
            raise Denied(
                t("The password must be changed first"),
                hint=t("Send the old and the new one to /v1/password."),
            )
        return who
