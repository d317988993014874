"""A call in the browser: opened, typed twice while it goes on, broken off, entered, read back, ended."""

import re
from urllib.parse import quote

import pytest

from calvox.apps.site.typing import type_code, typing_of
from calvox.site.book import ActionPrepared, CallEnded, CallOpened, CodeEntered, CodeHeard
from tests.apps.browsing import Browser
from tests.apps.calling import CODE, NOT_ACTIVATED, PACK, SERVER
from tests.apps.site_manager.conftest import Served

GROUPS = [CODE[at : at + 5] for at in range(0, 35, 5)]
HOSTILE = "<img src=x onerror=alert(1)>\u202e"


def opened(served: Served, browser: Browser, kind: str = "install") -> str:
    """Open a call, and give its address."""
    browser.get("/calls")
    told = browser.post("/calls", {"kind": kind, "server": SERVER, "purchase": "0"})
    assert told.status == 303, browser.page
    place = told.headers["location"].partition("?")[0]
    browser.get(place)
    return place


def typed(browser: Browser, place: str, *lines: str) -> str:
    """Type lines as the page's form sends them."""
    for line in lines:
        browser.get(place)
        browser.post(f"{place}/type", {"line": line})
    return browser.get(place).body.decode()


def test_a_call_that_is_too_early_says_why_and_keeps_what_was_filled_in(served: Served, browser: Browser) -> None:
    """It can be opened nevertheless, and its sheet keeps the reasons."""
    served.again()
    served.collect()
    served.site.close()
    browser.get("/calls")
    fields = {"kind": "install", "server": SERVER, "purchase": "1"}
    assert browser.post("/calls", fields).status == 409
    assert "not so: A backup of" in browser.page
    assert '<option value="install" selected>' in browser.page
    assert 'name="anyway"' in browser.page
    told = browser.post("/calls", {**fields, "anyway": "true"})
    assert told.headers["location"] == "/calls/1?done=opened"
    assert isinstance(served.last, CallOpened)
    assert "Opened nevertheless" in browser.get("/calls/1").body.decode()


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"kind": "x"}, 422), ({"kind": "install", "purchase": "9"}, 404), ({"kind": "install", "purchase": "x"}, 422)],
)
def test_a_call_that_cannot_be_is_refused_in_words(
    served: Served, browser: Browser, fields: dict[str, str], status: int
) -> None:
    """And nothing is entered."""
    served.prepared()
    before = served.facts()
    browser.get("/calls")
    assert browser.post("/calls", {"server": SERVER, **fields}).status == status
    assert served.facts() == before


def test_a_whole_call_in_the_browser(served: Served, browser: Browser) -> None:
    """Typed group by group, twice; entered by a script; read back from the next bundle; ended."""
    served.prepared()
    place = opened(served, browser)
    page = typed(browser, place, *GROUPS[:3])
    assert re.findall(r'<li class="(\w*)">(\w*)</li>', page)[:4] == [
        ("kept", "AAAAA"),
        ("kept", "BBBBB"),
        ("kept", "CCCCC"),
        ("next", ""),
    ]
    page = typed(browser, place, *GROUPS[3:])
    assert "Second typing" in page
    browser.get(place)
    done = browser.post(f"{place}/type", {"line": "-".join(GROUPS)})
    assert done.headers["location"] == f"{place}?done=heard"
    heard = served.last
    assert isinstance(heard, CodeHeard)
    assert (heard.code, heard.check) == (CODE, "twice")
    browser.get(place)
    script = browser.post(f"{place}/script")
    assert script.headers["content-disposition"].endswith(".ps1")
    assert CODE.encode() in script.body
    assert isinstance(served.last, ActionPrepared)
    assert served.last.call == 1
    browser.get(place)
    assert "not read back yet" in browser.post(f"{place}/assistant").body.decode()
    assert browser.post(f"{place}/end", {"how": "done"}).status == 409
    assert "not read back yet" in browser.page
    served.again()
    served.collect(PACK)
    served.site.close()
    browser.get(place)
    assert "Read back: " in browser.post(f"{place}/assistant").body.decode()
    assert isinstance(served.last, CodeEntered)
    assert 'value="done"' in browser.get(place).body.decode()
    assert browser.post(f"{place}/end", {"how": "done", "note": HOSTILE}).headers["location"] == f"{place}?done=ended"
    assert isinstance(served.last, CallEnded)
    page = browser.get(place).body.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;[U+202E]" in page
    assert f'action="{place}' not in page


def test_a_misheard_group_is_found_by_the_second_typing(served: Served, browser: Browser) -> None:
    """Both are shown, that group alone is asked for again, and two of three count."""
    served.prepared()
    place = opened(served, browser)
    page = typed(browser, place, " ".join(GROUPS), "AAAAA BBBBB CCCCC", "DDODD")
    assert "Group 4 differs: first “DDDDD”, now “DDODD”" in page
    page = typed(browser, place, "DDDDD", "EEEEE FFFFF", "GGGGG")
    assert "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG" in page
    assert served.last.code == CODE


def test_a_line_that_cannot_be_is_refused_at_once_and_nothing_is_lost(served: Served, browser: Browser) -> None:
    """It stands in the field again; htmx is given the page with the number of a good answer, else it shows nothing."""
    served.prepared()
    place = opened(served, browser)
    typed(browser, place, "AAAAA")
    assert browser.post(f"{place}/type", {"line": "BB<B"}).status == 422
    assert "Group 2, sign 3" in browser.page
    assert 'value="BB&lt;B"' in browser.page
    assert browser.post_part(f"{place}/type", {"line": "BBBB"}).status == 200
    assert "Group 2 has 4 signs, not 5" in browser.page
    told = browser.post_part(f"{place}/type", {"line": "BBBBB"})
    assert told.status == 200
    assert '<li class="kept">BBBBB</li>' in browser.page


def test_a_line_is_judged_while_it_is_typed_and_not_kept(served: Served, browser: Browser) -> None:
    """Each keystroke asks; nothing of it is in the folder afterwards."""
    served.prepared()
    place = opened(served, browser)
    for line, told in (("AAA", "2 signs are missing"), ("AA_", "neither a letter"), ("AAAAA", "The group is whole")):
        assert told in browser.post_part(f"{place}/judge", {"line": line}).body.decode()
    assert '<li class="kept">' not in browser.get(place).body.decode()


def test_a_code_is_read_back_instead_of_typed_twice(served: Served, browser: Browser) -> None:
    """A group to which they say no is corrected; what was typed may be taken back, or begun again."""
    served.prepared()
    place = opened(served, browser)
    typed(browser, place, "AAAAA", "XXXXX")
    browser.post(f"{place}/back")
    page = browser.get(place).body.decode()
    assert "XXXXX" not in page
    browser.post(f"{place}/again")
    assert '<li class="kept">' not in browser.get(place).body.decode()
    typed(browser, place, "ZAAAA BBBBB CCCCC DDDDD EEEEE FFFFF GGGGG")
    assert browser.post(f"{place}/correct", {"number": "9", "line": "AAAAA"}).status == 422
    browser.post(f"{place}/correct", {"number": "1", "line": "AAAAA"})
    browser.get(place)
    assert browser.post(f"{place}/read-back").headers["location"] == f"{place}?done=heard"
    assert (served.last.code, served.last.check) == (CODE, "read-back")


def test_the_command_line_goes_on_where_the_browser_stopped(served: Served, browser: Browser) -> None:
    """And the other way round: both have the same folder, and the same use cases."""
    served.prepared(**NOT_ACTIVATED)
    place = opened(served, browser, "activate")
    typed(browser, place, "AAAAA BBBBB")
    site = served.again()
    assert typing_of(site, 1).text == "AAAAABBBBB"
    type_code(site, 1, "CCCCC")
    site.close()
    assert '<li class="kept">CCCCC</li>' in browser.get(place).body.decode()


def test_a_code_that_was_heard_before_is_pointed_out(served: Served, browser: Browser) -> None:
    """It may be the old one, read from the wrong line."""
    served.prepared()
    for _ in range(2):
        place = opened(served, browser)
        typed(browser, place, CODE)
        browser.get(place)
        browser.post(f"{place}/type", {"line": CODE})
        page = browser.page
        browser.get(place)
        browser.post(f"{place}/end", {"how": "given-up"})
    assert "The very same code was heard in call 1" in page


@pytest.mark.parametrize("number", ["9", "0", "x", "-1", "9" * 30, "٣"])
def test_a_call_that_there_is_not(browser: Browser, number: str) -> None:
    """A page tells so; it is no fault of ours."""
    assert browser.get(f"/calls/{quote(number)}").status in (404, 422)
