"""A real Chromium, and real processes whose pages it shows."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from calvox.core.products import CalType
from calvox.people.accounts import add_person, set_password
from tests.apps.processes import ServerProcess
from tests.browser.showing import PASSWORD, Shown, chromium
from tests.world import Site, wish


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a Chromium."""
    with sync_playwright() as playwright:
        started = chromium(playwright)
        yield started
        started.close()


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Give a serving licence server with packs, hosts, CALs and an open call; no test changes what others look at."""
    site = Site.founded(tmp_path_factory.mktemp("stocked"), now=int(time.time()), parts=None)
    site.activate(wish("device", "2022", 5), wish("user", "2022", 60), wish("user", "2025", 20))
    host = site.enrol("rdsh-1", "2022")
    for name in ("alice", "bob", "<b>carol</b>", "dave"):
        host.cal(CalType.USER, name)
    host.cal(CalType.DEVICE, "PC-17")
    site.enrol("rdsh-2", "2025")
    set_password(site.server, "ada", PASSWORD, "root")
    add_person(site.server, "eve", "auditor", PASSWORD, "ada")
    site.prepare(wish("device", "2025", 20))
    site.close()
    with ServerProcess(site.folder, limits={"CALVOX_SERVER_PEOPLE_LISTEN": "127.0.0.1:0"}) as process:
        yield process


@pytest.fixture(scope="module")
def manager(browser: Browser, stocked: ServerProcess) -> Shown:
    """Give the manager of that licence server, with its administrator logged in."""
    shown = Shown(browser, stocked.people)
    shown.log_in("ada", PASSWORD)
    return shown


@pytest.fixture
def pictures() -> Path | None:
    """Tell where screenshots for the documentation go, if they are wanted."""
    folder = os.environ.get("CALVOX_PICTURES")
    return Path(folder) if folder else None
