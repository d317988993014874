"""Make a Windows site's documents, and enter each in the journal: tracking sheet, checklist, call table, call sheet.

Rules:
- Everything is gathered before anything is written; the file is whole or absent, and then its hash is entered.
- The same facts give the same data, whoever asks and whenever; the time stands at the foot and in the PDF alone.
- Facts and journal decide what a paper says. A backup plan that nobody wrote into `site.toml` is not shown as one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from calvox.apps.site.acceptance import checked, checklist_of
from calvox.apps.site.artefacts import kit_input
from calvox.apps.site.calls import sheet_of
from calvox.apps.site.gathering import facts_of, server_of
from calvox.apps.site.record import record_of
from calvox.common.clock import SYSTEM, World, show_time
from calvox.common.commands import Command
from calvox.common.errors import BadInput, NotFound
from calvox.common.files import user_name, write_whole
from calvox.common.i18n import Language, language_of, t
from calvox.common.papers import Paper, page, typeset
from calvox.doctor.facts import LicenceServer, Site
from calvox.site.book import PaperMade
from calvox.site.description import BackupPlan
from calvox.site.folder import SiteFolder
from calvox.windows.artefacts.given import BackupGiven
from calvox.windows.facts_from import same_machine
from calvox.windows.papers import TEMPLATES, shown
from calvox.windows.papers.call_shown import call_sheet_data
from calvox.windows.papers.call_table import call_table
from calvox.windows.papers.rows import Words
from calvox.windows.papers.tracking import tracking

Form = Literal["pdf", "html"]


class PaperName(StrEnum):
    """The papers that there are."""

    TRACKING = "tracking"
    CHECKLIST = "checklist"
    CALL_TABLE = "call-table"
    CALL_SHEET = "call-sheet"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a paper is made of."""

    site: SiteFolder
    server: str
    call: int
    zone: ZoneInfo
    now: int


@dataclass(frozen=True, slots=True)
class Written:
    """A paper that was written."""

    paper: str
    file: Path
    digest: bytes
    """SHA-256 of the file, as the journal has it."""


def make_paper(
    site: SiteFolder,
    name: str,
    *,
    server: str = "",
    language: Language,
    out: Path,
    form: Form,
    zone: ZoneInfo,
    call: int = 0,
    world: World = SYSTEM,
) -> Written:
    """Make a paper, write it, and enter it.

    Args:
        site: the site folder.
        name: tracking, checklist, call-table or call-sheet.
        server: the licence server; needed if the site has several.
        language: in which it is written.
        out: the file.
        form: pdf or html.
        zone: in which times are shown.
        call: number of the call for call table and call sheet; 0 = the newest.
        world: the clock.

    Raises:
        BadInput: there is no such paper, or the licence server is not clear.
        NotFound: no such licence server or call.
        StoreFailed: the file cannot be written.
    """
    kind, now = _named(name), world.now()
    paper = _paper(kind, _Asked(site, server, call, zone, now), language)
    data = typeset(paper) if form == "pdf" else page(paper).encode()
    write_whole(out, data)
    digest = sha256(data).digest()
    entry = PaperMade(paper=kind.value, file=out.name, digest=digest, by=user_name())
    site.journal.run(lambda tx: tx.append(entry))
    return Written(kind.value, out, digest)


def _named(name: str) -> PaperName:
    try:
        return PaperName(name)
    except ValueError:
        known = ", ".join(PaperName)
        raise BadInput(t("“{text}” is no paper; there are {known}", text=name, known=known)) from None


def _paper(name: PaperName, asked: _Asked, language: Language) -> Paper:
    with language_of(language):
        title, data = MAKERS[name](asked)
        foot = (asked.site.description.name, show_time(asked.now, asked.zone))
        return Paper(TEMPLATES / name, data, language, str(title), foot, asked.now)


# Each paper


def _tracking(asked: _Asked) -> tuple[Words, Mapping[str, Any]]:
    known, server = _known(asked)
    description = asked.site.description
    backup = kit_input(description).backup if description.backup != BackupPlan() else BackupGiven()
    licensing = kit_input(description).licensing
    sheet = tracking(known, server, description.purchases, licensing, backup, record_of(asked.site))
    return shown.TRACKING, shown.tracking_data(sheet, asked.zone)


def _checklist(asked: _Asked) -> tuple[Words, Mapping[str, Any]]:
    done = checklist_of(asked.site, asked.now, asked.server)
    return shown.CHECKLIST, shown.checklist_data(done, asked.zone)


def _call_table(asked: _Asked) -> tuple[Words, Mapping[str, Any]]:
    known, server = _known(asked)
    description, record = asked.site.description, record_of(asked.site)
    caller = description.contact
    done = checked(asked.site, known, server, asked.now)
    table = call_table(server, description.purchases, caller, record, done, asked.call)
    if asked.call and table.call is None:
        raise NotFound(t("There is no call {number} about {server}", number=asked.call, server=server.machine.name))
    return shown.CALL_TABLE, shown.call_table_data(table, asked.zone)


def _call_sheet(asked: _Asked) -> tuple[Words, Mapping[str, Any]]:
    sheet = sheet_of(asked.site, asked.call or _newest(asked))
    return t("Call sheet: {title}", title=sheet.title), call_sheet_data(sheet)


MAKERS: dict[PaperName, Callable[[_Asked], tuple[Words, Mapping[str, Any]]]] = {
    PaperName.TRACKING: _tracking,
    PaperName.CHECKLIST: _checklist,
    PaperName.CALL_TABLE: _call_table,
    PaperName.CALL_SHEET: _call_sheet,
}


def _known(asked: _Asked) -> tuple[Site, LicenceServer]:
    known = facts_of(asked.site)
    return known, server_of(known, asked.server)


def _newest(asked: _Asked) -> int:
    """Find the newest call about the licence server; one that is open comes first."""
    wanted = asked.server or None
    calls = [c for c in record_of(asked.site).calls if wanted is None or same_machine(c.server, wanted)]
    if not calls:
        hint = t("“{open}” opens one.", open=Command("windows call open"))
        raise NotFound(t("No call stands in the journal"), hint=hint)
    return max(calls, key=lambda c: (not c.outcome, c.call)).call
