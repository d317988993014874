"""Entries of a journal as every page lists them: what they are sought by, who did what and when, where there are more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from calvox.common.i18n import Text, t
from calvox.journal.listing import EntryShown, Looked

PAGE = 50
"""Entries on a page."""
LONGEST = 300
"""Characters of a value that are shown; the file that is taken along has it whole."""


@dataclass(frozen=True)
class Sought:
    """Which entries are sought, as the form has it; what is empty does not matter."""

    kind: str = ""
    by: str = ""
    """The person whose entries they are."""
    since: str = ""
    """The first day, YYYY-MM-DD in the site's zone."""
    until: str = ""
    """The last day."""

    def address(self, path: str, before: int = 0) -> str:
        """Tell where these entries are."""
        asked = {"kind": self.kind, "by": self.by, "from": self.since, "to": self.until, "before": before}
        told = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{told}" if told else path


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
        """Who did it; empty: no person."""
        return str(self.entry.says.get("by", ""))

    @property
    def says(self) -> Mapping[str, Any]:
        """What else it says, without what is empty."""
        told = self.entry.says.items()
        return {name: _short(value) for name, value in told if name != "by" and value not in ("", [], None)}


@dataclass(frozen=True)
class Entries:
    """A page of entries."""

    path: str
    """The page's address."""
    sought: Sought
    kinds: tuple[str, ...]
    """Kinds that may be sought."""
    rows: tuple[EntryRow, ...]
    newest: str
    """Address of the first page; empty: this is it."""
    further: str
    """Address of the next page; empty: there is none."""
    dates: bool = False
    """Whether days may be sought."""

    said: ClassVar[Mapping[str, Text]] = {
        "number": t("Number"),
        "time": t("Time"),
        "kind": t("Entry"),
        "by": t("By"),
        "says": t("What it says"),
        "all": t("all"),
        "person": t("Person"),
        "since": t("From"),
        "until": t("To"),
        "seek": t("Show"),
        "none": t("No such entry here."),
        "first": t("To the newest"),
        "further": t("Further"),
    }


def entries(
    path: str, looked: Looked, kinds: Sequence[str], sought: Sought, before: int, dates: bool = False
) -> Entries:
    """Make a page of what was found below an entry; 0: of the newest."""
    return Entries(
        path=path,
        sought=sought,
        kinds=tuple(sorted(kinds)),
        rows=tuple(EntryRow(entry) for entry in looked.entries),
        newest=sought.address(path) if before else "",
        further=sought.address(path, looked.further) if looked.further else "",
        dates=dates,
    )


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
