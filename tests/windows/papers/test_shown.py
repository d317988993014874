"""The four papers as PDF and as HTML, in both languages: everything that they are given is shown, and nothing runs over."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from calvox.common.i18n import LANGUAGES, Language, language_of
from calvox.common.papers import Paper, page, typeset
from calvox.doctor.facts import Site
from calvox.windows.calls.kinds import CallKind
from calvox.windows.checklist import State
from calvox.windows.papers import shown
from calvox.windows.papers.call_shown import call_sheet_data
from calvox.windows.record import Record
from tests.doctor.sites import bare, healthy, with_another_host, with_host, with_server
from tests.pdfs import Page, ends_of_words, ink_of, lowest_word, pages_of, squeezed, text_of
from tests.windows.papers.sampled import (
    PACK_ID,
    ZONE,
    call,
    checked,
    code,
    papers,
    sheet_for,
    tracked,
)

NAMES = ["tracking", "checklist", "call-table", "call-sheet", "call-sheet-heard", "call-sheet-free"]
UNSAID = {"mark", "known", "fixed", "wide", "word"}
"""Names of data that decide how something is drawn."""
FREE = {"about", "text", "small", "note", "value", "number", "read_back", "warnings", "unknown", "foot"}
"""Names of data that machines and people may fill with anything."""
HOSTILE = 'x#panic()*b*$y$<b>"é’{{7}}œ'
EACH = pytest.mark.parametrize(("name", "language"), [(n, language) for n in NAMES for language in LANGUAGES])


def texts_in(data: Any, name: str = "") -> Iterator[str]:
    """List every text that a template is given to show; of a group that is spelled the names."""
    if isinstance(data, dict):
        for key, one in data.items():
            if key not in UNSAID and not (key == "text" and data.get("names")):
                yield from texts_in(one, key)
    elif isinstance(data, list):
        for one in data:
            yield from texts_in(one, name)
    elif isinstance(data, str) and data:
        yield data


def lacking(paper: Paper, said: str) -> list[str]:
    """List what a paper was given and does not show."""
    whole = squeezed(said)
    return [text for text in texts_in(paper.told()) if squeezed(text) not in whole and text != paper.language]


@EACH
def test_everything_is_shown(name: str, language: Language) -> None:
    """Each text of the data stands in the PDF and in the page; a code's value stands there in its groups."""
    paper = papers(language)[name]
    for said in (text_of(typeset(paper)), Page(page(paper)).text):
        assert [text for text in lacking(paper, said) if not is_idle(paper, text)] == []


def is_idle(paper: Paper, text: str) -> bool:
    """Tell what is rightly not shown: words for what there is none of, and values that stand there as groups."""
    data = paper.data
    titles = {data[f"{name}_title"] for name in ("warnings", "unknown") if f"{name}_title" in data and not data[name]}
    idle = {data.get("to_fill"), data["no_calls"] if data.get("calls") else "", *titles}
    lines = [line for block in data.get("say", []) for line in block["lines"]]
    return text in idle or any(text == line["value"] and line["groups"] for line in lines)


@EACH
def test_papers_stay_on_their_pages(name: str, language: Language) -> None:
    """No word leaves the page, few pages do, each is written on, and it prints in black and white."""
    pdf = typeset(papers(language)[name])
    assert max(ends_of_words(pdf)) < 595 - 40
    assert pages_of(pdf) <= 2
    assert all(0.002 < ink < 0.2 for ink in ink_of(pdf))


@EACH
def test_pages_run_nothing(name: str, language: Language) -> None:
    """Tags are balanced, and nothing is loaded."""
    shown_page = Page(page(papers(language)[name]))
    assert shown_page.loads == []
    assert shown_page.tags.count("h1") == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_same_facts_make_the_same_bytes(name: str) -> None:
    """In one language; another language is another paper."""
    assert typeset(papers("fr")[name]) == typeset(papers("fr")[name])
    assert page(papers("fr")[name]) == page(papers("fr")[name])
    assert papers("fr")[name].digest != papers("en")[name].digest


def hostile() -> Site:
    """Give a site whose machines have names that no machine should have."""
    site = with_host(healthy(), 0, servers=(HOSTILE,))
    for at, host in enumerate(site.session_hosts):
        machine = msgspec.structs.replace(host.machine, name=f"{HOSTILE}{at}")
        hosts = list(site.session_hosts)
        hosts[at] = msgspec.structs.replace(host, machine=machine)
        site = msgspec.structs.replace(site, session_hosts=tuple(hosts))
    return with_server(site, 0, service_state=HOSTILE)


@pytest.mark.parametrize("name", ["tracking", "checklist", "call-table"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_machines_are_text(name: str, language: Language) -> None:
    """In whatever they would be markup."""
    paper = papers(language, hostile())[name]
    shown_page = Page(page(paper))
    assert HOSTILE in shown_page.text
    assert shown_page.loads == []
    assert squeezed(HOSTILE) in squeezed(text_of(typeset(paper)))


def large() -> Site:
    """Give a site with many hosts that say many things."""
    site = healthy()
    for number in range(10, 130):
        name = f"{'very-long-name-' * 5}{number}.corp.example"
        site = with_another_host(site, name, servers=(f"ls{number}.corp.example", "ls1.corp.example"))
    return site


@pytest.mark.parametrize("name", ["tracking", "checklist", "call-table"])
def test_a_large_site_makes_no_book(name: str) -> None:
    """Lists are cut, and say so."""
    paper = papers("en", large())[name]
    pdf = typeset(paper)
    assert pages_of(pdf) <= 8
    assert max(ends_of_words(pdf)) < 595 - 40
    if name != "call-table":
        assert "more" in text_of(pdf)


def endless(value: Any, name: str = "") -> Any:
    """Make every text that comes from a machine or a person as long as it may be, and lists of values as many."""
    if isinstance(value, dict):
        return value if value.get("names") else {key: endless(one, key) for key, one in value.items()}
    if isinstance(value, list):
        many = (value * shown.MOST_SEEN)[: shown.MOST_SEEN] if name in ("seen", "values", "small") else value
        return [endless(one, name) for one in many]
    filled = value or name in ("note", "small")
    return (value + " ét" * 300)[: shown.LONGEST] if name in FREE and filled else value


@pytest.mark.parametrize("name", NAMES)
def test_the_longest_texts_stay_on_their_pages(name: str) -> None:
    """Whatever is too high for a page goes on overleaf, and nothing is cut off at its foot."""
    paper = papers("en")[name]
    pdf = typeset(replace(paper, data=endless(paper.data)))
    assert max(ends_of_words(pdf)) < 595 - 40
    assert lowest_word(pdf) < 842 - 20


# The checklist


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_checklist_shows_every_item(language: Language) -> None:
    """Seven and three; in French in the procedure's own words."""
    text = squeezed(text_of(typeset(papers(language)["checklist"])))
    with language_of(language):
        for item in (*checked().items, *checked().checks):
            title = item.article if language == "fr" else str(item.title)
            assert squeezed(title) in text
        proven = sum(item.state is State.PROVEN for item in (*checked().items, *checked().checks))
        assert text.count(squeezed(f"({shown.STATES[State.PROVEN][1]})")) == proven


def test_marks_tell_how_items_stand() -> None:
    """Proven, open and not collected have three shapes and three words."""
    site = with_server(healthy(), 0, backup=False)
    data = shown.checklist_data(checked(site), ZONE)
    items = {item["title"]: (item["mark"], item["state"]) for part in data["parts"] for item in part["items"]}
    expected = {
        State.PROVEN: ("yes", "proven"),
        State.OPEN: ("no", "open"),
        State.NOT_COLLECTED: ("unknown", "not collected"),
    }
    assert items == {str(item.title): expected[item.state] for item in (*checked(site).items, *checked(site).checks)}
    assert {mark for mark, _ in items.values()} == {"yes", "no", "unknown"}
    assert len({one["text"] for one in data["legend"]}) == 3


def test_what_is_not_proven_is_shown_first_choice() -> None:
    """Of many hosts the one that is wrong is never among those that are cut."""
    site = large()
    site = with_host(site, len(site.session_hosts) - 1, servers=())
    data = shown.checklist_data(checked(site), ZONE)
    hosts = data["parts"][0]["items"][3]
    assert len(hosts["seen"]) == shown.MOST_SEEN
    assert [one["mark"] for one in hosts["seen"]].count("no") == 1
    assert f"and {len(site.session_hosts) - shown.MOST_SEEN} more" in hosts["more"]


# Times, gaps, groups


def test_times_are_the_sites() -> None:
    """Facts were read at 11:00 UTC: noon in Paris."""
    for name in ("tracking", "checklist", "call-table"):
        text = text_of(typeset(papers("en")[name]))
        assert "2026-11-02 12:00 CET" in text
        assert "11:00" not in text.replace("2026-11-02 11:00 CET", "")


@pytest.mark.parametrize(("language", "words"), [("en", "(to be filled in)"), ("fr", "(à compléter)")])
def test_gaps_have_room_to_write(language: Language, words: str) -> None:
    """Where nothing is known the paper says so, in the procedure's words."""
    with language_of(language):
        data = shown.tracking_data(tracked(bare(), Record(), purchases=()), ZONE)
        paper = Paper(papers(language)["tracking"].template, data, language, "T")
    assert text_of(typeset(paper)).count(words) >= 5
    assert Page(page(paper)).text.count(words) >= 5


def test_a_pack_without_a_date_has_room_for_it() -> None:
    """One was installed by a call, of the other nobody knows."""
    text = squeezed(text_of(typeset(papers("en")["tracking"])))
    assert squeezed("(pack 2, 3 issued) — installed 2026-11-02") in text
    assert squeezed("(pack 3, 0 issued) installed: (to be filled in)") in text


def test_calls_say_who_when_and_how() -> None:
    """With every code in groups of five."""
    text = text_of(typeset(papers("en")["tracking"]))
    for part in (
        "Call 2: Install CALs",
        "by bruno, read back",
        "by a script",
        "PPPPP QQQQQ RRRRR SSSSS TTTTT UUUUU VVVVV",
        "typed twice alike",
        "the server is active",
    ):
        assert squeezed(part) in squeezed(text), part
    one = call(3, "install", code(3, "pack-id", PACK_ID, entered=0), outcome="", ended=0, note="later")
    told = shown.tracking_data(tracked(record=Record(calls=(one,))), ZONE)["calls"][0]
    assert told["lines"][1] == "not ended yet"
    assert told["codes"][0]["lines"][1] == "not entered into Windows yet"
    assert told["note"] == "later"


@pytest.mark.parametrize(("language", "names"), [("en", "Alfa Bravo Charlie"), ("fr", "Anatole Berthe Célestin")])
def test_what_is_said_is_spelled(language: Language, names: str) -> None:
    """Letters have their names beneath, seven groups; plain numbers are large alone."""
    with language_of(language):
        data = call_sheet_data(sheet_for())
    lines = {line["label"]: line for block in data["say"] for line in block["lines"]}
    spelled = [line for line in lines.values() if line["groups"] and line["groups"][0]["names"]]
    assert len(spelled[0]["groups"]) == 7
    assert spelled[0]["groups"][0]["names"][:3] == names.split()
    plain = [line for line in lines.values() if line["groups"] and not line["groups"][0]["names"]]
    assert {line["value"] for line in plain} == {"12345678"}
    text = text_of(typeset(papers(language)["call-sheet"]))
    assert squeezed(f"1 A B C D E {names}") in squeezed(text)
    html = Page(page(papers(language)["call-sheet"])).text
    first, second, third = names.split()
    assert squeezed(f"1A{first}B{second}C{third}D") in squeezed(html)


@pytest.mark.parametrize("value", ["AB-" * 3, "ÉÉÉÉÉ", "A" * 11, "a b ⟨c⟩"])
def test_what_cannot_be_spelled_is_shown_as_it_stands(value: str) -> None:
    """A number with odd signs, or in groups that are too long."""
    data = call_sheet_data(sheet_for(server_id=value, purchase=None, number=0))
    line = data["say"][0]["lines"][0]
    assert line["groups"]
    assert all(group["names"] == [] for group in line["groups"]) or max(len(g["text"]) for g in line["groups"]) <= 5


def test_what_is_noted_has_boxes() -> None:
    """Seven groups of five, or two free lines; a code that was heard stands there instead."""
    boxes = [call_sheet_data(sheet_for(kind))["note"][0] for kind in (CallKind.INSTALL, CallKind.DEACTIVATE)]
    assert [(one["groups"], one["size"], one["lines"]) for one in boxes] == [(7, 5, 0), (0, 5, 2)]
    text = page(papers("en")["call-sheet"])
    assert text.count('<span class="box"></span>') == 35
    assert text.count('<span class="tick"></span>') == 7
    heard = page(papers("en")["call-sheet-heard"])
    assert '<span class="box"></span>' not in heard
    assert page(papers("en")["call-sheet-free"]).count('class="room free"') == 2
