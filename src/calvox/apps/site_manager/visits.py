"""What the endpoints of the site manager share: a page made in the folder, a change whose refusal is told on the page."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Concatenate, ParamSpec, TypeVar

from starlette.responses import Response

from calvox.apps.browser import Visit as AnyVisit
from calvox.apps.site_manager.desk import SiteDesk
from calvox.common.errors import BadInput, CalvoxError, rendering
from calvox.common.i18n import Text, t
from calvox.site.folder import SiteFolder
from calvox.web.common.pages import Page

Visit = AnyVisit[SiteDesk]
P = ParamSpec("P")
T = TypeVar("T")
DONE: Mapping[str, Text] = {
    "backup": t("Entered: the backup was tested."),
    "opened": t("The call is open."),
    "heard": t("The code is heard."),
    "entered": t("Entered. What the facts show of it stands below."),
    "ended": t("The call is ended."),
    "vouched": t("Entered: you vouch for it."),
    "taken-back": t("Taken back."),
    "closed": t("The plan is closed."),
    "begun": t("The plan is begun."),
}
"""What the page after a change says."""


async def in_site(
    visit: Visit, work: Callable[Concatenate[SiteFolder, P], T], *arguments: P.args, **named: P.kwargs
) -> T:
    """Work in the site folder, aside and in the reader's language."""
    return await visit.run(lambda: visit.desk.at(work, *arguments, **named))


async def shown(
    visit: Visit,
    here: str,
    make: Callable[Concatenate[SiteFolder, P], Page],
    *arguments: P.args,
    **named: P.kwargs,
) -> Response:
    """Answer with a page that is made in the site folder."""
    page = await in_site(visit, make, *arguments, **named)
    return visit.page(page, here, said=DONE.get(visit.request.query_params.get("done", "")))


async def refused(
    visit: Visit,
    here: str,
    error: CalvoxError,
    make: Callable[Concatenate[SiteFolder, P], Page],
    *arguments: P.args,
    **named: P.kwargs,
) -> Response:
    """Answer with a page that tells why something was not done; htmx shows no page that bears an error's number."""
    page = await in_site(visit, make, *arguments, **named)
    return visit.page(page, here, status=200 if visit.partial else rendering(error).status)


def number_of(visit: Visit) -> int:
    """Read the number in the address.

    Raises:
        BadInput: it is none.
    """
    text = str(visit.request.path_params["number"])
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadInput(t("“{text}” is no number", text=text[:40]))
    return int(text)


def whole_number(fields: Mapping[str, str], name: str) -> int:
    """Read a number from a form; a field that is empty or missing is 0.

    Raises:
        BadInput: it is none.
    """
    text = fields.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadInput(t("{name}: “{text}” is no number", name=name, text=text[:40]))
    return int(text)


def made_aside(work: Callable[[Path], T]) -> T:
    """Let something be written into a folder that is gone afterwards, so that a browser may take it."""
    with TemporaryDirectory(prefix="calvox-") as folder:
        return work(Path(folder))
