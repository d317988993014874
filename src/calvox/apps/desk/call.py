"""Each step of a call: a form is a use case of the centre, and then the page is shown anew.

What was wrong is told on the page itself, beside what was noted; nothing that was typed is lost.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

import msgspec
from starlette.responses import Response

from calvox.apps.desk.agreements import whole
from calvox.apps.desk.call_page import call_number, call_page, the_call
from calvox.apps.desk.pages import Visit, language_in
from calvox.centre.calls import About, AskedLine
from calvox.centre.comparing import Compared
from calvox.centre.noted import OpenCallShown
from calvox.centre.open_calls import EndCall, HeardWrongly, NoteCall, OneCall
from calvox.centre.refusals import Refusal
from calvox.centre.succession import AllowReissue
from calvox.centre.typed_codes import CodeTaken, TakeCode, TypedLine, TypeLines, What, dictation_of
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.common.i18n import t
from calvox.web.common.typing import LinePage, line_of, lines_sent
from calvox.web.desk import menu
from calvox.wire.phone.codec import CodeType, group_count
from calvox.wire.phone.forms import Form
from calvox.wire.phone.judged import judged
from calvox.wire.phone.request import expiry_month, read_agreement, unpack_request

Fields = Mapping[str, str]
MOST_GROUPS = max(group_count(form.encoding, code) for form in Form for code in (CodeType.SERVER_ID, CodeType.REQUEST))


async def show_call(visit: Visit) -> Response:
    """Show a call as it stands."""
    return await call_page(visit)


async def act_on_call(visit: Visit) -> Response:
    """Carry out one step; what is wrong with it is told on the page."""
    act = ACTS.get(visit.request.path_params["act"])
    if act is None:
        raise NotFound(t("There is no page {path}", path=visit.request.url.path))
    fields = await visit.form()
    try:
        return await act(visit, fields)
    except (BadInput, Conflict) as error:
        return await call_page(visit, trouble=error)


async def type_line(visit: Visit) -> Response:
    """Keep a line that is being typed, and tell how it stands: the answer to the script."""
    fields = await visit.form()
    what, form, sent = _typed(visit, fields)
    trouble: BadInput | None = None
    try:
        shown = await visit.case("call-type", TypeLines(call_number(visit), what, form, sent))
    except BadInput as error:
        shown, trouble = await the_call(visit), error
    number = sent[0].number if sent else 1
    page = await visit.run(_line, shown, what, form, number, trouble)
    return visit.page(page)


async def _take_code(visit: Visit, fields: Fields) -> Response:
    """Keep all lines, and take the code if that was asked for."""
    what, form, sent = _typed(visit, fields)
    await visit.case("call-type", TypeLines(call_number(visit), what, form, sent))
    if fields.get("do") != "take":
        return _back(visit)
    answer: CodeTaken = await visit.case("call-take-code", TakeCode(call_number(visit), what))
    return await call_page(visit, choices=answer.choices) if answer.choices else _back(visit)


async def _note_server(visit: Visit, fields: Fields) -> Response:
    """Note which server ID was meant, or that it is to be typed again."""
    return await _note(visit, server_id=fields.get("server_id", ""), lines=(), requests=())


async def _note_agreement(visit: Visit, fields: Fields) -> Response:
    return await _note(visit, agreement=read_agreement(fields.get("agreement", "")))


async def _note_language(visit: Visit, fields: Fields) -> Response:
    return await _note(visit, language=language_in(visit, fields.get("language", "")))


async def _note_about(visit: Visit, fields: Fields) -> Response:
    """Note what the call is about."""
    try:
        return await _note(visit, about=About(fields.get("about", "")))
    except ValueError as error:
        raise BadInput(t("The form does not say what the call is about")) from error


async def _note_old(visit: Visit, fields: Fields) -> Response:
    """Note which licence server is replaced, or that it is to be typed again."""
    return await _note(visit, replaces=fields.get("replaces", ""))


async def _note_why(visit: Visit, fields: Fields) -> Response:
    return await _note(visit, why=fields.get("why", "").strip())


async def _note_thaw(visit: Visit, fields: Fields) -> Response:
    """Note which freeze ends; a request that was spoken before goes."""
    return await _note(visit, thaw=whole(fields.get("sequence", ""), "sequence"), requests=())


async def _take_over(visit: Visit, fields: Fields) -> Response:
    """Note what was signed for the old licence server, by the new one's count."""
    first, old = whole(fields.get("first", ""), "first"), (await the_call(visit)).old
    packs = enumerate(old.packs if old else (), first)
    lines = tuple(msgspec.structs.replace(pack, sequence=sequence) for sequence, pack in packs)
    return await _note(visit, lines=lines, requests=())


async def _allow(visit: Visit, fields: Fields) -> Response:
    """Let a supervisor go beyond the limits, once."""
    agreement = (await the_call(visit)).noted.agreement
    if agreement is None:
        raise Conflict(t("The agreement comes first"))
    await visit.case("reissue-allow", AllowReissue(agreement, fields.get("why", "")))
    return _back(visit, "?done=reissue-allow")


async def _note_pack(visit: Visit, fields: Fields) -> Response:
    """Note one pack more; a form that is sent twice notes it once."""
    kind, _, version = fields.get("pack", "").partition(":")
    month = fields.get("month", "").strip()
    line = AskedLine(
        whole(kind, "pack"),
        whole(version, "pack"),
        whole(fields.get("quantity", ""), "quantity"),
        whole(fields.get("sequence", ""), "sequence"),
        expiry_month(_month(month)) if month else 0,
    )
    noted = (await the_call(visit)).noted
    if line in noted.lines:
        return _back(visit)
    if any(one.sequence == line.sequence for one in noted.lines):
        raise BadInput(t("There is a pack of sequence {sequence} already", sequence=line.sequence))
    return await _note(visit, lines=(*noted.lines, line))


async def _remove_pack(visit: Visit, fields: Fields) -> Response:
    """Note one pack less, which its sequence names: what stood beside it may be gone meanwhile."""
    sequence, noted = whole(fields.get("sequence", ""), "sequence"), (await the_call(visit)).noted
    if fields.get("sort") != "request":
        return await _note(visit, lines=tuple(one for one in noted.lines if one.sequence != sequence))
    server_id = bytes.fromhex(noted.server_id)
    others = [one for one in noted.requests if unpack_request(server_id, bytes.fromhex(one)).sequence != sequence]
    return await _note(visit, requests=tuple(others))


async def _prepare(visit: Visit, _: Fields) -> Response:
    """Have the call judged, and show the control words."""
    answer = await visit.case("call-prepare", OneCall(call_number(visit)))
    return await call_page(visit, refusal=answer) if isinstance(answer, Refusal) else _back(visit)


async def _compared(visit: Visit, fields: Fields) -> Response:
    """Sign what was shown, if both sides read the same."""
    asked = Compared(call_number(visit), fields.get("agreed") == "yes", fields.get("mark", ""))
    answer = await visit.case("call-compared", asked)
    return await call_page(visit, refusal=answer) if isinstance(answer, Refusal) else _back(visit)


async def _heard_wrongly(visit: Visit, fields: Fields) -> Response:
    """Count a line that the caller heard wrongly, and show it again."""
    group = whole(fields.get("group", ""), "group")
    await visit.case("call-heard-wrongly", HeardWrongly(call_number(visit), group))
    return _back(visit, f"?as={_form(fields.get('as', ''))}&line={group}&spell=1")


async def _end(visit: Visit, fields: Fields) -> Response:
    """End the call, read out or given up."""
    form = _form(fields["form"]) if fields.get("form") else None
    over = await visit.case("call-end", EndCall(call_number(visit), form))
    return visit.go_to(f"{menu.CALLS}?done={over.outcome}")


Act = Callable[[Visit, Fields], Awaitable[Response]]
ACTS: Mapping[str, Act] = {
    "code": _take_code,
    "server": _note_server,
    "agreement": _note_agreement,
    "language": _note_language,
    "about": _note_about,
    "old": _note_old,
    "why": _note_why,
    "thaw": _note_thaw,
    "take-over": _take_over,
    "allow": _allow,
    "pack": _note_pack,
    "remove": _remove_pack,
    "prepare": _prepare,
    "compared": _compared,
    "heard-wrongly": _heard_wrongly,
    "end": _end,
}
"""The steps of a call, by what their form is sent to."""


def _line(shown: OpenCallShown, what: What, form: Form, number: int, trouble: BadInput | None) -> LinePage:
    lines = judged(dictation_of(shown.noted, what, form)).lines
    line = line_of(lines[min(max(number, 1), len(lines)) - 1], bool(form.language))
    if trouble is None:
        return LinePage(line)
    return LinePage(type(line)(line.number, line.text, line.state.BAD, trouble.message))


def _typed(visit: Visit, fields: Fields) -> tuple[What, Form, tuple[TypedLine, ...]]:
    try:
        what = What(fields.get("what", ""))
    except ValueError as error:
        raise BadInput(t("The form does not say what is typed")) from error
    sent = lines_sent(fields, MOST_GROUPS)
    return what, _form(fields.get("form", "")), tuple(TypedLine(number, text) for number, text in sent)


async def _note(visit: Visit, **noted: Any) -> Response:
    await visit.case("call-note", NoteCall(call_number(visit), **noted))
    return _back(visit)


def _back(visit: Visit, further: str = "") -> Response:
    return visit.go_to(f"/calls/{call_number(visit)}{further}")


def _form(text: str) -> Form:
    try:
        return Form(text)
    except ValueError as error:
        raise BadInput(t("There is no form “{text}”", text=text[:40])) from error


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise BadInput(t("“{text}” is no month; write it as 2028-12", text=text[:40])) from error
