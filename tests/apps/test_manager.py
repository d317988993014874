"""The manager in process: log-in by cookie, forms that are ours, who may do what, and what each page shows."""

import http.client
import re
import ssl
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from calvox.apps.browser.visit import FORM_LIMIT
from calvox.apps.licence_server.process import CASES
from calvox.apps.manager import manager_routes
from calvox.apps.manager.activation import ACTIVATION
from calvox.apps.manager.app import ENDPOINTS, FACE
from calvox.apps.people_api import PeopleDesk, people_app
from calvox.core.products import CalType
from calvox.people.accounts import add_person, set_password
from calvox.people.links import PATH, make_link
from calvox.server.hosts import enrol, make_enrolment_code
from calvox.trust.certificates import make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode
from calvox.web.common.assets import served
from calvox.web.common.headers import POLICY
from calvox.web.manager.menu import VERIFICATION
from tests.apps.asgi import Told
from tests.apps.browsing import OWN, Browser
from tests.apps.processes import ServerProcess
from tests.world import Site, wish

PASSWORD, CHOSEN = "correct horse battery", "of my own choice"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a site with packs, a host, CALs, an administrator ada and an auditor eve."""
    site = Site.founded(tmp_path)
    site.activate(wish("device", "2022", 2), wish("user", "2022", 60))
    host = site.enrol("rdsh-1", "2022")
    host.cal(CalType.USER, "<b>bob</b>")
    set_password(site.server, "ada", PASSWORD, "root")
    add_person(site.server, "eve", "auditor", PASSWORD, "ada")
    yield site
    site.close()


@pytest.fixture
def app(site: Site) -> Any:
    """Give its people's listener with the manager; a failed log-in takes no time."""
    desk = PeopleDesk(site.server, CASES, failed_seconds=0)
    return people_app(desk, manager_routes(desk))


def logged_in(app: Any, name: str = "ada") -> Browser:
    """Log somebody in who has chosen a password of their own, and show the overview."""
    browser = Browser(app)
    assert browser.post("/log-in", name=name, password=PASSWORD).headers["location"] == "/password"
    browser.get("/password")
    done = browser.post("/password", old=PASSWORD, new=CHOSEN, again=CHOSEN)
    assert browser.get(done.headers["location"]).status == 200
    return browser


def pending(site: Site, name: str) -> str:
    """Enrol a host that waits for approval; give its identifier."""
    code = EnrolmentCode.read(make_enrolment_code(site.server, name, "2022", "ada").code)
    return enrol(site.server, code.stored_hash(), make_signing_request(new_key(), name)).host.hex()


def test_the_story_of_a_first_log_in(app: Any) -> None:
    """The door, another password before anything else, the overview; then out, and the session is over."""
    browser = Browser(app)
    assert browser.get("/").headers["location"] == "/log-in"
    assert browser.get("/log-in").status == 200
    assert browser.post("/log-in", name="ada", password=PASSWORD).status == 303
    assert browser.get("/hosts").headers["location"] == "/password"
    assert "Somebody else knows" in browser.get("/password").body.decode()
    assert "twice alike" in browser.post("/password", old=PASSWORD, new=CHOSEN, again="x").body.decode()
    assert browser.told.status == 422
    assert browser.post("/password", old=PASSWORD, new=CHOSEN, again=CHOSEN).headers["location"] == "/?done=password"
    assert "Your password was changed." in browser.get("/?done=password").body.decode()
    kept = dict(browser.cookies)
    assert browser.get("/log-in").headers["location"] == "/"
    browser.get("/")
    assert browser.post("/log-out").headers["location"] == "/log-in"
    browser.cookies = kept
    assert browser.get("/").headers["location"] == "/log-in"


def test_the_cookie_is_for_this_server_and_no_script(app: Any) -> None:
    """Secure, HttpOnly, of the same site, of no domain but this host; the language's holds no secret."""
    told = Browser(app).post("/log-in", name="ada", password=PASSWORD)
    parts = {part.strip().lower() for part in told.headers["set-cookie"].split(";")[1:]}
    assert told.headers["set-cookie"].startswith(f"{FACE.cookie}=")
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)


def test_a_wrong_password_is_told_at_the_door(app: Any) -> None:
    """With the name as it was typed, escaped; after five the door is shut for a while."""
    browser = Browser(app)
    told = browser.post("/log-in", name='"><b>', password="wrong")
    assert (told.status, "Name or password is wrong" in browser.page) == (401, True)
    assert 'value="&#34;&gt;&lt;b&gt;"' in browser.page
    for _ in range(5):
        browser.post("/log-in", name="ada", password="wrong")
    assert browser.post("/log-in", name="ada", password=PASSWORD).status == 429
    assert FACE.cookie not in browser.cookies


def test_a_link_lets_in_by_its_button(site: Site, app: Any) -> None:
    """A preview that only looks does not use it up; then once, from our own page alone."""
    code = make_link(site.server, "ada", "root").removeprefix(PATH)
    browser = Browser(app)
    for _ in range(2):
        assert browser.get(f"{PATH}{code}").status == 200
        assert code in browser.page
    assert browser.post("/come-in", origin="http://elsewhere.example", code=code).status == 403
    assert browser.post("/come-in", code=code).headers["location"] == "/password"
    assert browser.get("/password").status == 200
    late = Browser(app)
    assert (late.post("/come-in", code=code).status, "not good any more" in late.page) == (403, True)
    assert FACE.cookie not in late.cookies


OWN_PAGES = [one for one in ENDPOINTS if one not in ACTIVATION and not one.open]
"""A call to the centre has a test of its own."""
ABOUT_ONE = {"/hosts/{host}": "/hosts/rdsh-1", "/holders/{holder}": "/holders/" + "ab" * 32}
"""Pages about one thing, and the address of one that is there."""
PAGES = [
    *(one.path for one in OWN_PAGES if one.method == "GET" and "{" not in one.path and "." not in one.path),
    *ABOUT_ONE.values(),
]
FILES = {"/reports/{name}.{form}", "/journal/entries.{form}"}
"""What is taken along; that has a test of its own, as has the verification, which an auditor may begin."""
ACTS = {
    "/hosts/{act}": ["approve", "group", "revoke"],
    "/holders/{act}": ["revoke", "release", "leave"],
    "/people/{act}": ["add", "password", "log-out", "remove"],
    "/retire/{act}": ["freeze", "thaw"],
}
CHANGES = [
    *(
        "/log-out",
        "/password",
        "/hosts/code",
        "/policy",
        "/policy/voucher",
        "/packs/convert",
        "/packs/policy",
        "/backups",
        "/migrate",
        "/migrate/file",
        "/re-enrol",
    ),
    *(path.replace("{act}", act) for path, acts in ACTS.items() for act in acts),
]


FIELDS = {"name": "x", "version": "2022", "why": "w", "group": "g", "holder": "ab" * 32, "sure": "yes", "pack": "1"} | {
    "quantity": "1", "voucher": "abcd", "used": "1", "over_use": "warn", "role": "auditor", "password": "correct horse", "mode": "user", "servers": ""
}  # fmt: skip
"""What the forms hold, but for what they are about."""


OTHERWISE = {
    "/hosts/code": 200,
    "/policy/voucher": 404,
    "/packs/policy": 422,
    "/migrate/file": 422,
    "/hosts/approve": 409,
    "/holders/revoke": 409,
    "/holders/leave": 422,
    "/people/password": 404,
    "/people/log-out": 404,
    "/people/remove": 404,
    "/retire/thaw": 409,
}
"""What is answered to a form of ours that asks for something that is not there or not possible now, or shows a secret once."""


def test_the_lists_here_are_complete() -> None:
    """A route that is added stands in one of them."""
    one_of = {path.replace("{act}", act): path for path, acts in ACTS.items() for act in acts}
    named = {one_of.get(path, path) for path in CHANGES}
    assert named | {VERIFICATION} == {one.path for one in OWN_PAGES if one.method == "POST"}
    about = {one.path for one in OWN_PAGES if one.method == "GET" and "{" in one.path}
    assert about == {*ABOUT_ONE, *FILES}
    assert [one.path for one in ENDPOINTS if one.open] == ["/log-in"] * 2 + ["/come-in"] * 2 + ["/language/{language}"]


def test_a_page_is_for_whoever_is_logged_in(app: Any) -> None:
    """Both roles see it, under the strict policy; kept by no browser."""
    for browser, path in product([logged_in(app, name) for name in ("ada", "eve")], PAGES):
        told = browser.get(path)
        assert (told.status, told.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert told.headers["content-security-policy"] == POLICY
        assert told.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_is_shown_a_page(app: Any, path: str) -> None:
    """With no cookie or with any: they are sent to the door, and afterwards to where they wanted to be."""
    stranger, door = Browser(app), "/log-in" if path == "/" else "/log-in?" + urlencode({"then": path})
    assert stranger.get(path).headers["location"] == door
    stranger.cookies[FACE.cookie] = "A" * 43
    assert stranger.get(path).headers["location"] == door
    assert stranger.get(path, **{"HX-Request": "true"}).headers["hx-redirect"] == "/log-in"
    shown = {"HX-Request": "true", "HX-Current-URL": OWN + path}
    assert stranger.get("/cals?text=x", **shown).headers["hx-redirect"] == door


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_takes_our_origin_and_the_sessions_token(site: Site, app: Any, path: str) -> None:
    """Without either nothing is done, whoever's cookie comes along."""
    ada, other = logged_in(app), logged_in(app, "eve")
    fields = FIELDS | {"host": site.rows("host")[0]["host"].hex(), "cal": site.rows("cal")[0]["cal_id"].hex()}
    if path == "/password":
        fields |= {"old": CHOSEN, "new": PASSWORD, "again": PASSWORD}
    before = site.entries()
    for origin in ("", "null", "http://evil.example", "https://calvox.example", "http://calvox.example:81"):
        assert ada.post(path, origin=origin, token=ada.token, **fields).status == 403
        ada.get("/")
    for token in ("", other.token, "é"):
        assert ada.post(path, token=token, **fields).status == 403
        ada.get("/")
    assert site.entries() == before
    assert not site.rows("enrolment", name="x")
    assert ada.told.status == 200
    assert ada.post(path, **fields).status == OTHERWISE.get(path, 303)
    assert "not of this session" not in ada.page


def test_a_log_in_from_elsewhere_is_refused(app: Any) -> None:
    """So that nobody is logged in under another's name without knowing."""
    browser = Browser(app)
    assert browser.post("/log-in", origin="http://evil.example", name="ada", password=PASSWORD).status == 403
    assert not browser.cookies


@pytest.mark.parametrize("path", [path for path in CHANGES if path not in ("/log-out", "/password", "/migrate/file")])
def test_an_auditor_changes_nothing(site: Site, app: Any, path: str) -> None:
    """Even with a form made by hand."""
    eve, host = logged_in(app, "eve"), pending(site, "rdsh-2")
    before = site.entries()
    told = eve.post(path, **FIELDS, host=host, cal=site.rows("cal")[0]["cal_id"].hex())
    assert (told.status, "An auditor changes nothing" in eve.page) == (403, True)
    assert site.entries() == before
    page = eve.get("/" + path.split("/")[1]).body.decode() if not path.startswith("/holders") else ""
    assert f'action="{path}' not in page


def test_what_a_form_lacks_is_named(app: Any) -> None:
    """And a form that is too long, or none, is not read."""
    ada = logged_in(app)
    assert (ada.post("/hosts/code", version="2022").status, "name" in ada.page) == (422, True)
    ada.get("/")
    assert ada.post("/hosts/code", name="x", version="1999").status == 422
    ada.get("/")
    assert ada.post("/hosts/code", name="x", version="2022", address="https://evil.example").status == 422
    ada.get("/")
    assert ada.post("/hosts/code", name="x" * FORM_LIMIT, version="2022").status == 413
    ada.get("/")
    for path in ACTS:
        ada.get("/")
        assert ada.post(path.replace("{act}", "nonsense"), host="x", holder="ab" * 32, name="x").status == 404


def test_the_journal_tells_who_did_what(app: Any) -> None:
    """The newest first; by kind and by person."""
    ada = logged_in(app)
    kinds = re.findall(r"<b>(\w+)</b></td>", ada.get("/journal").body.decode())
    assert kinds[0] == "PasswordSet"
    page = ada.get("/journal?kind=PersonAdded&by=ada").body.decode()
    assert re.findall(r"<b>(\w+)</b></td>", page) == ["PersonAdded"] * 2
    assert "<dt>person</dt><dd>eve</dd>" in page


def test_the_language_is_the_browsers_until_one_is_chosen(app: Any) -> None:
    """A choice is kept beside the session and after it."""
    browser = Browser(app)
    assert '<html lang="fr">' in browser.get("/log-in", **{"Accept-Language": "fr-CA"}).body.decode()
    assert browser.get("/language/en").headers["location"] == "/"
    assert '<html lang="en">' in browser.get("/log-in", **{"Accept-Language": "fr-CA"}).body.decode()
    assert browser.get("/language/xx").status == 404


def test_assets_are_kept_by_browsers_and_need_no_session(app: Any) -> None:
    """Each has its kind; what is not one is not found."""
    for address, asset in served().items():
        told = Browser(app).get(address)
        assert (told.status, told.body) == (200, asset.body)
        assert told.headers["content-type"].startswith(asset.media_type.split(";")[0])
        assert "immutable" in told.headers["cache-control"]
    assert Browser(app).get("/assets/htmx-LICENSE.txt").status == 404
    assert Browser(app).get("/assets/../pages.py").status == 404


def test_the_cookie_is_no_key_to_the_interface_for_programs(app: Any) -> None:
    """There no form guards it: the secret must be shown in a header."""
    ada = logged_in(app)
    assert ada.get("/v1/me").status == 401


@pytest.mark.process
def test_the_process_serves_the_manager_over_tls(tmp_path: Path) -> None:
    """A browser finds the door by the address that the process tells; session hosts' listener has none."""
    site = Site.founded(tmp_path, now=int(time.time()), parts=None)
    set_password(site.server, "ada", PASSWORD, "root")
    site.close()
    with ServerProcess(site.folder, limits={"CALVOX_SERVER_PEOPLE_LISTEN": "127.0.0.1:0"}) as running:
        trusted = ssl.create_default_context(cafile=str(site.folder / "keys/authority.pem"))
        own = running.people
        form = urlencode({"name": "ada", "password": PASSWORD})
        assert _over_tls(trusted, own, "GET", "/").headers["location"] == "/log-in"
        assert b"<h1>Log in</h1>" in _over_tls(trusted, own, "GET", "/log-in").body
        assert _over_tls(trusted, own, "POST", "/log-in", form, Origin=own.replace("https", "http")).status == 403
        told = _over_tls(trusted, own, "POST", "/log-in", form, Origin=own)
        assert (told.status, told.headers["location"]) == (303, "/password")
        cookie = told.headers["set-cookie"].partition(";")[0]
        assert b'name="again"' in _over_tls(trusted, own, "GET", "/password", Cookie=cookie).body
        assert _over_tls(trusted, running.address, "GET", "/log-in").status == 404


def _over_tls(trusted: ssl.SSLContext, origin: str, method: str, path: str, body: str = "", **headers: str) -> Told:
    connection = http.client.HTTPSConnection(origin.removeprefix("https://"), context=trusted, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return Told(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()
