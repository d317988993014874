"""A call's page as it stands: what is noted, what is typed next, what is read out, and what the last step came to."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from calvox.apps.desk.pages import REFUSED, AskedReading, Visit, done, is_supervisor, words_in
from calvox.centre.calls import About
from calvox.centre.noted import OpenCallShown
from calvox.centre.open_calls import OneCall
from calvox.centre.typed_codes import What, dictation_of
from calvox.common.errors import CalvoxError, rendering
from calvox.web.common.typing import Typing, typing_of
from calvox.web.desk import menu
from calvox.web.desk.about import Subject
from calvox.web.desk.call import Shape, call
from calvox.web.desk.reading import Choice, Reading, reading
from calvox.wire.phone.forms import Form
from calvox.wire.phone.judged import judged


def call_number(visit: Visit) -> str:
    """Give the number of the call that the address is about."""
    return str(visit.request.path_params["call"])


async def the_call(visit: Visit) -> OpenCallShown:
    """Give the call that the address is about."""
    shown: OpenCallShown = await visit.case("call-show", OneCall(call_number(visit)))
    return shown


async def call_page(visit: Visit, **more: Any) -> Response:
    """Show the call, with what the last step came to."""
    asked = visit.asked(AskedReading)
    shown = await the_call(visit)
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
