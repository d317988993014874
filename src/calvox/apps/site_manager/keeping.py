"""The site's journal in the browser: listed, verified, taken away whole."""

import msgspec
from starlette.responses import Response

from calvox.apps.browser import MOST
from calvox.apps.journals import VerifyJournal
from calvox.apps.site_manager.visits import Visit, in_site, shown
from calvox.common.errors import StoreFailed, Tampered
from calvox.journal.listing import Chosen, Verified, latest_entries, show_entries
from calvox.site.book import SITE_BOOK
from calvox.site.folder import SiteFolder
from calvox.web.common.journal import PAGE, Sought
from calvox.web.common.pages import Page
from calvox.web.windows import menu
from calvox.web.windows.journal import journal

KINDS = tuple({fact.__name__ for fact in SITE_BOOK.facts})
"""The kinds of entries that may be asked for."""


class AskedEntries(msgspec.Struct, frozen=True):
    """Which entries are to be shown."""

    kind: str = ""
    by: str = ""
    before: int = 0


async def show_journal(visit: Visit) -> Response:
    """Show a page of entries."""
    return await shown(visit, menu.JOURNAL, _page, visit.asked(AskedEntries))


async def verify(visit: Visit) -> Response:
    """Verify the whole journal; what does not hold is told on the page."""
    await visit.form()
    found: Verified | Tampered | StoreFailed
    try:
        found = await visit.case("journal-verify", VerifyJournal())
    except (Tampered, StoreFailed) as error:
        found = error
    return await shown(visit, menu.JOURNAL, _page, AskedEntries(), found)


def _page(site: SiteFolder, asked: AskedEntries, found: Verified | Tampered | StoreFailed | None = None) -> Page:
    before, by = asked.before if 0 < asked.before <= MOST else 0, asked.by.strip()
    with site.journal.read() as reader:
        looked = latest_entries(reader, before, Chosen(asked.kind, by), PAGE)
    return journal(looked, KINDS, Sought(asked.kind, by), before, found)


async def give_journal(visit: Visit) -> Response:
    """Give every entry as JSON, an object a line."""
    return visit.download(await in_site(visit, _whole), "site-journal.jsonl", "application/jsonl")


def _whole(site: SiteFolder) -> bytes:
    with site.journal.read() as reader:
        told = show_entries(reader, 1, None, "", reader.head.position)
    return b"".join(msgspec.json.encode(one) + b"\n" for one in told)
