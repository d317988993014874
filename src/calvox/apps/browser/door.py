"""Coming in and going out: log-in, log-out, one's own password, the language."""

from collections.abc import Sequence
from typing import Any, Protocol

from starlette.responses import Response

from calvox.apps.browser.app import Endpoint
from calvox.apps.browser.desk import Desk, WithPeople
from calvox.apps.browser.outside import ENDED, KEPT_LIMIT, again, own_path, page_before
from calvox.apps.browser.visit import LANGUAGE_COOKIE, Visit
from calvox.apps.people_api.app import LOG_IN_LIMIT, Call, checked
from calvox.common.errors import BadInput, CalvoxError, Denied, NotFound, NotLoggedIn, TooMany, Unreachable, rendering
from calvox.common.i18n import LANGUAGES, t
from calvox.people.known import remember
from calvox.people.log_in import Who
from calvox.people.sessions import WHOLE
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


def let_in(visit: Visit[Any], secret: str, who: Who, answer: Response | None = None) -> Response:
    """Give a session's secret to the browser, and let it remember whom it let in."""
    told = visit.go_to("/password") if who.change else answer or visit.go_to("/")
    if isinstance(visit.desk, WithPeople):
        _keep(told, visit.desk.face.knows, remember(visit.desk.store, who.name, visit.knows), YEAR)
    _keep(told, visit.desk.face.cookie, secret, WHOLE)
    return told


def _keep(answer: Response, cookie: str, value: str, seconds: int) -> None:
    """Have the browser keep what no script reads and no other site sends along."""
    answer.set_cookie(cookie, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict")


async def ask_log_in(visit: Visit[WithPeople]) -> Response:
    """Ask who comes in, and tell whoever was in why they are asked again; whoever is in goes on."""
    then = own_path(visit.request.query_params.get("then", ""))
    try:
        await visit.find_who()
    except CalvoxError:
        return visit.page(LogInPage(then=then), said=ENDED if visit.secret else None)
    return visit.go_to(then)


async def log_in(visit: Visit[WithPeople]) -> Response:
    """Let somebody in, where they wanted to be; a form that waited for it is shown to them."""
    fields, people = await visit.form(KEPT_LIMIT), visit.desk.people
    name, call = fields.get("name", ""), Call(people, visit.request, None)
    then, form, held = own_path(fields.get("then", "")), fields.get("form", ""), fields.get("fields", "")
    try:
        secret, who = await checked(
            call, people.door.log_in, name, fields.get("password", ""), call.address, visit.knows
        )
    except (BadInput, Denied, NotLoggedIn, TooMany, Unreachable) as error:
        return visit.page(LogInPage(name, error, then, form, held), status=rendering(error).status)
    if not form or who.change:
        return let_in(visit, secret, who, visit.go_to(then))
    return let_in(visit, secret, who, visit.within(secret, who).page(again(form, then, held)))


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
    answer = visit.go_to(page_before(visit))
    answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR, path="/", secure=True, httponly=True, samesite="lax")
    return answer


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
