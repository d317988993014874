"""The journal: who did what and when, the newest first, by kind, person and date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.journal.listing import EntryShown, Looked
from calvox.web.common.pages import Page
from calvox.web.manager.menu import JOURNAL, VERIFICATION

PAGE = 50
"""Entries on a page."""
FORMS: Mapping[str, Text] = {"csv": t("CSV"), "jsonl": t("JSON lines")}
"""The files that there are."""


@dataclass(frozen=True)
class EntryRow:
    """One entry."""

    entry: EntryShown

    @property
    def time(self) -> int:
        """When it was entered, seconds UTC."""
        return int(datetime.fromisoformat(self.entry.time).timestamp())

    @property
    def by(self) -> str:
        """Who did it; empty: the licence server itself, or a session host."""
        return str(self.entry.says.get("by", ""))

    @property
    def says(self) -> Mapping[str, Any]:
        """What else it says, without what is empty."""
        return {name: value for name, value in self.entry.says.items() if name != "by" and value not in ("", [], None)}


@dataclass(frozen=True)
class JournalPage(Page):
    """Lists entries."""

    template: ClassVar[str] = "manager/journal.html"
    title: ClassVar[Text] = t("Journal")
    words: ClassVar[Mapping[str, Text]] = {
        "number": t("Number"),
        "time": t("Time"),
        "kind": t("Entry"),
        "by": t("By"),
        "says": t("What it says"),
        "all": t("all"),
        "person": t("Person"),
        "since": t("From"),
        "until": t("To"),
        "take": t("Take along"),
        "verify": t("Verify the journal"),
        "seek": t("Show"),
        "none": t("No such entry here."),
        "first": t("To the newest"),
        "further": t("Further"),
    }

    sought: "Sought"
    kinds: tuple[str, ...]
    entries: tuple[EntryRow, ...]
    newest: str
    """Address of the first page; empty: this is it."""
    further: str
    """Address of the next page; empty: there is none."""
    files: tuple[tuple[Text, str], ...]
    """What may be taken along, with its address."""
    verification: str = VERIFICATION
    trouble: CalvoxError | None = None
    """Why nothing could be sought."""


@dataclass(frozen=True)
class Sought:
    """Which entries are sought, as the form has it; what is empty does not matter."""

    kind: str = ""
    by: str = ""
    since: str = ""
    """The first day, YYYY-MM-DD in the site's zone."""
    until: str = ""
    """The last day."""

    def address(self, path: str = JOURNAL, before: int = 0) -> str:
        """Tell where these entries are."""
        asked = {"kind": self.kind, "by": self.by, "from": self.since, "to": self.until, "before": before}
        told = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{told}" if told else path


def journal(looked: Looked | CalvoxError, kinds: Sequence[str], sought: Sought, before: int) -> JournalPage:
    """Make the page."""
    trouble = looked if isinstance(looked, CalvoxError) else None
    found = Looked([], 0) if isinstance(looked, CalvoxError) else looked
    return JournalPage(
        sought=sought,
        kinds=tuple(sorted(kinds)),
        entries=tuple(EntryRow(entry) for entry in found.entries),
        newest=sought.address() if before else "",
        further=sought.address(before=found.further) if found.further else "",
        files=tuple((name, sought.address(f"{JOURNAL}/entries.{form}")) for form, name in FORMS.items()),
        trouble=trouble,
    )
