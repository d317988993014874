"""The journal: who did what and when, the newest first, by kind and by person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from calvox.common.i18n import Text, t
from calvox.journal.listing import EntryShown, Looked
from calvox.web.common.pages import Page
from calvox.web.manager.menu import JOURNAL

PAGE = 50
"""Entries on a page."""


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
        "seek": t("Show"),
        "none": t("No such entry here."),
        "first": t("To the newest"),
        "further": t("Further"),
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


def journal(looked: Looked, kinds: Sequence[str], *, kind: str, by: str, before: int) -> JournalPage:
    """Make the page."""
    return JournalPage(
        kind=kind,
        by=by,
        kinds=tuple(sorted(kinds)),
        entries=tuple(EntryRow(entry) for entry in looked.entries),
        newest=_address(kind, by, 0) if before else "",
        further=_address(kind, by, looked.further) if looked.further else "",
    )


def _address(kind: str, by: str, before: int) -> str:
    asked = {"kind": kind, "by": by, "before": before}
    return f"{JOURNAL}?{urlencode({name: value for name, value in asked.items() if value})}"
