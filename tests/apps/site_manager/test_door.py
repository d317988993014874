"""Coming in: one link, once, for whoever started the process; and no form but one of the session's own."""

import threading
import time

import pytest

from calvox.apps.site_manager.app import ENDPOINTS
from calvox.apps.site_manager.desk import FACE
from calvox.common.clock import SYSTEM
from calvox.common.errors import Busy, NotLoggedIn
from calvox.common.files import user_name
from calvox.people.links import LASTS
from calvox.people.log_in import MOST_SESSIONS
from calvox.people.sessions import IDLE, WHOLE
from calvox.site import folder
from calvox.site.folder import open_site
from calvox.web.common.headers import POLICY
from calvox.web.windows.bundles import SCRIPT
from tests.apps.browsing import Browser
from tests.apps.site_manager.conftest import Served

OPEN = {"/come-in", "/language/{language}", "/log-in"}
PLACES = {"{number}": "1", "{action}": "set-licensing", "{name}": "tracking"}


def filled(path: str) -> str:
    """Give an address of a route."""
    for name, value in PLACES.items():
        path = path.replace(name, value)
    return path


PAGES = [filled(one.path) for one in ENDPOINTS if one.method == "GET" and not one.open]
CHANGES = [filled(one.path) for one in ENDPOINTS if one.method == "POST" and not one.open]


def test_only_the_door_is_open() -> None:
    """Nothing else is served to whoever is not in."""
    assert {one.path for one in ENDPOINTS if one.open} == OPEN
    assert f"/import/{SCRIPT}" in PAGES


def test_a_link_lets_in_once(served: Served) -> None:
    """Opening it uses nothing up; the button does; then it is good for nobody."""
    link = served.desk.sessions.make_link()
    code = link.partition("=")[2]
    first, second = Browser(served.app), Browser(served.app)
    for browser in (first, second):
        assert browser.get(link).status == 200
        assert f'value="{code}"' in browser.page
        assert browser.get("/").headers["location"] == "/log-in"
    assert first.post("/come-in", {"code": code}).headers["location"] == "/"
    assert first.get("/").status == 200
    assert user_name() in first.page
    assert second.post("/come-in", {"code": code}).status == 403
    assert "prints another link" in second.page
    assert not second.cookies
    assert second.get("/").headers["location"] == "/log-in"
    assert second.get("/log-in").status == 401


def test_a_link_is_good_for_ten_minutes_and_the_next_one_ends_it(served: Served) -> None:
    """So that an old one in a terminal's history lets nobody in."""
    old, new = (served.desk.sessions.make_link().partition("=")[2] for _ in range(2))
    with pytest.raises(NotLoggedIn):
        served.desk.come_in(old, "")
    served.even += LASTS
    with pytest.raises(NotLoggedIn):
        served.desk.come_in(new, "")
    served.even -= 1
    assert served.desk.come_in(new, "")[1].name == user_name()


@pytest.mark.parametrize("code", ["", "x", "é", "A" * 43, "A" * 10_000])
def test_what_is_no_link_lets_nobody_in(served: Served, code: str) -> None:
    """And the one that was made stays good."""
    link = served.desk.sessions.make_link().partition("=")[2]
    assert Browser(served.app).post("/come-in", {"code": code}).status in (403, 422, 413)
    assert served.desk.come_in(link, "")


def test_a_link_from_elsewhere_is_refused(served: Served) -> None:
    """Nobody is led in without pressing the button here."""
    code = served.desk.sessions.make_link().partition("=")[2]
    assert Browser(served.app).post("/come-in", {"code": code}, origin="http://evil.example").status == 403
    assert served.desk.come_in(code, "")


def test_the_cookie_is_for_this_server_and_no_script(served: Served) -> None:
    """Secure, HttpOnly, of the same site, of no domain but this host."""
    told = Browser(served.app).post("/come-in", {"code": served.desk.sessions.make_link().partition("=")[2]})
    parts = {part.strip().lower() for part in told.headers["set-cookie"].split(";")[1:]}
    assert told.headers["set-cookie"].startswith(f"{FACE.cookie}=")
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)


@pytest.mark.parametrize(("idle", "steps"), [(IDLE, 1), (IDLE - 1, WHOLE // (IDLE - 1) + 1)])
def test_a_session_ends(served: Served, browser: Browser, idle: int, steps: int) -> None:
    """After half an hour without a request, and after twelve hours with any."""
    for _ in range(steps - 1):
        served.even += idle
        assert browser.get("/language/en").status == 303
        browser.get("/which-cal")
    served.even += idle
    assert browser.get("/").headers["location"] == "/log-in"


def test_a_session_is_left(browser: Browser) -> None:
    """Its secret is good for nothing afterwards."""
    kept = dict(browser.cookies)
    assert browser.post("/log-out").headers["location"] == "/log-in"
    browser.cookies = kept
    assert browser.get("/").headers["location"] == "/log-in"


def test_sessions_are_bounded(served: Served) -> None:
    """The one heard longest ago ends first."""
    browsers = [served.browser() for _ in range(MOST_SESSIONS + 1)]
    assert browsers[0].get("/").status == 303
    assert browsers[1].get("/").status == 200


@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_is_shown_a_page(served: Served, path: str) -> None:
    """With no cookie or with any: they are sent to the door."""
    stranger = Browser(served.app)
    assert stranger.get(path).headers["location"] == "/log-in"
    stranger.cookies[FACE.cookie] = "A" * 43
    assert stranger.get(path).headers["location"] == "/log-in"


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_takes_our_origin_and_the_sessions_token(served: Served, browser: Browser, path: str) -> None:
    """Without either nothing is done, whoever's cookie comes along; nor by whoever is not in."""
    other, before = served.browser(), served.facts()
    browser.get("/plans")
    for origin in ("", "null", "http://evil.example", "https://calvox.example", "http://calvox.example:81"):
        assert browser.post(path, origin=origin).status == 403
        browser.get("/plans")
    for token in ("", other.token, "é"):
        sent = (
            browser.drop(path, {"a.json": b"{}"}, token=token) if path == "/import" else browser.post(path, token=token)
        )
        assert sent.status == 403
        browser.get("/plans")
    assert Browser(served.app).post(path).headers["location"] == "/log-in"
    assert served.facts() == before


def test_pages_are_under_the_strict_policy_and_kept_by_no_browser(browser: Browser) -> None:
    """Also what is downloaded."""
    for path in ("/", "/journal", "/journal/export", f"/import/{SCRIPT}"):
        told = browser.get(path)
        assert told.status == 200
        assert told.headers["content-security-policy"] == POLICY
        assert told.headers["cache-control"] == "no-store"


# The folder


def test_commands_work_beside_the_browser(served: Served, browser: Browser) -> None:
    """The folder is let go after each page, and what a command did is on the next one."""
    served.again()
    served.collect()
    served.site.close()
    assert "Not yet for lic01.corp.example" in browser.get("/").body.decode()


def test_a_folder_that_a_command_holds_is_waited_for_and_then_told_of(
    served: Served, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moment is waited; a command that goes on is named, with what to do."""
    held = open_site(served.folder)
    letting_go = threading.Timer(0.2, held.close)
    letting_go.start()
    served.desk.world = SYSTEM
    assert browser.get("/which-cal").status == 200
    letting_go.join()
    held = open_site(served.folder)
    monkeypatch.setattr(folder, "PATIENCE", 0.0)
    begun = time.monotonic()
    with pytest.raises(Busy) as caught:
        served.desk.at(lambda site: site.description)
    assert time.monotonic() - begun < 1
    assert "works in this folder" in str(caught.value.hint)
    held.close()
