"""A code of Microsoft's where one of ours is wanted is refused by name; one of ours never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadCode, WrongKind
from calvox.common.i18n import LANGUAGES, Language
from calvox.wire.phone.anyform import read_code
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.dictation import begin
from calvox.wire.phone.forms import Form, write
from calvox.wire.phone.recognise import calvox_code, microsoft_code
from calvox.wire.phone.wordlists import words

MICROSOFTS = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG"
"""No code of anybody's, in the shape of Microsoft's."""


@pytest.mark.parametrize("form", list(Form))
def test_typed_into_a_group_it_is_refused_and_nothing_is_lost(form: Form) -> None:
    """A confirmation that is being typed stays as it was."""
    state = begin(form, CodeType.CONFIRMATION)
    for text in (MICROSOFTS, MICROSOFTS.lower().replace("-", " "), MICROSOFTS.replace("-", "")):
        with pytest.raises(WrongKind, match="Microsoft's; Calvox's own confirmation is wanted"):
            state.enter(0, text)
    assert not any(state.texts)


def test_read_at_the_call_desk_it_is_refused_by_name() -> None:
    """A server ID of ours has the same length."""
    with pytest.raises(WrongKind, match="Microsoft's"):
        read_code(CodeType.SERVER_ID, MICROSOFTS)


@pytest.mark.parametrize("text", ["00477-001-0000001-84851", "00455-00000-00001-AA000"])
def test_a_product_id_is_named(text: str) -> None:
    """It is the other thing that Microsoft's wizard shows."""
    assert str(microsoft_code(text)) == "Product ID of Windows"


@given(st.sampled_from(list(CodeType)), st.sampled_from(list(Form)), st.integers(0, 2**110 - 1))
def test_a_code_of_ours_is_never_taken_for_microsofts(code_type: CodeType, form: Form, number: int) -> None:
    """Whole, or a group of it; and it is known as ours."""
    cut = write(form, code_type, number)
    assert microsoft_code(" ".join(cut)) is None
    assert not any(microsoft_code(group) for group in cut)
    assert calvox_code(" ".join(cut)) is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_seven_words_of_five_letters_are_words(language: Language) -> None:
    """As many letters as Microsoft's codes have signs, in as many groups."""
    seven = [word for word in words(language) if len(word) == 5][:7]
    assert microsoft_code(" ".join(seven)) is None
    assert str(calvox_code(" ".join(seven))) == "code in words"


@given(st.integers(0, 2**138 - 1), st.integers(0, 6), st.integers(0, 6))
def test_a_server_id_that_was_misheard_is_ours_all_the_same(number: int, one: int, other: int) -> None:
    """Two groups that do not hold leave five that do."""
    cut = write(Form.CHARACTERS, CodeType.SERVER_ID, number)
    for at in (one, other):
        cut[at] = "ZZZZZ"
    assert microsoft_code("-".join(cut)) is None


@given(st.one_of(st.text(), st.text(alphabet="AZ09- ", min_size=30, max_size=50)))
def test_garbage_is_nobodys(text: str) -> None:
    """Nothing is raised but a refusal."""
    calvox_code(text)
    microsoft_code(text)
    try:
        begin(Form.CHARACTERS, CodeType.SERVER_ID).enter(0, text)
    except BadCode:
        return
