"""The near-sounding tables and the names under the letters."""

import pytest

from calvox.common.errors import BadInput
from calvox.common.i18n import LANGUAGES, Language
from calvox.wire.phone.forms import CROCKFORD, Form
from calvox.wire.phone.sounds import FAR, MOST_NEAR, NEAR, sounds
from calvox.wire.phone.spelling import spell, spoken
from calvox.wire.phone.wordlists import words


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_cover_every_symbol(form: Form, language: Language) -> None:
    """Each symbol has a row of known neighbours, nearest first and never itself."""
    table = sounds(form, language)
    for symbol in range(form.encoding.base):
        near = table.near(symbol)
        costs = [table.cost(symbol, other) for other in near]
        assert len(near) <= MOST_NEAR
        assert symbol not in near
        assert all(0 <= other < form.encoding.base for other in near)
        assert costs == sorted(costs)
        assert all(0 <= cost < NEAR for cost in costs)
        assert table.cost(symbol, symbol) == 0
    assert all(0 <= table.cost(0, other) <= FAR for other in range(form.encoding.base))


def test_what_people_mistake_is_near() -> None:
    """Known confusions on the telephone cost little, plain differences much."""
    letters = {sign: value for value, sign in enumerate(CROCKFORD)}
    french, english = sounds(Form.CHARACTERS, "fr"), sounds(Form.CHARACTERS, "en")
    assert letters["N"] in french.near(letters["M"])[:2]
    assert letters["S"] in english.near(letters["F"])[:2]
    assert english.cost(letters["B"], letters["D"]) < english.cost(letters["B"], letters["W"])
    assert sounds(Form.DIGITS, "fr").cost(6, 7) < sounds(Form.DIGITS, "fr").cost(6, 4)
    assert sounds(Form.DIGITS, "en").cost(5, 9) < sounds(Form.DIGITS, "en").cost(5, 7)
    listed = words("fr")
    assert listed[sounds(Form.WORDS_FR).near(listed.index("abreuver"))[0]] == "abroger"


def test_letters_and_digits_have_names() -> None:
    """Every sign that a code can hold is named in both languages."""
    assert spell("fr", "Q7-G") == ["Quintal", "sept", "Gaston"]
    assert spell("en", "x 9a") == ["X-ray", "nine", "Alfa"]
    for language in LANGUAGES:
        names = [spoken(language, sign) for sign in CROCKFORD]
        assert len(set(names)) == 32
        assert all(
            name.lower().startswith(sign.lower()) for sign, name in zip(CROCKFORD[10:], names[10:], strict=True)
        ) or (language == "fr")


@pytest.mark.parametrize("sign", ["", "!", "AB", "\u0661"])
def test_other_signs_have_none(sign: str) -> None:
    """Whatever is neither letter nor digit is refused."""
    with pytest.raises(BadInput):
        spoken("fr", sign)
