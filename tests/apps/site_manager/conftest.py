"""A site folder, its desk, and a browser that came in by the link."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from calvox.apps.site_manager.desk import SiteDesk
from calvox.apps.site_manager.process import site_app
from calvox.common.clock import World
from tests.apps.browsing import Browser
from tests.apps.calling import CONTACT, PURCHASE, Calling

LICENSING = """
[licensing]
mode = "user"
servers = ["lic01.corp.example"]
hosts = ["rdsh01.corp.example"]
host_addresses = ["10.0.4.0/24"]
domain = "corp.example"
unit = "OU=RDSH,DC=corp,DC=example"
"""


class Served(Calling):
    """A site folder that nothing holds, and whose site manager is served."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, CONTACT + LICENSING + PURCHASE)
        self.even = 1000.0
        self.drawn = 0
        self.world = World(now=lambda: self.time, random=self._random, steady=lambda: self.even)
        self.site.close()
        self.desk = SiteDesk(self.folder, ZoneInfo("Europe/Paris"), self.world)
        self.app: Any = site_app(self.desk)

    def _random(self, size: int) -> bytes:
        self.drawn += 1
        return self.drawn.to_bytes(size, "big")

    def prepared(self, **changes: Any) -> None:
        """Make everything hold that must hold before a call, at the command line."""
        self.again()
        self.ready(**changes)
        self.site.close()

    def facts(self) -> list[Any]:
        """Read what the journal's entries say."""
        site = self.again()
        with site.journal.read() as reader:
            found = [reader.fact(entry) for entry in reader.entries()]
        site.close()
        return found

    @property
    def last(self) -> Any:
        """What the newest entry says."""
        return self.facts()[-1]

    def browser(self) -> Browser:
        """Come in by a link."""
        browser = Browser(self.app)
        link = self.desk.sessions.make_link()
        assert browser.get(link).status == 200
        assert browser.post("/come-in", {"code": link.partition("=")[2]}).status == 303
        assert browser.get("/").status == 200
        return browser


@pytest.fixture
def served(tmp_path: Path) -> Served:
    """Give a site folder that is served."""
    return Served(tmp_path)


@pytest.fixture
def browser(served: Served) -> Browser:
    """Give a browser that is in."""
    return served.browser()
