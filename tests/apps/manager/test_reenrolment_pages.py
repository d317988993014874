"""A licence server is enrolled anew by its page: it says beforehand what happens, and the call can be left and taken up again."""

import re

from calvox.server.freeze import freeze
from tests.apps.browsing import Browser
from tests.world import Site


def test_the_page_says_beforehand_what_happens_and_opens_the_call(stocked: Site, ada: Browser, eve: Browser) -> None:
    """An auditor is shown no form; the sheet shows both IDs and no pack; the page says that it is begun and not done."""
    page = ada.get("/re-enrol").body.decode()
    assert "They stay good to their own end" in page
    assert "once in 90 days" in page
    assert 'action="/re-enrol"' not in eve.get("/re-enrol").body.decode()
    ada.get("/re-enrol")
    assert ada.post("/re-enrol").status == 422
    assert "Nothing was done yet" in ada.page
    assert not stocked.rows("pending")
    assert ada.post("/re-enrol", sure="yes").headers["location"] == "/call"
    call = ada.get("/call").body.decode()
    assert "Enrol this licence server anew" in call
    assert "as the one that is replaced" in call
    assert "it keeps its packs" in re.sub(r"\s+", " ", call).lower()
    assert call.count('class="said-code large"') == 2
    page = ada.get("/re-enrol").body.decode()
    assert "Begun, and not done" in page
    assert 'action="/re-enrol"' not in page
    assert stocked.server.keys.identity.epoch == 1


def test_what_cannot_be_done_is_told_on_the_page(stocked: Site, ada: Browser) -> None:
    """Frozen by hand: the page says so, and a form that is sent all the same is refused."""
    freeze(stocked.server, "", "ada")
    page = ada.get("/re-enrol").body.decode()
    assert "frozen by hand" in page
    assert 'action="/re-enrol"' not in page
    assert ada.post("/re-enrol", sure="yes").status == 409
    assert "frozen by hand" in ada.page
