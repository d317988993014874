"""Texts stay in no language until somebody shows them."""

import asyncio
import re
import string
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common import i18n
from calvox.common.i18n import (
    LANGUAGES,
    LOCALE,
    current_language,
    fitting_language,
    language_of,
    language_of_environment,
    set_language,
    t,
)


def test_a_text_is_rendered_when_it_is_shown() -> None:
    """In the language of that moment, with its values, which may be texts themselves."""
    text = t("{who} has {count}", who=t("the holder"), count=3)
    assert str(text) == "the holder has 3"
    assert text == t("{who} has {count}", who=t("the holder"), count=3)


def test_an_empty_text_is_empty_in_every_language() -> None:
    """In gettext the empty message stands for the catalogue's header, which nobody shall read."""
    assert [t("").into(language) for language in LANGUAGES] == ["", ""]


def test_values_are_not_patterns() -> None:
    """Braces that a person typed stay as they are."""
    assert str(t("“{name}” is no name", name="{0.__class__} {name}")) == "“{0.__class__} {name}” is no name"


def test_a_language_holds_within_its_block() -> None:
    """Also when the block fails."""
    before = current_language()
    with language_of("fr"):
        assert current_language() == "fr"
    assert current_language() == before
    with pytest.raises(KeyError), language_of("fr"):
        str(t("{missing}"))
    assert current_language() == before


def test_threads_and_tasks_have_languages_of_their_own() -> None:
    """One reader's does not reach another."""
    seen: list[str] = []

    async def read_french() -> None:
        set_language("fr")

    async def both() -> None:
        await asyncio.gather(read_french(), asyncio.sleep(0))
        seen.append(current_language())

    asyncio.run(both())

    def in_a_thread() -> None:
        set_language("fr")
        seen.append(current_language())

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    seen.append(current_language())
    assert seen == ["en", "fr", "en"]


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("fr", "fr"),
        ("fr_FR.UTF-8", "fr"),
        ("fr-CA,en;q=0.8", "fr"),
        ("de-DE,de;q=0.9,fr;q=0.5,en;q=0.3", "fr"),
        ("EN-gb", "en"),
        ("de", "en"),
        ("C.UTF-8", "en"),
        ("", "en"),
        (None, "en"),
        ("*", "en"),
        (";;;,,,", "en"),
    ],
)
def test_the_first_language_that_we_speak_is_chosen(wish: str | None, language: str) -> None:
    """From a locale's name or a header; English otherwise."""
    assert fitting_language(wish) == language


@given(st.text())
def test_any_wish_gives_a_language(wish: str) -> None:
    """Whatever a header holds."""
    assert fitting_language(wish) in LANGUAGES


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": ""}, "fr"),
        ({"LC_ALL": "en_GB", "LANGUAGE": "fr:en"}, "fr"),
        ({"LC_MESSAGES": "fr_BE", "LANG": "en"}, "fr"),
    ],
)
def test_the_locale_chooses_as_gettext_does(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    """LANGUAGE, LC_ALL, LC_MESSAGES, LANG, the first that is set."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language_of_environment() == language


def test_a_catalogue_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is its key, placeholders are filled afterwards."""

    class Catalogue:
        """One text in French."""

        def gettext(self, message: str) -> str:
            return {"{n} CALs": "{n} licences d'accès"}.get(message, message)

    real = i18n._catalogue
    monkeypatch.setattr(i18n, "_catalogue", lambda language: Catalogue() if language == "fr" else real(language))
    assert t("{n} CALs", n=3).into("fr") == "3 licences d'accès"
    assert t("{n} CALs", n=3).into("en") == "3 CALs"
    assert t("{n} hosts", n=t("{n} CALs", n=1)).into("fr") == "1 licences d'accès hosts"


def test_translations_have_the_placeholders_of_their_messages() -> None:
    """So that showing a text never fails."""
    babel = pytest.importorskip("babel.messages.pofile")
    for path in LOCALE.glob("*/LC_MESSAGES/*.po"):
        with path.open("rb") as file:
            for message in babel.read_po(file):
                if isinstance(message.id, str) and message.id and message.string:
                    assert placeholders(message.string) == placeholders(message.id), message.id


def placeholders(text: str) -> set[str | None]:
    """List a pattern's placeholders."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_placeholders_are_names() -> None:
    """The test above sees a numbered or missing one."""
    assert placeholders("{a} {b!r} {c:>3}") == {"a", "b", "c"}
    assert all(re.fullmatch(r"[a-z]+", str(name)) for name in placeholders("{a} {b}"))
