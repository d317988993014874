"""Sites to begin from, made once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import STOCK, Site


@pytest.fixture(scope="session")
def new_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a closed site whose server was just made."""
    site = Site.founded(tmp_path_factory.mktemp("new"))
    site.close()
    return site


@pytest.fixture(scope="session")
def stocked_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a closed site with two CALs of each type, version 2022."""
    site = Site.founded(tmp_path_factory.mktemp("stocked"))
    site.activate(*STOCK)
    site.close()
    return site


@pytest.fixture
def new(new_site: Site, tmp_path: Path) -> Iterator[Site]:
    """Give an open site that is not activated."""
    site = new_site.copy(tmp_path)
    site.open()
    yield site
    site.close()


@pytest.fixture
def stocked(stocked_site: Site, tmp_path: Path) -> Iterator[Site]:
    """Give an open site with two CALs of each type, version 2022."""
    site = stocked_site.copy(tmp_path)
    site.open()
    yield site
    site.close()
