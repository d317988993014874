"""The call desk's pages by themselves: every word is said, every name is escaped, nothing runs, and each says what it must."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment, nodes
from msgspec import structs

from calvox.centre.calls import About
from calvox.centre.history import PackShown
from calvox.centre.noted import Noted
from calvox.centre.refusals import Reason
from calvox.centre.replaced import ReissueLimits
from calvox.common.i18n import LANGUAGES, Language, Text, language_of, t
from calvox.core.peopling import Role
from calvox.web.common.pages import FOLDER, Frame, Page, write
from calvox.web.desk.about import MATTERS
from calvox.web.desk.about import WORDS as ABOUT_WORDS
from calvox.web.desk.call import CallPage, Shape, call
from calvox.web.desk.menu import LINKS, NAME, ROLES, lasted
from calvox.web.desk.reading import WORDS
from calvox.web.desk.reasons import REASONS
from calvox.web.desk.server import GivenPack
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, number_of
from calvox.wire.phone.forms import write as groups_of
from calvox.wire.phone.request import pack_request, thaw_request
from tests.web.desk_pages import (
    AGREEMENT,
    CONFIRMATION,
    EMPTY_PAGES,
    EVERY_PAGE,
    NOTED,
    PREPARED,
    SERVER,
    WITHOUT_NAMES,
    open_call,
    read,
)
from tests.web.pages import HOSTILE, SHOWN
from tests.web.test_windows_pages import Strict

FRAME = Frame(
    NAME, "en", ZoneInfo("Europe/Paris"), LINKS, "/", "eve", ROLES[Role.SUPERVISOR], True, "a-token", t("done")
)
CLASSES = sorted({type(page) for page in EVERY_PAGE.values()}, key=lambda kind: kind.template)


def shown(name: str, frame: Frame = FRAME) -> str:
    """Write one of the full pages."""
    with language_of(frame.language):
        return write(EVERY_PAGE[name], frame).decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY_PAGE)
def test_hostile_names_do_nothing_anywhere(name: str, language: Language) -> None:
    """They are escaped and steer nothing; the page stays well formed, and no handler gets into it."""
    page = shown(name, replace(FRAME, language=language, person=HOSTILE))
    assert page.count(SHOWN) > (0 if name in WITHOUT_NAMES else 1), "only the person's name is hostile"
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
        read_page = Strict(write(page, FRAME).decode())
        assert len(set(read_page.ids)) == len(read_page.ids), name
        assert set(read_page.named) <= set(read_page.ids), name


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_template_says_exactly_its_pages_words(kind: type[Page]) -> None:
    """None is missing, none is left over, and each is a text that can be translated."""
    assert _said(kind.template, "words") == set(kind.words)
    assert all(isinstance(text, Text) for text in kind.words.values())


def test_the_part_that_is_read_from_says_exactly_its_words() -> None:
    """As a page's template does; one stands on a button that the page names."""
    assert _said("desk/reading.html", "said") | {"unspell", "spell"} == set(WORDS)


def test_the_part_about_a_calls_matter_says_exactly_its_words() -> None:
    """Two of them stand in the page's own step."""
    assert _said("desk/about.html", "said") | {"freeze", "keeps"} == set(ABOUT_WORDS)


def test_a_matter_says_beforehand_what_becomes_of_the_cals() -> None:
    """Whatever takes another one's place, or ends a freeze; an ordinary call says nothing of the kind."""
    for name, about in (("migration", About.MIGRATION), ("reissue", About.REISSUE), ("thaw", About.THAW)):
        (one,) = [one for one in MATTERS if one.about is about]
        page = shown(f"call-{name}")
        assert f"<q>{one.before}</q>" in page
        assert re.search(f'value="{about}" checked', page)
    assert "Say beforehand" not in shown("call-noted")


def test_the_limits_stand_on_the_page_and_a_supervisor_alone_goes_beyond() -> None:
    """When, how often, and until when one must wait."""
    page = shown("call-reissue")
    assert "once in 90 days, three times in 24 months" in page
    assert "<b>1 / 3</b>" in page
    assert "2027-01-16" in page
    assert "/allow" in page
    told = EVERY_PAGE["call-reissue"]
    assert isinstance(told, CallPage)
    assert "/allow" not in write(replace(told, shape=replace(told.shape, supervisor=False)), FRAME).decode()
    for limits, sentence in (
        (ReissueLimits([], 0), "One may be done now."),
        (ReissueLimits([1], 2, 1_800_000_000), "A supervisor allowed one more"),
    ):
        other = write(replace(told, shown=structs.replace(told.shown, limits=limits)), FRAME).decode()
        assert (sentence in other, "/allow" in other) == (True, False)


def test_what_the_old_licence_server_had_is_offered() -> None:
    """Each pack, with the count at which the new one most likely stands; even of a line that is used up."""
    page = shown("call-migration")
    assert "20 × per device, 2022; ends: never" in page
    assert "5 × per user, 2025; ends: 2028-05" in page
    assert 'name="first" value="6"' in page
    assert set(re.findall(r'<option value="(\d:\d)">', page)) == {"0:7", "1:8"}
    assert "which of these is it?" in shown("call-migration-begun")
    assert "take-over" not in shown("call-thaw") + shown("call-noted")


def test_every_template_is_tried() -> None:
    """A page that is added stands among these; a file of parts is none."""
    known = {kind.template for kind in CLASSES} | {"desk/reading.html", "desk/about.html"}
    assert {f"desk/{path.name}" for path in (FOLDER / "desk").glob("*.html")} == known


def test_every_form_that_changes_something_holds_the_sessions_token() -> None:
    """Whatever it is about."""
    for name in EVERY_PAGE:
        forms = re.findall(r'<form [^>]*method="post".*?</form>', shown(name), re.DOTALL)
        assert forms
        assert all('value="a-token"' in form for form in forms), name


def test_what_is_a_supervisors_is_shown_to_nobody_else() -> None:
    """Unlocking and blacklisting; what ended a licence server's service offers neither."""
    assert "/unlock" in shown("agreement")
    assert "/agreements/new" in shown("agreements")
    assert "/blacklist" in shown("server")
    assert not re.search(
        "/unlock|/blacklist|/agreements/new", "".join(write(page, FRAME).decode() for page in EMPTY_PAGES.values())
    )
    assert not re.search('action="[^"]*/(retire|blacklist)"', shown("server-blacklisted"))


@pytest.mark.parametrize("form", Form)
def test_every_line_is_read_out_as_it_was_signed(form: Form) -> None:
    """One at a time, in order, in every form; the address never holds any of it."""
    groups = groups_of(form, CodeType.CONFIRMATION, number_of(CodeType.CONFIRMATION, bytes.fromhex(CONFIRMATION)))
    for line, group in enumerate(groups, 1):
        part = read(line, form)
        joined = (" " if form.language else "").join(symbol.text for symbol in part.symbols)
        assert (joined, part.over) == (group, False)
        addresses = [part.same, part.spell.path, *(one.path for one in (*part.forms, *part.lines))]
        assert all(re.fullmatch(r"/calls/0011223344556677\?as=[a-z-]+&line=\d+(&spell=1)?", one) for one in addresses)
    assert read(len(groups) + 1, form).over
    assert read(99, form).line == len(groups) + 1
    assert read(-5, form).line == 1


def test_spelling_says_each_sign_in_the_calls_language() -> None:
    """A word's letters, a character always, a digit on demand."""
    word = read(spelling=True).symbols[0]
    assert (word.text[0], word.spelled.split(" · ")[0][0].lower()) == (word.text[0], word.text[0])
    assert len(word.spelled.split(" · ")) == len(word.text)
    assert all(symbol.spelled for symbol in read(form=Form.CHARACTERS, language="en").symbols)
    assert not any(symbol.spelled for symbol in read(form=Form.DIGITS).symbols)
    assert all(symbol.spelled for symbol in read(form=Form.DIGITS, spelling=True).symbols)


def test_the_space_bar_turns_the_line_without_a_script() -> None:
    """The button that has the focus is the next line's; at the end nothing more is turned."""
    page = shown("call-signed")
    focused = re.findall(r"<button[^>]*autofocus[^>]*>([^<]*)", page)
    assert focused == ["Next line"]
    assert 'name="line" value="4"' in page
    assert "heard wrongly: 2" in page
    assert str(WORDS["hint"]) in page
    assert '<input type="hidden" name="form" value="words-fr">' in page
    assert "autofocus" not in shown("confirmation")


def test_the_control_words_stand_in_the_calls_language_first() -> None:
    """Large; the other language's beside."""
    found = re.findall(r'class="compare([^"]*)" lang="(\w+)"', shown("call-prepared"))
    assert found == [("", "fr"), (" other", "en")]


def test_a_refusal_comes_with_words_for_the_caller() -> None:
    """As they are said."""
    page = shown("call-noted")
    assert "41 CALs per device of version 2022 are asked for, and 40 are left" in page
    assert f"<q>{Reason.MORE_THAN_LEFT.say}</q>" in page
    assert str(Reason.SERVER_BLACKLISTED.say).replace("'", "&#39;") in shown("call-blacklisted")
    assert set(REASONS) == set(Reason)


def test_a_call_word_is_never_written_into_a_page() -> None:
    """Not even where the rest of a form stands as it was typed."""
    page = shown("new-agreement")
    assert "mimosa" not in page
    assert re.search('id="kind-2"[^§]*?value="1" selected', page)


def test_the_keyboard_stands_where_one_goes_on() -> None:
    """In the packs, then on the button that shows the control words; nowhere near the one that signs."""

    def focused(noted: Noted) -> list[str]:
        page = write(call(open_call(noted), Shape()), FRAME).decode()
        return [told or "button" for told in re.findall(r'<(?:\w+) ?(?:id="(\w+)")?[^>]* ?autofocus>', page)]

    bare = structs.replace(NOTED, lines=(), requests=())
    assert (focused(bare), focused(NOTED)) == (["pack"], ["button"])
    assert focused(structs.replace(NOTED, prepared=PREPARED)) == ["control"]
    frozen = structs.replace(bare, about=About.THAW)
    assert (focused(frozen), focused(structs.replace(frozen, thaw=3))) == (["thaw"], ["button"])


def test_a_form_that_signs_names_what_was_shown() -> None:
    """So that nothing else is signed, whatever was prepared meanwhile."""
    page = shown("call-prepared")
    assert page.count(f'name="mark" value="{PREPARED.mark}"') == 2
    assert structs.replace(PREPARED, agreement=1).mark != PREPARED.mark


def test_only_what_is_left_is_offered() -> None:
    """Each type and version once; a line that is used up not at all."""
    assert re.findall(r'<option value="(\d:\d)">', shown("call-noted")) == ["0:7"]


def test_the_days_bars_are_as_high_as_their_calls() -> None:
    """The busiest fills the chart; a day without calls has no bar."""
    chart = re.search(r'<svg class="bar days".*?</svg>', shown("statistics"), re.DOTALL)
    assert chart is not None
    heights = [float(one) for one in re.findall(r'height="([\d.]+)"/', chart[0])]
    assert heights == [26.67, 13.33, 0.0, 13.33]
    assert 'aria-label="4 calls in 7 days, at most 3 on one day"' in chart[0]


def test_a_thaw_is_no_pack() -> None:
    """Neither while it is noted nor in the history."""
    thaw = pack_request(SERVER, thaw_request(9)).hex()
    noted = call(open_call(Noted("en", server_id=SERVER.hex(), agreement=AGREEMENT, requests=(thaw,))), Shape())
    assert (str(noted.packs[0].name), str(noted.kind)) == ("end of a freeze", "thaw")
    assert str(GivenPack(PackShown(0, 0, 0, 9, 0)).told) == "9: end of a freeze"


def test_a_duration_is_written_in_minutes_and_seconds() -> None:
    """Also beyond an hour."""
    assert [lasted(seconds) for seconds in (0, 65, 3601)] == ["0:00", "1:05", "60:01"]


def _said(template: str, name: str) -> set[str]:
    tree = Environment(autoescape=True).parse((FOLDER / template).read_text(encoding="utf-8"))
    return {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if (isinstance(node.node, nodes.Name) and node.node.name == name)
        or (isinstance(node.node, nodes.Getattr) and node.node.attr == name)
    }
