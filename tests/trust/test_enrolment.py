"""Enrolment codes: read as people write them, and every slip of one symbol located."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadCode, BadInput, BadSignature
from calvox.trust.certificates import key_hash, make_authority, new_key
from calvox.trust.enrolment import _ALPHABET, EnrolmentCode, _check_group, secret_hash

CODE = EnrolmentCode(bytes(range(16)), bytes(range(16, 32)))
TEXT = CODE.text()
SIXTEEN = st.binary(min_size=16, max_size=16)
BOUNDED = settings(max_examples=300, deadline=None)


def refusal(text: str) -> str:
    """Tell why a code is refused."""
    with pytest.raises(BadCode) as caught:
        EnrolmentCode.read(text)
    return str(caught.value)


def test_the_layout_is_fixed() -> None:
    """Codes printed by one release are read by the next."""
    assert TEXT == "000G-40R4-0M30-E209-185G-R38E-1W81-24GK-2GAH-C5RR-34D1-P70X-3RFG-3YN1"


def test_the_data_symbols_are_plain_crockford() -> None:
    """Thirteen groups hold the 32 bytes and four zero bits, most significant first."""
    number = 0
    for symbol in TEXT.replace("-", "")[:52]:
        number = number * 32 + _ALPHABET.index(symbol)
    assert (number >> 4).to_bytes(32) == CODE.secret + CODE.authority
    assert number & 15 == 0


@BOUNDED
@given(SIXTEEN, SIXTEEN)
def test_every_code_is_read_back(secret: bytes, authority: bytes) -> None:
    """Writing and reading is identity."""
    code = EnrolmentCode(secret, authority)
    assert [len(group) for group in code.text().split("-")] == [4] * 14
    assert EnrolmentCode.read(code.text()) == code


@pytest.mark.parametrize(
    "text",
    [
        TEXT.lower(),
        TEXT.replace("-", ""),
        TEXT.replace("-", " "),
        TEXT.replace("-", "\u2013\n"),
        f"  {TEXT}-\t",
        TEXT.replace("0", "O").replace("1", "I"),
        TEXT.replace("0", "o").replace("1", "l"),
        TEXT.replace("1", "L").replace("-", " - "),
    ],
)
def test_people_write_in_many_ways(text: str) -> None:
    """Case, spaces, hyphens and look-alikes do not matter."""
    assert EnrolmentCode.read(text) == CODE


@BOUNDED
@given(SIXTEEN, SIXTEEN, st.integers(0, 55), st.integers(1, 31))
def test_any_wrong_symbol_is_located(secret: bytes, authority: bytes, place: int, change: int) -> None:
    """One wrong symbol anywhere, the check group included: its group is named."""
    symbols = list(EnrolmentCode(secret, authority).text().replace("-", ""))
    symbols[place] = _ALPHABET[_ALPHABET.index(symbols[place]) ^ change]
    assert refusal("".join(symbols)) == f"Group {place // 4 + 1} is mis-typed"


@BOUNDED
@given(SIXTEEN, SIXTEEN, st.integers(0, 54))
def test_any_swap_of_neighbours_is_noticed(secret: bytes, authority: bytes, place: int) -> None:
    """A swap is named when both symbols stand in one group."""
    symbols = list(EnrolmentCode(secret, authority).text().replace("-", ""))
    if symbols[place] == symbols[place + 1]:
        return
    symbols[place], symbols[place + 1] = symbols[place + 1], symbols[place]
    text = refusal("".join(symbols))
    if place % 4 != 3:
        assert text == f"Group {place // 4 + 1} is mis-typed"


@BOUNDED
@given(st.integers(0, 55), st.integers(0, 55), st.integers(1, 31), st.integers(1, 31))
def test_any_two_wrong_symbols_are_noticed(one: int, two: int, change: int, other: int) -> None:
    """Two slips are never taken for a good code."""
    if one == two:
        return
    symbols = list(TEXT.replace("-", ""))
    for place, by in ((one, change), (two, other)):
        symbols[place] = _ALPHABET[_ALPHABET.index(symbols[place]) ^ by]
    named = [f"Group {group} is mis-typed" for group in range(1, 15)]
    assert refusal("".join(symbols)) in [*named, "The enrolment code was mis-typed in several places"]


@BOUNDED
@given(st.integers(0, 13), st.integers(0, 13))
def test_swapped_groups_are_noticed(one: int, two: int) -> None:
    """Groups in another order are no good code."""
    groups = TEXT.split("-")
    if one != two:
        groups[one], groups[two] = groups[two], groups[one]
        assert refusal("-".join(groups))


@BOUNDED
@given(st.text(max_size=300) | st.text(_ALPHABET.lower() + "-", min_size=50, max_size=60))
def test_garbage_is_a_bad_code(text: str) -> None:
    """Whatever is typed raises only its own error."""
    try:
        code = EnrolmentCode.read(text)
    except BadCode:
        return
    assert EnrolmentCode.read(code.text()) == code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "An enrolment code has 56 characters, not 0"),
        (TEXT[:-5], "An enrolment code has 56 characters, not 52"),
        (TEXT.replace("E209", "E20"), "Group 4 has not 4 characters"),
        (TEXT.replace("E209", "E2009"), "Group 4 has not 4 characters"),
        (TEXT.replace("E209", "E2U9"), "Group 4 has a character that no code has"),
        (TEXT.replace("E209", "E2\u01319"), "Group 4 has a character that no code has"),
        (TEXT.replace("E209", "E2\u017f9"), "Group 4 has a character that no code has"),
        (TEXT + " " * 200, "This is too long for an enrolment code"),
    ],
)
def test_the_reason_names_the_place(text: str, reason: str) -> None:
    """A person is told where to look."""
    assert refusal(text) == reason


def test_the_spare_bits_are_zero() -> None:
    """A well-checked code with bits beyond the 32 bytes is refused: one code, one writing."""
    data = [_ALPHABET.index(symbol) for symbol in TEXT.replace("-", "")[:52]]
    data[-1] ^= 1
    assert refusal("".join(_ALPHABET[value] for value in data + _check_group(data))) == "This is not an enrolment code"


def test_the_stored_hash_is_of_the_secret_under_a_label() -> None:
    """What lies in the store admits nobody."""
    assert CODE.stored_hash() == secret_hash(CODE.secret) == sha256(b"CALVOX-ENROL-1" + CODE.secret).digest()


def test_the_code_knows_its_authority() -> None:
    """A host refuses a licence server that is not the one whose administrator handed out the code."""
    mine, other = (make_authority(new_key(), "site", 1_790_000_000) for _ in range(2))
    code = EnrolmentCode.for_authority(bytes(16), mine)
    assert code.authority == key_hash(mine)[:16]
    code.check_authority(mine)
    with pytest.raises(BadSignature):
        code.check_authority(other)
    with pytest.raises(BadInput):
        code.check_authority(b"")


def test_the_secret_does_not_show_itself() -> None:
    """A code that reaches a log by accident stays secret."""
    assert "secret" not in repr(CODE)


@pytest.mark.parametrize(("secret", "authority"), [(15, 16), (16, 17), (0, 0)])
def test_parts_of_another_length_are_refused(secret: int, authority: int) -> None:
    """Sixteen bytes each."""
    with pytest.raises(BadInput):
        EnrolmentCode(bytes(secret), bytes(authority))
