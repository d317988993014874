"""What is said instead of a letter or a digit: the names that stand under the characters on a call sheet.

French letters are spelled with the telephone operators' first names, English ones with the ICAO words. Calvox's
characters leave out I, L, O and U, but a person may spell anything, so all 26 letters are here.
"""

from calvox.common.errors import BadInput
from calvox.common.i18n import Language, t
from calvox.wire.phone.wordlists import plain, shown

_LETTERS: dict[Language, str] = {
    "fr": "Anatole Berthe Célestin Désiré Eugène François Gaston Henri Irma Joseph Kléber Louis Marcel Nicolas Oscar "
    "Pierre Quintal Raoul Suzanne Thérèse Ursule Victor William Xavier Yvonne Zoé",
    "en": "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar "
    "Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu",
}
_DIGITS: dict[Language, str] = {
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "en": "zero one two three four five six seven eight nine",
}
_NAMES: dict[Language, dict[str, str]] = {
    language: dict(
        zip("abcdefghijklmnopqrstuvwxyz0123456789", (letters + " " + _DIGITS[language]).split(), strict=True)
    )
    for language, letters in _LETTERS.items()
}


def spoken(language: Language, sign: str) -> str:
    """Name one letter or digit.

    Raises:
        BadInput: The sign is neither.
    """
    name = _NAMES[language].get(plain(sign))
    if name is None:
        raise BadInput(t("“{sign}” is neither a letter nor a digit", sign=shown(sign)))
    return name


def spell(language: Language, group: str) -> list[str]:
    """Name each sign of a group of characters or digits, in order."""
    return [spoken(language, sign) for sign in group if sign not in " -"]
