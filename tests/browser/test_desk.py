"""A whole call at the desk in a real Chromium: the centre is a real process, and is killed in the middle."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from calvox.apps.centre.process import Founding, found, open_centre, owner
from calvox.centre.agreements import AddAgreement, NewCaller, NewLine
from calvox.centre.history import OneServer
from calvox.centre.keys import public_key
from calvox.common.clock import SYSTEM
from calvox.common.settings import Centre as Chosen
from calvox.people.accounts import add_person, set_password
from calvox.web.desk.menu import LINKS
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.confirmation import Accepted, judge
from calvox.wire.phone.dictation import begin
from calvox.wire.phone.forms import Form, number_of, write
from calvox.wire.phone.message import Kind
from calvox.wire.phone.oracles import confirmation_fits
from calvox.wire.phone.repair import Whole
from tests.apps.processes import environment
from tests.browser.showing import PASSWORD, Shown, look_over
from tests.centre.test_desk import spoken
from tests.centre.world import AGREEMENT, CALL_WORD, CALLER, COST, PASSPHRASE, PHONES, SERVER

pytestmark = pytest.mark.process
COMMAND = [sys.executable, "-c", "from calvox.cli.main import main; main()", "--json", "centre", "serve"]
ID = write(Form.WORDS_FR, CodeType.SERVER_ID, number_of(CodeType.SERVER_ID, SERVER))


class Centre:
    """A serving centre, which may be killed and started again."""

    def __init__(self, folder: Path, secret: Path, browser: Browser) -> None:
        self.folder, self.secret, self.browser = folder, secret, browser
        self.at = "127.0.0.1:0"
        self.start()
        self.desk = Shown(browser, self.people)

    def start(self) -> None:
        """Start it, again at the same address."""
        options = ["--folder", str(self.folder), "--passphrase-file", str(self.secret), "--listen", "127.0.0.1:0"]
        env = environment(CALVOX_CENTRE_PEOPLE_LISTEN=self.at)
        self.process = subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, env=env, text=True)
        assert self.process.stdout is not None
        self.people = str(json.loads(self.process.stdout.readline())["people"])
        self.at = "127.0.0.1:" + self.people.rpartition(":")[2]

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def centre(tmp_path: Path, browser: Browser) -> Iterator[Centre]:
    """Give a centre with one agreement, and its supervisor logged in."""
    folder, secret = tmp_path / "centre", tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    found(folder, Founding("Centre d'essai", PHONES), PASSPHRASE, SYSTEM, cost=COST)
    line, caller = NewLine(0, 7, 100), NewCaller(CALLER, CALL_WORD, "+33 6")
    bought = AddAgreement("Mairie", 6, "S", "P", (line,), (caller,), AGREEMENT)
    owner(Chosen(folder=str(folder)), None).call("agreement-add", bought)
    context = open_centre(Chosen(folder=str(folder)), None)
    add_person(context, "sam", "supervisor", PASSWORD, "root")
    set_password(context, "sam", PASSWORD, "root")
    context.close()
    running = Centre(folder, secret, browser)
    try:
        running.desk.log_in("sam", PASSWORD)
        yield running
    finally:
        running.kill()


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
        page.wait_for_selector("#quantity")
        page.fill("#quantity", "20")
        page.fill("#sequence", "1")
        keys.press("Enter")
        page.click("text=Show the control words")
        shown = page.locator(".compare").all_inner_texts()
        look_over(page)
        centre.kill()
        centre.start()
        page.reload()
        assert page.locator(".compare").all_inner_texts() == shown
        page.click("text=The same on both sides: sign")
        page.wait_for_selector("#reading")
        assert accepted(centre.folder, read_by_space(page)) == 20
        look_over(page)
        page.click("text=Accepted: end the call")
        page.wait_for_url("**/?done=read-out")
        history = owner(Chosen(folder=str(centre.folder)), None).call("server-history", OneServer(SERVER.hex()))
        assert [one.signed for one in history.confirmations] == [True]
        for path in (*(link.path for link in LINKS), f"/servers/{SERVER.hex()}", f"/agreements/{AGREEMENT}"):
            page.goto(centre.people + path)
            look_over(page)


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
