"""A whole call by two browsers and two real processes: the operator at the desk, the administrator at the manager.

They know of each other only what is said aloud: this test carries words from one screen to the other, never codes from a key.
Keys are counted, so that the call's duration at a human's speed can be told.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from calvox.centre.card import CardAsked
from calvox.common.i18n import LANGUAGES, Language
from calvox.common.settings import Server, Settings
from calvox.people.accounts import set_password
from calvox.server.found import found
from tests.apps.processes import ServerProcess
from tests.browser.centres import Centre
from tests.browser.showing import PASSWORD, Shown, expect_state, keep, short, swapped
from tests.centre.world import AGREEMENT, CALL_WORD
from tests.world import Clock, Site

pytestmark = pytest.mark.process
KEYS_A_MINUTE = 200
"""What somebody types who is no typist."""
SECONDS_A_WORD = 1.5
"""How long a word takes that is read out so that it can be typed."""
PATIENCE = 10 * 60
"""Seconds that a call may take at that speed."""


@dataclass
class Human:
    """Somebody at a keyboard, whose keys are counted."""

    page: Page
    keys: int = 0
    clicks: int = 0

    def press(self, key: str) -> None:
        """Press one key."""
        self.keys += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type a text."""
        self.keys += len(text)
        self.page.keyboard.type(text)

    def into(self, selector: str, text: str) -> None:
        """Go to a field and type over what it holds."""
        self.clicks += 1
        self.page.focus(selector)
        self.page.keyboard.press("Control+A")
        self.type(text)

    def click(self, selector: str) -> None:
        """Press a button."""
        self.clicks += 1
        self.page.click(selector)


@dataclass
class Line:
    """The telephone line, and how long it was busy."""

    operator: Human
    caller: Human
    words: int = 0
    """Read out, by either."""

    def say(self, text: str) -> str:
        """Read a line out."""
        self.words += len(text.split())
        return text

    @property
    def seconds(self) -> float:
        """How long the call takes of people who listen first and type then; a click is a second."""
        keys, clicks = self.operator.keys + self.caller.keys, self.operator.clicks + self.caller.clicks
        return keys * 60 / KEYS_A_MINUTE + self.words * SECONDS_A_WORD + clicks


@pytest.fixture
def centre(tmp_path: Path, browser: Browser) -> Iterator[Centre]:
    """Give a serving centre, with its operator logged in."""
    with Centre(tmp_path, browser) as running:
        running.desk.log_in("olga", PASSWORD)
        yield running


@pytest.fixture
def server(tmp_path: Path, browser: Browser, centre: Centre) -> Iterator[tuple[ServerProcess, Shown]]:
    """Give a serving licence server that knows this centre by its card alone, with its administrator logged in."""
    settings = Settings(server=Server(folder=str(tmp_path / "server")))
    site = Site(settings, Clock(int(time.time())), random.Random(1))
    found(settings, centre.owner.call("card", CardAsked()).card, "ada", "no hash", "ada", site.world, None)
    site.open()
    set_password(site.server, "ada", PASSWORD, "root")
    site.close()
    with ServerProcess(site.folder, limits={"CALVOX_SERVER_PEOPLE_LISTEN": "127.0.0.1:0"}) as running:
        manager = Shown(browser, running.people)
        manager.log_in("ada", PASSWORD)
        yield running, manager


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_call_between_two_people(
    centre: Centre,
    server: tuple[ServerProcess, Shown],
    language: Language,
    pictures: Path | None,
    record_property: Callable[[str, object], None],
) -> None:
    """From the caller's name to the packs: a word is mis-heard, and the administrator's page loaded again in the middle."""
    running, manager = server
    with centre.desk.page("/", language=language) as desk, manager.page("/activate", language=language) as wizard:
        line = Line(Human(desk), Human(wizard))
        prepare(line.caller)
        line.caller.keys = line.caller.clicks = 0  # Nobody is on the telephone before the centre is called.
        take(line, language)
        identify(line)
        choose(line)
        compare(line)
        pictured = pictures if language == "en" else None
        dictate(line, lambda: keep(desk, pictured, "desk-dictation"), lambda: keep(wizard, pictured, "manager-typing"))
        finish(line)
    assert running.status().activated
    with manager.page("/packs", language=language) as packs:
        assert packs.locator("main").get_by_text("20").count() >= 1
    told = f"{line.seconds / 60:.1f} minutes: {line.words} words, {line.operator.keys + line.caller.keys} keys"
    record_property("duration", told)
    print(f"a whole call in {language} takes {told}")
    assert 60 < line.seconds < PATIENCE


def prepare(caller: Human) -> None:
    """Go through the wizard up to the sheet of the call: 20 CALs per device."""
    expect(caller.page.locator("input[name=by]").first).to_be_focused()
    caller.press("Enter")
    caller.page.wait_for_url("**/activate/country?*")
    expect(caller.page.locator("input[name=country]").first).to_be_focused()
    caller.press("Enter")
    caller.page.wait_for_url("**/activate/prepare?*")
    caller.into("#agreement", str(AGREEMENT))
    caller.page.select_option("#cal_type-1", "device")
    caller.page.select_option("#version-1", "2022")
    caller.into("#quantity-1", "20")
    caller.press("Enter")
    caller.page.wait_for_url("**/call?*")


def take(line: Line, language: Language) -> None:
    """Tell name and call word, as the operator types them."""
    operator = line.operator
    expect(operator.page.locator("#caller")).to_be_focused()
    operator.type(line.say("elodie martin"))
    operator.press("Tab")
    operator.type(line.say(CALL_WORD))
    operator.page.select_option("#language", language)
    operator.press("Enter")
    operator.page.wait_for_url("**/calls/*")


def identify(line: Line) -> None:
    """Read the server ID from the administrator's page; the operator types four letters a word."""
    read = line.caller.page.locator(".said-code.large li").all_inner_texts()
    assert len(read) == 3
    for number, said in enumerate(read, start=1):
        expect(line.operator.page.locator(f"#line-{number}")).to_be_focused()
        line.operator.type(short(line.say(said)))
        expect_state(line.operator.page, number, "good")
    expect(line.operator.page.locator("button[value=take]")).to_be_focused()
    line.operator.press("Enter")
    line.operator.page.wait_for_selector("#quantity")


def choose(line: Line) -> None:
    """Note the pack that the caller wants."""
    line.say("twenty CALs per device for 2022, sequence one")
    line.operator.into("#quantity", "20")
    line.operator.into("#sequence", "1")
    line.operator.press("Enter")
    line.operator.page.wait_for_selector("form[action$='/remove']")
    line.operator.click("form[action$='/prepare'] button")
    line.operator.page.wait_for_selector("#control")


def compare(line: Line) -> None:
    """Read both words aloud, and sign only because they are the same."""
    shown = line.operator.page.locator(".compare").first.locator("b").all_inner_texts()
    assert len(shown) == 2
    expect(line.caller.page.locator(".control-words")).to_have_text(line.say(" ".join(shown)))
    line.operator.click("form:has([value=yes]) button")
    line.operator.page.wait_for_selector("#reading")
    line.caller.click("a[href^='/call/type']")
    expect(line.caller.page.locator("#line-1")).to_be_focused()
    expect(line.caller.page.locator(".piece").first).to_be_attached()


def dictate(line: Line, show_desk: Callable[[], None], show_wizard: Callable[[], None]) -> None:
    """Read seven lines; two words of the second are heard in the wrong order, and after the third the page is loaded again."""
    for number in range(1, 8):
        said = line.say(" ".join(line.operator.page.locator(".dictated .unit b").all_inner_texts()))
        if number == 2:
            mishear(line.caller, said)
            show_desk()
        else:
            expect(line.caller.page.locator(f"#line-{number}")).to_be_focused()
            line.caller.type(short(said))
        expect_state(line.caller.page, number, "good")
        if number == 3:
            reload(line.caller, show_wizard)
        turn(line.operator)


def mishear(caller: Human, said: str) -> None:
    """Hear two words in the wrong order, and take what the page thinks was meant, by its one key."""
    caller.type(short(swapped(said)))
    expect_state(caller.page, 2, "bad")
    offered = caller.page.locator("#told-2 .take").evaluate_all("all => all.map(one => one.dataset.text)")
    caller.press(str(offered.index(said) + 1))


def reload(caller: Human, show: Callable[[], None]) -> None:
    """Load the page again: the lines stand there, and the next one waits."""
    caller.page.reload()
    expect(caller.page.locator("li.line.good")).to_have_count(3)
    expect(caller.page.locator("#line-4")).to_be_focused()
    expect(caller.page.locator(".piece").first).to_be_attached()
    show()


def turn(operator: Human) -> None:
    """Go on to the next line by the space bar."""
    where = operator.page.inner_text("#reading")
    operator.press(" ")
    operator.page.wait_for_function("where => document.querySelector('#reading').innerText !== where", arg=where)


def finish(line: Line) -> None:
    """Have the code judged; the operator hears “Accepted” and ends the call."""
    expect(line.caller.page.locator("[data-after]")).to_be_focused()
    line.caller.press("Enter")
    line.caller.page.wait_for_url("**/call/done?*")
    expect(line.caller.page.locator(".verdict.good")).to_be_visible()
    assert line.caller.page.locator("tbody tr").count() == 1
    line.operator.click("#reading .acts form:first-child button")
    line.operator.page.wait_for_url("**/?done=read-out")
