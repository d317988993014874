"""The site's journal: who did what and when, the newest first; verified and taken away as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.journal.listing import Looked, Verified
from calvox.web.common.journal import Entries, Sought, entries
from calvox.web.common.pages import Page
from calvox.web.windows.menu import JOURNAL


@dataclass(frozen=True)
class JournalPage(Page):
    """Lists entries."""

    template: ClassVar[str] = "windows/journal.html"
    title: ClassVar[Text] = t("Journal")
    words: ClassVar[Mapping[str, Text]] = {
        "verify": t("Verify the whole journal"),
        "export": t("Download it whole (JSON)"),
        "codes": t("The file holds the codes that were heard: keep it as you keep them."),
    }

    entries: Entries
    verified: Text | None = None
    trouble: CalvoxError | None = None
    """Why the journal does not hold."""


def journal(
    looked: Looked, kinds: Sequence[str], sought: Sought, before: int = 0, found: Verified | CalvoxError | None = None
) -> JournalPage:
    """Make the page; `found` is what verifying came to, if it was asked for."""
    holds = None
    if isinstance(found, Verified):
        values = {"entries": found.entries, "head": found.head[:16]}
        holds = t("The journal holds: {entries} entries, head {head}…", **values)
    trouble = found if isinstance(found, CalvoxError) else None
    return JournalPage(entries(JOURNAL, looked, kinds, sought, before), holds, trouble)
