"""The site's journal: who did what and when, the newest first; verified and taken away as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.journal.listing import EntryShown, Looked, Verified
from calvox.web.common.pages import Page
from calvox.web.windows.menu import JOURNAL

PAGE = 50
"""Entries on a page."""
LONGEST = 300
"""Characters of a value that are shown; the file that is taken away has it whole."""


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
        """Who did it."""
        return str(self.entry.says.get("by", ""))

    @property
    def says(self) -> Mapping[str, Any]:
        """What else it says, without what is empty."""
        told = self.entry.says.items()
        return {name: _short(value) for name, value in told if name != "by" and value not in ("", [], None)}


@dataclass(frozen=True)
class JournalPage(Page):
    """Lists entries."""

    template: ClassVar[str] = "windows/journal.html"
    title: ClassVar[Text] = t("Journal")
    words: ClassVar[Mapping[str, Text]] = {
        "number": t("Number"),
        "time": t("Time"),
        "kind": t("Entry"),
        "by": t("By"),
        "says": t("What it says"),
        "all": t("all"),
        "person": t("Person"),
        "seek": t("Show"),
        "none": t("No such entry here."),
        "first": t("To the newest"),
        "further": t("Further"),
        "verify": t("Verify the whole journal"),
        "export": t("Download it whole (JSON)"),
        "codes": t("The file holds the codes that were heard: keep it as you keep them."),
    }

    kind: str
    """The kind that is shown; empty: all."""
    by: str
    """The person whose entries are shown; empty: everybody's."""
    kinds: tuple[str, ...]
    entries: tuple[EntryRow, ...]
    newest: str
    """Address of the first page; empty: this is it."""
    further: str
    """Address of the next page; empty: there is none."""
    verified: Text | None = None
    trouble: CalvoxError | None = None
    """Why the journal does not hold."""


def journal(
    looked: Looked,
    kinds: Sequence[str],
    *,
    kind: str = "",
    by: str = "",
    before: int = 0,
    found: Verified | CalvoxError | None = None,
) -> JournalPage:
    """Make the page; `found` is what verifying came to, if it was asked for."""
    holds = None
    if isinstance(found, Verified):
        values = {"entries": found.entries, "head": found.head[:16]}
        holds = t("The journal holds: {entries} entries, head {head}…", **values)
    return JournalPage(
        kind=kind,
        by=by,
        kinds=tuple(sorted(kinds)),
        entries=tuple(EntryRow(entry) for entry in looked.entries),
        newest=_address(kind, by, 0) if before else "",
        further=_address(kind, by, looked.further) if looked.further else "",
        verified=holds,
        trouble=found if isinstance(found, CalvoxError) else None,
    )


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _address(kind: str, by: str, before: int) -> str:
    asked = {"kind": kind, "by": by, "before": before}
    return f"{JOURNAL}?{urlencode({name: value for name, value in asked.items() if value})}"
