"""The pages of a call to the centre: method, country, preparation, the call, the code, the result.

Every step is the licence server's use case, as at the command line, and everything that was prepared or typed is kept
there; an address holds only how the centre is reached. So each page can be loaded again, in another browser too, and a
call that was broken off goes on where it stopped.
"""

import re
from collections.abc import Sequence
from functools import partial
from typing import NoReturn

import msgspec
from starlette.responses import Response

from calvox.apps.browser import Endpoint, Visit, WithPeople, converted
from calvox.apps.licence_server.call_cases import AskCalling, AskTyped, EnterLines, PrepareCall
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.manager.answers import take_answer
from calvox.common.errors import BadCode, BadInput, CalvoxError, Conflict, NotFound, WrongKind, rendering
from calvox.common.i18n import t
from calvox.server.calling import Calling
from calvox.server.confirm import Done, IsOtherKind, SignsOtherData, WhollyMisheard
from calvox.server.typed import TypedLine
from calvox.web.common.qr import qr_svg
from calvox.web.common.typing import Line, LinePage, line_of, lines_sent
from calvox.web.manager import (
    activate_call,
    activate_country,
    activate_done,
    activate_method,
    activate_prepare,
    activate_type,
)
from calvox.web.manager.activate_type import Answer
from calvox.web.manager.calling import DONE, TYPE, By, Chosen, Purpose
from calvox.web.manager.menu import CALL
from calvox.wire.phone.codec import CodeType, group_count
from calvox.wire.phone.filetext import write_request_file
from calvox.wire.phone.forms import Form
from calvox.wire.phone.judged import JudgedCode, LineState

QR_PREFIX = "CVX1S:"
REQUEST_NAME = "calvox-request.json"
MOST_LINES = max(group_count(form.encoding, CodeType.CONFIRMATION) for form in Form)
Here = Visit[WithPeople]
Refusal = WhollyMisheard | SignsOtherData | IsOtherKind


class Asked(msgspec.Struct, frozen=True):
    """What an address or a form of these pages tells."""

    by: By = By.TELEPHONE
    country: str = ""
    form: Form | None = None
    told: Answer | None = None
    repaired: str = ""
    offset: int = 0

    def chosen(self, purpose: Purpose) -> Chosen:
        """Say what was chosen."""
        return Chosen(purpose, self.by, self.country[:2])


async def show_method(visit: Here, purpose: Purpose) -> Response:
    """Ask how the centre is reached; a call that is open goes on."""
    now = await _now(visit)
    if now.sheet is not None:
        return visit.go_to(TYPE if now.typing else CALL)
    said = t("The call was given up.") if visit.request.query_params.get("done") == "given-up" else None
    return visit.page(activate_method.method(purpose, now.activated), purpose.path, said=said)


async def show_country(visit: Here, purpose: Purpose) -> Response:
    """Ask where one calls from; a file is carried from anywhere."""
    chosen = visit.asked(Asked).chosen(purpose)
    if chosen.by is By.FILE:
        return visit.go_to(chosen.to(f"{purpose.path}/prepare"))
    now = await _now(visit)
    return visit.page(activate_country.country(chosen, now.centre, now.telephones), purpose.path)


async def show_prepare(visit: Here, purpose: Purpose) -> Response:
    """Show what to have at hand, and ask for the packs."""
    return await _prepare_page(visit, visit.asked(Asked).chosen(purpose), {})


async def prepare(visit: Here, purpose: Purpose) -> Response:
    """Prepare the call; what is wrong is told above what was typed."""
    fields = await visit.form()
    chosen = _asked(fields).chosen(purpose)
    if fields.get("do") == "more":
        return await _prepare_page(visit, chosen, fields)
    try:
        wanted = PrepareCall(purpose is Purpose.ACTIVATE, activate_prepare.wishes_of(fields))
        await visit.case("call-prepare", wanted)
    except (BadInput, Conflict) as error:
        return await _prepare_page(visit, chosen, fields, error)
    return visit.go_to(chosen.to(CALL))


async def show_call(visit: Here) -> Response:
    """Show the sheet of the open call."""
    asked = visit.asked(Asked)
    now = await _now(visit, asked.country)
    if now.sheet is None:
        return _begin(visit, now)
    qr = qr_svg(QR_PREFIX + "".join(now.sheet.server_id.characters))
    chosen = asked.chosen(_purpose(now))
    page = activate_call.call(chosen, now, now.sheet, qr, visit.language)
    return visit.page(page, chosen.purpose.path)


async def show_typing(visit: Here) -> Response:
    """Show the lines of the code as they stand."""
    asked = visit.asked(Asked)
    return await _type_page(visit, asked, asked.told)


async def type_lines(visit: Here) -> Response:
    """Keep all lines, and judge the code if that is asked for."""
    fields = await visit.form()
    asked = _asked(fields)
    try:
        await _entered(visit, asked, fields)
    except BadCode as error:
        return await _type_page(visit, asked, trouble=error)
    if fields.get("do") == "finish":
        return await _finish(visit, asked)
    return visit.go_to(asked.chosen(Purpose.ACTIVATE).to(TYPE, form=str(asked.form or "")))


async def type_line(visit: Here) -> Response:
    """Keep one line, and tell the script how it stands."""
    fields = await visit.form()
    asked, sent = _asked(fields), lines_sent(fields, MOST_LINES)
    if len(sent) != 1:
        raise BadInput(t("One line is wanted, not {count}", count=len(sent)))
    (number, text) = sent[0]
    try:
        code = await _entered(visit, asked, fields)
    except BadCode as error:
        return visit.page(LinePage(Line(number, text, LineState.BAD, error.message)))
    return visit.page(LinePage(line_of(code.lines[number - 1], code.form.language is not None)))


async def take_file(visit: Here) -> Response:
    """Take the whole code from a file, a picture or a text, and judge it."""
    taken = await take_answer(visit)
    asked = _asked(taken.fields)
    if taken.trouble is not None:
        return await _type_page(visit, asked, trouble=taken.trouble)
    return await _finish(visit, asked)


async def show_done(visit: Here) -> Response:
    """Show the confirmation that was accepted last."""
    asked, now = visit.asked(Asked), await _now(visit)
    if now.last is None:
        return _begin(visit, now)
    purpose = Purpose.INSTALL if now.last.kind == 1 else Purpose.ACTIVATE
    repaired = ", ".join(re.findall(r"\d{1,2}", asked.repaired[:100]))
    page = activate_done.done(asked.chosen(purpose), now.last, repaired, asked.offset)
    return visit.page(page, purpose.path)


async def give_up(visit: Here) -> Response:
    """Close the open call."""
    fields, now = await visit.form(), await _now(visit)
    if fields.get("sure") != "true":
        raise BadInput(t("Say that the centre has signed nothing of this call"))
    await visit.case("call-give-up", Nothing())
    return visit.go_to(f"{_purpose(now).path}?done=given-up")


async def download_request(visit: Here) -> Response:
    """Give the request as a file, for the centre."""
    now = await _now(visit)
    if now.sheet is None:
        _no_call()
    kind = {"activate-and-packs": "both"}.get(now.sheet.kind, now.sheet.kind)
    return visit.download(write_request_file(kind, now.server_id, now.requests), REQUEST_NAME, "application/json")


async def _now(visit: Here, country: str = "") -> Calling:
    now: Calling = await visit.case("calling", AskCalling(country[:2]))
    return now


def _asked(fields: dict[str, str]) -> Asked:
    return converted({name: fields[name] for name in ("by", "country", "form") if fields.get(name)}, Asked)


def _purpose(now: Calling) -> Purpose:
    return Purpose.INSTALL if now.sheet is not None and now.sheet.kind == "packs" else Purpose.ACTIVATE


def _begin(visit: Here, now: Calling) -> Response:
    """No call is open: go to where one is begun."""
    return visit.go_to((Purpose.INSTALL if now.activated else Purpose.ACTIVATE).path)


def _no_call() -> NoReturn:
    raise NotFound(t("No call is open"), hint=t("Begin one from the menu."))


async def _prepare_page(
    visit: Here, chosen: Chosen, fields: dict[str, str], trouble: CalvoxError | None = None
) -> Response:
    now = await _now(visit)
    if now.sheet is not None and trouble is None:
        return visit.go_to(chosen.to(TYPE if now.typing else CALL))
    phone = next((one for one in now.telephones if one.country == chosen.country), now.telephones[0])
    page = activate_prepare.prepare(chosen, phone, fields, trouble)
    return visit.page(page, chosen.purpose.path, status=rendering(trouble).status if trouble else 200)


async def _type_page(
    visit: Here, asked: Asked, told: Answer | None = None, trouble: CalvoxError | None = None
) -> Response:
    now = await _now(visit)
    if now.sheet is None:
        return _begin(visit, now)
    code: JudgedCode = await visit.case("typed", AskTyped(asked.form, visit.language))
    chosen, control = asked.chosen(_purpose(now)), now.sheet.control_words[code.form.language or visit.language]
    page = activate_type.typing(chosen, code, " ".join(control), told, trouble)
    return visit.page(page, chosen.purpose.path, status=rendering(trouble).status if trouble else 200)


async def _entered(visit: Here, asked: Asked, fields: dict[str, str]) -> JudgedCode:
    if asked.form is None:
        raise BadInput(t("The form of the code is not named"))
    lines = tuple(TypedLine(number, text) for number, text in lines_sent(fields, MOST_LINES))
    code: JudgedCode = await visit.case("enter-lines", EnterLines(asked.form, lines, visit.language))
    return code


async def _finish(visit: Here, asked: Asked) -> Response:
    """Judge the code, and go to what follows from the answer."""
    chosen = asked.chosen(Purpose.ACTIVATE)
    try:
        answer = await visit.case("finish", Nothing())
    except WrongKind as error:
        return await _type_page(visit, asked, trouble=error)
    except BadCode:
        return visit.go_to(chosen.to(TYPE, told=str(Answer.MISSING)))
    if isinstance(answer, Done):
        repaired = ", ".join(map(str, answer.repaired))
        offset = str(answer.clock_offset_days) if answer.clock_offset_days else ""
        return visit.go_to(chosen.to(DONE, repaired=repaired, offset=offset))
    return visit.go_to(chosen.to(TYPE, told=str(_told(answer))))


def _told(answer: Refusal) -> Answer:
    match answer:
        case SignsOtherData():
            return Answer.OTHER_DATA
        case IsOtherKind():
            return Answer.OTHER_KIND
        case WhollyMisheard():
            return Answer.MISHEARD


def _of(purpose: Purpose) -> Sequence[Endpoint[WithPeople]]:
    return (
        Endpoint("GET", purpose.path, partial(show_method, purpose=purpose)),
        Endpoint("GET", f"{purpose.path}/country", partial(show_country, purpose=purpose)),
        Endpoint("GET", f"{purpose.path}/prepare", partial(show_prepare, purpose=purpose)),
        Endpoint("POST", f"{purpose.path}/prepare", partial(prepare, purpose=purpose)),
    )


ACTIVATION: Sequence[Endpoint[WithPeople]] = (
    *_of(Purpose.ACTIVATE),
    *_of(Purpose.INSTALL),
    Endpoint("GET", CALL, show_call),
    Endpoint("GET", f"{CALL}/request", download_request),
    Endpoint("POST", f"{CALL}/give-up", give_up),
    Endpoint("GET", TYPE, show_typing),
    Endpoint("POST", TYPE, type_lines),
    Endpoint("POST", f"{CALL}/line", type_line),
    Endpoint("POST", f"{CALL}/file", take_file),
    Endpoint("GET", DONE, show_done),
)
"""Every route of a call."""
