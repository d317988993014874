"""What is made here and carried elsewhere: scripts of actions, artefacts, papers; each entered in the journal as it is made."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from starlette.responses import Response

from calvox.apps.site.actions import prepare
from calvox.apps.site.artefacts import README, SUMS, kit_input, make_artefacts
from calvox.apps.site.calls import calls
from calvox.apps.site.gathering import facts_of
from calvox.apps.site.papers import make_paper
from calvox.apps.site.record import record_of
from calvox.apps.site_manager.looking import servers_of
from calvox.apps.site_manager.visits import Visit, in_site, made_aside, refused, shown, whole_number
from calvox.common.clock import World
from calvox.common.errors import BadInput, CalvoxError, Conflict, NotFound
from calvox.common.i18n import Language, t
from calvox.site.folder import SiteFolder
from calvox.web.common.headers import PAGE
from calvox.web.common.pages import Page
from calvox.web.windows import menu
from calvox.web.windows.action import action_page
from calvox.web.windows.actions import OFFERED, actions
from calvox.web.windows.artefacts import ArtefactCard, artefacts
from calvox.web.windows.papers import papers
from calvox.windows.actions.action import Action
from calvox.windows.artefacts.given import KitInput
from calvox.windows.artefacts.kit import ARTEFACTS, Artefact

GIVEN = "given-"
"""What a parameter's field begins with, so that none is taken for the machine."""
FIXED = (1980, 1, 1, 0, 0, 0)
"""The time that files bear within an archive: the same files give the same archive."""
MEDIA: Mapping[str, str] = {"pdf": "application/pdf", "html": "text/html; charset=utf-8"}

OF_PAPER = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-modals"
)
"""The policy of a paper that is shown: its style stands in it, and nothing runs."""

# Actions


async def show_actions(visit: Visit) -> Response:
    """Show what can be done, what waits, and what was done."""
    return await shown(visit, menu.ACTIONS, lambda site: actions(record_of(site)))


async def show_action(visit: Visit) -> Response:
    """Show one action and its form."""
    machine = visit.request.query_params.get("machine", "")
    return await shown(visit, menu.ACTIONS, _action, _offered(visit), machine, {})


def _offered(visit: Visit) -> Action:
    """Find the action in the address; one that enters a code belongs to the page of its call."""
    name = visit.request.path_params["action"]
    found = next((one for one in OFFERED if one.name == name), None)
    if found is None:
        raise NotFound(t("There is no page {path}", path=visit.request.url.path))
    return found


def _action(
    site: SiteFolder, action: Action, machine: str, given: Mapping[str, str], trouble: CalvoxError | None = None
) -> Page:
    return action_page(action, facts_of(site), machine, given, site.description.licensing.servers, trouble)


async def make_script(visit: Visit) -> Response:
    """Make an action's script, and give it."""
    action, fields = _offered(visit), await visit.form()
    given = {name.removeprefix(GIVEN): text for name, text in fields.items() if name.startswith(GIVEN) and text.strip()}
    machine = fields.get("machine", "")
    try:
        name, data = await in_site(visit, _script, action.name, machine, given, visit.desk.world)
    except (BadInput, NotFound, Conflict) as error:
        return await refused(visit, menu.ACTIONS, error, _action, action, machine, given, error)
    return visit.download(data, name, "application/octet-stream")


def _script(site: SiteFolder, action: str, machine: str, given: Mapping[str, str], world: World) -> tuple[str, bytes]:
    def work(folder: Path) -> tuple[str, bytes]:
        path = prepare(site, action, machine, given, out=folder, world=world)
        return path.name, path.read_bytes()

    return made_aside(work)


# Artefacts


async def show_artefacts(visit: Visit) -> Response:
    """Show what can be made of site.toml."""
    return await shown(visit, menu.ARTEFACTS, _artefacts, visit.desk.world)


def _artefacts(site: SiteFolder, world: World) -> Page:
    given = kit_input(site.description, world)
    return artefacts([_card(one, given) for one in ARTEFACTS])


def _card(one: Artefact, given: KitInput) -> ArtefactCard:
    try:
        files, notes = sorted((*one.make(given), README, SUMS)), tuple(one.notes(given))
    except BadInput as error:
        return ArtefactCard(one.name, one.title, one.where, tuple(one.steps), refused=error.message, hint=error.hint)
    return ArtefactCard(one.name, one.title, one.where, tuple(one.steps), tuple(files), notes)


async def give_artefacts(visit: Visit) -> Response:
    """Make all artefacts that fit the site, and give them in one archive."""
    await visit.form()
    files = await in_site(visit, _made, (), visit.desk.world)
    if not files:
        raise BadInput(t("No artefact fits this site"), hint=t("Fill in site.toml."))
    return visit.download(archive(files), "calvox-artefacts.zip", "application/zip")


async def give_artefact(visit: Visit) -> Response:
    """Make one artefact, and give its archive, or one file of it."""
    name, fields = str(visit.request.path_params["name"]), await visit.form()
    files = await in_site(visit, _made, (name,), visit.desk.world)
    wanted = fields.get("file", "")
    if not wanted:
        return visit.download(archive(files), f"calvox-{name}.zip", "application/zip")
    data = files.get(f"{name}/{wanted}")
    if data is None:
        raise NotFound(t("{name} has no file {file}", name=name, file=wanted[:80]))
    return visit.download(data, wanted.rpartition("/")[2], "application/octet-stream")


def _made(site: SiteFolder, names: Sequence[str], world: World) -> dict[str, bytes]:
    """Make artefacts, and give their files by path."""

    def work(folder: Path) -> dict[str, bytes]:
        make_artefacts(site, names, folder, world=world)
        found = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}

    return made_aside(work)


def archive(files: Mapping[str, bytes]) -> bytes:
    """Put files into a zip archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in files.items():
            zipped.writestr(zipfile.ZipInfo(name, FIXED), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


# Papers


async def show_papers(visit: Visit) -> Response:
    """Show which papers there are, and which were made."""
    return await shown(visit, menu.PAPERS, _papers)


def _papers(site: SiteFolder, trouble: CalvoxError | None = None) -> Page:
    numbers = [call.call for call in calls(site)]
    return papers(servers_of(site, facts_of(site)), numbers, record_of(site).papers, trouble)


async def give_paper(visit: Visit) -> Response:
    """Make a paper, and give it; or show it, which is a page of its own with its own policy."""
    name, fields = str(visit.request.path_params["name"]), await visit.form()
    look = fields.get("form") == "look"
    form: Literal["pdf", "html"] = "html" if look or fields.get("form") == "html" else "pdf"
    try:
        data = await in_site(
            visit,
            _paper,
            name,
            form,
            fields.get("server", ""),
            whole_number(fields, "call"),
            visit.language,
            visit.desk.zone,
            visit.desk.world,
        )
    except (BadInput, NotFound) as error:
        return await refused(visit, menu.PAPERS, error, _papers, error)
    if look:
        return Response(data, 200, {**PAGE, "Content-Security-Policy": OF_PAPER}, MEDIA[form])
    return visit.download(data, f"{name}.{form}", MEDIA[form])


def _paper(
    site: SiteFolder,
    name: str,
    form: Literal["pdf", "html"],
    server: str,
    call: int,
    language: Language,
    zone: ZoneInfo,
    world: World,
) -> bytes:
    def work(folder: Path) -> bytes:
        # A name that is no paper's is refused before anything is written, so the file's name is one of ours.
        out = folder / f"{Path(name).name}.{form}"
        made = make_paper(
            site, name, server=server, language=language, out=out, form=form, zone=zone, call=call, world=world
        )
        return made.file.read_bytes()

    return made_aside(work)
