"""Facts in the browser: dropped, shown, judged; with names that machines and people bring."""

import gzip
import io
import json
import zipfile
from hashlib import sha256

import pytest

from calvox.apps.browser.visit import MOST_FILES
from calvox.apps.site_manager import bringing
from calvox.common.clock import DAY, show_date
from calvox.site.book import BackupTested, BundleImported
from calvox.web.windows.bundles import SCRIPT
from calvox.windows.collector import collector_script
from tests.apps.browsing import Browser
from tests.apps.calling import BUNDLES, NOT_ACTIVATED, SERVER
from tests.apps.site_manager.conftest import Served

ALL = {path.name: path.read_bytes() for path in sorted(BUNDLES.glob("*.json"))}
HEALTHY = ALL["healthy-licence-server-2022.json"]
HOSTILE = '<img src=x onerror=alert(1)>\u202e"'


def test_every_bundle_is_imported_by_drop(served: Served, browser: Browser) -> None:
    """Each is told of, and is there; the same ones again do no harm."""
    browser.get("/import")
    told = browser.drop("/import", ALL)
    assert told.status == 200
    assert browser.page.count(">entered</span>") == len(ALL)
    assert sum(isinstance(fact, BundleImported) for fact in served.facts()) == len(ALL)
    browser.drop("/import", ALL)
    assert browser.page.count(">there already</span>") == len(ALL)
    assert sum(isinstance(fact, BundleImported) for fact in served.facts()) == len(ALL)
    machines = browser.get("/machines").body.decode()
    for name in ("lic01.corp.example", "rdsh02.corp.example", "checkmk-sample-2019"):
        assert name in machines
    assert '<td data-label="CALs that serve it">2019, 2022, 2025</td>' in browser.get("/which-cal").body.decode()


def test_a_file_that_is_refused_stops_nothing(served: Served, browser: Browser) -> None:
    """It is named as the browser told it, and the reason; what is good is entered."""
    browser.get("/import")
    description = (served.folder / "site.toml").read_bytes()
    browser.drop("/import", {f"../../{HOSTILE}.json": b"no bundle", "good.json": HEALTHY})
    assert browser.page.count(">refused</span>") == browser.page.count(">entered</span>") == 1
    assert "&lt;img src=x onerror=alert(1)&gt;[U+202E]" in browser.page
    assert "<img src=x" not in browser.page
    assert isinstance(served.last, BundleImported)
    browser.get("/import")
    browser.drop("/import", {str(served.folder / "site.toml"): b"no bundle"})
    assert (served.folder / "site.toml").read_bytes() == description


def test_hostile_names_in_a_bundle_do_nothing_on_any_page(served: Served, browser: Browser) -> None:
    """A machine, its packs and its events name themselves; whatever they say is text."""
    bundle = json.loads(HEALTHY)
    bundle |= {"machine": HOSTILE, "sha256": None}
    text = json.dumps(bundle).replace("C50-10.02-S", HOSTILE.replace('"', ""))
    browser.get("/import")
    browser.drop("/import", {"x.json": text.encode()})
    assert served.last.machine
    for path in (
        "/",
        "/import",
        "/machines",
        "/which-cal",
        "/calls",
        "/actions",
        "/acceptance",
        "/papers",
        "/plans",
        "/journal",
    ):
        page = browser.get(path).body.decode()
        assert browser.told.status == 200
        assert "<img src=x" not in page
        assert "\u202e" not in page
    assert browser.get("/machines").body.count(b"&lt;img src=x onerror=alert(1)") > 1


@pytest.mark.parametrize("files", [{}, {"": b""}])
def test_nothing_chosen_is_said(browser: Browser, files: dict[str, bytes]) -> None:
    """Rather than nothing done in silence."""
    browser.get("/import")
    assert browser.drop("/import", files).status == 422
    assert "No file was chosen" in browser.page


def packed() -> bytes:
    """Make an archive of a bundle, with a path that leads out of it, and 50 MB that are a few kilobytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../site.toml", HEALTHY)
        archive.writestr("bomb.json", b"[" * 50_000_000)
    return held.getvalue()


def test_nothing_that_comes_is_unpacked(served: Served, browser: Browser) -> None:
    """An archive, what is compressed, what is nested without end: each is refused, and nothing is written anywhere."""
    before = {path: path.stat().st_size for path in served.folder.parent.rglob("*") if path.suffix != ".db"}
    facts = served.facts()
    browser.get("/import")
    wrong = {"a.zip": packed(), "a.json.gz": gzip.compress(HEALTHY), "deep.json": b'{"a":' * 200_000, "nul.json": b"\0"}
    assert browser.drop("/import", wrong).status == 200
    assert (browser.page.count(">refused</span>"), browser.page.count(">entered</span>")) == (len(wrong), 0)
    browser.get("/import")
    assert browser.drop("/import", {f"{number}.json": b"{}" for number in range(MOST_FILES + 1)}).status == 422
    assert served.facts() == facts
    after = {path: path.stat().st_size for path in served.folder.parent.rglob("*") if path.suffix != ".db"}
    assert after == before


def test_an_upload_is_bounded(served: Served, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """All files together; not a byte more is read, and nothing is entered."""
    before = served.facts()
    monkeypatch.setattr(bringing, "MOST_UPLOADED", len(HEALTHY))
    browser.get("/import")
    assert browser.drop("/import", {"a.json": HEALTHY}).status == 413
    assert served.facts() == before
    browser.get("/import")
    assert browser.post("/import", {"files": "x"}).status == 422
    assert served.facts() == before


def test_the_collector_is_the_one_that_the_page_tells_the_hash_of(browser: Browser) -> None:
    """So that whoever runs it can compare."""
    page = browser.get("/import").body.decode()
    told = browser.get(f"/import/{SCRIPT}")
    assert told.body == collector_script()
    assert sha256(told.body).hexdigest() in page
    assert SCRIPT in told.headers["content-disposition"]


def test_the_overview_says_call_only_when_everything_holds(served: Served, browser: Browser) -> None:
    """Each thing that is missing is named, and leads to where it is done."""
    assert "Begin here" in browser.get("/").body.decode()
    browser.drop("/import", {"a.json": HEALTHY})
    page = browser.get("/").body.decode()
    assert f"Not yet for {SERVER}" in page
    assert 'href="/machines" aria-label="Do it: A backup of' in page
    served.prepared()
    page = browser.get("/").body.decode()
    assert f"Call for {SERVER}" in page
    assert "Not yet" not in page


def test_a_tested_backup_is_entered(served: Served, browser: Browser) -> None:
    """For the day that is told; a day to come, or none, is refused in words."""
    browser.get("/import")
    browser.drop("/import", {"a.json": HEALTHY})
    today = show_date(served.time, served.desk.zone)
    browser.get("/machines")
    fields = {"machine": SERVER, "made": today, "folder": "true"}
    assert browser.post("/machines/backup", fields).headers["location"] == "/machines?done=backup"
    fact = served.last
    assert isinstance(fact, BackupTested)
    assert (fact.machine, fact.folder, fact.system_state) == (SERVER, True, False)
    assert fact.made <= served.time
    for day in ("", "x", show_date(served.time + 2 * DAY, served.desk.zone)):
        browser.get("/machines")
        assert browser.post("/machines/backup", {**fields, "made": day}).status == 422
    browser.get("/machines")
    assert browser.post("/machines/backup", {**fields, "machine": "nobody"}).status == 404


def test_acceptance_says_what_is_not_proven(served: Served, browser: Browser) -> None:
    """With no reading, with one, and for a mode that is told."""
    assert "No such licence server was collected" in browser.get("/acceptance").body.decode()
    served.prepared()
    page = browser.get("/acceptance?mode=user&holder=x").body.decode()
    assert "Not accepted yet: not everything was collected." in page
    assert "of 10 items are proven." in page
    assert 'value="x"' in page
    assert browser.get("/acceptance?mode=nonsense&server=nobody").status == 200


def test_the_language_of_a_page_is_the_readers(served: Served, browser: Browser) -> None:
    """Also of what is made while the page is."""
    served.prepared(**NOT_ACTIVATED)
    page = browser.get("/acceptance", **{"Accept-Language": "fr"}).body.decode()
    assert '<html lang="fr">' in page
    assert "Rôle Remote Desktop Licensing installé" in page
