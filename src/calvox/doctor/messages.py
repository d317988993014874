"""What Windows says when licensing fails, and what is probably behind it.

Rules:
- A message is recognised by its words, in English or French, whatever its case, accents, quotes and punctuation, with
  something before or after it, or cut short; or by its number: client code, extended code (decimal or hexadecimal), event.
- Causes come in the order in which they should be looked at, each with how to tell it from the others and with the rules of
  the doctor that prove it.
- Only texts and numbers that are published are listed. An unknown message stays unknown; `nearest` offers what it resembles.
- What is read is bounded: of a longer message only the beginning counts.
"""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from itertools import takewhile

from calvox.doctor.causes import Cause
from calvox.doctor.message_table import MESSAGES, Message


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


LONGEST = 2000
"""Characters of a message that are looked at."""
ENOUGH_WORDS = 4
"""So many words in common are needed …"""
ENOUGH_TELLING = 2
"""… so many of them not among those that stand in every text."""
EVERYWHERE = _set(
    "the a is for of to this remote desktop session host server services rd licence licences "
    "le la les de des du l n est ce au bureau distance serveur hote"
)
ANNOUNCING = _set("event events evenement evenements code codes error erreur")
"""Words that say: now comes a number."""
BETWEEN = _set("id n no numero number d de extended etendu windows")
"""Words that may stand between such a word and its number."""
ALIKE = 0.8
"""Share of the words, of the known text or of a message cut short, that must be found in order."""
TIE = 0.02
"""Messages whose shares differ by no more are all given."""
FIRST_CODE = 256
"""Hexadecimal numbers below are not licensing codes of the client."""


def explain(message: str) -> list[Cause]:
    """List what is probably behind a message, the likeliest first; nothing if the message is unknown."""
    return list(dict.fromkeys(cause for known in recognise(message) for cause in known.causes))


def recognise(message: str) -> list[Message]:
    """Find what Windows says there: by its words first, then by the numbers in it."""
    words = _words(message)
    found = [*_by_words(words), *_by_numbers(words)]
    return [known for at, known in enumerate(found) if known not in found[:at]]


def nearest(message: str, most: int = 3) -> list[str]:
    """List the known texts that a message resembles, the most alike first."""
    wanted = " ".join(_words(message)[:60])
    texts = {" ".join(_words(text)): text for known in MESSAGES for text in known.texts}
    return [texts[near] for near in get_close_matches(wanted, texts, n=most, cutoff=0.4)]


def _words(text: str) -> list[str]:
    """Cut a text into words; case, accents, names with dots and the two spellings of licence set aside."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST].casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"\b[\w-]+(?:\.[\w-]+)+\b", " ", plain)
    return [word.replace("license", "licence") for word in re.findall(r"[^\W_]+", plain)]


def _by_words(words: list[str]) -> list[Message]:
    scores = [(max((_share(words, text) for text in known.texts), default=0.0), known) for known in MESSAGES]
    best = max(score for score, _ in scores)
    return [known for score, known in scores if score >= max(ALIKE, best - TIE)]


def _share(words: list[str], text: str) -> float:
    """Tell how much of a known text is in the message, or of a message cut short is in the known text.

    The last word may be cut in two, so it need not be found.
    """
    known = _words(text)
    blocks = SequenceMatcher(None, known, words, autojunk=False).get_matching_blocks()
    common = [word for block in blocks for word in known[block.a : block.a + block.size]]
    if len(common) < ENOUGH_WORDS or len(set(common) - EVERYWHERE) < ENOUGH_TELLING:
        return 0.0
    return min(1.0, len(common) / min(len(known), max(ENOUGH_WORDS, len(words) - 1)))


def _by_numbers(words: list[str]) -> Iterable[Message]:
    numbers = {number for at, word in enumerate(words) if (number := _number(word, words[:at], len(words))) is not None}
    return (known for known in MESSAGES if numbers.intersection(known.numbers))


def _number(word: str, before: list[str], length: int) -> int | None:
    """Read a word as a code or an event: hexadecimal, alone, or after a word that announces it."""
    if re.fullmatch(r"0x[0-9a-f]{1,8}", word):
        return code if (code := int(word, 16)) >= FIRST_CODE else None
    if not re.fullmatch(r"[0-9]{1,5}", word):
        return None
    lead = takewhile(lambda one: one in ANNOUNCING or one in BETWEEN, reversed(before))
    return int(word) if length == 1 or any(one in ANNOUNCING for one in lead) else None
