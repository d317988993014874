"""What a form that holds nonsense, or comes too late, is answered: in words, without harm."""

import pytest

from calvox.people.sessions import IDLE
from tests.apps.browsing import Browser
from tests.world import Site


def test_only_what_is_meant_freezes_a_server(stocked: Site, ada: Browser) -> None:
    """An address near that of the freeze does nothing."""
    ada.get("/retire")
    assert ada.post("/retire/frozen", why="moves", sure="yes").status == 404
    assert "ServerFrozen" not in stocked.entries()


@pytest.mark.parametrize(
    "fields", [{"quantity": "3"}, {"pack": "one", "quantity": "3"}, {"pack": "1.5", "quantity": "3"}]
)
def test_a_field_that_cannot_be_read_is_named_in_the_readers_language(ada: Browser, fields: dict[str, str]) -> None:
    """Without words of a library."""
    ada.get("/packs")
    ada.get("/language/fr")
    ada.get("/packs")
    assert ada.post("/packs/convert", **fields, sure="yes").status == 422
    assert "Le champ « pack » est mal formé" in ada.page.replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")


def test_whose_session_ended_is_told_so(stocked: Site, ada: Browser) -> None:
    """A form that comes too late does nothing; a stranger at the door is told nothing."""
    ada.get("/people")
    stocked.clock.later(seconds=IDLE)
    assert ada.post("/people/add", name="zoe", role="auditor", password=12 * "x").status == 401
    assert "This session has ended" in ada.page
    assert "This session has ended" in ada.get("/log-in").body.decode()
    ada.cookies.clear()
    assert "This session has ended" not in ada.get("/log-in").body.decode()
