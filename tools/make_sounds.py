"""Makes the tables of near-sounding symbols in src/calvox/wire/phone/data/near-*.json.

To make them again: install espeak-ng 1.51 or later, then `python tools/make_sounds.py` (one or two minutes).
The tables are committed; they only order what is proposed to a person after a group failed its check, so a table that is
somewhat wrong costs a better order and never correctness.

The model: espeak-ng gives the phonemes of each word, letter name and digit name; the distance of two phonemes is how
far they lie apart in what a 300-3400 Hz line lets through; the distance of two words is the cheapest way to turn one
into the other. It is a model and has not been checked against listeners. Costs are whole hundredths: 0 is the same
sound, 100 is about one plainly different consonant.
"""

import json
import math
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent.parent / "src/calvox/wire/phone/data"
VOICES = {"fr": "fr", "en": "en-gb"}
WORD_FILES = {"fr": "french.txt", "en": "english.txt"}
KEPT_OF_WORDS = 12
"""Neighbours kept for each word; letters and digits keep all of theirs."""

# First and second formant in hertz, and whether the vowel is nasal.
VOWELS: dict[str, tuple[int, int, bool]] = {
    "i": (280, 2250, False),
    "ɪ": (390, 1990, False),
    "ᵻ": (400, 1850, False),
    "y": (290, 1900, False),
    "e": (390, 2050, False),
    "ø": (390, 1500, False),
    "ɛ": (550, 1800, False),
    "œ": (520, 1450, False),
    "ə": (500, 1450, False),
    "ɜ": (560, 1450, False),
    "ɐ": (650, 1400, False),
    "a": (720, 1450, False),
    "æ": (690, 1650, False),
    "ʌ": (640, 1200, False),
    "ɑ": (700, 1100, False),
    "ɒ": (600, 950, False),
    "ɔ": (520, 950, False),
    "o": (400, 800, False),
    "ʊ": (400, 1050, False),
    "u": (300, 800, False),
    "ɛ̃": (600, 1650, True),
    "œ̃": (560, 1450, True),
    "ɑ̃": (600, 1000, True),
    "ɔ̃": (450, 850, True),
}

# Class, place from the lips (0) to the throat (10), voiced.
CONSONANTS: dict[str, tuple[str, int, bool]] = {
    "p": ("stop", 0, False),
    "b": ("stop", 0, True),
    "t": ("stop", 4, False),
    "d": ("stop", 4, True),
    "k": ("stop", 8, False),
    "ɡ": ("stop", 8, True),
    "ʔ": ("stop", 10, False),
    "f": ("hiss", 1, False),
    "v": ("hiss", 1, True),
    "θ": ("hiss", 3, False),
    "ð": ("hiss", 3, True),
    "s": ("hiss", 4, False),
    "z": ("hiss", 4, True),
    "ʃ": ("hiss", 6, False),
    "ʒ": ("hiss", 6, True),
    "x": ("hiss", 8, False),
    "h": ("breath", 10, False),
    "m": ("nasal", 0, True),
    "n": ("nasal", 4, True),
    "ɲ": ("nasal", 6, True),
    "ŋ": ("nasal", 8, True),
    "l": ("liquid", 4, True),
    "ɹ": ("liquid", 5, True),
    "r": ("liquid", 4, True),
    "ʁ": ("liquid", 9, True),
    "j": ("glide", 6, True),
    "ɥ": ("glide", 5, True),
    "w": ("glide", 1, True),
}

GLIDES = {sign for sign, (kind, _, _) in CONSONANTS.items() if kind == "glide"}

# What one step of place costs within a class: fricatives are told apart above 3400 Hz, where the line is deaf.
PLACE_STEP = {"stop": 5, "hiss": 3, "breath": 4, "nasal": 4, "liquid": 6, "glide": 8}
# What a change of class costs; the pairs that are not named cost 85.
CLASS_CHANGE = {
    frozenset(("stop", "hiss")): 50,
    frozenset(("stop", "breath")): 60,
    frozenset(("hiss", "breath")): 45,
    frozenset(("nasal", "liquid")): 50,
    frozenset(("nasal", "glide")): 65,
    frozenset(("liquid", "glide")): 45,
    frozenset(("stop", "nasal")): 70,
}
LOST = {"stop": 45, "hiss": 50, "breath": 25, "nasal": 50, "liquid": 35, "glide": 35}
"""What it costs to miss a consonant, or to hear one that was not said."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def bark(hertz: float) -> float:
    """Place a frequency on the ear's own scale."""
    return 6 * math.asinh(hertz / 600)


def vowel_distance(a: str, b: str) -> int:
    """Compare two vowels by their formants and nasality."""
    (low_a, high_a, nasal_a), (low_b, high_b, nasal_b) = VOWELS[a], VOWELS[b]
    apart = math.hypot(bark(low_a) - bark(low_b), 0.6 * (bark(high_a) - bark(high_b)))
    return min(100, 10 + round(17 * apart) + 20 * (nasal_a != nasal_b))


def consonant_distance(a: str, b: str) -> int:
    """Compare two consonants by class, place and voice."""
    (class_a, place_a, voice_a), (class_b, place_b, voice_b) = CONSONANTS[a], CONSONANTS[b]
    voice = 28 * (voice_a != voice_b)
    if class_a != class_b:
        return min(100, CLASS_CHANGE.get(frozenset((class_a, class_b)), 85) + 2 * abs(place_a - place_b) + voice // 2)
    return 10 + PLACE_STEP[class_a] * abs(place_a - place_b) + voice


@cache
def distance(a: str, b: str) -> int:
    """Compare two phonemes."""
    if a == b:
        return 0
    if a in VOWELS and b in VOWELS:
        return vowel_distance(a, b)
    if a in CONSONANTS and b in CONSONANTS:
        return consonant_distance(a, b)
    return 70 if {a, b} & GLIDES else 110


def loss(phoneme: str) -> int:
    """Tell what it costs to miss a phoneme: a murmured vowel goes easily, a full one does not."""
    if phoneme in VOWELS:
        return 30 if phoneme in "əᵻ" else 65
    return LOST[CONSONANTS[phoneme][0]]


def phonemes(spoken: str) -> tuple[str, ...]:
    """Split what espeak-ng printed into known phonemes; a diphthong becomes two vowels, an affricate two consonants."""
    found: list[str] = []
    for sign in spoken:
        if sign == "\u0303" and found:
            found[-1] += sign
        elif sign in VOWELS or sign in CONSONANTS:
            found.append(sign)
    return tuple(found)


def pronounce(word: str, voice: str) -> tuple[str, ...]:
    """Ask espeak-ng; each word alone, so that its neighbours do not change it."""
    command = ["espeak-ng", "-q", "--ipa", "-v", voice, word]
    return phonemes(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def word_distance(a: Sequence[str], b: Sequence[str], enough: int) -> int:
    """Find the cheapest way from one word to the other; stop early once every way costs `enough`."""
    row = [0]
    for sound in b:
        row.append(row[-1] + loss(sound))
    for sound in a:
        lost = loss(sound)
        last, row = row, [row[0] + lost]
        for place, other in enumerate(b):
            row.append(
                min(last[place] + distance(sound, other), last[place + 1] + lost, row[place] + loss(other)),
            )
        if min(row) >= enough:
            return enough
    return row[-1]


def fewest(a: Sequence[str], b: Sequence[str]) -> int:
    """Bound a distance from below by the difference in length."""
    return 25 * abs(len(a) - len(b))


def nearest(sounds: Sequence[tuple[str, ...]], kept: int) -> list[list[int]]:
    """List for each symbol its nearest others as [symbol, cost, symbol, cost, ...], nearest first."""
    best: list[list[tuple[int, int]]] = [[] for _ in sounds]
    for a in range(len(sounds)):
        for b in range(a):
            worst = max(
                best[a][-1][0] if len(best[a]) >= kept else 999, best[b][-1][0] if len(best[b]) >= kept else 999
            )
            if fewest(sounds[a], sounds[b]) < worst:
                apart = word_distance(sounds[a], sounds[b], worst)
                for one, other in ((a, b), (b, a)):
                    best[one] = sorted([*best[one], (apart, other)])[:kept]
    return [[number for cost, other in row for number in (other, cost)] for row in best]


def save(name: str, rows: list[list[int]]) -> None:
    """Write one table, a symbol a line."""
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    (DATA / f"near-{name}.json").write_text(f"[\n{lines}\n]\n", encoding="ascii")
    print(f"near-{name}.json: {len(rows)} symbols")


def main() -> None:
    """Make the six tables."""
    for language, voice in VOICES.items():
        names = [pronounce(sign, voice) for sign in CROCKFORD]
        save(f"digits-{language}", nearest(names[:10], 9))
        save(f"characters-{language}", nearest(names, 31))
        words = (DATA / WORD_FILES[language]).read_text(encoding="utf-8").split()
        save(f"words-{language}", nearest([pronounce(word, voice) for word in words], KEPT_OF_WORDS))


if __name__ == "__main__":
    main()
