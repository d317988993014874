"""Writing and reading one group, and rule 1 for words."""

import hashlib
import time
from contextlib import suppress
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadCode, BadInput
from calvox.common.i18n import LANGUAGES, Language
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, bytes_of, complete, hear_group, number_of, read_group, write_group
from calvox.wire.phone.wordlists import plain, words

FROZEN = {
    "french.txt": "431c1d074225d2b7e82db857d7c3ea58051df546e7c8b74c1f6dcab36351fd56",
    "english.txt": "a0d14825b10d001f038b6f0a9fe357a201636c6ef4976fd1fc2bef8db99b849e",
}
ONE_OF_EACH = {
    Form.WORDS_FR: "ombrage séparer zèbre abaisser loutre néfaste",
    Form.WORDS_EN: "volume burger obvious rewrite ultra rupture",
    Form.CHARACTERS: "Q7GMX",
    Form.DIGITS: "027753",
}


@pytest.mark.parametrize("name", FROZEN)
def test_word_lists_are_frozen(name: str) -> None:
    """A list's bytes never change: position is value."""
    data = files("calvox.wire.phone").joinpath("data", name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == FROZEN[name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_four_letters_settle_a_word(language: Language) -> None:
    """No two words of a list begin alike, accents and case set aside."""
    listed = words(language)
    assert len({plain(word)[:4] for word in listed}) == len(listed) == 2048


@pytest.mark.parametrize("form", Form)
def test_a_group_reads_back(form: Form) -> None:
    """What is written is read."""
    text = ONE_OF_EACH[form]
    assert write_group(form, read_group(form, text)) == text


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.sampled_from(Form), st.data())
def test_every_group_reads_back(form: Form, data: st.DataObject) -> None:
    """Every group of symbols, heard or not, survives writing and reading."""
    symbol = st.one_of(st.none(), st.integers(0, form.encoding.base - 1))
    group = tuple(data.draw(st.lists(symbol, min_size=form.encoding.symbols, max_size=form.encoding.symbols)))
    assert read_group(form, write_group(form, group)) == group


@pytest.mark.parametrize("typed", ["sépa", "SEPA", "separ", "Séparer", "SE\u0301PARER", "  separer  "])
def test_four_letters_accents_and_case(typed: str) -> None:
    """Four letters suffice, and accents, their spelling and case do not matter."""
    assert read_group(Form.WORDS_FR, typed) == (words("fr").index("séparer"),)


@pytest.mark.parametrize("typed", ["ombre", "ombrages", "ombr\u00e9e"])
def test_further_letters_must_agree(typed: str) -> None:
    """“ombre” is not “ombrage”, though they share four letters; the message names both."""
    with pytest.raises(BadCode, match=f"{typed}.*ombrage"):
        read_group(Form.WORDS_FR, typed)


@pytest.mark.parametrize("typed", ["omb", "o", "zzzz", "om bre"])
def test_too_few_letters_or_none_listed(typed: str) -> None:
    """Three letters do not settle a word, even if only one begins so."""
    with pytest.raises(BadCode):
        read_group(Form.WORDS_FR, typed)


def test_characters_that_look_alike() -> None:
    """O is 0, I and L are 1, in either case; hyphens and spaces do not count."""
    assert read_group(Form.CHARACTERS, "oO-iI l") == (0, 0, 1, 1, 1)
    assert read_group(Form.CHARACTERS, "q7gmx") == read_group(Form.CHARACTERS, "Q7 G-MX")
    assert read_group(Form.DIGITS, "02-77 53") == (0, 2, 7, 7, 5, 3)


@pytest.mark.parametrize(
    ("form", "text", "named"),
    [
        (Form.CHARACTERS, "Q7UMX", "U"),
        (Form.CHARACTERS, "Q7ſMX", "ſ"),
        (Form.DIGITS, "02775O", "O"),
        (Form.DIGITS, "02775\u0663", "\u0663"),
        (Form.DIGITS, "02775\u00b2", "\u00b2"),
        (Form.WORDS_EN, "volume \x1b[31m obvious", "·"),
    ],
)
def test_a_foreign_sign_is_named(form: Form, text: str, named: str) -> None:
    """The message names the sign or word that does not belong, and nothing that a terminal would obey."""
    with pytest.raises(BadCode) as caught:
        read_group(form, text)
    assert named in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("form", Form)
def test_unheard_symbols(form: Form) -> None:
    """A question mark stands for one symbol."""
    assert read_group(form, "? ?") == (None, None)
    assert write_group(form, (None, 0)).startswith("?")


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.sampled_from(Form), st.text(max_size=400))
def test_garbage_is_read_or_refused(form: Form, text: str) -> None:
    """Whatever is typed is a short group of known symbols or BadCode, and the lenient reading never raises."""
    lenient = hear_group(form, text)
    with suppress(BadCode):
        assert read_group(form, text) == lenient
    assert len(lenient) <= form.encoding.symbols + 1
    assert all(symbol is None or 0 <= symbol < form.encoding.base for symbol in lenient)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("unit", ["0", "ombre ", "\u0390", "?", "a\u0301", "-", "\ufdfa"])
def test_garbage_of_any_length_costs_nothing(form: Form, unit: str) -> None:
    """Ten million signs are refused as fast as three hundred."""
    start = time.perf_counter()
    with pytest.raises(BadCode):
        read_group(form, unit * (10_000_000 // len(unit)))
    assert hear_group(form, unit * 300) == ()
    assert time.perf_counter() - start < 0.5


def test_completions() -> None:
    """A typed beginning is completed in list order, and never without end."""
    assert complete(Form.WORDS_FR, "OMB") == ["ombrage"]
    assert complete(Form.WORDS_FR, "évê") == complete(Form.WORDS_FR, "eve") == ["éventail"]
    assert len(complete(Form.WORDS_EN, "a")) == 12
    assert complete(Form.WORDS_EN, "") == complete(Form.DIGITS, "1") == complete(Form.WORDS_EN, "zzz") == []


@pytest.mark.parametrize(("code_type", "width"), list(zip(CodeType, (18, 18, 49, 14, 28), strict=True)))
def test_numbers_and_bytes(code_type: CodeType, width: int) -> None:
    """Each type has its width in bytes, and unused high bits must be zero."""
    largest = (1 << code_type.bits) - 1
    assert len(bytes_of(code_type, 0)) == width
    assert number_of(code_type, bytes_of(code_type, largest)) == largest
    for bad in (b"", bytes(width - 1), bytes(width + 1), b"\xff" * width, (largest + 1).to_bytes(width, "big")):
        with pytest.raises(BadInput):
            number_of(code_type, bad)
    for number in (-1, largest + 1):
        with pytest.raises(BadInput):
            bytes_of(code_type, number)
