"""Texts that a person reads, in English and French.

A text is written once, in English, as `t("Line {line} was mis-heard", line=3)`. It stays untranslated until somebody
shows it, because the process that makes it (a licence server) and the person who reads it may not share a language.
The catalogues are gettext files in `locale/`; `make texts` gathers, merges and compiles them.
"""

import gettext
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")
LOCALE = Path(__file__).parent / "locale"

_current: ContextVar[Language] = ContextVar("language", default="en")


@dataclass(frozen=True, slots=True)
class Text:
    """A message and its values, in no language yet."""

    message: str
    """The English message with named placeholders: the key of the catalogues."""
    values: Mapping[str, Any]
    """What the placeholders stand for; a value may be a Text itself."""

    def into(self, language: Language) -> str:
        """Render in one language."""
        return self.pattern(language).format(
            **{k: v.into(language) if isinstance(v, Text) else v for k, v in self.values.items()}
        )

    def pattern(self, language: Language) -> str:
        """Give the message in one language, its placeholders unfilled."""
        return self.message and _catalogue(language).gettext(self.message)  # gettext("") is the catalogue's header.

    def __str__(self) -> str:
        return self.into(_current.get())


def t(message: str, /, **values: Any) -> Text:
    """Make a text; the message is gathered into the catalogues, so it must be a literal."""
    return Text(message, values)


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("calvox", LOCALE, [language], fallback=True)


def current_language() -> Language:
    """Tell the language in which this thread or task renders."""
    return _current.get()


def set_language(language: Language) -> None:
    """Render in this language from here on, in this thread or task."""
    _current.set(language)


@contextmanager
def language_of(language: Language) -> Iterator[None]:
    """Render in this language within the block."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def fitting_language(wish: str | None) -> Language:
    """Choose from a locale name or an Accept-Language header ("fr_FR.UTF-8", "fr-CA,en;q=0.8"); English otherwise."""
    for part in (wish or "").replace(",", ";").split(";"):
        for language in LANGUAGES:
            if part.strip().lower().startswith(language):
                return language
    return "en"


def language_of_environment() -> Language:
    """Choose as gettext does: LANGUAGE, LC_ALL, LC_MESSAGES, LANG, the first that is set."""
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    return fitting_language(next((os.environ[n] for n in names if os.environ.get(n)), None))
