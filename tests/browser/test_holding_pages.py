"""CALs, holders, session hosts, the policy and people in a real Chromium: by keyboard, with and without JavaScript."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from calvox.core.products import CalType
from calvox.people.accounts import add_person, set_password
from tests.apps.processes import ServerProcess
from tests.browser.showing import PASSWORD, Shown, look_over
from tests.world import Site, wish


@pytest.fixture(scope="module")
def own(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Give the manager of a licence server that these tests may change, with its administrator logged in."""
    site = Site.founded(tmp_path_factory.mktemp("holdings"), now=int(time.time()), parts=None)
    site.activate(wish("device", "2022", 20), wish("user", "2022", 90))
    host = site.enrol("rdsh-1", "2022")
    for number in range(60):
        host.cal(CalType.USER, f"user-{number:02}")
    host.permanent("PC-17")
    set_password(site.server, "ada", PASSWORD, "root")
    add_person(site.server, "eve", "auditor", PASSWORD, "ada")
    site.close()
    with ServerProcess(site.folder, limits={"CALVOX_SERVER_PEOPLE_LISTEN": "127.0.0.1:0"}) as process:
        shown = Shown(browser, process.people)
        shown.log_in("ada", PASSWORD)
        yield shown


def opened(page: Page) -> Page:
    """Open whatever can be opened."""
    page.evaluate("for (const one of document.querySelectorAll('main details')) { one.open = true; }")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/cals?holder=pc-17", "/packs", "/hosts", "/hosts/rdsh-1", "/policy", "/people"])
def test_forms_that_are_open_are_accessible_and_fit(own: Shown, path: str, scheme: str) -> None:
    """On each width; the holder's page is reached by its link."""
    with own.page(path, scheme=scheme) as page:  # type: ignore[arg-type]
        if path.startswith("/cals"):
            page.click("#results a[href^='/holders/']")
        look_over(opened(page))


def test_a_search_runs_while_it_is_typed(own: Shown) -> None:
    """The page is not loaded anew, and its address says what is sought."""
    with own.page("/cals") as page:
        page.evaluate("window.same = true")
        page.type("#holder", "user-4")
        expect(page.locator("#results tbody tr")).to_have_count(10)
        page.wait_for_url("**/cals?holder=user-4*")
        assert page.evaluate("window.same")


def test_a_device_is_revoked_by_keyboard_alone(own: Shown) -> None:
    """From the list to the pack's free place; not before it is confirmed."""
    with own.page("/cals?cal_type=device") as page:
        page.focus("#results a[href^='/holders/']")
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('PC-17')")
        assert page.get_by_text("4 more may be revoked now").count() == 1
        page.focus("main summary")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("lost")
        page.keyboard.press("Enter")
        assert page.locator(".said").count() == 0
        assert page.evaluate("document.activeElement.name") == "sure", "the browser goes to what is missing"
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector(".said")
        assert page.locator("main").get_by_text("CAL revoked").count() == 1


def test_an_enrolment_is_copied_by_a_button(own: Shown) -> None:
    """Code and commands; each copy is what stands there."""
    with own.page("/hosts", permissions=["clipboard-read", "clipboard-write"]) as page:
        page.fill("#name", "rdsh-9")
        page.click("form[action='/hosts/code'] button")
        page.click("button[data-copy=commands]")
        page.wait_for_selector("button[data-copy=commands]:has-text('Copied')")
        code = page.inner_text("#code")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.splitlines()[0].endswith(f"--code {code}")
        assert copied.splitlines()[1] == "calvox host serve"
        look_over(page)


def test_everything_works_without_javascript(own: Shown) -> None:
    """A search by its button, further pages by their link, CALs of a host counted by a click; no button that does nothing."""
    with own.page("/cals", java_script_enabled=False) as page:
        page.fill("#holder", "user-")
        page.click("form[role=search] button")
        assert page.locator("#results tbody tr").count() == 50
        page.click("a[rel=next]")
        assert page.locator("#results tbody tr").count() == 10
        page.goto(own.address + "/hosts/rdsh-1")
        page.click("#count a")
        assert page.locator("#count b").count() == 1
        page.goto(own.address + "/hosts")
        page.fill("#name", "rdsh-8")
        page.click("form[action='/hosts/code'] button")
        assert page.locator("#code").is_visible()
        assert page.locator("button[data-copy]:visible").count() == 0


def test_what_is_counted_comes_by_itself(own: Shown) -> None:
    """The page does not wait for it."""
    with own.page("/hosts/rdsh-1") as page:
        page.wait_for_selector("#count b")
        assert int(page.inner_text("#count b")) >= 60
