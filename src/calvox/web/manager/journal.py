"""The journal: who did what and when, the newest first, by kind, person and date; taken along as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.journal.listing import Looked
from calvox.web.common.journal import Entries, Sought, entries
from calvox.web.common.pages import Page
from calvox.web.manager.menu import JOURNAL, VERIFICATION

FORMS: Mapping[str, Text] = {"csv": t("CSV"), "jsonl": t("JSON lines")}
"""The files that there are."""


@dataclass(frozen=True)
class JournalPage(Page):
    """Lists entries."""

    template: ClassVar[str] = "manager/journal.html"
    title: ClassVar[Text] = t("Journal")
    words: ClassVar[Mapping[str, Text]] = {"take": t("Take along"), "verify": t("Verify the journal")}

    entries: Entries
    files: tuple[tuple[Text, str], ...]
    """What may be taken along, with its address."""
    verification: str = VERIFICATION
    trouble: CalvoxError | None = None
    """Why nothing could be sought."""


def journal(looked: Looked | CalvoxError, kinds: Sequence[str], sought: Sought, before: int) -> JournalPage:
    """Make the page."""
    trouble = looked if isinstance(looked, CalvoxError) else None
    found = Looked([], 0) if isinstance(looked, CalvoxError) else looked
    return JournalPage(
        entries=entries(JOURNAL, found, kinds, sought, before, dates=True),
        files=tuple((name, sought.address(f"{JOURNAL}/entries.{form}")) for form, name in FORMS.items()),
        trouble=trouble,
    )
