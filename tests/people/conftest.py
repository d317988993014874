"""A licence server whose administrator has a password."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from calvox.people.accounts import add_person, set_password
from calvox.people.log_in import Door
from tests.world import Site

PASSWORD = "correct horse battery"
HASHER = "calvox.people.passwords._HASHER"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Good enough for tests, of which many would wait for the real one."""


@pytest.fixture(scope="session")
def peopled_template(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a closed site with ada, administrator, and eve, auditor; both have the same password and must change it."""
    site = Site.founded(tmp_path_factory.mktemp("people"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HASHER, QUICK)
        set_password(site.server, "ada", PASSWORD, "root")
        add_person(site.server, "eve", "auditor", PASSWORD, "ada")
    site.close()
    return site


@pytest.fixture
def site(peopled_template: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give a site of its own."""
    monkeypatch.setattr(HASHER, QUICK)
    site = peopled_template.copy(tmp_path)
    site.open()
    yield site
    site.close()


@pytest.fixture
def door(site: Site) -> Door:
    """Give its door."""
    return Door(site.server)
