"""Calls to the clearing house: opened, typed while they go on, entered, ended; by the same use cases as at the command line."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from starlette.responses import Response

from calvox.apps.site.actions import prepare
from calvox.apps.site.calls import call_of, calls, end_call, enter_by_assistant, given_of, open_call, sheet_of
from calvox.apps.site.dossiers import Wish
from calvox.apps.site.gathering import facts_of
from calvox.apps.site.typing import Typed, keep_typing, read_back_code, stage_of, type_code, typing_of
from calvox.apps.site_manager.looking import servers_of
from calvox.apps.site_manager.visits import Visit, in_site, made_aside, number_of, refused, shown, whole_number
from calvox.common.clock import World
from calvox.common.errors import BadInput, CalvoxError, Conflict, NotFound
from calvox.common.i18n import t
from calvox.site.folder import SiteFolder
from calvox.web.common.pages import Page
from calvox.web.windows import menu
from calvox.web.windows.call import CallPage, call_page, judged_text, same_code
from calvox.web.windows.calls import CallRow, Chosen
from calvox.web.windows.calls import calls as calls_page
from calvox.windows.calls.kinds import ABOUT, CallKind, kind_named
from calvox.windows.calls.typing import Typing, judge

Change = Callable[[Typing, Mapping[str, str]], Typing]
"""What is done to a typing, with a form's fields."""

# The list


async def show_calls(visit: Visit) -> Response:
    """Show the calls, and a form that opens another."""
    asked = visit.request.query_params
    chosen = Chosen(kind=asked.get("kind", CallKind.ACTIVATE), server=asked.get("server", ""))
    return await shown(visit, menu.CALLS, _list, chosen)


def _list(site: SiteFolder, chosen: Chosen, trouble: CalvoxError | None = None) -> Page:
    rows = [CallRow(call, stage_of(call, typing_of(site, call.call))) for call in calls(site)]
    return calls_page(rows, servers_of(site, facts_of(site)), site.description.purchases, chosen, trouble)


async def open_one(visit: Visit) -> Response:
    """Open a call."""
    fields = await visit.form()
    told = {name: fields.get(name, "").strip() for name in ("server", "source", "source_id", "product_id")}
    number = whole_number(fields, "purchase")
    try:
        wish = Wish(kind_named(fields.get("kind", "")), number=number, **told)
        call = await in_site(visit, open_call, wish, anyway=fields.get("anyway") == "true", world=visit.desk.world)
    except (BadInput, NotFound, Conflict) as error:
        chosen = Chosen(kind=fields.get("kind", ""), number=number, **told)
        return await refused(visit, menu.CALLS, error, _list, chosen, error)
    return visit.go_to(f"{menu.CALLS}/{call.call}?done=opened")


# One call


async def show_call(visit: Visit) -> Response:
    """Show a call."""
    return await shown(visit, menu.CALLS, _call, number_of(visit))


def _call(site: SiteFolder, number: int) -> CallPage:
    call, typing = call_of(site, number), typing_of(site, number)
    return call_page(call, stage_of(call, typing), sheet_of(site, number), typing)


def _refused(site: SiteFolder, number: int, error: CalvoxError, text: str = "") -> Page:
    return replace(_call(site, number), trouble=error, text=text)


async def judge_line(visit: Visit) -> Response:
    """Say what can be said of a line while it is typed; nothing is kept."""
    number, line = number_of(visit), (await visit.form()).get("line", "")

    def work(site: SiteFolder) -> Page:
        page = _call(site, number)
        told, good = judged_text(page.typing, judge(page.typing.slot, line), line)
        return replace(page, judged=told, judged_good=good, text=line)

    return await shown(visit, menu.CALLS, work)


async def type_line(visit: Visit) -> Response:
    """Take a line that was typed."""
    number, line = number_of(visit), (await visit.form()).get("line", "")
    try:
        typed = await in_site(visit, type_code, number, line)
    except BadInput as error:
        return await refused(visit, menu.CALLS, error, _refused, number, error, line)
    return await _after_typing(visit, number, typed)


async def _after_typing(visit: Visit, number: int, typed: Typed) -> Response:
    """Go on typing in the place where it is typed, or show the call anew once the code is heard."""
    if typed.code and typed.known:
        known = tuple(same_code(call) for call in typed.known)
        return await shown(visit, menu.CALLS, lambda site: replace(_call(site, number), known=known))
    if visit.partial and not typed.code:
        return await shown(visit, menu.CALLS, _call, number)
    return visit.go_to(f"{menu.CALLS}/{number}{'?done=heard' if typed.code else ''}")


async def take_back(visit: Visit) -> Response:
    """Take the last group back."""
    return await _kept(visit, lambda typing, _: typing.back())


async def begin_again(visit: Visit) -> Response:
    """Let go what was typed."""
    return await _kept(visit, lambda typing, _: Typing(typing.slot))


async def correct_group(visit: Visit) -> Response:
    """Replace a group of the first typing, while it is read back."""
    return await _kept(visit, lambda typing, fields: typing.correct(whole_number(fields, "number") - 1, fields["line"]))


async def _kept(visit: Visit, change: Change) -> Response:
    number, fields = number_of(visit), await visit.form()

    def work(site: SiteFolder) -> Typed:
        return keep_typing(site, number, change(typing_of(site, number), {"line": "", **fields}))

    try:
        typed = await in_site(visit, work)
    except BadInput as error:
        return await refused(visit, menu.CALLS, error, _refused, number, error)
    return await _after_typing(visit, number, typed)


async def read_back(visit: Visit) -> Response:
    """Take the code as heard: it was read back."""
    number = number_of(visit)
    await visit.form()
    return await _after_typing(visit, number, await in_site(visit, read_back_code, number))


async def give_script(visit: Visit) -> Response:
    """Make the script that enters the code, and give it."""
    number = number_of(visit)
    await visit.form()
    name, data = await in_site(visit, _script, number, visit.desk.world)
    return visit.download(data, name, "application/octet-stream")


def _script(site: SiteFolder, number: int, world: World) -> tuple[str, bytes]:
    call, given = call_of(site, number), given_of(site, number)
    action = ABOUT[CallKind(call.kind)].action

    def work(folder: Path) -> tuple[str, bytes]:
        path = prepare(site, action, call.server, given, call=number, out=folder, world=world)
        return path.name, path.read_bytes()

    return made_aside(work)


async def by_assistant(visit: Visit) -> Response:
    """Read back what was typed into Microsoft's own wizard."""
    number = number_of(visit)
    await visit.form()
    try:
        found = await in_site(visit, enter_by_assistant, number)
    except Conflict as error:
        return await refused(visit, menu.CALLS, error, _refused, number, error)
    text = t("Read back: {text}", text=found.text)
    if not found.shown:
        text = t(
            "Entered, not read back yet: {text}. Collect the licence server again, and import the bundle.",
            text=found.text,
        )
    return await shown(visit, menu.CALLS, lambda site: replace(_call(site, number), read=text))


async def end_one(visit: Visit) -> Response:
    """End a call."""
    number, fields = number_of(visit), await visit.form()
    given_up = fields.get("how", "given-up") != "done"
    try:
        await in_site(visit, end_call, number, given_up=given_up, note=fields.get("note", "").strip())
    except Conflict as error:
        return await refused(visit, menu.CALLS, error, _refused, number, error)
    return visit.go_to(f"{menu.CALLS}/{number}?done=ended")
