"""The one way to write a page: a typed context, the words of its template, and the frame around it.

Rules:
- A template holds no text of its own. Its words are `Text`s of its page's class, so that one place gathers and translates
  them, and a word that is missing or unused fails a test.
- Every value is escaped. What steers a text (control and bidirectional characters) is shown by its number, [U+202E].
- Nothing in a page runs: no script, no style, no handler stands in it.
- Where a text names a command for which the application has a page, that page is named and linked instead.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from calvox.common.clock import show_date, show_time
from calvox.common.commands import Command, commands_in
from calvox.common.errors import NotFound
from calvox.common.i18n import LANGUAGES, Language, Text, current_language, language_of, t
from calvox.common.papers import STEERING
from calvox.web.common.assets import address_of
from calvox.web.common.guard import FIELD

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

FOLDER = Path(__file__).parents[1]
"""Where templates are named from, as in manager/hosts.html."""
LAYOUT: Mapping[str, Text] = {
    "skip": t("Go to the content"),
    "menu": t("Pages"),
    "out": t("Log out"),
    "language": t("Language"),
}
"""The words of the layout."""
NAMES: Mapping[Language, str] = {"en": "English", "fr": "Français"}
"""Each language's name in itself."""


@dataclass(frozen=True)
class Page:
    """What one template shows; a class of its own for each."""

    template: ClassVar[str]
    """As in manager/hosts.html."""
    title: ClassVar[Text]
    words: ClassVar[Mapping[str, Text]]
    """The template's own words, by name."""
    scripts: ClassVar[Sequence[str]] = ()
    """Assets that only this page loads, as in typing.js."""
    styles: ClassVar[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A page in the menu."""

    path: str
    name: Text


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page."""

    application: Text
    """What the pages together are called."""
    language: Language
    zone: ZoneInfo
    links: Sequence[Link] = ()
    here: str = ""
    """The path of the menu's page that this is, or belongs to."""
    person: str = ""
    """Who is logged in; empty: nobody."""
    role: Text | str = ""
    changes: bool = False
    """Whether this person may change things."""
    token: str = ""
    """What this session's forms hold."""
    said: Text | None = None
    """What has just been done."""
    commands: Mapping[str, Link] = field(default_factory=dict)
    """The pages that do what commands do, by the command's name."""


def write(page: Page, frame: Frame) -> bytes:
    """Write a page in the frame's language.

    Raises:
        NotFound: Jinja2 is not installed.
    """
    template = _environment().get_template(page.template)
    with language_of(frame.language):
        told = {"page": page, "words": page.words, "frame": frame, "layout": LAYOUT, "language_names": NAMES}
        return template.render(told).encode()


@cache
def _environment() -> "Environment":
    try:
        import jinja2
    except ImportError as error:
        raise NotFound(t("The package jinja2 is not installed"), hint=t("Install calvox[server].")) from error
    environment: Environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=jinja2.pass_context(_written),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    moment, date = jinja2.pass_context(_moment), jinja2.pass_context(_date)
    environment.filters |= {"moment": moment, "date": date, "number": number, "about": about}
    environment.globals |= {"asset": address_of, "languages": LANGUAGES, "token_field": FIELD}
    return environment


def _written(context: Mapping[str, Any], value: Any) -> Any:
    """Number what steers a text, and link what it names; what a macro made is left alone."""
    if hasattr(value, "__html__"):
        return value
    pages = context["frame"].commands
    if isinstance(value, Text) and any(command.name in pages for command in commands_in(value)):
        return _linked(value, pages)
    return _plain(str(value))


def _linked(value: Any, pages: Mapping[str, Link]) -> "Markup | str":
    """Write a text with its commands as links, as far as there are pages for them."""
    from markupsafe import Markup, escape

    if isinstance(value, Command) and (page := pages.get(value.name)):
        return Markup('<a href="{}">{}</a>').format(page.path, _plain(str(page.name)))
    if isinstance(value, Text):
        pattern = escape(value.pattern(current_language()))
        return pattern.format(**{name: _linked(one, pages) for name, one in value.values.items()})
    return _plain(str(value))


def _plain(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(_shown(sign) for sign in text)


def _shown(sign: str) -> str:
    if sign in "\t\r\n":
        return " "
    return f"[U+{ord(sign):04X}]" if unicodedata.category(sign) in STEERING else sign


def _moment(context: Mapping[str, Any], moment: int) -> str:
    return show_time(moment, context["frame"].zone)


def _date(context: Mapping[str, Any], moment: int) -> str:
    return show_date(moment, context["frame"].zone)


def about(what: Text | str, whom: Text | str) -> Text:
    """Say what something is about; the colon stands as the language wants it."""
    return t("{what}: {whom}", what=what, whom=whom)


def number(value: int) -> str:
    """Write a number with its thousands apart."""
    return f"{value:,}".replace(",", "\u202f" if current_language() == "fr" else ",")
