"""The manager's pages by themselves: every word is said and translated, every name is escaped, nothing runs."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment, nodes

from calvox.common.i18n import LANGUAGES, Language, Text, t
from calvox.web.common.pages import FOLDER, LAYOUT, Frame, Page, write
from calvox.web.manager.menu import LINKS, NAME, ROLES
from tests.web.holding_pages import HOLDING_PAGES
from tests.web.pages import EMPTY_PAGES, EVERY_PAGE, HOSTILE, SHOWN

FRAME = Frame(
    NAME, "en", ZoneInfo("Europe/Paris"), LINKS, "/", "ada", next(iter(ROLES.values())), True, "a-token", t("done")
)
TEMPLATES = sorted(FOLDER.rglob("*.html"))
CLASSES = sorted({type(page) for page in EVERY_PAGE.values()}, key=lambda kind: kind.template)
VOID = {"meta", "link", "input", "br", "img", "rect"}


class Strict(HTMLParser):
    """Reads a page whose tags must be closed in order, and notes ids, what labels name, and forms."""

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
        self.named += [str(told["for"])] if "for" in told else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY_PAGE)
def test_hostile_names_do_nothing_anywhere(name: str, language: Language) -> None:
    """They are escaped and steer nothing; the page stays well formed, and no handler gets into it."""
    page = write(EVERY_PAGE[name], replace(FRAME, language=language, person=HOSTILE)).decode()
    assert SHOWN in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert not Strict(page).handlers


@pytest.mark.parametrize("name", EMPTY_PAGES)
def test_a_page_with_nothing_to_show_says_so(name: str) -> None:
    """It is written, too, and is well formed."""
    assert Strict(write(EMPTY_PAGES[name], FRAME).decode()).ids


@pytest.mark.parametrize("pages", [EVERY_PAGE, EMPTY_PAGES], ids=["full", "empty"])
def test_labels_name_what_is_there_and_each_id_stands_once(pages: dict[str, Page]) -> None:
    """So that a screen reader finds its way."""
    for page in pages.values():
        read = Strict(write(page, FRAME).decode())
        assert len(set(read.ids)) == len(read.ids)
        assert set(read.named) <= set(read.ids)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_template_says_exactly_its_pages_words(kind: type[Page]) -> None:
    """None is missing, none is left over, and each is a text that can be translated."""
    assert _said(kind.template, "words") == set(kind.words)
    assert all(isinstance(text, Text) for text in kind.words.values())
    assert not set(kind.words) & set(dir(dict)), "a template would be given the mapping's own attribute"


def test_the_layout_says_exactly_its_words() -> None:
    """None is missing, none is left over."""
    assert _said("common/layout.html", "layout") == set(LAYOUT)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_a_text_of_its_own(template: object) -> None:
    """Neither between tags nor in an attribute that is read out: what is not a `t` is never translated."""
    source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)  # type: ignore[attr-defined]
    assert not re.findall(r'(?:title|alt|placeholder|aria-label)="[^"]*[A-Za-z][^"]*"', source)
    assert not re.search(r"[A-Za-z]", re.sub(r"<[^>]*>", "", source))


def test_every_form_that_changes_something_holds_the_sessions_token() -> None:
    """Except the one at the door, where there is no session."""
    for name, page in EVERY_PAGE.items():
        door = name in ("log-in", "log-in-again", "come-in")
        frame = replace(FRAME, person="", links=()) if door else FRAME
        forms = re.findall(r'<form method="post".*?</form>', write(page, frame).decode(), re.DOTALL)
        assert all('value="a-token"' in form for form in forms) == (not door)


@pytest.mark.parametrize("name", HOLDING_PAGES)
def test_an_auditor_is_shown_no_form_that_changes_something(name: str) -> None:
    """But the one to log out; forms that only seek are there."""
    page = write(EVERY_PAGE[name], replace(FRAME, changes=False)).decode()
    assert re.findall(r'method="post" action="([^"]*)"', page) == ["/log-out"]


def test_an_administrator_is_shown_forms() -> None:
    """On each page those that it is for."""
    forms = {
        name: set(re.findall(r'method="post" action="([^"]*)"', write(EVERY_PAGE[name], FRAME).decode()))
        for name in ("hosts", "host", "holder", "packs", "policy", "people")
    }
    assert forms == {
        "hosts": {"/log-out", "/hosts/approve", "/hosts/code"},
        "host": {"/log-out", "/hosts/approve", "/hosts/group", "/hosts/revoke"},
        "holder": {"/log-out", "/holders/revoke", "/holders/release", "/holders/leave"},
        "packs": {"/log-out", "/packs/convert", "/packs/policy"},
        "policy": {"/log-out", "/policy", "/policy/voucher"},
        "people": {"/log-out", "/people/add", "/people/log-out", "/people/password", "/people/remove"},
    }


def test_the_rule_of_20_in_a_hundred_stands_before_the_button() -> None:
    """In numbers; where nothing is left, the moment from which more may go stands in the button's place."""
    page = write(EVERY_PAGE["holder"], FRAME).decode()
    assert "Of 20 CALs per device 2022, 4 may stand revoked at a time (20 %). 1 do; 3 more may be revoked now." in page
    assert page.count('action="/holders/revoke"') == 1
    assert "One more may be revoked from 2027-01-15 13:00 CET" in page


def test_times_are_shown_in_the_sites_zone_and_numbers_as_the_language_writes_them() -> None:
    """Paris is an hour ahead of UTC in January."""
    assert "2027-01-15 13:00 CET" in write(EVERY_PAGE["journal"], FRAME).decode()
    assert ">1,257<" in write(EVERY_PAGE["overview"], FRAME).decode()
    assert ">1\u202f257<" in write(EVERY_PAGE["overview"], replace(FRAME, language="fr")).decode()


def test_over_use_has_its_own_colour_in_the_bar() -> None:
    """Of 23 CALs that are out from 20, three are drawn as over-use, and the bar says so in words."""
    bar = re.search(r"<svg.*?</svg>", write(EVERY_PAGE["overview"], FRAME).decode())
    assert bar is not None
    assert re.findall(r'class="(\w+)"[^>]* width="([\d.]+)"', bar[0]) == [
        ("room", "100"),
        ("used", "86.96"),
        ("over", "13.04"),
    ]
    assert 'aria-label="23 of 20 in use"' in bar[0]


def _said(template: str, name: str) -> set[str]:
    tree = Environment(autoescape=True).parse((FOLDER / template).read_text(encoding="utf-8"))
    return {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == name
    }
