"""Coming in and going out: log-in, log-out, one's own password, the language."""

from starlette.responses import Response

from calvox.apps.manager.visit import COOKIE, LANGUAGE_COOKIE, Visit
from calvox.apps.people_api.app import LOG_IN_LIMIT, Call, checked
from calvox.common.errors import BadInput, CalvoxError, NotFound, NotLoggedIn, TooMany, rendering
from calvox.common.i18n import LANGUAGES, t
from calvox.people.log_in import WHOLE
from calvox.web.manager.log_in import LogInPage
from calvox.web.manager.password import PasswordPage

YEAR = 365 * 86_400


async def ask_log_in(visit: Visit) -> Response:
    """Ask who comes in; whoever is in goes on."""
    try:
        await visit.find_who()
    except CalvoxError:
        return visit.page(LogInPage())
    return visit.go_to("/")


async def log_in(visit: Visit) -> Response:
    """Let somebody in."""
    fields = await visit.form(LOG_IN_LIMIT)
    name, call = fields.get("name", ""), Call(visit.desk, visit.request, None)
    try:
        secret, who = await checked(call, visit.desk.door.log_in, name, fields.get("password", ""), call.address)
    except (BadInput, NotLoggedIn, TooMany) as error:
        return visit.page(LogInPage(name, error), status=rendering(error).status)
    answer = visit.go_to("/password" if who.change else "/")
    answer.set_cookie(COOKIE, secret, max_age=WHOLE, path="/", secure=True, httponly=True, samesite="strict")
    return answer


async def log_out(visit: Visit) -> Response:
    """End the session."""
    await visit.form()
    await visit.run(visit.desk.door.log_out, visit.somebody.session)
    answer = visit.go_to("/log-in")
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer


async def ask_password(visit: Visit) -> Response:
    """Ask for another password."""
    return visit.page(PasswordPage(visit.somebody.change))


async def password(visit: Visit) -> Response:
    """Change one's own password."""
    fields, who = await visit.form(LOG_IN_LIMIT), visit.somebody
    old, new, call = fields.get("old", ""), fields.get("new", ""), Call(visit.desk, visit.request, who)
    try:
        if new != fields.get("again", ""):
            raise BadInput(t("The new password was not typed twice alike"))
        await checked(call, visit.desk.door.change_password, who, old, new, call.address)
    except (BadInput, NotLoggedIn, TooMany) as error:
        return visit.page(PasswordPage(who.change, error), status=rendering(error).status)
    return visit.go_to("/?done=password")


async def language(visit: Visit) -> Response:
    """Take up another language; the choice is the browser's, so it needs no session and is no change here."""
    chosen = visit.request.path_params["language"]
    if chosen not in LANGUAGES:
        raise NotFound(t("There is no language {name}", name=chosen))
    answer = visit.go_to("/")
    answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR, path="/", secure=True, httponly=True, samesite="lax")
    return answer
