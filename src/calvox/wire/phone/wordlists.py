"""The two frozen word lists: position is value, and the first four letters of each word are unique.

Rule 1 of the receiver is kept here: four letters suffice, accents and case are set aside, and whatever is typed beyond
the four must agree with the listed word. Words stand in `data/`; how groups of them are read is left to `forms`.
"""

import unicodedata
from functools import cache
from importlib.resources import files

from calvox.common.errors import BadCode
from calvox.common.i18n import Language, t

ENOUGH = 4
"""Letters that settle a word."""
LONGEST = 40
"""Anything longer than this is no word; the listed ones have at most eight letters."""
_FILES: dict[Language, str] = {"fr": "french.txt", "en": "english.txt"}


@cache
def words(language: Language) -> tuple[str, ...]:
    """Give a language's 2048 words."""
    return tuple(files(__package__).joinpath("data", _FILES[language]).read_text(encoding="utf-8").split())


def plain(word: str) -> str:
    """Set accents and case aside."""
    parts = unicodedata.normalize("NFD", word.lower())
    return "".join(c for c in parts if not unicodedata.combining(c)).replace("œ", "oe").replace("æ", "ae")


@cache
def _by_first_letters(language: Language) -> dict[str, int]:
    return {plain(word)[:ENOUGH]: value for value, word in enumerate(words(language))}


def shown(typed: str) -> str:
    """Make what was typed fit for a message: short, and nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else "·" for c in typed[:24])


def word_value(language: Language, typed: str) -> int:
    """Find the word that was typed.

    Raises:
        BadCode: It is not in the list, or its further letters disagree.
    """
    letters = plain(typed[: LONGEST + 1])
    value = _by_first_letters(language).get(letters[:ENOUGH])
    if value is None:
        hint = t("Type at least four letters of the word") if len(letters) < ENOUGH else None
        raise BadCode(t("“{word}” is not in the list", word=shown(typed)), hint=hint)
    word = words(language)[value]
    if not plain(word).startswith(letters):
        raise BadCode(t("“{word}” is not in the list; “{near}” is", word=shown(typed), near=word))
    return value


def completions(language: Language, prefix: str, limit: int = 12) -> list[str]:
    """List the words that begin with what has been typed so far."""
    letters = plain(prefix[: LONGEST + 1])
    if not letters:
        return []
    return [word for word in words(language) if plain(word).startswith(letters)][:limit]
