"""The site manager's pages by themselves: every word is said, every name is escaped, nothing runs, and each says what it must."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment, nodes
from msgspec import structs

from calvox.common.i18n import LANGUAGES, Language, Text, language_of, t
from calvox.doctor.facts import Site
from calvox.web.common.pages import FOLDER, Frame, Page, write
from calvox.web.windows.call import CallPage, judged_text
from calvox.web.windows.menu import LINKS, NAME, ROLES
from calvox.web.windows.overview import overview
from calvox.windows.calls.typing import Typing, judge
from calvox.windows.codes import Slot
from calvox.windows.precheck import Condition, Precheck, State
from tests.web.windows_pages import CODE, EMPTY_PAGES, EVERY_PAGE, HOSTILE, SHOWN

FRAME = Frame(
    NAME, "en", ZoneInfo("Europe/Paris"), LINKS, "/", "anne", next(iter(ROLES.values())), True, "a-token", t("done")
)
CLASSES = sorted({type(page) for page in EVERY_PAGE.values()}, key=lambda kind: kind.template)
VOID = {"meta", "link", "input", "br", "img", "rect"}


class Strict(HTMLParser):
    """Reads a page whose tags must be closed in order, and notes ids, what names them, and handlers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.named: list[str] = []
        self.handlers: list[str] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        assert len(told) == len(attrs), f"an attribute twice in <{tag}>"
        self.handlers += [name for name in told if name.startswith("on") or name == "style"]
        self.ids += [str(told["id"])] if "id" in told else []
        self.named += [str(told[name]) for name in ("for", "list", "aria-describedby") if name in told]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def shown(name: str, frame: Frame = FRAME) -> str:
    """Write one of the full pages."""
    with language_of(frame.language):
        return write(EVERY_PAGE[name], frame).decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY_PAGE)
def test_hostile_names_do_nothing_anywhere(name: str, language: Language) -> None:
    """They are escaped and steer nothing; the page stays well formed, and no handler gets into it."""
    page = shown(name, replace(FRAME, language=language, person=HOSTILE))
    assert page.count(SHOWN) > 1, "only the person's name is hostile"
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert not Strict(page).handlers


@pytest.mark.parametrize("name", EMPTY_PAGES)
def test_a_page_with_nothing_to_show_says_so(name: str) -> None:
    """It is written, too, and is well formed."""
    page = write(EMPTY_PAGES[name], FRAME).decode()
    assert Strict(page).ids
    assert page.count("<h1>") == 1


@pytest.mark.parametrize("pages", [EVERY_PAGE, EMPTY_PAGES], ids=["full", "empty"])
def test_labels_name_what_is_there_and_each_id_stands_once(pages: dict[str, Page]) -> None:
    """So that a screen reader finds its way."""
    for name, page in pages.items():
        read = Strict(write(page, FRAME).decode())
        assert len(set(read.ids)) == len(read.ids), name
        assert set(read.named) <= set(read.ids), name


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_template_says_exactly_its_pages_words(kind: type[Page]) -> None:
    """None is missing, none is left over, and each is a text that can be translated."""
    tree = Environment(autoescape=True).parse((FOLDER / kind.template).read_text(encoding="utf-8"))
    said = {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "words"
    }
    assert said == set(kind.words)
    assert all(isinstance(text, Text) for text in kind.words.values())


def test_every_template_is_tried() -> None:
    """A page that is added stands among these; a file of parts is none."""
    known = {kind.template for kind in CLASSES} | {"windows/lines.html"}
    assert {f"windows/{path.name}" for path in (FOLDER / "windows").glob("*.html")} <= known


def test_every_form_that_changes_something_holds_the_sessions_token() -> None:
    """Except the one of the link, where there is no session."""
    for name in EVERY_PAGE:
        frame = replace(FRAME, person="", links=()) if name == "come-in" else FRAME
        forms = re.findall(r'<form [^>]*method="post".*?</form>', shown(name, frame), re.DOTALL)
        assert forms
        assert all('value="a-token"' in form for form in forms) == (name != "come-in"), name


@pytest.mark.parametrize("name", [name for name in EVERY_PAGE if name != "come-in"])
def test_whoever_only_reads_is_shown_no_form_that_changes_something(name: str) -> None:
    """But the ones to import, which bring facts alone, and to log out."""
    found = set(re.findall(r'method="post" action="([^"]*)"', shown(name, replace(FRAME, changes=False))))
    assert found <= {"/log-out", "/import"}


# The overview


def verdict(*conditions: Condition) -> str:
    """Show the verdict of these conditions."""
    page = overview(Site(name="x"), [(Precheck("lic01", conditions), lambda one: t("mend it"))], [], [])
    return write(page, FRAME).decode()


def test_one_big_verdict_says_call_or_not_yet() -> None:
    """What fails comes before what is not known; one remedy for several stands under the last of them."""
    good = Condition("fresh", State.HOLDS, t("it is fresh"), "lic01")
    bad = Condition("service-running", State.FAILS, t("it runs"), "lic 01")
    unknown = Condition("backup", State.UNKNOWN, t("it is backed up"), "lic01")
    page = verdict(good)
    assert '<section class="card verdict good">' in page
    assert "<h2>Call for lic01</h2>" in page
    assert 'href="/calls?server=lic01&amp;kind=activate"' in page
    page = verdict(good, unknown, bad)
    assert '<section class="card verdict bad">' in page
    assert "<h2>Not yet for lic01</h2>" in page
    assert page.index("it runs") < page.index("it is backed up") < page.index("it is fresh")
    assert page.count("mend it") == 1
    assert 'href="/machines" aria-label="Do it: it is backed up"' in page


def test_a_condition_leads_to_the_page_where_it_is_mended() -> None:
    """With the machine in the form already; its name is no part of the address but by its number."""
    page = verdict(Condition("service-running", State.FAILS, t("it runs"), "a&b /"))
    assert 'href="/actions/start-service?machine=a%26b%20/"' in page


# A call


def call(name: str = "call") -> CallPage:
    """Give the page of a call."""
    page = EVERY_PAGE[name]
    assert isinstance(page, CallPage)
    return page


def test_the_first_typing_is_hidden_while_the_second_goes_on() -> None:
    """A second typing that is copied proves nothing; where both differ, both are told."""
    boxes = call().boxes
    assert [box.text for box in boxes] == ["AAAAA", "BBBBX", *["•••••"] * 5]
    assert [box.state for box in boxes] == ["kept", "differs", "", "", "", "", ""]
    assert "CCCCC" not in re.sub(r"<details>.*?</details>", "", shown("call").split("<h2>Heard")[0], flags=re.DOTALL)
    (told,) = call().differences
    assert str(told).startswith("Group 2 differs: first “BBBBB”, now “BBBBX”")


def test_what_is_said_is_spelled_sign_by_sign() -> None:
    """In the reader's language; a sign without a name stands by itself."""
    page = shown("call")
    assert "<b>A</b><small>Alfa</small>" in page
    assert "<b>&lt;</b><small></small>" in page


def test_a_code_of_unknown_length_is_one_line() -> None:
    """Neither groups nor boxes are made up for it."""
    assert len(call("call-free").boxes) == 1
    assert "Next group" in shown("call-free")


@pytest.mark.parametrize(
    ("text", "told", "good"),
    [
        ("", "", True),
        ("aaa", "Group 1: 2 signs are missing", True),
        ("aaaaa", "The group is whole", True),
        ("aaaaa bbbbb", "2 groups are whole", True),
        ("aa_", "Group 1, sign 3: “_” is neither a letter from A to Z nor a digit", False),
        (CODE + "A", "Licence server ID: 35 letters and digits, not 36", False),
    ],
)
def test_a_line_is_judged_while_it_is_typed(text: str, told: str, good: bool) -> None:
    """What is missing is said calmly, what cannot be is said at once."""
    typing = Typing(Slot.SERVER_ID)
    assert judged_text(typing, judge(typing.slot, text), text) == (told, good)


def test_a_place_is_counted_in_the_whole_code() -> None:
    """Whoever reads it out is asked for group 3, not for the first of what is typed now."""
    typing = Typing(Slot.SERVER_ID, text="AAAAABBBBB")
    assert judged_text(typing, judge(typing.slot, "a_"), "a_")[0].startswith("Group 3, sign 2")


def test_what_can_be_done_follows_the_stage() -> None:
    """A code is entered only after it was heard; a call is done only after Windows took the code."""
    heard = shown("call-heard")
    assert {"/calls/1/script", "/calls/1/assistant"} <= set(re.findall(r'action="([^"]*)"', heard))
    assert "/calls/1/script" not in shown("call")
    assert 'value="done"' not in heard
    entered = write(replace(call("call-heard"), stage="entered"), FRAME).decode()
    assert "/calls/1/assistant" in entered
    assert "/calls/1/script" not in entered
    ended = replace(call("call-heard"), stage="done", call=structs.replace(call().call, outcome="done"))
    assert set(re.findall(r'method="post" action="([^"]*)"', write(ended, FRAME).decode())) == {"/log-out"}


def test_a_plan_shows_what_waits_for_what() -> None:
    """The step to go on with is open; one that waits names the steps before it."""
    page = shown("plan")
    assert page.count('<li class="next"') == 1
    assert re.search(r"waits \(after \d", page)
