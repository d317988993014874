"""The pages of a call: what each step shows and leads to, and how lines that are typed are drawn and read."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment, nodes

from calvox.common.errors import BadInput
from calvox.common.i18n import Text
from calvox.server.call import PackWish
from calvox.web.common.assets import served
from calvox.web.common.pages import FOLDER, Frame, write
from calvox.web.common.typing import WORDS, line_of, lines_sent, typing_of
from calvox.web.manager import activate_method, activate_prepare, activate_type
from calvox.web.manager.activate_prepare import MOST_ROWS, rows_of, wishes_of
from calvox.web.manager.calling import By, Chosen, Purpose, steps
from calvox.web.manager.menu import NAME
from calvox.wire.phone.forms import Form
from calvox.wire.phone.judged import JudgedCode, JudgedLine, LineState
from tests.web.call_pages import CALL_PAGES, CHOSEN, CODE, PHONES, PLAIN_PAGES

FRAME = Frame(NAME, "en", ZoneInfo("UTC"), person="ada", changes=True, token="a-token")
AUDITED = replace(FRAME, changes=False)


def shown(name: str, frame: Frame = FRAME) -> str:
    """Write one of the full pages."""
    return write(CALL_PAGES[name], frame).decode()


def test_the_typing_part_says_exactly_its_words() -> None:
    """None is missing, none is left over."""
    tree = Environment(autoescape=True).parse((FOLDER / "common/typing.html").read_text(encoding="utf-8"))
    said = {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Getattr) and node.node.attr == "said"
    }
    assert said == set(WORDS)


def test_a_step_leads_back_but_not_ahead() -> None:
    """Before the call is prepared; afterwards between the sheet and the typing alone."""
    paths = [[step.path for step in steps(CHOSEN, here)] for here in range(6)]
    prepare = "/activate/prepare?by=telephone&country=FR"
    assert paths[2] == ["/activate", "/activate/country?by=telephone&country=FR", "", "", "", ""]
    assert paths[4] == ["", "", "", "/call?by=telephone&country=FR", "", ""]
    assert paths[3][4] == "/call/type?by=telephone&country=FR"
    assert paths[5] == [""] * 6
    assert not any(prepare in some for some in paths)
    assert [step.state for step in steps(CHOSEN, 2)] == ["done", "done", "here", "ahead", "ahead", "ahead"]
    assert len(steps(Chosen(Purpose.INSTALL, By.FILE), 3)) == 5


def test_a_server_is_activated_once_and_before_packs() -> None:
    """Otherwise the page leads to the other call."""
    for purpose, activated, instead in (
        (Purpose.ACTIVATE, False, ""),
        (Purpose.INSTALL, True, ""),
        (Purpose.ACTIVATE, True, "/install"),
        (Purpose.INSTALL, False, "/activate"),
    ):
        page = activate_method.method(purpose, activated)
        assert page.instead == instead
        assert (page.closed is None) == (instead == "")


def test_the_server_id_stands_in_every_form() -> None:
    """As words in both languages, as characters with the word under each, as digits, as a picture."""
    page = shown("call")
    assert len(re.findall(r'<span class="sign"><b>\w</b><small>[^<]+</small></span>', page)) == 35
    assert re.search(r'class="said-code large"><li>\w+( \w+){5}</li>', page)
    assert "<svg></svg>" in page
    assert page.index("abandon voyelle") < page.index("abandon zoo")
    assert re.search(r'hidden data-say="[\w ]+\|[\w ]+\|[\w ]+" data-language="en"', page)


def test_a_number_is_the_cards_or_none() -> None:
    """That of the country is shown; a request that is carried needs none."""
    assert PHONES[0].number in shown("call-prepare")
    assert PHONES[1].number in write(PLAIN_PAGES["call-alone"], FRAME).decode()
    assert "+" not in re.sub(r"<[^>]*>", "", write(PLAIN_PAGES["call-carried"], FRAME).decode())


@pytest.mark.parametrize("name", ["call-prepare", "call", "call-type"])
def test_an_auditor_is_shown_no_form_that_changes_something(name: str) -> None:
    """But the one to log out."""
    assert set(re.findall(r'method="post" action="([^"]*)"', shown(name, AUDITED))) == {"/log-out"}
    assert len(re.findall(r'method="post" action="([^"]*)"', shown(name))) > 1


def test_each_line_shows_how_it_stands() -> None:
    """The bad one with what may have been said, and what differs in it; typing begins where something is wanted."""
    page = shown("call-type")
    assert re.findall(r'<li class="line (\w+)">', page) == ["good", "bad", "unfinished"] + ["empty"] * 4
    assert page.count("data-text=") == 2
    assert re.search(r'id="line-2"[^>]* aria-invalid="true" autofocus', page)
    assert "Lines to be read again: 2, 3" in page


def test_what_differs_in_a_suggestion_is_marked() -> None:
    """A word that was typed by four letters does not; when their number differs, those that were not said do."""
    line = JudgedLine(1, "aban ABOL Été", LineState.BAD, "", ("abandon abolir ovale", "abandon abolir été ovale"))
    first, second = line_of(line, True).suggestions
    assert first.pieces == (("abandon", False), ("abolir", False), ("ovale", True))
    assert [differs for _, differs in second.pieces] == [True, True, False, True]
    digits = line_of(JudgedLine(1, "12 34", LineState.BAD, "", ("1235",)), False).suggestions[0]
    assert digits.pieces == (("1", False), ("2", False), ("3", False), ("5", True))
    assert not digits.spaced


@pytest.mark.parametrize("form", Form)
def test_a_form_tells_the_script_what_may_be_typed(form: Form) -> None:
    """Words have their list, which is served; signs have none."""
    typing = typing_of(JudgedCode(form, CODE.lines), "/all", "/one", more="x")
    assert typing.fields == {"form": str(form), "more": "x"}
    assert bool(typing.signs) != bool(typing.words)
    assert typing.words in {"", *served()}
    assert (typing.symbols, typing.first) == (form.encoding.symbols, 2)


def test_lines_are_read_as_they_were_sent() -> None:
    """A suggestion that was taken stands instead of what was typed; one for no line is refused."""
    fields = {"line-1": "a", "line-3": "", "line-9": "x", "take": "3 b c"}
    assert lines_sent(fields, 7) == [(1, "a"), (3, "b c")]
    for wrong in ("", "8 a", "0 a", "x a", "² a", "-1 a"):
        with pytest.raises(BadInput):
            lines_sent({"take": wrong}, 7)


def test_packs_are_read_from_the_form() -> None:
    """Lines without a quantity are left out; what stands in a line is shown again."""
    fields = {"programme": "open", "agreement": " 1 ", "quantity-1": "20", "cal_type-1": "user", "version-1": "2022"}
    fields |= {"quantity-2": "", "cal_type-2": "user", "ends-2": "", f"quantity-{MOST_ROWS + 1}": "9"}
    assert wishes_of(fields) == (PackWish("user", "2022", 20, "open", "1"),)
    assert [row.number for row in rows_of(fields)] == [1, 2]
    for wrong in ("x", "-1", "²", "1.5", "12345678"):
        with pytest.raises(BadInput, match="line 1"):
            wishes_of({"quantity-1": wrong})
    with pytest.raises(BadInput, match="line 1"):
        wishes_of({"quantity-1": "", "ends-1": "2027-06"})


def test_there_are_more_lines_until_there_are_enough() -> None:
    """Three to begin with, three more each time, twelve at most."""
    fields: dict[str, str] = {}
    for count in (3, 6, 9, 12, 12):
        page = activate_prepare.prepare(CHOSEN, PHONES[0], fields)
        assert (len(page.rows), page.more) == (count, count < MOST_ROWS)
        fields = {f"quantity-{row.number}": "1" for row in page.rows} | {"do": "more"}


@pytest.mark.parametrize("answer", activate_type.Answer)
def test_each_answer_says_what_to_do_next(answer: activate_type.Answer) -> None:
    """In a message of its own."""
    page = activate_type.typing(CHOSEN, CODE, "", answer)
    assert page.told is not None
    assert all(isinstance(text, Text) for text in page.told)
    assert str(page.told[1]) in write(page, FRAME).decode().replace("&#39;", "'")
