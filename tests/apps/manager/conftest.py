"""A site with packs of every type, two hosts, and people: ada, an administrator, and eve, an auditor, at a browser each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from calvox.apps.licence_server.process import CASES
from calvox.apps.manager import manager_routes
from calvox.apps.people_api import PeopleDesk, people_app
from calvox.people.accounts import add_person, set_password
from tests.apps.browsing import Browser
from tests.apps.test_manager import PASSWORD, logged_in
from tests.world import Site, wish


@pytest.fixture
def stocked(tmp_path: Path) -> Iterator[Site]:
    """Give the site."""
    site = Site.founded(tmp_path, names=("localhost", "cals.example", "::1"))
    site.activate(wish("device", "2022", 10), wish("user", "2022", 60), wish("session", "2022", 5))
    for name in ("rdsh-1", "rdsh-2"):
        site.enrol(name, "2022")
    set_password(site.server, "ada", PASSWORD, "root")
    add_person(site.server, "eve", "auditor", PASSWORD, "ada")
    yield site
    site.close()


@pytest.fixture
def listener(stocked: Site) -> Any:
    """Give its listener for people; a failed log-in takes no time."""
    desk = PeopleDesk(stocked.server, CASES, failed_seconds=0)
    return people_app(desk, manager_routes(desk))


@pytest.fixture
def ada(listener: Any) -> Browser:
    """Give the administrator's browser."""
    return logged_in(listener)


@pytest.fixture
def eve(listener: Any) -> Browser:
    """Give the auditor's browser."""
    return logged_in(listener, "eve")
