"""The pages of a licence server's end and of its successor: retire, migrate or reissue."""

from collections.abc import Mapping

from starlette.responses import Response

from calvox.apps.browser import Endpoint, Visit, WithPeople
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.retirement_cases import FreezeServer, PrepareReissue
from calvox.common.errors import BadInput, CalvoxError, Conflict, NotFound, rendering
from calvox.common.i18n import Text, t
from calvox.server.call import PackWish
from calvox.server.moving import LARGEST, pack_of_text, read_pack_list, write_pack_list
from calvox.server.retirement_report import RetirementShown
from calvox.web.manager import menu
from calvox.web.manager.migrate import MigratePage
from calvox.web.manager.retire import retire

LIMIT = LARGEST + (1 << 16)
LIST_NAME = "calvox-packs.json"
ACTS = ("freeze", "thaw")
"""What the forms of the page of retirement do."""
Here = Visit[WithPeople]


async def show_retire(visit: Here) -> Response:
    """Show the steps."""
    done: Mapping[str, Text] = {"freeze": t("The licence server is frozen.")}
    page = retire(await visit.case("retirement", Nothing()))
    return visit.page(page, menu.RETIRE, said=done.get(visit.request.query_params.get("done", "")))


async def act(visit: Here) -> Response:
    """Freeze, or open the call that thaws; what is refused is told on the page."""
    fields, name = await visit.form(), visit.request.path_params["act"]
    if name not in ACTS:
        raise NotFound(t("There is no page {path}", path=visit.request.url.path))
    try:
        if name == "thaw":
            await visit.case("call-prepare-thaw", Nothing())
            return visit.go_to(menu.CALL)
        if fields.get("sure") != "yes":
            raise BadInput(
                t("Nothing was done yet"), hint=t("Tick “Yes, this is what I want” after reading what will be done.")
            )
        await visit.case("freeze", FreezeServer(fields.get("why", "")))
    except (BadInput, Conflict) as error:
        page = retire(await visit.case("retirement", Nothing()), error)
        return visit.page(page, menu.RETIRE, status=rendering(error).status)
    return visit.go_to(f"{menu.RETIRE}?done=freeze")


async def download(visit: Here) -> Response:
    """Give the list of packs as a file."""
    told = await visit.case("packs-to-move", Nothing())
    data = write_pack_list(bytes.fromhex(told.server_id), told.packs)
    return visit.download(data, LIST_NAME, "application/json")


async def show_migrate(visit: Here) -> Response:
    """Ask for the packs."""
    told: RetirementShown = await visit.case("retirement", Nothing())
    return visit.page(MigratePage(told.call_open), menu.MIGRATE)


async def migrate(visit: Here) -> Response:
    """Open the call of a migration or a reissue of what was pasted or typed, and go to its sheet."""
    fields = await visit.form(LIMIT)
    return await _prepare(visit, fields.get("packs", "").strip(), fields)


async def migrate_file(visit: Here) -> Response:
    """The same of a list that comes as a file; what stands in it is read as if it had been pasted."""
    fields, uploads = await visit.files(LIMIT)
    given = [one.body for one in uploads if one.body]
    try:
        if len(given) != 1:
            raise BadInput(t("No file was chosen"))
        text = given[0].decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return await _again(visit, fields, BadInput(t("This is no list of packs: {why}", why="UTF-8")))
    except BadInput as error:
        return await _again(visit, fields, error)
    return await _prepare(visit, text, fields)


async def _prepare(visit: Here, text: str, fields: Mapping[str, str]) -> Response:
    try:
        await visit.case("call-prepare-reissue", PrepareReissue(_wanted(text, fields)))
    except (BadInput, Conflict) as error:
        return await _again(visit, fields, error)
    return visit.go_to(menu.CALL)


def _wanted(text: str, fields: Mapping[str, str]) -> tuple[PackWish, ...]:
    """Read the list that the other server wrote, or the packs as they were typed."""
    if text.startswith("{"):
        return read_pack_list(text.encode()).packs
    about = fields.get("programme", "open").strip(), fields.get("agreement", "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return tuple(pack_of_text(line, *about) for line in lines)


async def _again(visit: Here, fields: Mapping[str, str], trouble: CalvoxError) -> Response:
    told: RetirementShown = await visit.case("retirement", Nothing())
    typed = (fields.get("packs", ""), fields.get("programme", "open"), fields.get("agreement", ""))
    page = MigratePage(told.call_open, *typed, trouble)
    return visit.page(page, menu.MIGRATE, status=rendering(trouble).status)


ENDPOINTS = (
    Endpoint("GET", "/retire", show_retire),
    Endpoint("GET", "/retire/packs.json", download),
    Endpoint("POST", "/retire/{act}", act),
    Endpoint("GET", "/migrate", show_migrate),
    Endpoint("POST", "/migrate", migrate),
    Endpoint("POST", "/migrate/file", migrate_file),
)
"""Their routes."""
