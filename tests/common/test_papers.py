"""Papers show whatever they are given as text, in PDF and HTML alike, and are the same for the same data."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from calvox.common import papers
from calvox.common.errors import CalvoxError, NotFound
from calvox.common.i18n import Language, t
from calvox.common.papers import Paper, page, typeset
from tests.pdfs import Page, ends_of_words, ink_of, pages_of, squeezed, text_of

HOSTILE = [
    "#panic()",
    '#import "x.typ"',
    "*bold* _it_ `raw` $x^2$ @ref <label> // c /* d */",
    "= heading",
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %} {# c #}",
    "\"quotes\" 'single' «guillemets» “curly”",
    "back\\slash \\u{41} &amp; &#65;",
    "L’Œuvre déjà vue, ÀÉÈÊËÎÏÔÙÛÜÇ œ æ ÿ",
    "✓ ✗ ☐ ☑ □ € → – — …",
]
TYP = """#head(about: data.name)
#data.name
#for one in data.many [ #mark(one) ]
#value(data.value, data.to_fill)
#signature(("a", "b"))
"""
HTML = """{% extends "paper.html" %}{% import "parts.html" as parts %}
{% block content %}<p>{{ data.name }}</p>{% for one in data.many %}{{ parts.mark(one, one) }}{% endfor %}
{{ parts.value(data.value, data.to_fill) }}{{ parts.signature(["a", "b"]) }}{% endblock %}"""
VALUE = {"text": "v", "known": True, "fixed": True, "small": "s", "note": "n", "installed": "", "undated": ""}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a template in both forms."""
    place = tmp_path_factory.mktemp("templates") / "trial"
    place.with_suffix(".typ").write_text(TYP)
    place.with_suffix(".html").write_text(HTML)
    return place


def trial(template: Path, name: object, *, language: Language = "en", **changes: Any) -> Paper:
    """Make a paper that shows a name."""
    data = {"name": name, "many": ["yes", "no", "unknown"], "value": VALUE, "to_fill": "(gap)"}
    return Paper(template, data, language, changes.pop("title", "Trial"), **changes)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_never_markup(template: Path, text: str) -> None:
    """Whatever typst, HTML or Jinja2 would make of it, it is shown letter by letter, in the title and at the foot too."""
    paper = trial(template, text, title=text, foot=(text,))
    shown = Page(page(paper))
    assert shown.text.count(text) == 4
    assert shown.loads == []
    assert squeezed(text_of(typeset(paper))).count(squeezed(text)) >= 3


@given(st.text(max_size=40))
@limits(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_makes_a_paper(template: Path, text: str) -> None:
    """Nothing that a machine may be called stops a paper."""
    paper = trial(template, text, foot=(text,))
    assert typeset(paper).startswith(b"%PDF-")
    assert Page(page(paper)).loads == []


def test_what_no_font_shows_has_a_number(template: Path) -> None:
    """In the PDF alone: a browser has other fonts."""
    paper = trial(template, "😀 漢 ok")
    assert "[U+1F600] [U+6F22] ok" in text_of(typeset(paper))
    assert "😀 漢 ok" in Page(page(paper)).text


def test_so_many_are_lacking_that_all_get_numbers(template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If one round after another finds more, everything that is not common is shown by number."""
    monkeypatch.setattr(papers, "ROUNDS", 0)
    assert "é “[U+05E9]” [U+1F600] €" in text_of(typeset(trial(template, "é “ש” 😀 €")))


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200b", "\x00", "\x1b", "\x07", "\u2028", "\ufeff", "\ud800"])
def test_what_steers_a_text_has_a_number(template: Path, sign: str) -> None:
    """A name cannot turn round what stands after it."""
    paper = trial(template, f"a{sign}b")
    number = f"a[U+{ord(sign):04X}]b"
    assert number in Page(page(paper)).text
    assert number in text_of(typeset(paper))


def test_accents_are_composed_and_lines_are_joined(template: Path) -> None:
    """One name is one line, and a no-break space stays."""
    told = trial(template, " e\u0301te\u0301\n\tfin\xa0: ", title="T").told()
    assert told["data"]["name"] == "été fin\xa0:"


@pytest.mark.parametrize("name", ["a" * 5_000, "x" * 60 + ".corp.example", "W" * 300, "漢" * 200, "mot " * 200])
def test_a_long_text_stays_on_the_page(template: Path, name: str) -> None:
    """It breaks wherever it must, is cut in the end, and nothing is added to it."""
    pdf = typeset(trial(template, name))
    assert max(ends_of_words(pdf)) < 595 - 40
    assert pages_of(pdf) <= 3
    assert squeezed(name)[:250].replace("漢", "[U+6F22]")[:250] in squeezed(text_of(pdf))


def test_a_text_without_end_is_cut() -> None:
    """Two thousand characters are enough of any name."""
    assert len(papers._plain("a" * 5_000)) == papers.LONGEST
    assert papers._plain("a" * 2_001).endswith("a…")


def test_the_same_data_give_the_same_bytes(template: Path) -> None:
    """And another time another PDF with the same hash of its data, which other data change."""
    first, again = trial(template, "a", made=10), trial(template, "a", made=10)
    later, other = trial(template, "a", made=99, foot=("later",)), trial(template, "b", made=10)
    assert typeset(first) == typeset(again)
    assert page(first) == page(again)
    assert typeset(first) != typeset(later)
    assert first.digest == later.digest != other.digest
    assert first.digest != trial(template, "a", language="fr").digest
    assert squeezed(first.digest[:16]) in squeezed(text_of(typeset(first)))


def test_the_order_of_names_does_not_matter(template: Path) -> None:
    """Data are hashed in one order."""
    data = trial(template, "a").data
    turned = dict(reversed(list(data.items())))
    assert Paper(template, data, "en", "T").digest == Paper(template, turned, "en", "T").digest


def test_a_pdf_is_archival_and_accessible(template: Path) -> None:
    """PDF/A-2a and PDF/UA-1 by its own account, with its language and title; nothing is fetched."""
    pdf = typeset(trial(template, "a", language="fr", title="Été", made=86_400))
    metadata = pdf.partition(b"<x:xmpmeta")[2].partition(b"</x:xmpmeta>")[0].decode()
    for name, value in (("pdfaid:part", "2"), ("pdfaid:conformance", "A"), ("pdfuaid:part", "1")):
        assert re.search(rf"{name}(>|=\"){value}", metadata), name
    assert "Été" in metadata
    assert "1970-01-02" in metadata
    assert re.search(rb"/Lang\s*\(fr\)", pdf)
    assert not re.search(rb"/(URI|JavaScript|Launch)\b", pdf)


def test_words_are_shown_in_the_papers_language(template: Path) -> None:
    """Texts stay texts until the paper is made; numbers and nothing stay what they are."""
    paper = trial(template, t("not known"), language="fr", title=t("not known"), foot=(t("not known"),))
    told = paper.told()
    french = t("not known").into("fr")
    assert (told["title"], told["data"]["name"], told["foot"][0]) == (french, french, french)
    assert papers._plain({"n": 3, "none": None, "yes": True, "list": (1, "x")}) == {
        "n": 3,
        "none": None,
        "yes": True,
        "list": [1, "x"],
    }
    assert '<html lang="fr">' in page(paper)


def test_marks_and_boxes_leave_ink(template: Path) -> None:
    """The picture of a page is neither empty nor black, and a ticked box is darker than none."""
    (with_marks,) = ink_of(typeset(trial(template, "x")))
    bare = trial(template, "x")
    (without,) = ink_of(typeset(Paper(template, {**bare.data, "many": []}, "en", "Trial")))
    assert 0.001 < without < with_marks < 0.5


def test_pages_are_numbered(template: Path) -> None:
    """Each says which of how many it is, and what it belongs to."""
    text = text_of(typeset(trial(template, "mot " * 490, foot=("Usine",), title="Titre")))
    feet = [[line for line in one.splitlines() if line.strip()][-1] for one in text.split("\f")[:-1]]
    assert len(feet) >= 1
    for number, foot in enumerate(feet, start=1):
        assert squeezed(foot).endswith(f"{number}/{len(feet)}")
        assert foot.strip().startswith("Titre · Usine")


def test_a_page_forbids_what_it_does_not_need(template: Path) -> None:
    """No script, nothing from elsewhere, and a policy that says so."""
    shown = page(trial(template, "x"))
    assert "default-src 'none'; style-src 'unsafe-inline'" in shown
    assert Page(shown).loads == []
    assert "url(" not in shown
    assert "@import" not in shown


# What may be missing


def test_a_missing_template_is_told(tmp_path: Path) -> None:
    """In either form, by name."""
    paper = Paper(tmp_path / "none", {}, "en", "T")
    with pytest.raises(NotFound, match=r"none\.typ"):
        typeset(paper)
    with pytest.raises(NotFound, match=r"none\.html"):
        page(paper)


@pytest.mark.parametrize("wrong", ["#data.nothing", "#(", '#panic("x")'])
def test_a_template_at_fault_is_ours(tmp_path: Path, wrong: str) -> None:
    """Typst's complaint is in the message."""
    (tmp_path / "bad.typ").write_text(wrong)
    with pytest.raises(CalvoxError, match="bad is at fault"):
        typeset(Paper(tmp_path / "bad", {}, "en", "T"))


@pytest.mark.parametrize("wrong", ["{{ data.nothing }}", "{{ nothing.x }}", "{% if"])
def test_a_page_at_fault_is_ours(tmp_path: Path, wrong: str) -> None:
    """A name that is not in the data is no empty text."""
    (tmp_path / "bad.html").write_text(wrong)
    with pytest.raises(CalvoxError, match="bad is at fault"):
        page(Paper(tmp_path / "bad", {}, "en", "T"))


@pytest.mark.parametrize(("package", "make"), [("typst", typeset), ("jinja2", page)])
def test_a_missing_package_is_told(template: Path, monkeypatch: pytest.MonkeyPatch, package: str, make: Any) -> None:
    """With what to install."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(NotFound, match=package) as raised:
        make(trial(template, "x"))
    assert "calvox[server], or calvox[windows]" in str(raised.value.hint)


def test_missing_fonts_are_told(template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typst built without its fonts would show boxes instead of letters."""
    import typst

    bare = SimpleNamespace(
        Fonts=lambda **_: SimpleNamespace(families=lambda: ["DejaVu Sans Mono"]), compile=typst.compile
    )
    papers._fonts.cache_clear()
    monkeypatch.setattr(papers, "_typst", lambda: bare)
    with pytest.raises(NotFound, match="Libertinus Serif"):
        typeset(trial(template, "x"))
    papers._fonts.cache_clear()
