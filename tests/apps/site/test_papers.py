"""A site's papers: made from its facts and journal, written whole, and entered with their hash."""

from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calvox.apps.site.calls import open_call
from calvox.apps.site.dossiers import Wish
from calvox.apps.site.gathering import import_files
from calvox.apps.site.papers import Form, PaperName, make_paper
from calvox.apps.site.record import record_of
from calvox.common.clock import World
from calvox.common.errors import BadInput, NotFound, StoreFailed
from calvox.core.book import Fact
from calvox.journal.interface import Transaction
from calvox.site.book import CodeEntered, CodeHeard
from calvox.site.folder import SiteFolder, found_site, open_site
from calvox.windows.calls.kinds import CallKind
from tests.pdfs import Page, squeezed, text_of

BUNDLES = Path(__file__).resolve().parents[2] / "windows" / "bundles"
HEALTHY = [BUNDLES / f"healthy-{name}-2022.json" for name in ("licence-server", "session-host")]
SERVER = "lic01.corp.example"
PARIS = ZoneInfo("Europe/Paris")
NOW = 1_793_620_800
CODE = "AAAAABBBBBCCCCCDDDDDEEEEEFFFFFGGGGG"
PURCHASE = """
[[purchases]]
programme = "enterprise"
cal_type = "user"
version = "2022"
quantity = 50
agreement_number = "7654321"
"""
WORLD = World(now=lambda: NOW, random=bytes)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SiteFolder]:
    """Give a site with facts of a licence server and a session host, and a purchase."""
    found_site(tmp_path / "site", "Usine", "anne")
    with (tmp_path / "site" / "site.toml").open("a", encoding="utf-8") as file:
        file.write(PURCHASE)
    opened = open_site(tmp_path / "site")
    import_files(opened, HEALTHY)
    yield opened
    opened.close()


def append(entry: Fact, tx: Transaction) -> None:
    """Enter something."""
    tx.append(entry)


def with_call(site: SiteFolder, kind: CallKind = CallKind.INSTALL) -> int:
    """Open a call in which a code was heard and entered."""
    number = open_call(site, Wish(kind=kind), anyway=True).call
    heard = CodeHeard(call=number, slot="pack-id", code=CODE, check="twice", by="anne")
    entered = CodeEntered(
        call=number,
        slot="pack-id",
        code=CODE,
        server=SERVER,
        quantity=50,
        pack_id=2,
        how="assistant",
        read_back="50 CALs",
        by="anne",
    )
    for entry in (heard, entered):
        site.journal.run(partial(append, entry))
    return number


def made(site: SiteFolder, name: str, out: Path, *, call: int = 0, server: str = "") -> bytes:
    """Make a paper in French."""
    form: Form = "html" if out.suffix == ".html" else "pdf"
    make_paper(site, name, server=server, language="fr", out=out, form=form, zone=PARIS, call=call, world=WORLD)
    return out.read_bytes()


@pytest.mark.parametrize("name", list(PaperName))
def test_each_is_written_and_entered(site: SiteFolder, tmp_path: Path, name: str) -> None:
    """As PDF and as page, each with its hash in the journal, with the site's name and the time in its zone."""
    with_call(site)
    pdf, html = made(site, name, tmp_path / "a.pdf"), made(site, name, tmp_path / "a.html")
    for said in (text_of(pdf), Page(html.decode()).text):
        assert "Usine" in said
        assert "2026-11-02 13:00 CET" in said
        assert "lic01" in said
    papers = {(paper.paper, paper.file, paper.digest) for paper in record_of(site).papers}
    assert papers == {(name, "a.pdf", sha256(pdf).digest()), (name, "a.html", sha256(html).digest())}


@pytest.mark.parametrize("name", list(PaperName))
def test_a_paper_is_its_writers_alone(site: SiteFolder, tmp_path: Path, name: str) -> None:
    """It holds codes, as the script that enters one does."""
    out = tmp_path / f"{name}.html"
    with_call(site)
    made(site, name, out)
    assert out.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", list(PaperName))
def test_the_same_site_gives_the_same_bytes(site: SiteFolder, tmp_path: Path, name: str) -> None:
    """Having made a paper changes none."""
    with_call(site)
    assert made(site, name, tmp_path / "a.pdf") == made(site, name, tmp_path / "b.pdf")


def test_the_tracking_sheet_holds_facts_journal_and_description(site: SiteFolder, tmp_path: Path) -> None:
    """The server, what was bought, the code of the call."""
    with_call(site)
    text = squeezed(text_of(made(site, "tracking", tmp_path / "a.pdf")))
    for part in ("Nom du serveur de licences", SERVER, "7654321", "AAAAA BBBBB CCCCC DDDDD EEEEE FFFFF GGGGG"):
        assert squeezed(part) in text, part


def test_a_plan_that_nobody_wrote_is_no_plan(site: SiteFolder, tmp_path: Path) -> None:
    """The default of the backup's folder is not shown as if it had been chosen."""
    assert "CalvoxBackup" not in Page(made(site, "tracking", tmp_path / "a.html").decode()).text
    with (site.folder / "site.toml").open("a", encoding="utf-8") as file:
        file.write("[backup]\nfolder = 'E:\\Coffre'\n")
    assert "E:\\Coffre" in Page(made(site, "tracking", tmp_path / "a.html").decode()).text


def test_the_checklist_takes_the_session_of_the_mode_that_is_wanted(site: SiteFolder, tmp_path: Path) -> None:
    """Of the purchases' type, if they are all of one; where nothing tells it, no session is compared."""
    nothing = "Aucun état avant et après une session de test n’a été comparé"
    assert nothing not in Page(made(site, "checklist", tmp_path / "a.html").decode()).text
    place = site.folder / "site.toml"
    place.write_text(place.read_text() + PURCHASE.replace('"user"', '"device"'))
    assert nothing in Page(made(site, "checklist", tmp_path / "a.html").decode()).text
    place.write_text(place.read_text().replace('mode = ""', 'mode = "user"'))
    assert nothing not in Page(made(site, "checklist", tmp_path / "a.html").decode()).text


def test_call_papers_are_of_the_call_that_is_asked_for(site: SiteFolder, tmp_path: Path) -> None:
    """Else of the newest that is open, else of the newest."""
    first, second = with_call(site), open_call(site, Wish(kind=CallKind.REACTIVATE), anyway=True).call
    assert (first, second) == (1, 2)
    for name in ("call-sheet", "call-table"):
        newest = Page(made(site, name, tmp_path / "a.html").decode()).text
        asked = Page(made(site, name, tmp_path / "a.html", call=1).decode()).text
        assert newest != asked
        assert asked != Page(made(site, name, tmp_path / "a.html", call=2).decode()).text
    assert "50" in Page(made(site, "call-sheet", tmp_path / "a.html", call=1).decode()).text


def test_what_is_not_there_is_told(site: SiteFolder, tmp_path: Path) -> None:
    """And neither written nor entered."""
    out = tmp_path / "a.pdf"
    with pytest.raises(NotFound, match="call"):
        made(site, "call-sheet", out)
    with pytest.raises(NotFound, match="7"):
        made(site, "call-sheet", out, call=7)
    with pytest.raises(NotFound, match="7"):
        made(site, "call-table", out, call=7)
    with pytest.raises(NotFound):
        made(site, "tracking", out, server="ls9")
    with pytest.raises(BadInput, match="call-table"):
        made(site, "report", out)
    with pytest.raises(StoreFailed):
        made(site, "tracking", tmp_path / "none" / "a.pdf")
    assert not out.exists()
    assert record_of(site).papers == ()
