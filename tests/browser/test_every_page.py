"""Every page of the manager's menu in a real Chromium: languages, widths, colours, and no violation that axe knows."""

from itertools import product
from pathlib import Path

import pytest

from calvox.common.errors import Tampered, rendering
from calvox.common.i18n import LANGUAGES, t
from calvox.server.report_tables import REPORTS
from calvox.web.manager.menu import LINKS
from tests.apps.processes import command
from tests.browser.showing import LIGHT, PASSWORD, Shown, first_visit, hold, keep, violations

PAGES = (
    *(link.path for link in LINKS),
    *(f"/reports?report={name}" for name in REPORTS),
    *("/hosts/rdsh-1", "/journal/verification", "/advice?users=12&devices=x"),
    *("/install/country?by=telephone", "/install/prepare?by=telephone", "/call?by=file", "/call/type"),
)


@pytest.mark.parametrize(("path", "language"), [*product(PAGES, LANGUAGES)])
def test_a_page_is_accessible_and_fits(manager: Shown, path: str, language: str) -> None:
    """On each width, light and dark; in its language; and the browser complains of nothing."""
    hold(manager, path, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_holder_is_accessible_and_fits(manager: Shown, language: str) -> None:
    """The page of one with a name like HTML, whose address only the list of CALs knows."""
    with manager.page("/cals?holder=<b>carol</b>") as page:
        path = page.get_attribute("#results a[href^='/holders/']", "href")
    assert path is not None
    hold(manager, path, language)


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


@pytest.fixture(scope="module")
def auditor(manager: Shown) -> Shown:
    """Give the auditor's browser before the same manager."""
    shown = Shown(manager.browser, manager.address)
    shown.log_in("eve", PASSWORD)
    return shown


def test_an_auditor_takes_a_report_along_that_is_verified_elsewhere(auditor: Shown, tmp_path: Path) -> None:
    """By the command that the page tells, with the key that stands there; a changed byte is told."""
    with auditor.page("/reports") as page:
        told = page.inner_text("p > code")
        with page.expect_download() as download:
            page.get_by_role("button", name="Make the signed file").click()
        name = download.value.suggested_filename
        download.value.save_as(tmp_path / name)
    words = told.removeprefix("calvox ").split()
    assert name in words
    assert command(*words, cwd=tmp_path).returncode == 0
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data.replace(b"alice", b"alicf"))
    assert command(*words, cwd=tmp_path).returncode == rendering(Tampered(t("x"))).exit


def test_an_auditor_reads_all_and_is_shown_no_form(auditor: Shown) -> None:
    """But for the log-out, and for the verification, which changes nothing and may be left."""
    for link in LINKS:
        with auditor.page(link.path) as page:
            forms = page.locator("form[method=post]").evaluate_all("all => all.map(one => one.getAttribute('action'))")
            assert forms == ["/log-out"], link.path
    with auditor.page("/journal/verification", java_script_enabled=False) as page:
        page.get_by_role("button", name="Verify").click()
        page.goto(auditor.address + "/")
        for _ in range(100):
            page.goto(auditor.address + "/journal/verification")
            if page.get_by_text("The journal holds.").count():
                break
        assert page.get_by_text("The journal holds.").count() == 1
        page.goto(auditor.address + "/journal")
        with page.expect_download() as download:
            page.get_by_role("link", name="JSON lines").click()
        assert download.value.suggested_filename == "calvox-journal.jsonl"


def test_a_first_visit_is_light(manager: Shown) -> None:
    """Below 150 kB in all, and nothing is loaded from elsewhere."""
    assert first_visit(manager) < LIGHT


def test_names_stay_names(manager: Shown) -> None:
    """A holder that looks like HTML is shown as it is called."""
    with manager.page("/cals") as page:
        assert page.get_by_text("<b>carol</b>").count() >= 1


def test_pictures_of_the_manager_are_taken(manager: Shown, pictures: Path | None) -> None:
    """Overview and reports, as a desktop shows them, for the documentation; each has the heading that it is shown for."""
    for path, heading, name in (("/", "Overview", "manager-overview"), ("/reports", "Reports", "manager-reports")):
        with manager.page(path) as page:
            assert page.inner_text("h1") == heading
            page.wait_for_load_state("networkidle")
            keep(page, pictures, name)
