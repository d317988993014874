"""What an address answers that is no page's: a page of ours to a browser, an error of ours to a program."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from calvox.apps.licence_server.process import CASES
from calvox.apps.manager import manager_routes
from calvox.apps.people_api import PeopleDesk, people_app
from calvox.people.accounts import set_password
from calvox.web.common.headers import PAGE
from tests.apps.asgi import ask
from tests.apps.browsing import Browser
from tests.apps.test_manager import PASSWORD, logged_in
from tests.world import Site


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Any]:
    """Give a people's listener with the manager, and an administrator ada."""
    site = Site.founded(tmp_path)
    set_password(site.server, "ada", PASSWORD, "root")
    desk = PeopleDesk(site.server, CASES, failed_seconds=0)
    yield people_app(desk, manager_routes(desk))
    site.close()


@pytest.mark.parametrize("path", ["/nothing", "/hosts/", "//evil.example/", "/assets/none.css", "/<b>x</b>\u202e"])
def test_an_unknown_address_answers_with_a_page(app: Any, path: str) -> None:
    """It is in the reader's language, bears the headers of every page, holds no HTML of the address, and leads nowhere."""
    told = Browser(app).get(path, **{"Accept-Language": "fr"})
    assert told.status == 404
    assert '<html lang="fr">' in told.body.decode()
    assert "<b>" not in told.body.decode()
    assert {name: told.headers[name.lower()] for name in PAGE} == dict(PAGE)
    assert "location" not in told.headers


def test_whoever_is_in_keeps_the_menu(app: Any) -> None:
    """A stranger sees none."""
    assert 'href="/hosts"' in logged_in(app).get("/nothing").body.decode()
    assert 'href="/hosts"' not in Browser(app).get("/nothing").body.decode()


def test_an_address_is_told_only_so_far(app: Any) -> None:
    """A long one makes no long page."""
    assert len(Browser(app).get("/" + 10_000 * "x").body) < 5_000


def test_a_wrong_method_is_told_as_an_error_of_ours(app: Any) -> None:
    """A program is told which methods there are, and nothing is kept."""
    told = ask(app, "GET", "/v1/log-in")
    assert (told.status, told.headers["allow"], told.code) == (405, "POST", "not-found")
    assert told.headers["cache-control"] == "no-store"
    assert ask(app, "GET", "/v1/nothing").code == "not-found"
