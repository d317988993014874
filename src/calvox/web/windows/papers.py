"""The papers of a Windows site: made on demand from facts and journal, as PDF or HTML, each entered with its hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.windows.record import Paper

MOST_MADE = 100
"""Papers and artefacts that were made, of which that many are shown."""


@dataclass(frozen=True)
class Offered:
    """A paper that can be made."""

    name: str
    title: Text
    what: Text
    of_call: bool = False
    """Whether it is about a call."""


OFFERED = (
    Offered(
        "tracking",
        t("Tracking sheet"),
        t(
            "The licence server, its IDs, what was bought and installed, mode and backup, and both codes: to be signed and kept."
        ),
    ),
    Offered(
        "checklist", t("Checklist"), t("The procedure's lists, each line proven by facts, open, or not collected.")
    ),
    Offered(
        "call-table",
        t("Call table"),
        t("The telephone call at a glance: its steps and what must be told."),
        of_call=True,
    ),
    Offered(
        "call-sheet", t("Call sheet"), t("What is said and noted in a call, with boxes for the code."), of_call=True
    ),
)


@dataclass(frozen=True)
class PaperRow:
    """Something that was made."""

    paper: Paper

    @property
    def digest(self) -> str:
        """Its hash, hexadecimal."""
        return self.paper.digest.hex()


@dataclass(frozen=True)
class PapersPage(Page):
    """Offers papers, and lists those that were made."""

    template: ClassVar[str] = "windows/papers.html"
    title: ClassVar[Text] = t("Papers")
    words: ClassVar[Mapping[str, Text]] = {
        "server": t("Licence server"),
        "call": t("Call"),
        "newest": t("the newest"),
        "pdf": t("PDF"),
        "html": t("HTML"),
        "look": t("Look at it"),
        "made": t("What was made"),
        "paper": t("Paper"),
        "file": t("File"),
        "time": t("Time"),
        "by": t("By"),
        "digest": t("SHA-256"),
        "none": t("Nothing was made yet."),
    }

    servers: tuple[str, ...]
    calls: tuple[int, ...]
    made: tuple[PaperRow, ...]
    trouble: CalvoxError | None = None
    offered: tuple[Offered, ...] = OFFERED


def papers(
    servers: Sequence[str], calls: Sequence[int], made: Sequence[Paper], trouble: CalvoxError | None = None
) -> PapersPage:
    """Make the page, the newest paper first."""
    rows = tuple(PaperRow(one) for one in reversed(made[-MOST_MADE:]))
    return PapersPage(tuple(servers), tuple(reversed(calls)), rows, trouble)
