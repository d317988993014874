"""What all pages share: escaping, words, the guard of forms, headers, assets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment, nodes

from calvox.common.commands import Command
from calvox.common.errors import BadInput, Denied
from calvox.common.i18n import LANGUAGES, Text, t
from calvox.journal.listing import EntryShown
from calvox.web.common import headers
from calvox.web.common.assets import FOLDER, assets, served
from calvox.web.common.guard import MOST_FIELDS, check_origin, check_token, fields_of, token_of
from calvox.web.common.journal import Entries, EntryRow
from calvox.web.common.pages import FOLDER as TEMPLATES
from calvox.web.common.pages import Frame, Link, Page, write

HOSTILE = "<script>alert(1)</script>'\"&{{ 7*7 }}\u202etxt.exe\x1b[2J"
FRAME = Frame(t("Calvox"), "en", ZoneInfo("UTC"))


@dataclass(frozen=True)
class Bare(Page):
    """A page of the layout alone."""

    template: ClassVar[str] = "common/layout.html"
    title: ClassVar[Text] = t("{name}", name=HOSTILE)
    words: ClassVar[Mapping[str, Text]] = {}


def test_hostile_names_are_shown_and_do_nothing() -> None:
    """They are escaped wherever they stand, and what would steer the text is shown by number."""
    frame = replace(FRAME, person=HOSTILE, token=HOSTILE, said=t("{name}", name=HOSTILE), links=[Link("/", t("Hosts"))])
    page = write(Bare(), frame).decode()
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;&#39;&#34;&amp;{{ 7*7 }}[U+202E]txt.exe[U+001B]") == 4
    assert "<script>" not in page


def test_nothing_runs_in_a_page_and_nothing_comes_from_outside() -> None:
    """No script, style or handler stands in it; what it refers to is ours."""
    page = write(Bare(), FRAME).decode()
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", page)
    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) - set(served()) == {"#content", "/", "/language/fr"}


def test_the_policy_lets_in_our_own_alone() -> None:
    """Neither inline code nor another origin."""
    told = dict(part.split(" ", 1) for part in headers.POLICY.split("; "))
    assert told["default-src"] == told["frame-ancestors"] == told["base-uri"] == "'none'"
    assert told["script-src"] == told["style-src"] == told["connect-src"] == told["form-action"] == "'self'"
    assert "unsafe" not in headers.POLICY
    assert headers.PAGE["Cache-Control"] == "no-store"


def test_assets_are_ours_small_and_named_by_their_content() -> None:
    """A first visit takes less than 150 kB, with one list of words if some are typed; licences are not served."""
    sizes = {name: len(asset.packed) for name, asset in assets().items()}
    assert sum(size for name, size in sizes.items() if not name.startswith("words.")) < 120_000
    assert all(size < 20_000 for name, size in sizes.items() if name.startswith("words."))
    assert all(re.fullmatch(r"/assets/[\w.]+\.[0-9a-f]{16}\.(css|js|svg|txt)", address) for address in served())
    assert not any(asset.body.startswith(b"Zero-Clause") for asset in served().values())
    assert (FOLDER / "htmx-LICENSE.txt").read_text(encoding="utf-8").startswith("Zero-Clause BSD")


def test_a_forms_token_is_of_one_session() -> None:
    """That of another is refused, and so is none."""
    check_token("secret", token_of("secret"))
    for wrong in ("", token_of("other"), token_of("secret")[:-1], "é"):
        with pytest.raises(Denied, match="not of this session"):
            check_token("secret", wrong)
    assert "secret" not in token_of("secret")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"origin": "null"},
        {"origin": "https://calvox.example"},
        {"origin": "http://calvox.example:7405"},
        {"origin": "https://calvox.example:7405.evil.example"},
        {"origin": "https://calvox.example:7405", "sec-fetch-site": "cross-site"},
        {"origin": "https://calvox.example:7405", "sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_is_refused(sent: dict[str, str]) -> None:
    """Another host, port or scheme, and a browser that does not say."""
    own = "https://calvox.example:7405"
    check_origin({"origin": own, "sec-fetch-site": "same-origin"}, own)
    with pytest.raises(Denied, match="not sent from a page of this server"):
        check_origin(sent, own)


def test_fields_are_read_as_a_browser_writes_them() -> None:
    """In UTF-8, empty ones too; what no browser of ours sends is refused."""
    assert fields_of(b"name=chlo%C3%A9+b&why=") == {"name": "chloé b", "why": ""}
    many = b"&".join(b"f%d=" % n for n in range(MOST_FIELDS + 1))
    for wrong in (b"name=%ff", b"\xff=1", b"a=1&a=2", many):
        with pytest.raises(BadInput):
            fields_of(wrong)


def test_the_list_of_entries_says_exactly_its_words() -> None:
    """None is missing, none is left over."""
    tree = Environment(autoescape=True).parse((TEMPLATES / "common/journal.html").read_text("utf-8"))
    said = {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Getattr) and node.node.attr == "said"
    }
    assert said == set(Entries.said)


def test_a_long_value_of_an_entry_is_cut() -> None:
    """The file that is taken along has it whole; what is empty is left out, who did it stands apart."""
    entry = EntryShown(
        7, "2027-01-15T12:00:00Z", "Kept", {"by": "ada", "none": None, "list": [], "long": "x" * 500}, ""
    )
    assert EntryRow(entry).says == {"long": "x" * 299 + "…"}
    assert (EntryRow(entry).by, EntryRow(entry).time) == ("ada", 1_800_014_400)


def test_every_language_is_offered_in_its_own_name() -> None:
    """The one that is shown is marked."""
    for language in LANGUAGES:
        page = write(Bare(), replace(FRAME, language=language)).decode()
        assert f'<html lang="{language}">' in page
        assert re.findall(r'aria-current="true" lang="(\w+)"', page) == [language]


LINKED = {"server call": Link("/call", t("{name}", name=HOSTILE))}


def said(text: Text) -> str:
    """Give what a page says has been done."""
    page = write(Bare(), replace(FRAME, said=text, commands=LINKED)).decode()
    return page.partition('role="status">')[2].partition("</p>")[0]


def test_where_there_is_a_page_for_a_command_it_is_linked() -> None:
    """By its own name, in a text within a text too; a command without a page stands as it is typed."""
    inner = t("{call} & {name}", call=Command("server call", HOSTILE), name=HOSTILE)
    shown = said(t("<b> “{own}” {inner}", own=Command("server proof", "<x>"), inner=inner))
    assert shown.startswith('&lt;b&gt; “calvox server proof &lt;x&gt;” <a href="/call">&lt;script&gt;')
    assert re.sub(r"&\w+;", "", shown).count("<") == 2
    assert shown.count("[U+202E]") == 2
    assert str(inner).startswith("calvox server call <script>")
