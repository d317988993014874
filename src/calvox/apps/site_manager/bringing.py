"""Bundles and results that come in by the browser, and the collector that goes out."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from starlette.responses import Response

from calvox.apps.browser import Upload
from calvox.apps.site.gathering import Imported, import_files
from calvox.apps.site_manager.visits import Visit, in_site, made_aside, shown
from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.site.folder import LARGEST_BUNDLE, SiteFolder
from calvox.web.common.pages import Page
from calvox.web.windows import menu
from calvox.web.windows.bundles import (
    HOW,
    SCRIPT,
    ImportedRow,
    KeptRow,
    bundle_row,
    bundles,
    refused,
    result_row,
)
from calvox.windows.collector import collector_script

MOST_UPLOADED = 2 * LARGEST_BUNDLE
"""Bytes of all files that come at once."""
MOST_KEPT = 200
"""Bundles that are listed."""


async def show_import(visit: Visit) -> Response:
    """Ask for files, and show what was imported."""
    return await shown(visit, menu.IMPORT, _page)


async def take_files(visit: Visit) -> Response:
    """Import files; one that is refused stops nothing."""
    _, uploads = await visit.files(MOST_UPLOADED)
    given = [one for one in uploads if one.file_name or one.body]
    if not given:
        raise BadInput(t("No file was chosen"))
    imported = await in_site(visit, _import, given)
    return await shown(visit, menu.IMPORT, _page, imported)


async def give_collector(visit: Visit) -> Response:
    """Give the script that reads a machine."""
    return visit.download(collector_script(), SCRIPT, "application/octet-stream")


def _page(site: SiteFolder, imported: Sequence[ImportedRow] = ()) -> Page:
    with site.journal.read() as reader:
        kept = [_kept(row) for row in list(reader.select("bundle", order="-entry", limit=MOST_KEPT))[::-1]]
    return bundles(sha256(collector_script()).hexdigest(), kept, imported)


def _kept(row: Row) -> KeptRow:
    how = str(row["how"])
    return KeptRow(str(row["machine"]), int(row["time"]), int(row["collected"]), HOW.get(how, how), str(row["by"]))


def _import(site: SiteFolder, uploads: Sequence[Upload]) -> list[ImportedRow]:
    """Import each under a name of ours: what a browser calls a file is never a path."""

    def work(folder: Path) -> list[ImportedRow]:
        rows = []
        for number, upload in enumerate(uploads):
            path = folder / f"{number}.json"
            path.write_bytes(upload.body)
            (imported,) = import_files(site, [path])
            rows.append(_row(upload.file_name, imported))
            path.unlink()
        return rows

    return made_aside(work)


def _row(source: str, one: Imported) -> ImportedRow:
    if one.error:
        return refused(source, one.error)
    if one.action:
        return result_row(source, one.machine, one.action, one.outcome, one.said, one.advice, one.call)
    return bundle_row(source, one.machine, one.items, one.failed, new=one.new)
