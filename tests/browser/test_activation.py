"""A whole activation in a real Chromium, by the keyboard alone: a mis-heard word, an unheard one, a reload in the middle.

What is read out is a real code of a real centre's key; the licence server is a real process.
"""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Browser, Page, Route, expect

from calvox.apps.licence_server.call_cases import AskTyped
from calvox.apps.licence_server.host_cases import Nothing
from calvox.common.clock import DAY
from calvox.common.i18n import LANGUAGES, Language
from calvox.people.accounts import set_password
from calvox.wire.phone.forms import Form
from calvox.wire.phone.message import Kind
from tests.apps.processes import ServerProcess
from tests.browser.showing import PASSWORD, Shown, expect_state, look_over, short, swapped
from tests.world import AGREEMENT, CENTRE, Site

FORMS: dict[Language, Form] = {"en": Form.WORDS_EN, "fr": Form.WORDS_FR}
DELAY = 12
"""Milliseconds between keys."""


class Call:
    """A licence server that is to be activated, and an administrator at its pages."""

    def __init__(self, browser: Browser, running: ServerProcess, server_id: bytes) -> None:
        self.running, self.server_id = running, server_id
        self.manager = Shown(browser, running.people)
        self.manager.log_in("ada", PASSWORD)

    def reads(self, form: Form) -> list[str]:
        """Let the centre read the confirmation out."""
        call = self.running.owner.call("call-show", Nothing())
        return CENTRE.reads(Kind(call.kind), self.server_id, call.requests, int(time.time()) // DAY, form)

    def kept(self) -> list[str]:
        """Ask the licence server what stands in each line."""
        return [line.text for line in self.running.owner.call("typed", AskTyped()).lines]

    def prepare(self, page: Page) -> None:
        """Go through the first steps by the keyboard."""
        keys = page.keyboard
        expect(page.locator("input[name=by]").first).to_be_focused()
        keys.press("Enter")
        page.wait_for_url("**/activate/country?*")
        expect(page.locator("input[name=country]").first).to_be_focused()
        keys.press("Enter")
        page.wait_for_url("**/activate/prepare?*")
        go_to(page, "#agreement")
        keys.type(AGREEMENT)
        go_to(page, "#quantity-1")
        keys.type("20")
        keys.press("Enter")
        page.wait_for_url("**/call?*")


def go_to(page: Page, selector: str) -> None:
    """Press Tab until something is reached."""
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached by Tab")


def state(page: Page, number: int) -> str:
    """Tell how a line stands."""
    return (page.locator(f"li.line:nth-child({number})").get_attribute("class") or "").removeprefix("line ")


@pytest.fixture
def calling(browser: Browser, tmp_path: Path) -> Iterator[Call]:
    """Give a new licence server, serving."""
    site = Site.founded(tmp_path, now=int(time.time()), parts=None)
    set_password(site.server, "ada", PASSWORD, "root")
    server_id = site.server_id
    site.close()
    with ServerProcess(site.folder, limits={"CALVOX_SERVER_PEOPLE_LISTEN": "127.0.0.1:0"}) as running:
        yield Call(browser, running, server_id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_activation_by_the_keyboard(calling: Call, language: Language) -> None:
    """Line 2 is mis-heard, a word of line 4 not heard, and the page loaded again in the middle: nothing is clicked."""
    with calling.manager.page("/activate", language=language) as page:
        calling.prepare(page)
        groups, keys = calling.reads(FORMS[language]), page.keyboard
        go_to(page, "a[href^='/call/type']")
        keys.press("Enter")
        page.wait_for_url("**/call/type?*")
        expect(page.locator("#line-1")).to_be_focused()
        expect(page.locator(".piece").first).to_be_attached()
        keys.type(short(groups[0]), delay=DELAY)
        expect_state(page, 1, "good")
        expect(page.locator("#line-1")).to_have_value(groups[0])
        keys.type(short(swapped(groups[1])), delay=DELAY)
        expect_state(page, 2, "bad")
        expect(page.locator("#line-2")).to_be_focused()
        texts = page.locator("#told-2 .take").evaluate_all("all => all.map(one => one.dataset.text)")
        keys.press(str(texts.index(groups[1]) + 1))
        expect_state(page, 2, "good")
        keys.type(short(groups[2])[:14], delay=DELAY)
        page.wait_for_timeout(1000)
        page.reload()
        expect(page.locator("#line-3")).to_be_focused()
        expect(page.locator(".piece").first).to_be_attached()
        assert [state(page, number) for number in (1, 2, 3)] == ["good", "good", "unfinished"]
        keys.press("Control+A")
        keys.type(short(groups[2]), delay=DELAY)
        expect_state(page, 3, "good")
        words = short(groups[3]).split()
        keys.type(" ".join([*words[:2], "?", *words[3:]]) + " ", delay=DELAY)
        expect_state(page, 4, "bad")
        keys.press("ArrowDown")
        for text in page.locator("#told-4 .take").evaluate_all("all => all.map(one => one.dataset.text)"):
            if text == groups[3]:
                break
            keys.press("ArrowDown")
        keys.press("Enter")
        expect_state(page, 4, "good")
        for number in (5, 6, 7):
            expect(page.locator(f"#line-{number}")).to_be_focused()
            keys.type(short(groups[number - 1]), delay=DELAY)
            expect_state(page, number, "good")
        expect(page.locator("[data-after]")).to_be_focused()
        keys.press("Enter")
        page.wait_for_url("**/call/done?*")
        expect(page.locator(".verdict.good")).to_be_visible()
        assert page.locator("tbody tr").count() == 1
    assert calling.running.status().activated


def test_a_whole_activation_without_javascript(calling: Call) -> None:
    """By forms and buttons alone: a line that was mis-heard is judged by the server, and mended by what it suggests."""
    with calling.manager.page("/activate", java_script_enabled=False) as page:
        calling.prepare(page)
        groups = calling.reads(Form.WORDS_EN)
        page.click("a[href^='/call/type']")
        page.fill("#line-1", short(groups[0]))
        page.fill("#line-2", short(swapped(groups[1])))
        page.press("#line-2", "Enter")
        expect_state(page, 1, "good")
        expect_state(page, 2, "bad")
        page.click(f'#told-2 button[value="2 {groups[1]}"]')
        expect_state(page, 2, "good")
        for number in range(3, 8):
            page.fill(f"#line-{number}", short(groups[number - 1]))
        page.click("[data-after]")
        page.wait_for_url("**/call/done?*")
    assert calling.running.status().activated


def test_a_word_that_is_in_no_list_is_red_at_once(calling: Call) -> None:
    """Without asking the server; completions are shown meanwhile, half a word is kept, and the next line waits."""
    with calling.manager.page("/activate") as page:
        calling.prepare(page)
        page.goto(calling.manager.address + "/call/type")
        expect(page.locator(".piece").first).to_be_attached()
        keys, first = page.keyboard, page.locator("li.line:nth-child(1)")
        keys.type("aba")
        expect(first.locator(".piece.maybe")).to_contain_text("abandon")
        page.wait_for_timeout(1500)
        assert calling.kept()[0] == "aba"
        keys.type("n")
        expect(first.locator(".piece.known")).to_have_text("abandon")
        keys.type("q")
        expect(first.locator(".piece.wrong")).to_have_text("abanq")
        keys.press("Backspace")
        keys.type(" zzzz ")
        expect(page.locator("#line-1")).to_have_value("abandon zzzz ")
        expect(first.locator(".piece.wrong")).to_have_text("zzzz")
        expect(page.locator("#told-1 .line-bad")).to_contain_text("zzzz")
        keys.press("Enter")
        expect(page.locator("#line-1")).to_be_focused()


def test_a_whole_code_is_pasted(calling: Call) -> None:
    """Numbered lines fall into their places, each is judged, and what is left is to finish."""
    with calling.manager.page("/activate", permissions=["clipboard-read", "clipboard-write"]) as page:
        calling.prepare(page)
        groups = calling.reads(Form.DIGITS)
        page.goto(calling.manager.address + "/call/type?form=digits")
        expect(page.locator("#line-1")).to_be_focused()
        expect(page.locator(".piece").first).to_be_attached()
        text = "\n".join(f"{number}. {group}" for number, group in enumerate(groups, start=1))
        page.evaluate("text => navigator.clipboard.writeText(text)", text)
        page.keyboard.press("Control+V")
        expect(page.locator("li.line.good")).to_have_count(24)
        expect(page.locator("[data-after]")).to_be_focused()


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_picture_of_the_answer_is_taken(calling: Call, tmp_path: Path, kind: str) -> None:
    """Of any format that the browser knows; it is made grey and small before it is sent."""
    with calling.manager.page("/activate") as page:
        calling.prepare(page)
        made = io.BytesIO()
        segno.make("CVX1C:" + "".join(calling.reads(Form.CHARACTERS)), error="m").save(made, kind="png", scale=40)
        file = tmp_path / f"answer.{kind}"
        file.write_bytes(made.getvalue() if kind == "png" else as_jpeg(page, made.getvalue()))
        page.goto(calling.manager.address + "/call/type?by=file")
        page.set_input_files("#answer", file)
        page.wait_for_url("**/call/done?*")


def as_jpeg(page: Page, png: bytes) -> bytes:
    """Let the browser write a picture as JPEG."""
    numbers = page.evaluate(
        """async (bytes) => {
            const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
            canvas.getContext("2d").drawImage(bitmap, 0, 0);
            const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.6 });
            return [...new Uint8Array(await blob.arrayBuffer())];
        }""",
        list(png),
    )
    return bytes(numbers)


def test_who_types_faster_than_the_server_judges_loses_no_letter(calling: Call) -> None:
    """What is typed meanwhile goes into the next line, whether this one holds or not."""
    with calling.manager.page("/activate") as page:
        calling.prepare(page)
        page.goto(calling.manager.address + "/call/type")
        groups = calling.reads(Form.WORDS_EN)
        expect(page.locator(".piece").first).to_be_attached()

        def slowly(route: Route) -> None:
            page.wait_for_timeout(300)
            route.continue_()

        page.route("**/call/line", slowly)
        page.keyboard.type(short(groups[0]) + short(groups[1])[:8], delay=DELAY)
        expect_state(page, 1, "good")
        expect(page.locator("#line-2")).to_be_focused()
        page.keyboard.type(short(groups[1])[8:], delay=DELAY)
        expect_state(page, 2, "good")
        page.keyboard.type(short(swapped(groups[2])) + short(groups[3])[:7], delay=DELAY)
        expect_state(page, 3, "bad")
        expect(page.locator("#line-3")).to_be_focused()
        assert page.input_value("#line-4").startswith(groups[3].split()[0][:4])
        page.unroute_all(behavior="wait")


def test_a_server_that_does_not_answer_loses_nothing(calling: Call) -> None:
    """The line says that it is not kept; the next time it is sent again."""
    with calling.manager.context() as context:
        page = context.new_page()
        page.goto(calling.manager.address + "/activate")
        calling.prepare(page)
        page.goto(calling.manager.address + "/call/type")
        groups = calling.reads(Form.WORDS_EN)
        expect(page.locator(".piece").first).to_be_attached()
        page.route("**/call/line", lambda route: route.abort())
        page.keyboard.type(short(groups[0]), delay=DELAY)
        expect(page.locator("#told-1 .line-bad")).to_be_visible()
        page.unroute("**/call/line")
        page.keyboard.press("Enter")
        expect_state(page, 1, "good")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_is_accessible_and_fits(calling: Call, language: Language) -> None:
    """On each width, light and dark."""
    for scheme in ("light", "dark"):
        with calling.manager.page("/activate", language=language, scheme=scheme) as page:
            for path in ("/activate", "/activate/country", "/activate/prepare"):
                if scheme == "light":
                    page.goto(calling.manager.address + path)
                    look_over(page)
            if scheme == "light":
                page.goto(calling.manager.address + "/activate")
                calling.prepare(page)
            look_over(page)
            page.goto(calling.manager.address + "/call/type")
            groups = calling.reads(FORMS[language])
            expect(page.locator(".piece").first).to_be_attached()
            if scheme == "light":
                page.keyboard.type(short(groups[0]) + short(swapped(groups[1])), delay=DELAY)
            expect_state(page, 2, "bad")
            look_over(page)
            page.goto(calling.manager.address + "/call/type?form=digits&by=file&told=other-data")
            look_over(page)


def test_a_page_that_is_typed_on_is_light(calling: Call) -> None:
    """A first visit with its list of words loads less than 150 kB, all of it from here."""
    with calling.manager.page("/activate") as page:
        calling.prepare(page)
    with calling.manager.context() as context:
        page = context.new_page()
        sizes: dict[str, int] = {}
        page.on("response", lambda told: sizes.update({told.url: len(told.body())}))
        page.goto(calling.manager.address + "/call/type", wait_until="networkidle")
        assert any("words.en" in address for address in sizes)
        assert all(address.startswith(calling.manager.address) for address in sizes)
        assert sum(sizes.values()) < 150_000
