"""A whole call at the desk in a real Chromium: the centre is a real process, and is killed in the middle."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from calvox.apps.desk.app import FACE
from calvox.centre.agreements import ShowAgreement
from calvox.centre.history import OneServer
from calvox.centre.keys import public_key
from calvox.common.clock import SYSTEM
from calvox.web.desk.menu import LINKS
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.confirmation import Accepted, judge
from calvox.wire.phone.dictation import begin
from calvox.wire.phone.forms import Form, number_of, write
from calvox.wire.phone.message import Kind
from calvox.wire.phone.oracles import confirmation_fits
from calvox.wire.phone.repair import Whole
from tests.browser.centres import Centre
from tests.browser.showing import CHOSEN, PASSWORD, look_over
from tests.centre.test_desk import spoken
from tests.centre.world import AGREEMENT, CALL_WORD, SERVER

pytestmark = pytest.mark.process
ID = write(Form.WORDS_FR, CodeType.SERVER_ID, number_of(CodeType.SERVER_ID, SERVER))


@pytest.fixture
def centre(tmp_path: Path, browser: Browser) -> Iterator[Centre]:
    """Give a centre with one agreement, and its supervisor logged in."""
    with Centre(tmp_path, browser) as running:
        running.desk.log_in("sam", PASSWORD)
        yield running


def take(page: Page) -> None:
    """Take a call by the keyboard."""
    expect(page.locator("#caller")).to_be_focused()
    page.keyboard.type("elodie martin")
    page.keyboard.press("Tab")
    page.keyboard.type(CALL_WORD)
    page.select_option("#language", "fr")
    page.press("#call_word", "Enter")
    page.wait_for_url("**/calls/*")


def test_a_whole_call_with_a_misheard_word_a_reload_and_a_power_cut(centre: Centre) -> None:
    """What was typed, compared and signed stands there each time; the caller gets the right words by the space bar alone."""
    with centre.desk.page("/") as page:
        take(page)
        keys = page.keyboard
        expect(page.locator("#line-1")).to_be_focused()
        keys.type(ID[0] + " ")
        expect(page.locator("li.line").nth(0)).to_have_class("line good")
        expect(page.locator("#line-2")).to_be_focused()
        words = ID[1].split()
        keys.type(" ".join(["abeille" if words[0] != "abeille" else "abandon", *words[1:]]) + " ")
        page.wait_for_selector("#told-2 .take")
        look_over(page)
        page.reload()
        expect(page.locator("#line-1")).to_have_value(ID[0])
        expect(page.locator("#line-2")).to_be_focused()
        page.locator("#told-2 .take", has_text=words[0]).click()
        expect(page.locator("#line-3")).to_be_focused()
        keys.type(ID[2] + " ")
        expect(page.locator("button[value=take]")).to_be_focused()
        keys.press("Enter")
        expect(page.locator("#pack")).to_be_focused()
        keys.press("Tab")
        keys.type("20")
        keys.press("Tab")
        keys.type("1")
        keys.press("Enter")
        expect(page.get_by_role("button", name="Show the control words")).to_be_focused()
        keys.press("Enter")
        expect(page.locator("#control")).to_be_focused()
        shown = page.locator(".compare").all_inner_texts()
        look_over(page)
        centre.kill()
        centre.start()
        page.reload()
        assert page.locator(".compare").all_inner_texts() == shown
        expect(page.locator("#control")).to_be_focused()
        keys.press("Tab")
        expect(page.get_by_role("button", name="The same on both sides: sign")).to_be_focused()
        keys.press("Enter")
        page.wait_for_selector("#reading")
        assert accepted(centre.folder, read_by_space(page)) == 20
        look_over(page)
        page.click("text=Accepted: end the call")
        page.wait_for_url("**/?done=read-out")
        history = centre.owner.call("server-history", OneServer(SERVER.hex()))
        assert [one.signed for one in history.confirmations] == [True]
        for path in (*(link.path for link in LINKS), f"/servers/{SERVER.hex()}", f"/agreements/{AGREEMENT}"):
            page.goto(centre.people + path)
            look_over(page)


def test_a_session_that_ends_and_a_second_window(centre: Centre) -> None:
    """The pack that was sent too late is noted after the log-in; a window that shows other control words signs nothing."""
    with centre.desk.page("/") as page:
        take(page)
        expect(page.locator("#line-1")).to_be_focused()
        for number, line in enumerate(ID, 1):
            page.fill(f"#line-{number}", line)
        page.click("button[value=take]")
        page.fill("#quantity", "20")
        page.fill("#sequence", "1")
        page.context.clear_cookies(name=FACE.cookie)
        page.click("text=Note the pack")
        expect(page.locator("#name")).to_be_focused()
        look_over(page)
        page.keyboard.type("sam")
        page.fill("#password", CHOSEN)
        page.press("#password", "Enter")
        expect(page.get_by_role("button", name="Send it now")).to_be_focused()
        look_over(page)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Show the control words")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_selector("#control")
        other = page.context.new_page()
        other.goto(page.url)
        other.fill("#quantity", "30")
        other.fill("#sequence", "2")
        other.press("#sequence", "Enter")
        other.get_by_role("button", name="Show the control words").press("Enter")
        other.wait_for_selector("#control")
        page.click("text=The same on both sides: sign")
        expect(page.locator(".trouble")).to_contain_text("another window")
        page.click("text=The same on both sides: sign")
        page.wait_for_selector("#reading")
        other.click("text=They differ")
        expect(other.locator(".trouble")).to_contain_text("was signed")
        expect(other.locator("#reading")).to_be_visible()
        page.go_back()
        page.wait_for_selector("#reading")
        page.dblclick("text=The caller goes away without it")
        page.wait_for_url("**/?done=given-up")
    (line,) = centre.owner.call("agreement-show", ShowAgreement(AGREEMENT)).lines
    assert line.taken == 50


def read_by_space(page: Page) -> list[str]:
    """Read every line, turning with the space bar; no address holds any of it."""
    lines: list[str] = []
    while page.locator(".dictated .unit").count():
        where = page.inner_text(".where")
        words = page.locator(".dictated .unit b").all_inner_texts()
        lines.append(" ".join(words))
        assert not any(word in page.url for word in words)
        page.keyboard.press(" ")
        page.wait_for_function(
            "where => document.querySelector('.where')?.innerText !== where", arg=where, timeout=10_000
        )
    return lines


def accepted(folder: Path, lines: list[str]) -> int:
    """Have a licence server accept what was read; give the quantity."""
    dictation = begin(Form.WORDS_FR, CodeType.CONFIRMATION)
    for at, line in enumerate(lines):
        dictation, _ = dictation.enter(at, line)
    whole = dictation.complete(confirmation_fits())
    assert isinstance(whole, Whole)
    request = bytes.fromhex(spoken())
    day = SYSTEM.now() // 86_400
    verdict = judge(public_key(folder), Kind.ACTIVATE_AND_PACKS, SERVER, [request], day, whole.number)
    assert isinstance(verdict, Accepted)
    return 20
