"""Coming in and going out: log-in, log-out, one's own password, the language."""

from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.responses import Response

from calvox.apps.browser.app import Endpoint
from calvox.apps.browser.desk import Desk, WithPeople
from calvox.apps.browser.visit import LANGUAGE_COOKIE, Visit
from calvox.apps.people_api.app import LOG_IN_LIMIT, Call, checked
from calvox.common.errors import BadInput, CalvoxError, Denied, NotFound, NotLoggedIn, TooMany, Unreachable, rendering
from calvox.common.i18n import LANGUAGES, t
from calvox.people.log_in import WHOLE, Who
from calvox.web.common.come_in import ComeInPage
from calvox.web.common.log_in import LogInPage
from calvox.web.common.password import PasswordPage

YEAR = 365 * 86_400


class WithLinks(Desk, Protocol):
    """An application into which an address lets somebody once."""

    def come_in(self, code: str, address: str) -> tuple[str, Who]:
        """Use a log-in link up; give the session's secret.

        Raises:
            NotLoggedIn: it is not known, was used, or is too old.
            TooMany: this network address tried too often.
        """


def let_in(visit: Visit[Any], secret: str, who: Who) -> Response:
    """Give a session's secret to the browser."""
    answer = visit.go_to("/password" if who.change else "/")
    answer.set_cookie(
        visit.desk.face.cookie, secret, max_age=WHOLE, path="/", secure=True, httponly=True, samesite="strict"
    )
    return answer


async def ask_log_in(visit: Visit[WithPeople]) -> Response:
    """Ask who comes in, and tell whoever was in why they are asked again; whoever is in goes on."""
    try:
        await visit.find_who()
    except CalvoxError:
        return visit.page(LogInPage(), said=t("This session has ended") if visit.secret else None)
    return visit.go_to("/")


async def log_in(visit: Visit[WithPeople]) -> Response:
    """Let somebody in."""
    fields, people = await visit.form(LOG_IN_LIMIT), visit.desk.people
    name, call = fields.get("name", ""), Call(people, visit.request, None)
    try:
        secret, who = await checked(call, people.door.log_in, name, fields.get("password", ""), call.address)
    except (BadInput, Denied, NotLoggedIn, TooMany, Unreachable) as error:
        return visit.page(LogInPage(name, error), status=rendering(error).status)
    return let_in(visit, secret, who)


async def ask_come_in(visit: Visit[Any]) -> Response:
    """Show the button of a log-in link."""
    return visit.page(ComeInPage(visit.request.query_params.get("code", "")))


async def come_in(visit: Visit[WithLinks]) -> Response:
    """Let somebody in by a log-in link."""
    code = (await visit.form(LOG_IN_LIMIT)).get("code", "")
    try:
        secret, who = await visit.run(visit.desk.come_in, code, visit.address)
    except NotLoggedIn as error:
        raise Denied(error.message, hint=error.hint) from error
    return let_in(visit, secret, who)


async def log_out(visit: Visit[Any]) -> Response:
    """End the session."""
    await visit.form()
    await visit.run(visit.desk.leave, visit.somebody)
    answer = visit.go_to("/log-in")
    answer.delete_cookie(visit.desk.face.cookie, path="/", secure=True, httponly=True, samesite="strict")
    return answer


async def ask_password(visit: Visit[WithPeople]) -> Response:
    """Ask for another password."""
    return visit.page(PasswordPage(visit.somebody.change))


async def password(visit: Visit[WithPeople]) -> Response:
    """Change one's own password."""
    fields, who, people = await visit.form(LOG_IN_LIMIT), visit.somebody, visit.desk.people
    old, new, call = fields.get("old", ""), fields.get("new", ""), Call(people, visit.request, who)
    try:
        if new != fields.get("again", ""):
            raise BadInput(t("The new password was not typed twice alike"))
        await checked(call, people.door.change_password, who, old, new, call.address)
    except (BadInput, NotLoggedIn, TooMany) as error:
        return visit.page(PasswordPage(who.change, error), status=rendering(error).status)
    return visit.go_to("/?done=password")


async def language(visit: Visit[Any]) -> Response:
    """Take up another language, and go back; the choice is the browser's, so it needs no session and is no change here."""
    chosen = visit.request.path_params["language"]
    if chosen not in LANGUAGES:
        raise NotFound(t("There is no language {name}", name=chosen))
    answer = visit.go_to(_page_before(visit))
    answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def _page_before(visit: Visit[Any]) -> str:
    """Tell from which of our own pages the browser comes."""
    told = visit.request.headers.get("referer", "")
    parts = urlsplit(told)
    if f"{parts.scheme}://{parts.netloc}" != visit.origin or not parts.path.startswith("/"):
        return "/"
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path


LANGUAGE: Endpoint[Any] = Endpoint("GET", "/language/{language}", language, open=True)
COMING_IN: Sequence[Endpoint[Any]] = (
    Endpoint("GET", "/come-in", ask_come_in, open=True),
    Endpoint("POST", "/come-in", come_in, open=True),
)
"""The door that a log-in link opens."""
DOOR: Sequence[Endpoint[WithPeople]] = (
    Endpoint("GET", "/log-in", ask_log_in, open=True),
    Endpoint("POST", "/log-in", log_in, open=True),
    Endpoint("POST", "/log-out", log_out, changing=True),
    Endpoint("GET", "/password", ask_password, changing=True),
    Endpoint("POST", "/password", password, changing=True),
    *COMING_IN,
    LANGUAGE,
)
"""The door of an application whose users have accounts."""
