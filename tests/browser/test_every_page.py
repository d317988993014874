"""Every page of the manager's menu in a real Chromium: languages, widths, colours, and no violation that axe knows."""

from itertools import product
from typing import get_args

import pytest
from playwright.sync_api import Response

from calvox.common.i18n import LANGUAGES
from calvox.web.manager.menu import LINKS
from tests.browser.showing import Scheme, Shown, look_over, violations

PAGES = tuple(link.path for link in LINKS)


@pytest.mark.parametrize(("path", "language"), [*product(PAGES, LANGUAGES)])
def test_a_page_is_accessible_and_fits(manager: Shown, path: str, language: str) -> None:
    """On each width, light and dark; in its language; and the browser complains of nothing."""
    for scheme in get_args(Scheme):
        with manager.page(path, language=language, scheme=scheme) as page:
            assert page.get_attribute("html", "lang") == language
            look_over(page)


def test_the_door_is_accessible_in_both_languages(manager: Shown) -> None:
    """For somebody who is not logged in."""
    outside = Shown(manager.browser, manager.address)
    for language in LANGUAGES:
        with outside.page("/log-in", language=language) as page:
            assert violations(page) == []
            assert page.locator("#name").evaluate("one => one === document.activeElement")


def test_a_page_prints_without_its_menu(manager: Shown) -> None:
    """Paper has no use for it."""
    with manager.page("/packs") as page:
        page.emulate_media(media="print")
        assert not page.locator("nav.menu").is_visible()
        assert page.locator("main h1").is_visible()


def test_nothing_of_a_page_is_loaded_from_elsewhere(manager: Shown) -> None:
    """Nor is a first visit heavy: below 150 kB in all."""
    with manager.context() as context:
        page = context.new_page()
        sizes: dict[str, int] = {}

        def note(told: Response) -> None:
            sizes[told.url] = len(told.body())

        page.on("response", note)
        page.goto(manager.address, wait_until="networkidle")
        assert all(address.startswith(manager.address) for address in sizes)
        assert sum(sizes.values()) < 150_000


def test_names_stay_names(manager: Shown) -> None:
    """A holder that looks like HTML is shown as it is called."""
    with manager.page("/cals") as page:
        assert page.get_by_text("<b>carol</b>").count() >= 1
