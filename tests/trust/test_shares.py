"""A recovery key over three shares: any two give it back, and nothing else does."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadCode
from calvox.trust.recovery import recovery_key
from calvox.trust.shares import WORDS, join, read_share, split

KEY = recovery_key(bytes(range(27)))


@given(st.binary(min_size=27, max_size=27))
@settings(max_examples=10, deadline=None)
def test_any_two_give_the_key_back(secret: bytes) -> None:
    """In either order, and with four letters of each word."""
    key = recovery_key(secret)
    shares = [" ".join(share) for share in split(key)]
    assert len(shares) == 3
    assert {len(share.split()) for share in shares} == {WORDS}
    for one, other in combinations(shares, 2):
        assert join([other, one]) == key
        assert join([" ".join(word[:4] for word in one.split()).upper(), other]) == key


def test_one_alone_twice_or_of_another_key_gives_none() -> None:
    """And it is said."""
    mine, foreign = split(KEY), split(KEY)
    one = " ".join(mine[0])
    for shares in ([one, one], [one], [one, " ".join(foreign[1])]):
        with pytest.raises(BadCode, match="do not give a key"):
            join(shares)


def test_a_wrong_word_is_found() -> None:
    """A word of no list is named; another one of the list fails the checksum; one too few is counted."""
    words = split(KEY)[0]
    with pytest.raises(BadCode, match="Word 3"):
        read_share(" ".join([*words[:2], "voyelle", *words[3:]]))
    other = "academic" if words[5] != "academic" else "acid"
    with pytest.raises(BadCode, match="does not hold"):
        read_share(" ".join([*words[:5], other, *words[6:]]))
    with pytest.raises(BadCode, match="30 words, not 29"):
        read_share(" ".join(words[1:]))


@given(st.text(max_size=600))
@settings(deadline=None)
def test_garbage_is_refused_by_our_own_error(text: str) -> None:
    """Whatever was typed."""
    with pytest.raises(BadCode):
        read_share(text)
