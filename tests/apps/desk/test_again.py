"""A session that ends while somebody works: after the log-in they are where they were, and what they sent is not lost."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest

from calvox.apps.browser.outside import SECRETS, own_path
from calvox.apps.desk.app import FACE
from calvox.journal.interface import Transaction
from calvox.people.accounts import add_person
from calvox.people.attempts import EVERY, EVERY_ADDRESS
from calvox.web.common.guard import FIELD
from calvox.web.common.pages import FOLDER
from tests.apps.browsing import OWN, Browser
from tests.apps.desk.test_desk import BOUGHT, FRENCH, HOSTILE, Desk, app_of
from tests.apps.test_manager import CHOSEN, PASSWORD
from tests.centre.world import CALL_WORD, CALLER, Centre, lighten, make_centre


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    """Give a centre with a supervisor sam."""
    lighten(monkeypatch)
    for centre in make_centre(tmp_path / "centre"):
        add_person(centre.context, "sam", "supervisor", PASSWORD, "root")
        yield centre


@pytest.fixture
def sam(centre: Centre) -> Desk:
    """Give the supervisor's browser."""
    return Desk(app_of(centre)).logged_in("sam")


def end_sessions(centre: Centre) -> None:
    """Let nobody be in any more, as half an hour without a request does."""

    def work(tx: Transaction) -> None:
        for row in list(tx.select("log_in")):
            tx.drop("log_in", (row["session"],))

    centre.context.journal.run(work)


def hidden(page: str) -> dict[str, str]:
    """Read a page's hidden fields."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def come_back(browser: Browser, password: str = CHOSEN) -> int:
    """Log in on the page that is shown, with all that it holds; give the status."""
    kept = {name: hidden(browser.page).get(name, "") for name in ("then", "form", "fields")}
    return browser.post(
        "/log-in", {name: one for name, one in kept.items() if one}, name="sam", password=password
    ).status


def send(browser: Browser, path: str, before: str, **fields: str) -> int:
    """Send a form from a page of ours, as a browser does, which tells where it stood."""
    token = browser.token
    headers = {"Referer": OWN + before}
    body = urlencode({**fields, FIELD: token})
    return browser.send_raw(path, body, headers)


def test_a_page_is_shown_after_the_log_in(centre: Centre, sam: Desk) -> None:
    """The very one, with its query; a wrong password in between changes nothing of that."""
    end_sessions(centre)
    told = sam.get("/servers?text=mairie&state=active")
    assert told.headers["location"] == "/log-in?" + urlencode({"then": "/servers?text=mairie&state=active"})
    assert "This session has ended" in sam.get(told.headers["location"]).body.decode()
    assert come_back(sam, "wrong") == 401
    assert come_back(sam) == 303
    assert sam.told.headers["location"] == "/servers?text=mairie&state=active"
    assert sam.get("/log-in?then=/statistics").headers["location"] == "/statistics"


def test_a_form_waits_for_the_log_in(centre: Centre, sam: Desk) -> None:
    """Nothing is done before the button is pressed; then all is done as it was typed."""
    path = sam.take()
    sam.type(path, FRENCH)
    pack = {"pack": "0:7", "quantity": "20", "sequence": "1", "month": ""}
    end_sessions(centre)
    assert send(sam, f"{path}/pack", path, **pack) == 401
    assert {"then": path, "form": f"{path}/pack"}.items() <= hidden(sam.page).items()
    assert come_back(sam, "wrong") == 401
    assert come_back(sam) == 200
    assert pack.items() <= hidden(sam.page).items()
    assert f'href="{path}"' in sam.page
    token = sam.token
    assert "Note the pack" in sam.get(path).body.decode()
    assert "<b>20</b>" not in sam.page
    assert sam.post(f"{path}/pack", pack, token=token).headers["location"] == path
    assert "<b>20</b>" in sam.get(path).body.decode()


def test_secrets_are_typed_again(centre: Centre, sam: Desk) -> None:
    """They stand in no page; a call word that was not kept is not counted as a wrong one."""
    end_sessions(centre)
    assert send(sam, "/calls", "/", caller=CALLER, call_word=CALL_WORD, language="fr") == 401
    assert parse_qs(hidden(sam.page)["fields"]) == {"caller": [CALLER], "call_word": ["*"], "language": ["fr"]}
    assert come_back(sam) == 200
    assert CALL_WORD not in sam.page
    assert 'name="call_word" type="password"' in sam.page
    assert 'name="call_word" value' not in sam.page
    kept = {name: value for name, value in hidden(sam.page).items() if name in ("caller", "language")}
    assert sam.post("/calls", kept, call_word=CALL_WORD).status == 303
    end_sessions(centre)
    sam.get("/agreements/new")
    assert send(sam, "/agreements", "/agreements/new", **BOUGHT) == 401
    assert come_back(sam) == 200
    assert "genêt" not in sam.page
    assert hidden(sam.page)["customer"] == BOUGHT["customer"]
    assert 'name="word-1" type="password"' in sam.page
    assert 'name="word-2" type="password"' not in sam.page
    kept = {name: value for name, value in hidden(sam.page).items() if name != FIELD}
    assert sam.post("/agreements", {**kept, "word-1": BOUGHT["word-1"]}).status == 303


def test_every_secret_field_is_known() -> None:
    """Each field in which a password or a call word is typed."""
    named = re.compile(r'(?:name="|asked\(")(\w*(?:password|word)\w*)|name="(\w+)(?:-[^"]*)?" type="password"')
    pages = [path.read_text() for path in FOLDER.rglob("*.html") if path.name != "again.html"]
    found = {one for page in pages for pair in named.findall(page) for one in pair if one}
    assert found == set(SECRETS)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "//evil.example", "/\\evil.example", "https://evil.example/", "/a\nb", "/a b", "javascript:x", "/é"),
        *(HOSTILE, "/" + 3000 * "x"),
    ],
)
def test_nobody_is_led_elsewhere(centre: Centre, text: str) -> None:
    """By an address that somebody sends."""
    assert own_path(text) == "/"
    browser = Desk(app_of(centre)).logged_in("sam")
    browser.get("/log-in?" + urlencode({"then": text}))
    assert browser.told.headers["location"] == "/"
    page = Desk(app_of(centre))
    page.get("/log-in?" + urlencode({"then": text}))
    assert hidden(page.page)["then"] == "/"
    told = page.post("/log-in", name="sam", password=CHOSEN, then=text, form=text, fields="a=%3Cb%3E&x")
    assert 'action="/"' in told.body.decode() or told.headers["location"] == "/"


@pytest.mark.parametrize("fields", ["", "a", "a=1&a=2", "é", "&" * 200, "token-of-form=x"])
def test_garbage_that_waited_is_refused_in_words(centre: Centre, sam: Desk, fields: str) -> None:
    """Whoever is in meanwhile is told what is wrong."""
    assert sam.post("/log-in", name="sam", password=CHOSEN, form="/calls", fields=fields).status in (200, 422)
    assert "Internal error" not in sam.page


def test_files_and_the_door_s_own_forms_are_not_kept(centre: Centre, sam: Desk) -> None:
    """They lead to the door alone."""
    end_sessions(centre)
    for path, headers in (
        ("/log-out", {}),
        ("/password", {}),
        ("/agreements", {"Content-Type": "multipart/form-data; boundary=x"}),
        ("/agreements", {"HX-Request": "true"}),
    ):
        assert sam.send_raw(path, "a=b", {"Referer": OWN + "/agreements", **headers}) in (200, 303)
        told = sam.told.headers.get("location") or sam.told.headers["hx-redirect"]
        assert parse_qs(told.partition("?")[2]) == {"then": ["/agreements"]}


def test_the_address_of_a_form_leads_to_its_page(sam: Desk) -> None:
    """It stands in the browser after a form that went wrong: one loads it anew, or takes up another language."""
    path = sam.take()
    for form, above in ((f"{path}/pack", path), ("/calls", "/"), ("/agreements/5/unlock", "/agreements/5")):
        assert sam.get(form).headers["location"] == above
    assert sam.get("/calls/a/b/c").status == 404
    sam.get("/language/fr", Referer=f"{OWN}{path}/pack")
    assert sam.get(sam.told.headers["location"]).headers["location"] == path


def test_whoever_was_let_in_here_is_held_up_by_nobody(centre: Centre, sam: Desk) -> None:
    """The browser remembers whom it let in, in a cookie that no script reads; others at its address wait."""
    cookie = sam.cookies[FACE.knows]
    assert "sam" not in cookie
    app = app_of(centre)
    other = Browser(app)
    for number in range(EVERY_ADDRESS):
        other.post("/log-in", name=f"name-{number}", password="wrong")
    for _ in range(EVERY):
        other.post("/log-in", name="sam", password="wrong")
    assert other.post("/log-in", name="sam", password=CHOSEN).status == 429
    known = Browser(app)
    known.cookies = {FACE.knows: cookie}
    told = known.post("/log-in", name="sam", password=CHOSEN)
    assert told.status == 303
    parts = {part.strip().lower() for part in told.cookies[0].split(";")[1:]}
    assert told.cookies[0].startswith(f"{FACE.knows}=")
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= parts
