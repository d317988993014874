"""Pages in a real Chromium: opened in each language, width and colour scheme, and looked over as a whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

from calvox.wire.phone.wordlists import plain

PASSWORD, CHOSEN = "correct horse battery", "of my own choice"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
"""Chromium runs as root here, without a screen, and asks nobody outside."""
WIDTHS = {"phone": 360, "tablet": 768, "desktop": 1280}
"""Pixels."""
LIGHT = 150_000
"""Bytes of which a first visit stays below."""
TOLD = (401, 409, 422)
"""What a page itself tells: nobody is in any more, something is refused, a form is wrong."""
Scheme = Literal["light", "dark"]


def chromium(playwright: Playwright) -> Browser:
    """Start the system's Chromium; without one the test says so."""
    program = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed: apt-get install chromium")
    return playwright.chromium.launch(executable_path=program, args=list(QUIET))


@dataclass
class Shown:
    """An application in a browser."""

    browser: Browser
    address: str
    state: Any = None
    """Cookies of whoever is logged in."""
    faults: list[str] = field(default_factory=list)
    """What the browser complained of."""

    @contextmanager
    def page(
        self, path: str = "/", *, language: str = "en", width: str = "desktop", scheme: Scheme = "light", **more: Any
    ) -> Iterator[Page]:
        """Open a page as it is seen on one kind of screen; the browser may not complain of it."""
        with self.context(language=language, width=width, scheme=scheme, **more) as context:
            page = context.new_page()
            before = len(self.faults)
            page.on("console", self._listen)
            page.on("pageerror", lambda error: self.faults.append(str(error)))
            page.goto(self.address + path)
            yield page
            assert self.faults[before:] == []

    @contextmanager
    def context(
        self, *, language: str = "en", width: str = "desktop", scheme: Scheme = "light", **more: Any
    ) -> Iterator[BrowserContext]:
        """Give a browser's profile with whoever is logged in."""
        context = self.browser.new_context(
            ignore_https_errors=True,
            locale=language,
            viewport={"width": WIDTHS[width], "height": 800},
            color_scheme=scheme,
            storage_state=self.state,
            **more,
        )
        context.set_default_timeout(15_000)
        try:
            yield context
        finally:
            context.close()

    def log_in(self, name: str, password: str) -> None:
        """Log in, and choose another password if that is asked."""
        with self.context() as context:
            page = context.new_page()
            page.goto(self.address + "/log-in")
            page.fill("#name", name)
            page.fill("#password", password)
            page.click("main button")
            if page.url.endswith("/password"):
                page.fill("#old", password)
                page.fill("#new", CHOSEN)
                page.fill("#again", CHOSEN)
                page.click("main button")
            page.wait_for_selector("nav.menu")
            self.state = context.storage_state()

    def _listen(self, message: ConsoleMessage) -> None:
        # What was asked for may be answered with an error, which the page itself tells.
        told = any(f"responded with a status of {status}" in message.text for status in TOLD)
        if message.type in ("error", "warning") and not told:
            self.faults.append(message.text)


def violations(page: Page) -> list[str]:
    """Name what axe finds wrong with a page, with the elements."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'])}" for one in found]


def too_wide(page: Page) -> int:
    """Tell by how many pixels a page is wider than its screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def look_over(page: Page) -> None:
    """Hold a page to its screens, narrow and wide: no violation, and nothing that sticks out."""
    for name, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == [], name
        assert too_wide(page) <= 0, name


def hold(shown: Shown, path: str, language: str) -> None:
    """Hold one page in one language to what every page keeps, with everything unfolded, in both colour schemes."""
    with shown.page(path, language=language) as page:
        assert page.get_attribute("html", "lang") == language
        page.evaluate("for (const one of document.querySelectorAll('main details')) { one.open = true; }")
        look_over(page)
        page.emulate_media(color_scheme="dark")
        assert violations(page) == [], "dark"


def first_visit(shown: Shown, path: str = "/") -> int:
    """Load a page with an empty cache; nothing may come from elsewhere. Give the bytes that came over the network."""
    sizes: dict[str, int] = {}
    with shown.context() as context:
        page = context.new_page()
        page.on("response", lambda told: sizes.update({told.url: told.request.sizes()["responseBodySize"]}))
        page.goto(shown.address + path, wait_until="networkidle")
    assert all(address.startswith(shown.address) for address in sizes)
    return sum(sizes.values())


def short(group: str) -> str:
    """Type a line as one who listens does: four letters a word, no accents."""
    return "".join(plain(word)[:4] + " " for word in group.split())


def swapped(group: str) -> str:
    """Hear two words in the wrong order."""
    first, second, *others = group.split()
    return " ".join([second, first, *others])


def expect_state(page: Page, number: int, wanted: str) -> None:
    """Wait until a line stands like this."""
    expect(page.locator(f"li.line:nth-child({number})")).to_have_class(f"line {wanted}")


def keep(page: Page, folder: Path | None, name: str, *, whole: bool = False) -> None:
    """Take a picture of what a desktop shows, or of the whole page, if pictures are wanted."""
    if folder is not None:
        page.set_viewport_size({"width": WIDTHS["desktop"], "height": 800})
        page.screenshot(path=folder / f"{name}.png", full_page=whole)
