"""A call's page, and each step of it: a form is a use case of the centre, and then the page is shown anew.

What was wrong is told on the page itself, beside what was noted; nothing that was typed is lost.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

import msgspec
from starlette.responses import Response

from calvox.apps.desk.agreements import whole
from calvox.apps.desk.pages import REFUSED, AskedReading, Visit, done, is_supervisor, language_in, words_in
from calvox.centre.calls import About, AskedLine
from calvox.centre.noted import OpenCallShown
from calvox.centre.open_calls import Compared, EndCall, HeardWrongly, NoteCall, OneCall
from calvox.centre.refusals import Refusal
from calvox.centre.succession import AllowReissue
from calvox.centre.typed_codes import CodeTaken, TakeCode, TypedLine, TypeLines, What, dictation_of
from calvox.common.errors import BadInput, CalvoxError, Conflict, NotFound, rendering
from calvox.common.i18n import t
from calvox.web.common.typing import LinePage, Typing, line_of, lines_sent, typing_of
from calvox.web.desk import menu
from calvox.web.desk.about import Subject
from calvox.web.desk.call import Shape, call
from calvox.web.desk.reading import Choice, Reading, reading
from calvox.wire.phone.codec import CodeType, group_count
from calvox.wire.phone.forms import Form
from calvox.wire.phone.judged import judged
from calvox.wire.phone.request import expiry_month, read_agreement

Fields = Mapping[str, str]
MOST_GROUPS = max(group_count(form.encoding, code) for form in Form for code in (CodeType.SERVER_ID, CodeType.REQUEST))


async def show_call(visit: Visit) -> Response:
    """Show a call as it stands."""
    return await _page(visit)


async def act_on_call(visit: Visit) -> Response:
    """Carry out one step; what is wrong with it is told on the page."""
    act = ACTS.get(visit.request.path_params["act"])
    if act is None:
        raise NotFound(t("There is no page {path}", path=visit.request.url.path))
    fields = await visit.form()
    try:
        return await act(visit, fields)
    except (BadInput, Conflict) as error:
        return await _page(visit, trouble=error)


async def type_line(visit: Visit) -> Response:
    """Keep a line that is being typed, and tell how it stands: the answer to the script."""
    fields = await visit.form()
    what, form, sent = _typed(visit, fields)
    trouble: BadInput | None = None
    try:
        shown = await visit.case("call-type", TypeLines(_number(visit), what, form, sent))
    except BadInput as error:
        shown, trouble = await _shown(visit), error
    number = sent[0].number if sent else 1
    page = await visit.run(_line, shown, what, form, number, trouble)
    return visit.page(page)


async def _take_code(visit: Visit, fields: Fields) -> Response:
    """Keep all lines, and take the code if that was asked for."""
    what, form, sent = _typed(visit, fields)
    await visit.case("call-type", TypeLines(_number(visit), what, form, sent))
    if fields.get("do") != "take":
        return _back(visit)
    answer: CodeTaken = await visit.case("call-take-code", TakeCode(_number(visit), what))
    return await _page(visit, choices=answer.choices) if answer.choices else _back(visit)


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
    first, old = whole(fields.get("first", ""), "first"), (await _shown(visit)).old
    packs = enumerate(old.packs if old else (), first)
    lines = tuple(msgspec.structs.replace(pack, sequence=sequence) for sequence, pack in packs)
    return await _note(visit, lines=lines, requests=())


async def _allow(visit: Visit, fields: Fields) -> Response:
    """Let a supervisor go beyond the limits, once."""
    agreement = (await _shown(visit)).noted.agreement
    if agreement is None:
        raise Conflict(t("The agreement comes first"))
    await visit.case("reissue-allow", AllowReissue(agreement, fields.get("why", "")))
    return _back(visit, "?done=reissue-allow")


async def _note_pack(visit: Visit, fields: Fields) -> Response:
    """Note one pack more."""
    kind, _, version = fields.get("pack", "").partition(":")
    month = fields.get("month", "").strip()
    line = AskedLine(
        whole(kind, "pack"),
        whole(version, "pack"),
        whole(fields.get("quantity", ""), "quantity"),
        whole(fields.get("sequence", ""), "sequence"),
        expiry_month(_month(month)) if month else 0,
    )
    noted = (await _shown(visit)).noted
    if any(one.sequence == line.sequence for one in noted.lines):
        raise BadInput(t("There is a pack of sequence {sequence} already", sequence=line.sequence))
    return await _note(visit, lines=(*noted.lines, line))


async def _remove_pack(visit: Visit, fields: Fields) -> Response:
    """Note one pack less."""
    place, noted = whole(fields.get("place", ""), "place"), (await _shown(visit)).noted
    if fields.get("sort") == "request":
        return await _note(visit, requests=(*noted.requests[:place], *noted.requests[place + 1 :]))
    return await _note(visit, lines=(*noted.lines[:place], *noted.lines[place + 1 :]))


async def _prepare(visit: Visit, _: Fields) -> Response:
    """Have the call judged, and show the control words."""
    answer = await visit.case("call-prepare", OneCall(_number(visit)))
    return await _page(visit, refusal=answer) if isinstance(answer, Refusal) else _back(visit, "#control")


async def _compared(visit: Visit, fields: Fields) -> Response:
    """Sign, if both sides read the same."""
    asked = Compared(_number(visit), fields.get("agreed") == "yes")
    answer = await visit.case("call-compared", asked)
    return await _page(visit, refusal=answer) if isinstance(answer, Refusal) else _back(visit)


async def _heard_wrongly(visit: Visit, fields: Fields) -> Response:
    """Count a line that the caller heard wrongly, and show it again."""
    group = whole(fields.get("group", ""), "group")
    await visit.case("call-heard-wrongly", HeardWrongly(_number(visit), group))
    return _back(visit, f"?as={_form(fields.get('as', ''))}&line={group}&spell=1")


async def _end(visit: Visit, fields: Fields) -> Response:
    """End the call, read out or given up."""
    form = _form(fields["form"]) if fields.get("form") else None
    over = await visit.case("call-end", EndCall(_number(visit), form))
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


async def _page(visit: Visit, **more: Any) -> Response:
    """Show the call, with what the last step came to."""
    asked = visit.asked(AskedReading)
    shown = await _shown(visit)
    shape = await visit.run(_shape, shown, asked, visit, more)
    trouble: CalvoxError | None = more.get("trouble")
    status = rendering(trouble).status if trouble else REFUSED if more.get("refusal") else 200
    return visit.page(call(shown, shape), menu.CALLS, status=status, said=done(visit))


def _shape(shown: OpenCallShown, asked: AskedReading, visit: Visit, more: Mapping[str, Any]) -> Shape:
    noted = shown.noted
    if shown.signed is not None:
        return Shape(reading=_reading(shown, asked), **more)
    if noted.server_id and shown.refusal is not None:
        return Shape(**more)
    what = _typed_next(shown)
    typing = _typing(shown, what, asked.form)
    used = Form(typing.fields["form"])
    forms = tuple(Choice(one.label, f"/calls/{shown.call}?as={one}", one is used) for one in Form)
    if what is What.SERVER_ID:
        return Shape(forms, typing, **more)
    if what is not What.REQUEST:
        return Shape(forms, typing_old=typing, supervisor=is_supervisor(visit), **more)
    asking = asked.form is not None
    return Shape(forms, typing_request=typing, asking=asking, supervisor=is_supervisor(visit), **more)


def _typed_next(shown: OpenCallShown) -> What:
    """Choose the one code whose lines stand on the page: what is missing first."""
    noted = shown.noted
    if not noted.server_id:
        return What.SERVER_ID
    if noted.about.replaces and not noted.replaces:
        may_be_the_same = noted.about is About.REISSUE and (noted.lines or noted.requests)
        return What.REQUEST if may_be_the_same else What.REPLACES
    return What.PROOF if Subject(shown, supervisor=False).needs_proof else What.REQUEST


def _typing(shown: OpenCallShown, what: What, form: Form | None) -> Typing:
    path = f"/calls/{shown.call}"
    dictation = dictation_of(shown.noted, what, form)
    return typing_of(judged(dictation), f"{path}/code", f"{path}/type", what=str(what))


def _reading(shown: OpenCallShown, asked: AskedReading) -> Reading:
    assert shown.signed is not None
    path = f"/calls/{shown.call}"
    return reading(
        path,
        shown.signed.confirmation,
        asked.form or words_in(shown.noted.language),
        asked.line,
        spelling=bool(asked.spell),
        language=shown.noted.language,
        misheard=shown.noted.misheard,
        mark=f"{path}/heard-wrongly",
        end=f"{path}/end",
    )


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
    await visit.case("call-note", NoteCall(_number(visit), **noted))
    return _back(visit)


async def _shown(visit: Visit) -> OpenCallShown:
    shown: OpenCallShown = await visit.case("call-show", OneCall(_number(visit)))
    return shown


def _back(visit: Visit, further: str = "") -> Response:
    return visit.go_to(f"/calls/{_number(visit)}{further}")


def _number(visit: Visit) -> str:
    return str(visit.request.path_params["call"])


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
