"""The codec: what a group's own check finds, and what only the whole code can tell."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadCode, BadInput, WrongKind
from calvox.wire.phone.codec import (
    CHARACTERS,
    DIGITS,
    WORDS,
    CodeType,
    Encoding,
    decode,
    encode,
    group_count,
    group_holds,
    misheard_groups,
)

ENCODINGS = (WORDS, CHARACTERS, DIGITS)
steady = settings(derandomize=True, max_examples=60, deadline=None)


@st.composite
def spoken(draw: st.DrawFn) -> tuple[Encoding, CodeType, int]:
    """Draw an encoding, a type and a number of it."""
    code_type = draw(st.sampled_from(CodeType))
    number = draw(st.integers(0, (1 << code_type.bits) - 1))
    return draw(st.sampled_from(ENCODINGS)), code_type, number


@pytest.mark.parametrize(
    ("encoding", "counts"), [(WORDS, (3, 3, 7, 2, 4)), (CHARACTERS, (7, 7, 20, 6, 12)), (DIGITS, (9, 9, 24, 7, 14))]
)
def test_group_counts(encoding: Encoding, counts: tuple[int, ...]) -> None:
    """Each type takes just as many groups as the specification says; the recovery key four lines of words."""
    assert tuple(group_count(encoding, code_type) for code_type in CodeType) == counts


@steady
@given(spoken())
def test_decode_undoes_encode(case: tuple[Encoding, CodeType, int]) -> None:
    """Every number survives every encoding."""
    encoding, code_type, number = case
    assert decode(encoding, code_type, encode(encoding, code_type, number)) == number


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("code_type", CodeType)
def test_the_largest_number_fits_and_no_larger(encoding: Encoding, code_type: CodeType) -> None:
    """The bounds of each type are exact on the way out."""
    largest = (1 << code_type.bits) - 1
    assert decode(encoding, code_type, encode(encoding, code_type, largest)) == largest
    for number in (largest + 1, -1):
        with pytest.raises(BadInput):
            encode(encoding, code_type, number)


@steady
@given(spoken(), st.data())
def test_one_wrong_symbol_is_located(case: tuple[Encoding, CodeType, int], data: st.DataObject) -> None:
    """Just the group with the wrong symbol fails, unless the two words are 2039 apart."""
    encoding, code_type, number = case
    groups = [list(group) for group in encode(encoding, code_type, number)]
    index = data.draw(st.integers(0, len(groups) - 1))
    place = data.draw(st.integers(0, encoding.symbols - 1))
    wrong = data.draw(st.integers(0, encoding.base - 1).filter(lambda s: (s - groups[index][place]) % encoding.check))
    groups[index][place] = wrong
    assert misheard_groups(encoding, code_type, groups) == (index,)
    with pytest.raises(BadCode, match=f"Group {index + 1} was"):
        decode(encoding, code_type, groups)


def test_the_blind_spot_is_the_one_that_is_known() -> None:
    """Two words 2039 apart are not told apart by their group; the number comes out another."""
    number = next(n for n in range(10**6) if encode(WORDS, CodeType.RETIREMENT, n)[0][5] < 9)
    first, second = encode(WORDS, CodeType.RETIREMENT, number)
    taken = (*first[:5], first[5] + 2039)
    assert group_holds(WORDS, CodeType.RETIREMENT, 0, taken)
    assert decode(WORDS, CodeType.RETIREMENT, (taken, second)) != number


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_swapped_groups_fail(encoding: Encoding) -> None:
    """Two neighbouring groups in each other's place are both named."""
    groups = list(encode(encoding, CodeType.CONFIRMATION, 1 << 380 | 12345))
    groups[1], groups[2] = groups[2], groups[1]
    assert misheard_groups(encoding, CodeType.CONFIRMATION, groups) == (1, 2)


def test_digit_groups_13_apart_share_an_offset() -> None:
    """There the groups cannot tell, and the number comes out another."""
    number = (1 << 384) + 987654321
    groups = list(encode(DIGITS, CodeType.CONFIRMATION, number))
    groups[0], groups[13] = groups[13], groups[0]
    assert misheard_groups(DIGITS, CodeType.CONFIRMATION, groups) == ()
    assert decode(DIGITS, CodeType.CONFIRMATION, groups) != number


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_code_of_another_type_is_named(encoding: Encoding) -> None:
    """A request typed where a server ID is wanted is refused as such."""
    with pytest.raises(WrongKind, match="This is a request"):
        decode(encoding, CodeType.SERVER_ID, encode(encoding, CodeType.REQUEST, 4711))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_number_too_large_is_refused(encoding: Encoding) -> None:
    """Groups that hold, and together need a bit too many, are refused as a whole."""
    code_type = CodeType.RETIREMENT
    groups, number = [], 1 << code_type.bits
    for index in range(group_count(encoding, code_type)):
        number, digit = divmod(number, encoding.quotients)
        value = encoding.check * digit + (404 + index + 1) % encoding.check
        groups.append([value // encoding.base**p % encoding.base for p in reversed(range(encoding.symbols))])
    assert misheard_groups(encoding, code_type, groups) == ()
    with pytest.raises(BadCode, match="together"):
        decode(encoding, code_type, groups)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_quotient_is_bounded(encoding: Encoding) -> None:
    """A group with the right remainder but a quotient of M or more does not hold."""
    value = encoding.check * encoding.quotients + (404 + 1) % encoding.check
    symbols = [value // encoding.base**place % encoding.base for place in reversed(range(encoding.symbols))]
    fits = value < encoding.base**encoding.symbols
    assert not (fits and group_holds(encoding, CodeType.RETIREMENT, 0, symbols))


def test_a_wrong_number_of_groups_is_refused() -> None:
    """One group too few or too many is said at once."""
    groups = encode(CHARACTERS, CodeType.SERVER_ID, 1)
    for some in (groups[:-1], (*groups, groups[0]), ()):
        with pytest.raises(BadCode, match="has 7 groups"):
            decode(CHARACTERS, CodeType.SERVER_ID, some)


@steady
@given(st.sampled_from(ENCODINGS), st.lists(st.integers(-5, 5000), max_size=12))
def test_foreign_symbols_never_hold(encoding: Encoding, symbols: list[int]) -> None:
    """A group of the wrong length or with symbols out of range never holds."""
    if len(symbols) != encoding.symbols or not all(0 <= s < encoding.base for s in symbols):
        assert not group_holds(encoding, CodeType.REQUEST, 0, symbols)
