"""The site manager in a real Chromium: every page in each language, width and colour; a drop; a whole code by keyboard alone."""

import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from calvox.apps.site.calls import open_call
from calvox.apps.site.dossiers import Wish
from calvox.apps.site.gathering import import_files
from calvox.apps.site.plans import open_plan
from calvox.common.i18n import LANGUAGES
from calvox.web.windows.menu import LINKS
from calvox.windows.calls.kinds import CallKind
from tests.apps.calling import BUNDLES, CODE, SERVER
from tests.apps.site_manager.conftest import Served
from tests.apps.site_manager.serving import SiteProcess
from tests.browser.showing import LIGHT, Shown, first_visit, hold, keep, violations

PAGES = (*(link.path for link in LINKS), "/calls/1", "/actions/set-licensing", "/plans/1")


@pytest.fixture(scope="module")
def site_manager(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Give the site manager of a site with machines, a call and a plan, with somebody in."""
    served = Served(tmp_path_factory.mktemp("site"))
    served.time = int(time.time()) - 7200
    served.prepared()
    site = served.again()
    import_files(site, sorted(BUNDLES.glob("*.json")))
    for kind in (CallKind.INSTALL, CallKind.REACTIVATE):
        open_call(site, Wish(kind, SERVER), world=served.world)
    open_plan(site, "migrate", SERVER, "lic02.corp.example")
    site.close()
    with SiteProcess(served.folder) as running:
        shown = Shown(browser, running.origin)
        with shown.context() as context:
            page = context.new_page()
            page.goto(running.link)
            assert violations(page) == []
            page.click("main button")
            page.wait_for_selector("nav.menu")
            shown.state = context.storage_state()
        yield shown


@pytest.mark.parametrize(("path", "language"), [*product(PAGES, LANGUAGES)])
def test_a_page_is_accessible_and_fits(site_manager: Shown, path: str, language: str) -> None:
    """On each width, light and dark, with everything unfolded; and the browser complains of nothing."""
    hold(site_manager, path, language)


def typed(page: Page, text: str) -> None:
    """Type into whatever has the focus, and send it."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_code_is_typed_by_keyboard_alone(site_manager: Shown) -> None:
    """Judged while it is typed; a reload in the middle loses nothing; a misheard group is found by the second typing."""
    groups = [CODE[at : at + 5] for at in range(0, 35, 5)]
    with site_manager.page("/calls/1") as page:
        page.keyboard.type("aa_")
        page.wait_for_selector("#judged .bad:has-text('sign 3')")
        for _ in range(3):
            page.keyboard.press("Backspace")
        for group in groups[:3]:
            typed(page, group.lower())
            page.wait_for_selector(f".groups .kept:has-text('{group}')")
        page.reload()
        assert page.locator(".groups .kept").all_inner_texts() == groups[:3]
        typed(page, " ".join(groups[3:]))
        page.wait_for_selector("h3:has-text('Second typing')")
        typed(page, "AAAAA BBBBX")
        page.wait_for_selector(".groups .differs")
        assert "first “BBBBB”, now “BBBBX”" in page.inner_text("#typing")
        typed(page, "BBBBB")
        page.wait_for_selector(".groups .next:nth-child(3)")
        typed(page, " ".join(groups[2:]))
        page.wait_for_url("**?done=heard")
        assert page.inner_text(".secret") == "-".join(groups)


def test_bundles_are_dropped(site_manager: Shown) -> None:
    """What is no bundle is refused beside what is one; the page stays where it is."""
    good = (BUNDLES / "healthy-session-host-2022.json").read_text("utf-8")
    with site_manager.page("/import") as page:
        held = page.evaluate_handle(
            """(good) => {
                const held = new DataTransfer();
                held.items.add(new File([good], "good.json"));
                held.items.add(new File(["x"], "bad.json"));
                return held;
            }""",
            good,
        )
        page.dispatch_event("form.drop", "drop", {"dataTransfer": held})
        page.wait_for_selector("#results .tag")
        assert page.locator("#results .tag").all_inner_texts() == ["there already", "refused"]


def test_everything_works_without_scripts(site_manager: Shown) -> None:
    """Files are chosen and sent, a code is typed, a paper is made."""
    with site_manager.page("/import", java_script_enabled=False) as page:
        page.set_input_files("#files", BUNDLES / "healthy-session-host-2022.json")
        page.click("form.drop button")
        assert page.locator("#results .tag").all_inner_texts() == ["there already"]
        page.goto(f"{site_manager.address}/calls/2")
        page.fill("#line", "AAAAA")
        page.press("#line", "Enter")
        page.wait_for_selector(".groups .kept")
        page.goto(f"{site_manager.address}/papers")
        with page.expect_download() as download:
            page.click("#tracking button[value=html]")
        assert download.value.suggested_filename == "tracking.html"


def test_a_page_prints_without_its_forms(site_manager: Shown) -> None:
    """What is said stays; what is typed into has no use on paper."""
    with site_manager.page("/calls/1") as page:
        page.emulate_media(media="print")
        assert page.locator(".sheet").first.is_visible()
        assert not page.locator("nav.menu").is_visible()
        assert not page.locator("form").first.is_visible()


def test_a_first_visit_is_light(site_manager: Shown) -> None:
    """Below 150 kB in all, and nothing is loaded from elsewhere."""
    assert first_visit(site_manager) < LIGHT


def test_a_picture_of_the_verdict_is_taken(site_manager: Shown, pictures: Path | None) -> None:
    """As a desktop shows it, for the documentation."""
    with site_manager.page("/") as page:
        assert page.locator(".verdict").count() >= 1
        keep(page, pictures, "site-verdict")
