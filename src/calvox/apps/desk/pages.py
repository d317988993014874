"""The desk's pages around the calls: the first one, agreements, licence servers, statistics, what is read again."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from calvox.apps.browser import Visit as AnyVisit
from calvox.apps.browser import WithPeople
from calvox.centre.agreements import ShowAgreement
from calvox.centre.callers import UnlockCaller
from calvox.centre.finding import AgreementsFound, FindAgreements, FindServers
from calvox.centre.history import OneConfirmation, OneServer
from calvox.centre.open_calls import OpenCall, OpenCallsAsked
from calvox.centre.refusals import Refusal
from calvox.centre.servers import BlacklistServer, RetireServer
from calvox.centre.statistics import StatisticsAsked
from calvox.common.errors import BadCode, BadInput, CalvoxError, Conflict, NotFound, rendering
from calvox.common.i18n import LANGUAGES, Language, Text, t
from calvox.core.peopling import Role
from calvox.web.desk import agreement, agreements, confirmation, menu, server, servers, start, statistics
from calvox.web.desk.reading import reading
from calvox.wire.phone.anyform import read_code
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form
from calvox.wire.phone.request import read_agreement

Visit = AnyVisit[WithPeople]
DONE: Mapping[str, Text] = {
    "password": t("Your password was changed."),
    "read-out": t("The call is over: the confirmation was read out."),
    "given-up": t("The call was given up. What was signed stays signed."),
    "agreement": t("The agreement was entered. Tell each caller their call word in person."),
    "unlock": t("The caller may call again."),
    "retire": t("The licence server was retired."),
    "reissue-allow": t("One more reissue without the 12 words is allowed; the next one uses it up."),
    "blacklist": t("The licence server was blacklisted."),
}
"""What the page after a change says."""
LONGER_THAN_NAMES = 60
"""Signs beyond which a text that finds nothing is taken for a server ID that cannot be read."""
REFUSED = rendering(Conflict(t("Refused"))).status
"""The status of a page that tells a refusal."""


class AskedReading(msgspec.Struct, frozen=True, rename={"form": "as"}):
    """Which line of which form the address asks for."""

    form: Form | None = None
    line: int = 1
    spell: str = ""


class AskedText(msgspec.Struct, frozen=True):
    """What is sought."""

    text: str = ""
    state: str = ""


async def show_start(visit: Visit) -> Response:
    """Show the calls that are not ended, and ask for another."""
    return await _start(visit)


async def take_call(visit: Visit) -> Response:
    """Check a call word, and begin a call."""
    fields = await visit.form()
    name = fields.get("caller", "")
    asked = OpenCall(name, fields.get("call_word", ""), language_in(visit, fields.get("language", "")))
    try:
        answer = await visit.case("call-open", asked)
    except BadInput as error:
        return await _start(visit, asked.language, name, trouble=error)
    if isinstance(answer, Refusal):
        return await _start(visit, asked.language, name, refusal=answer)
    return visit.go_to(f"/calls/{answer.call}")


async def _start(
    visit: Visit,
    language: Language | None = None,
    caller: str = "",
    trouble: CalvoxError | None = None,
    refusal: Refusal | None = None,
) -> Response:
    listed = await visit.case("calls-open", OpenCallsAsked())
    status = rendering(trouble).status if trouble else REFUSED if refusal else 200
    with_language = language or visit.language
    page = await visit.run(start.start, listed, with_language, caller, trouble, refusal)
    return visit.page(page, menu.CALLS, status=status, said=done(visit))


async def show_confirmation(visit: Visit) -> Response:
    """Read a confirmation again."""
    asked = visit.asked(AskedReading)
    number = visit.request.path_params["call"]
    answer = await visit.case("confirmation", OneConfirmation(number))
    if isinstance(answer, Refusal):
        return visit.page(confirmation.confirmation(answer), menu.SERVERS, status=REFUSED)
    shown = reading(
        f"/confirmations/{number}",
        answer.confirmation,
        asked.form or words_in(visit.language),
        asked.line,
        spelling=bool(asked.spell),
        language=visit.language,
    )
    return visit.page(confirmation.confirmation(answer, shown), menu.SERVERS)


async def show_agreements(visit: Visit) -> Response:
    """List agreements."""
    text = visit.asked(AskedText).text
    try:
        found: AgreementsFound | BadInput = await visit.case("agreements-find", FindAgreements(text))
    except BadInput as error:
        found = error
    return visit.page(agreements.agreements(text[:400], found, supervisor=is_supervisor(visit)), menu.AGREEMENTS)


async def show_agreement(visit: Visit) -> Response:
    """Show one agreement."""
    number = _agreement(visit)
    shown = await visit.case("agreement-show", ShowAgreement(number))
    found = await visit.case("servers-find", FindServers(agreement=number))
    page = agreement.agreement(shown, found, supervisor=is_supervisor(visit))
    return visit.page(page, menu.AGREEMENTS, said=done(visit))


async def unlock(visit: Visit) -> Response:
    """Let a locked caller call again."""
    number, fields = _agreement(visit), await visit.form()
    await visit.case("unlock-caller", UnlockCaller(fields.get("caller", "")))
    return visit.go_to(f"{menu.AGREEMENTS}/{number}?done=unlock")


async def show_servers(visit: Visit) -> Response:
    """Find licence servers; a whole server ID goes to its own page."""
    asked = visit.asked(AskedText)
    state = asked.state if asked.state in menu.STATES else ""
    try:
        return visit.go_to(f"{menu.SERVERS}/{await visit.run(_server_id, asked.text)}")
    except BadInput as error:
        unread = error
    try:
        found: Any = await visit.case("servers-find", FindServers(asked.text, state))
    except BadInput as error:
        found = error
    if len(asked.text) > LONGER_THAN_NAMES and not getattr(found, "servers", ()):
        found = unread
    page = servers.servers(asked.text[:400], state, found)
    return visit.page(page, menu.SERVERS, said=done(visit))


async def show_server(visit: Visit, trouble: CalvoxError | None = None) -> Response:
    """Show one licence server; what was never heard of is told where it was sought."""
    named = visit.request.path_params["server"]
    try:
        history = await visit.case("server-history", OneServer(named))
    except NotFound as error:
        return visit.page(servers.servers(named, "", error), menu.SERVERS, status=404)
    page = server.server(history, supervisor=is_supervisor(visit), trouble=trouble)
    status = rendering(trouble).status if trouble else 200
    return visit.page(page, menu.SERVERS, status=status, said=done(visit))


async def act_on_server(visit: Visit) -> Response:
    """Retire or blacklist a licence server."""
    named, act = visit.request.path_params["server"], visit.request.path_params["act"]
    fields = await visit.form()
    try:
        if act == "retire":
            proof = await visit.run(read_code, CodeType.RETIREMENT, fields.get("proof", ""))
            await visit.case("retire", RetireServer(named, proof.hex()))
        elif act == "blacklist":
            await visit.case("blacklist", BlacklistServer(named, fields.get("why", "")))
        else:
            raise NotFound(t("There is no page {path}", path=visit.request.url.path))
    except (BadInput, Conflict) as error:
        return await show_server(visit, error)
    return visit.go_to(f"{menu.SERVERS}/{named}?done={act}")


async def show_statistics(visit: Visit) -> Response:
    """Count calls."""
    told = await visit.case("call-statistics", visit.asked(StatisticsAsked))
    return visit.page(statistics.statistics(told), menu.STATISTICS)


def done(visit: Visit) -> Text | None:
    """Say what has just been done."""
    return DONE.get(visit.request.query_params.get("done", ""))


def is_supervisor(visit: Visit) -> bool:
    """Tell whether a supervisor asks."""
    return visit.somebody.role is Role.SUPERVISOR


def language_in(visit: Visit, text: str) -> Language:
    """Read in which language codes are said; what is none is the reader's."""
    return next((one for one in LANGUAGES if one == text), visit.language)


def words_in(language: Language) -> Form:
    """Give the form of a language's words."""
    return Form.WORDS_FR if language == "fr" else Form.WORDS_EN


def _server_id(text: str) -> str:
    if not text.strip():
        raise BadCode(t("There is no server ID"))
    return read_code(CodeType.SERVER_ID, text).hex()


def _agreement(visit: Visit) -> int:
    return read_agreement(visit.request.path_params["number"])
