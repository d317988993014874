"""What is made in the browser and carried elsewhere; plans; the journal."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import apsw
import pytest

from calvox.site.book import ActionDone, ActionPrepared, PaperMade, PlanClosed, PlanOpened, StepConfirmed
from calvox.windows.artefacts.kit import ARTEFACTS
from tests.apps.browsing import NONE, Browser
from tests.apps.calling import SERVER
from tests.apps.site_manager.conftest import Served

HOST = "rdsh01.corp.example"
HOSTILE = "<img src=x onerror=alert(1)>\u202e"


def unzipped(body: bytes) -> dict[str, bytes]:
    """Read an archive."""
    with zipfile.ZipFile(io.BytesIO(body)) as found:
        return {name: found.read(name) for name in found.namelist()}


# Actions


def test_an_actions_script_is_made_and_its_result_comes_back(served: Served, browser: Browser) -> None:
    """It is entered when it is made, waits on the page, and counts once its result is imported."""
    browser.get("/actions/set-licensing?machine=rdsh01")
    assert 'value="rdsh01"' in browser.page
    assert 'value="lic01.corp.example"' in browser.page
    fields = {"machine": HOST, "given-mode": "user", "given-servers": SERVER}
    told = browser.post("/actions/set-licensing", fields)
    assert told.status == 200
    assert ".ps1" in told.headers["content-disposition"]
    fact = served.last
    assert isinstance(fact, ActionPrepared)
    assert fact.digest == sha256(told.body).digest()
    assert HOST in browser.get("/actions").body.decode()
    result = {
        "format": "calvox-windows-result",
        "version": 1,
        "order": fact.order,
        "action": fact.action,
        "machine": HOST,
        "outcome": "done",
        "code": 0,
    }
    browser.get("/import")
    browser.drop("/import", {"calvox-result-x.json": json.dumps(result).encode()})
    assert "calvox-result-x.json" in browser.page


def test_a_parameter_that_cannot_be_is_told_beside_the_form(served: Served, browser: Browser) -> None:
    """What was filled in stays; nothing is entered."""
    before = served.facts()
    browser.get("/actions/set-licensing")
    for fields in ({"machine": HOSTILE}, {"machine": HOST, "given-mode": HOSTILE}, {"machine": HOST, "given-x": "1"}):
        assert browser.post("/actions/set-licensing", fields).status == 422
        assert 'class="trouble"' in browser.page
        assert "<img src=x" not in browser.page
    assert served.facts() == before


@pytest.mark.parametrize("name", ["install-pack", "activate-server", "nonsense", ".."])
def test_codes_are_entered_on_the_page_of_their_call_alone(browser: Browser, name: str) -> None:
    """Such an action has no page of its own."""
    assert browser.get(f"/actions/{name}").status == 404
    browser.get("/actions")
    browser.get("/plans")
    assert browser.post(f"/actions/{name}", {"machine": HOST, "given-code": "A" * 35}).status == 404


# Artefacts and papers


def test_artefacts_come_as_an_archive_or_file_by_file(served: Served, browser: Browser) -> None:
    """The sums are those of the files; what does not fit the site is told with its reason."""
    page = browser.get("/artefacts").body.decode()
    assert "does not fit this site" in page
    files = unzipped(browser.post("/artefacts/gpo").body)
    assert isinstance(served.last, PaperMade)
    assert served.last.digest == sha256(files["gpo/SHA256SUMS"]).digest()
    for line in files["gpo/SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ", 1)
        assert sha256(files[f"gpo/{name}"]).hexdigest() == digest
    browser.get("/artefacts")
    one = browser.post("/artefacts/registry", {"file": "licensing.reg"})
    assert "licensing.reg" in one.headers["content-disposition"]
    assert one.body == unzipped(_posted(browser, "/artefacts/registry").body)["registry/licensing.reg"]
    whole = unzipped(_posted(browser, "/artefacts").body)
    assert {name.partition("/")[0] for name in whole} < {one.name for one in ARTEFACTS}
    assert {"gpo", "registry", "firewall", "backup"} <= {name.partition("/")[0] for name in whole}


def _posted(browser: Browser, path: str, fields: Mapping[str, str] = NONE) -> Any:
    browser.get("/artefacts")
    return browser.post(path, fields)


@pytest.mark.parametrize("file", ["../site-key", "/etc/passwd", "nothing", HOSTILE])
def test_no_other_file_is_given(browser: Browser, file: str) -> None:
    """Only those of the artefact, by the names that it has."""
    assert _posted(browser, "/artefacts/registry", {"file": file}).status == 404
    assert _posted(browser, "/artefacts/nonsense").status == 404


def test_a_paper_is_made_entered_and_given(served: Served, browser: Browser) -> None:
    """As HTML here, in the reader's language; its hash is on the page."""
    served.prepared()
    browser.get("/papers")
    told = browser.post("/papers/tracking", {"form": "html"})
    assert told.status == 200
    assert told.headers["content-disposition"].endswith("tracking.html")
    assert SERVER.encode() in told.body
    assert isinstance(served.last, PaperMade)
    assert served.last.digest == sha256(told.body).digest()
    assert sha256(told.body).hexdigest() in browser.get("/papers").body.decode()
    assert browser.post("/papers/checklist", {"form": "pdf"}).body.startswith(b"%PDF")


def test_a_paper_is_shown_in_a_tab_of_its_own(served: Served, browser: Browser) -> None:
    """Its style stands in it, so its policy lets that in, and still no script, no form and no frame."""
    served.prepared()
    browser.get("/papers")
    told = browser.post("/papers/checklist", {"form": "look"})
    assert told.status == 200
    assert "content-disposition" not in told.headers
    policy = told.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert told.headers["cache-control"] == "no-store"
    assert served.last.digest == sha256(told.body).digest()


@pytest.mark.parametrize("name", ["nonsense", "%2e%2e%2fsite", HOSTILE])
def test_a_paper_that_there_is_not(served: Served, browser: Browser, name: str) -> None:
    """It is refused on the page, and nothing is written."""
    before = served.facts()
    browser.get("/papers")
    assert browser.post(f"/papers/{quote(name)}", {"form": "html"}).status in (404, 422)
    assert served.facts() == before


def test_a_paper_without_its_call_says_so(served: Served, browser: Browser) -> None:
    """Rather than a fault."""
    served.prepared()
    browser.get("/papers")
    assert browser.post("/papers/call-sheet", {"form": "html", "call": "0"}).status == 404
    assert "No call stands in the journal" in browser.page


# Plans


def test_a_plan_is_begun_vouched_for_and_given_up(served: Served, browser: Browser) -> None:
    """Each is entered; what facts decide nobody vouches for."""
    served.prepared()
    browser.get("/plans")
    assert browser.post("/plans", {"kind": "migrate", "old": SERVER, "new": SERVER}).status == 422
    assert "both the old and the new" in browser.page
    done = browser.post("/plans", {"kind": "database-lost", "old": SERVER})
    assert done.headers["location"] == "/plans/1?done=begun"
    assert isinstance(served.last, PlanOpened)
    page = browser.get("/plans/1").body.decode()
    keys = re.findall(r'action="/plans/1/confirm">.*?name="step" value="([^"]+)"', page)
    assert keys
    assert browser.post("/plans/1/confirm", {"step": keys[0], "note": ""}).status == 422
    told = browser.post("/plans/1/confirm", {"step": keys[0], "note": HOSTILE})
    assert told.headers["location"] == "/plans/1?done=vouched"
    assert isinstance(served.last, StepConfirmed)
    page = browser.get("/plans/1").body.decode()
    assert "<img src=x" not in page
    assert browser.post("/plans/1/take-back", {"step": keys[0]}).headers["location"] == "/plans/1?done=taken-back"
    assert not served.last.done
    browser.get("/plans/1")
    assert browser.post("/plans/1/close", {"how": "done"}).status == 409
    assert (
        browser.post("/plans/1/close", {"how": "given-up", "note": "no"}).headers["location"] == "/plans/1?done=closed"
    )
    assert isinstance(served.last, PlanClosed)
    assert 'action="/plans/1' not in browser.get("/plans/1").body.decode()
    assert browser.get("/plans/2").status == 404


# Journal


def test_the_journal_is_filtered_verified_and_taken_away(served: Served, browser: Browser) -> None:
    """By kind and by person; the file has every entry."""
    served.prepared()
    assert browser.get("/journal?kind=BackupTested").body.count(b"<tr>") == 2
    assert browser.get("/journal?by=nobody").body.count(b"<tr>") == 0
    for before in (-1, 1 << 80):
        assert browser.get(f"/journal?before={before}").status == 200
    assert browser.get("/journal?before=x").status == 422
    browser.get("/journal")
    assert "The journal holds: " in browser.post("/journal/verify").body.decode()
    lines = browser.get("/journal/export").body.splitlines()
    assert [json.loads(line)["kind"] for line in lines] == [type(fact).__name__ for fact in served.facts()]


def test_a_journal_that_was_changed_is_told_of(served: Served, browser: Browser) -> None:
    """On the page, in words; the pages that need it do not pretend."""
    served.prepared()
    connection = apsw.Connection(str(served.folder / "journal.db"))
    connection.execute("UPDATE bundle SET machine = 'other' WHERE entry = 2")
    connection.close()
    browser.get("/journal")
    browser.post("/journal/verify")
    assert "The journal holds" not in browser.page
    assert 'class="trouble"' in browser.page
    assert not [fact for fact in served.facts() if isinstance(fact, ActionDone)]
