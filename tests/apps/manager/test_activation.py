"""A call to the centre by forms alone, as a browser without scripts sends them: every step, every answer, both roles."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
import segno

from calvox.apps.licence_server.process import CASES
from calvox.apps.manager import manager_routes
from calvox.apps.manager.activation import ACTIVATION
from calvox.apps.people_api import PeopleDesk, people_app
from calvox.common.clock import day_of
from calvox.people.accounts import add_person, set_password
from calvox.server.call import open_call, the_open_call
from calvox.web.common.guard import FIELD
from calvox.wire.phone import confirmation
from calvox.wire.phone.filetext import read_request_file
from calvox.wire.phone.forms import Form
from calvox.wire.phone.message import Kind
from tests.apps.asgi import Told, ask
from tests.apps.browsing import HOST, OWN, Browser
from tests.apps.test_manager import PASSWORD, logged_in
from tests.centre.world import lighten
from tests.world import AGREEMENT, CENTRE, NOON, STOCK, Site

HOSTILE = "<img src=x onerror=alert(1)>\u202e"
PACKS = {
    "programme": "open",
    "agreement": AGREEMENT,
    "cal_type-1": "device",
    "version-1": "2022",
    "quantity-1": "20",
    "ends-1": "",
    "cal_type-2": "user",
    "version-2": "2025",
    "quantity-2": "5",
    "ends-2": "2027-06",
    "cal_type-3": "user",
    "version-3": "2025",
    "quantity-3": "",
    "ends-3": "",
}
WAY = "by=telephone&country=FR"


class Caller(Browser):
    """A browser that sends files, too."""

    def __init__(self, browser: Browser, app: Any) -> None:
        super().__init__(app)
        self.cookies = browser.cookies

    def upload(self, body: bytes, *, origin: str = OWN, token: str | None = None, **fields: str) -> Told:
        """Send an answer with the form of the page that is shown."""
        given = {"by": "file", **fields}
        return self.drop("/call/file", {"../../etc/passwd": body}, given, field="answer", origin=origin, token=token)

    def lines(self, groups: list[str], form: str = "words-en", **more: str) -> Told:
        """Send all lines by the button."""
        fields = {f"line-{number}": text for number, text in enumerate(groups, start=1)}
        return self.post("/call/type", form=form, by="telephone", country="FR", **fields, **more)

    def follow(self) -> Told:
        """Go where the answer leads."""
        return self.get(self.told.headers["location"])


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give a new site with an administrator ada and an auditor eve; their passwords cost little to check."""
    lighten(monkeypatch)
    site = Site.founded(tmp_path)
    set_password(site.server, "ada", PASSWORD, "root")
    add_person(site.server, "eve", "auditor", PASSWORD, "ada")
    yield site
    site.close()


@pytest.fixture
def app(site: Site) -> Any:
    """Give its people's listener with the manager."""
    desk = PeopleDesk(site.server, CASES, failed_seconds=0)
    return people_app(desk, manager_routes(desk))


@pytest.fixture
def ada(app: Any) -> Caller:
    """Give the administrator's browser."""
    return Caller(logged_in(app), app)


@pytest.fixture
def groups(site: Site, ada: Caller) -> list[str]:
    """Prepare a call for activation with two packs; give what the centre reads in English words."""
    ada.get("/activate/prepare")
    assert ada.post("/activate/prepare", do="prepare", by="telephone", country="FR", **PACKS).status == 303
    ada.get("/call/type")
    return site.reads(site.read(the_open_call), form=Form.WORDS_EN)


def swapped(group: str) -> str:
    """Hear two words in the wrong order."""
    first, second, *others = group.split()
    return " ".join([second, first, *others])


def test_a_whole_activation_by_forms(site: Site, ada: Caller) -> None:
    """From the method to the packs; every page on the way can be loaded again."""
    assert 'name="by" value="telephone" checked' in ada.get("/activate").body.decode()
    assert CENTRE.card.telephones[0].number in ada.get("/activate/country?by=telephone").body.decode()
    assert CENTRE.card.telephones[0].number in ada.get(f"/activate/prepare?{WAY}").body.decode()
    told = ada.post("/activate/prepare", do="prepare", by="telephone", country="FR", **PACKS)
    assert told.headers["location"] == f"/call?{WAY}"
    assert ada.follow().body == ada.get(f"/call?{WAY}").body
    call = site.read(the_open_call)
    assert (call.kind, call.by, len(call.requests)) == (Kind.ACTIVATE_AND_PACKS, "ada", 2)
    assert "2027-06" in ada.page
    ada.get(f"/call/type?{WAY}")
    groups = site.reads(call, form=Form.WORDS_EN)
    assert ada.lines(groups, do="check").headers["location"] == f"/call/type?{WAY}&form=words-en"
    assert ada.follow().body.count(b'data-state="good"') == 7
    assert ada.lines(groups, do="finish").headers["location"] == f"/call/done?{WAY}"
    assert "This licence server is activated." in ada.follow().body.decode()
    assert ada.page.count("<tr>") == 3
    assert [row["quantity"] for row in site.rows("pack")] == [20, 5]
    assert ada.get("/call").headers["location"] == "/install"
    assert "activated already" in ada.get("/activate").body.decode()


def test_licences_are_installed_likewise(site: Site, ada: Caller) -> None:
    """Several packs in one call; without one there is no call."""
    assert "not activated yet" in ada.get("/install").body.decode()
    site.activate(*STOCK)
    ada.get("/install/prepare")
    assert ada.post("/install/prepare", do="prepare").status == 422
    assert "Name at least one pack" in ada.page
    assert ada.post("/install/prepare", do="prepare", **PACKS).status == 303
    call = site.read(the_open_call)
    assert call.kind == Kind.PACKS
    assert "Install licences</h1>" in ada.get("/call").body.decode()
    ada.get("/call/type")
    ada.lines(site.reads(call, form=Form.WORDS_EN), do="finish")
    assert "The packs are installed." in ada.follow().body.decode()
    assert [row["quantity"] for row in site.rows("pack")][-2:] == [20, 5]


def test_what_is_wrong_with_a_pack_is_told_above_what_was_typed(site: Site, ada: Caller) -> None:
    """Nothing is lost, nothing is entered; more lines are to be had."""
    for wrong in ({"quantity-1": "x"}, {"ends-2": "soon"}, {"agreement": HOSTILE}, {"version-1": "1999"}):
        ada.get("/activate/prepare")
        assert ada.post("/activate/prepare", do="prepare", **{**PACKS, **wrong}).status == 422
        assert 'class="trouble"' in ada.page
        assert 'name="quantity-2" value="5"' in ada.page
        assert "<img" not in re.sub(r'<img src="/assets', "", ada.page)
    assert ada.post("/activate/prepare", do="more", **PACKS).status == 200
    assert ada.page.count("<fieldset") == 6
    assert site.read(open_call) is None


def test_a_call_that_is_open_goes_on(site: Site, ada: Caller, groups: list[str]) -> None:
    """Whoever begins is led to it; another is refused while it is open, and it can be given up."""
    for path in ("/activate", "/install", "/activate/prepare"):
        assert ada.get(path).headers["location"].startswith("/call")
        ada.get("/call/type")
    ada.lines(groups[:2])
    assert ada.get("/activate").headers["location"] == "/call/type"
    ada.get("/call")
    other = {**PACKS, "quantity-1": "21"}
    assert ada.post("/activate/prepare", do="prepare", **other).status == 409
    ada.get("/call")
    assert ada.post("/call/give-up").status == 422
    ada.get("/call")
    assert ada.post("/call/give-up", sure="true").headers["location"] == "/activate?done=given-up"
    assert "given up" in ada.follow().body.decode()
    assert site.read(open_call) is None


def test_a_reload_finds_what_was_typed(site: Site, ada: Caller, groups: list[str]) -> None:
    """After the server was ended, too; half a line is neither good nor bad."""
    ada.lines([groups[0], swapped(groups[1]), "one two"[:0], " ".join(groups[3].split()[:2])])
    ada.get("/call/type")
    assert re.findall(r'<li class="line (\w+)">', ada.page) == ["good", "bad", "empty", "unfinished"] + ["empty"] * 3
    assert f'value="{groups[0]}"' in ada.page
    shown = re.findall(r'data-text="([^"]+)"', ada.page)
    assert groups[1] in shown
    ada.lines([groups[0], swapped(groups[1])], take=f"2 {groups[1]}")
    assert re.findall(r'<li class="line (\w+)">', ada.follow().body.decode())[:2] == ["good", "good"]


def test_each_form_can_be_typed(site: Site, ada: Caller, groups: list[str]) -> None:
    """Trying another loses nothing; the words of the reader's language come first."""
    call = site.read(the_open_call)
    ada.lines(groups[:1])
    for form in Form:
        page = ada.get(f"/call/type?form={form}").body.decode()
        assert f'name="form" value="{form}"' in page
        assert page.count('<li class="line ') == {"digits": 24, "characters": 20}.get(form, 7)
    assert 'name="form" value="words-en"' in ada.get("/call/type").body.decode()
    ada.lines(site.reads(call, form=Form.DIGITS), "digits", do="finish")
    assert ada.told.headers["location"].startswith("/call/done")


def test_one_line_is_told_to_the_script(ada: Caller, groups: list[str]) -> None:
    """As a part of a page: good, bad with suggestions, refused by name; never two at once."""
    token = ada.token

    def line(text: str, number: int = 3) -> str:
        told = ada.post("/call/line", token=token, form="words-en", **{f"line-{number}": text})
        assert told.status == 200
        assert "<html" not in ada.page
        return ada.page

    assert 'data-state="good"' in line(groups[2])
    assert f'value="3 {groups[2]}"' in line(swapped(groups[2]))
    assert 'data-state="unfinished"' in line(groups[2][:4])
    assert "Microsoft" in line("AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG")
    assert "&lt;b&gt;x" in line("<b>x</b>\u202e")
    assert "\u202e" not in ada.page
    for fields in ({}, {"line-1": "", "line-2": ""}, {"form": "morse", "line-1": ""}):
        assert ada.post("/call/line", token=token, **{"form": "words-en", **fields}).status == 422


def test_a_repair_at_the_end_is_told(ada: Caller, groups: list[str]) -> None:
    """One swapped line does not stop the call."""
    ada.lines([*groups[:4], swapped(groups[4]), *groups[5:]], do="finish")
    assert ada.told.headers["location"] == f"/call/done?{WAY}&repaired=5"
    assert "repaired: 5" in ada.follow().body.decode()
    assert "repaired: 5, 6." in ada.get("/call/done?repaired=5,call+6+now").body.decode()


def test_each_answer_says_what_to_do(
    site: Site, ada: Caller, groups: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not whole, mis-heard with its lines, of another kind, over other data; then accepted."""
    monkeypatch.setattr(confirmation, "NEAR_DAYS", 3)
    monkeypatch.setattr(confirmation, "LAST_DAY", confirmation.FIRST_DAY)
    ada.lines(groups[:3], do="finish")
    assert ada.told.headers["location"] == f"/call/type?{WAY}&told=missing"
    assert "not whole yet" in ada.follow().body.decode()
    turned = [" ".join(reversed(group.split())) if at in (1, 4) else group for at, group in enumerate(groups)]
    ada.lines(turned, do="finish")
    assert "Lines to be read again: 2, 5" in ada.follow().body.decode()
    day, call = day_of(NOON), site.read(the_open_call)
    other = CENTRE.reads(Kind.ACTIVATE, site.server_id, (), day, Form.WORDS_EN)
    ada.lines(other, do="finish")
    assert "a code of another kind" in ada.follow().body.decode()
    ada.lines(CENTRE.reads(Kind(call.kind), site.server_id, call.requests[:1], day, Form.WORDS_EN), do="finish")
    assert "it signs other data" in ada.follow().body.decode()
    assert not site.rows("pack")
    ada.lines(groups, do="finish")
    assert ada.told.headers["location"].startswith("/call/done")


def picture(text: str) -> bytes:
    """Draw a QR code as a PNG file."""
    made = io.BytesIO()
    segno.make(text, error="m").save(made, kind="png", scale=3)
    return made.getvalue()


@pytest.mark.parametrize("carried", ["file", "picture", "words", "characters"])
def test_an_answer_is_carried(site: Site, ada: Caller, groups: list[str], carried: str) -> None:
    """As a file of the centre's, a picture of its QR code, or pasted text; it is judged at once."""
    text = "CVX1C:" + "".join(site.reads(site.read(the_open_call), form=Form.CHARACTERS))
    match carried:
        case "file":
            ada.upload(f"{text}\n".encode())
        case "picture":
            ada.upload(picture(text))
        case "words":
            ada.upload(b"", whole="\n".join(f"{n}. {group}" for n, group in enumerate(groups, start=1)))
        case _:
            ada.upload(b"", whole=text[6:].lower())
    assert ada.told.headers["location"] == "/call/done?by=file"
    assert len(site.rows("pack")) == 2


NO_ANSWERS = (
    b"",
    b"\x00\xff",
    b"CVX1C:0000",
    b"\x89PNG\r\n\x1a\nxxx",
    picture("CVX1S:000"),
    b"P5 9 9 255 " + bytes(81),
    b"x" * 9999,
)


def test_an_answer_that_is_none_is_told(ada: Caller, groups: list[str]) -> None:
    """On the page where it was to be taken in, with what was typed."""
    ada.lines(groups[:1])
    ada.get("/call/type")
    for wrong in NO_ANSWERS:
        assert ada.upload(wrong).status == 422
        assert 'class="trouble"' in ada.page
        assert f'value="{groups[0]}"' in ada.page


def test_the_request_is_carried_as_a_file(site: Site, ada: Caller, groups: list[str]) -> None:
    """It names the server and what is asked; the page for a file shows no telephone."""
    told = ada.get("/call/request")
    asked = read_request_file(told.body)
    assert (asked.kind, asked.server_id) == ("both", site.server_id.hex())
    assert "calvox-request.json" in told.headers["content-disposition"]
    assert CENTRE.card.telephones[0].number not in ada.get("/call?by=file").body.decode()
    assert ada.get("/activate/country?by=file").headers["location"].startswith("/activate/prepare")


GETS = [one.path for one in ACTIVATION if one.method == "GET"]
POSTS = [one.path for one in ACTIVATION if one.method == "POST"]


def test_every_page_is_there_before_and_in_a_call(site: Site, app: Any, ada: Caller) -> None:
    """For both roles, and for nobody else; without a call one is led to where it begins."""
    eve, stranger = logged_in(app, "eve"), Browser(app)
    assert {reader.get(path).status for reader in (ada, eve) for path in GETS} == {200, 303, 404}
    assert {stranger.get(path).headers["location"].partition("?")[0] for path in GETS} == {"/log-in"}
    site.prepare(activate=True)
    assert {reader.get(path).status for reader in (ada, eve) for path in GETS} == {200, 303}
    for query in ("by=morse", "told=nothing", "offset=x", "country=%E2%80%AE&form="):
        assert {ada.get(f"{path}?{query}").status for path in GETS} <= {200, 303, 422}


def test_a_change_takes_our_origin_the_token_and_an_administrator(
    site: Site, app: Any, ada: Caller, groups: list[str]
) -> None:
    """Without them nothing is prepared, typed, given up or finished."""
    eve = logged_in(app, "eve")
    before, pending = site.entries(), msgspec.json.encode(site.read(open_call))
    fields = {"do": "finish", "sure": "true", "form": "words-en", "line-1": groups[0], "quantity-1": "1"}
    own, others = ada.token, eve.token
    for path in POSTS:
        for origin in ("", "null", "http://evil.example"):
            assert ada.post(path, origin=origin, token=own, **fields).status == 403
        if path != "/call/file":
            assert {ada.post(path, token=token, **fields).status for token in ("", others)} == {403}
            assert (eve.post(path, token=others, **fields).status, "changes nothing" in eve.page) == (403, True)
    assert (site.entries(), msgspec.json.encode(site.read(open_call))) == (before, pending)
    for path in POSTS:
        assert ada.post(path, token=own, **fields).status != 403


def test_a_file_takes_our_origin_the_token_and_an_administrator(
    site: Site, app: Any, ada: Caller, groups: list[str]
) -> None:
    """As every other change."""
    text = ("CVX1C:" + "".join(site.reads(site.read(the_open_call), form=Form.CHARACTERS))).encode()
    token = ada.token
    assert ada.upload(text, origin="http://evil.example", token=token).status == 403
    assert ada.upload(text, token="").status == 403
    eve = Caller(logged_in(app, "eve"), app)
    eve.get("/call")
    assert eve.upload(text).status == 403
    assert not site.rows("pack")
    plain = urlencode({FIELD: token, "whole": "x"}).encode()
    headers = {**HOST, **ada._cookie(), "Origin": OWN}
    assert ask(app, "POST", "/call/file", plain, headers=headers).status == 422
    assert ada.upload(text, token=token).status == 303
