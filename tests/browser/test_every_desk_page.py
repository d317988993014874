"""Every page of the call desk in a real Chromium: languages, widths, colours, and no violation that axe knows."""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser, Page, expect

from calvox.common.i18n import LANGUAGES
from calvox.web.desk.menu import LINKS
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, number_of, write
from tests.browser.centres import Centre
from tests.browser.showing import LIGHT, PASSWORD, Shown, first_visit, hold, short, violations
from tests.centre.world import AGREEMENT, CALL_WORD, OTHER_SERVER, SERVER

pytestmark = pytest.mark.process
PAGES = (
    *(link.path for link in LINKS),
    *("/agreements/new", f"/agreements/{AGREEMENT}", f"/servers/{SERVER.hex()}", "/servers?text=nobody"),
)


def identified(page: Page, origin: str, server: bytes) -> str:
    """Take a call and type its server ID; give the address of the call."""
    page.goto(origin)
    page.fill("#caller", "elodie martin")
    page.fill("#call_word", CALL_WORD)
    page.select_option("#language", "en")
    page.press("#call_word", "Enter")
    page.wait_for_url("**/calls/*")
    expect(page.locator(".piece").first).to_be_attached()
    for line in write(Form.WORDS_EN, CodeType.SERVER_ID, number_of(CodeType.SERVER_ID, server)):
        page.keyboard.type(short(line), delay=5)
    page.click("button[value=take]")
    page.wait_for_selector("#quantity")
    return page.url.removeprefix(origin).partition("?")[0]


def prepared(page: Page) -> None:
    """Note a pack, and have the control words shown."""
    page.fill("#quantity", "20")
    page.fill("#sequence", "1")
    page.press("#sequence", "Enter")
    page.wait_for_selector("form[action$='/remove']")
    page.click("form[action$='/prepare'] button")
    page.wait_for_selector("#control")


@pytest.fixture(scope="module")
def calls(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shown, dict[str, str]]]:
    """Give a desk with a call at each of its steps; no test changes what others look at."""
    with Centre(tmp_path_factory.mktemp("calls"), browser) as centre:
        desk, paths = centre.desk, {}
        desk.log_in("sam", PASSWORD)
        with desk.page() as page:
            paths["signed"] = identified(page, desk.address, SERVER)
            prepared(page)
            page.click("form:has([value=yes]) button")
            page.wait_for_selector("#reading")
            paths["compared"] = identified(page, desk.address, OTHER_SERVER)
            prepared(page)
            page.goto(desk.address)
        yield desk, paths


@pytest.mark.parametrize(("path", "language"), [*product(PAGES, LANGUAGES)])
def test_a_page_is_accessible_and_fits(calls: tuple[Shown, dict[str, str]], path: str, language: str) -> None:
    """On each width, light and dark; in its language; and the browser complains of nothing."""
    hold(calls[0], path, language)


@pytest.mark.parametrize(("call", "language"), [*product(("signed", "compared"), LANGUAGES)])
def test_a_call_is_accessible_and_fits(calls: tuple[Shown, dict[str, str]], call: str, language: str) -> None:
    """While it is read out as well as while words are compared."""
    hold(calls[0], calls[1][call], language)


def test_the_door_is_accessible(calls: tuple[Shown, dict[str, str]]) -> None:
    """For somebody who is not logged in."""
    with Shown(calls[0].browser, calls[0].address).page("/log-in") as page:
        assert violations(page) == []


def test_a_first_visit_is_light(calls: tuple[Shown, dict[str, str]]) -> None:
    """Below 150 kB in all, with or without a call, and nothing is loaded from elsewhere."""
    for path in ("/", calls[1]["signed"], calls[1]["compared"]):
        assert first_visit(calls[0], path) < LIGHT
