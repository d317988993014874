"""The recovery key: its age key pair is the one that age itself derives, and what it encrypts only the paper opens."""

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadCode, BadInput
from calvox.trust.recovery import SECRET_BITS, identity_of, recipient_of, recovery_key
from calvox.wire.phone.codec import WORDS, CodeType, decode, encode, group_count


@given(st.binary(min_size=27, max_size=27))
def test_age_takes_both_halves_for_a_pair(secret: bytes) -> None:
    """Age is the oracle: it reads the private half, and finds the public one."""
    number = recovery_key(secret)
    identity = pyrage.x25519.Identity.from_str(identity_of(number))
    assert str(identity.to_public()) == recipient_of(number)


def test_the_pair_stays_the_same_for_ever() -> None:
    """Paper that lies in a safe for twenty years still opens."""
    assert recipient_of(recovery_key(bytes(range(27)))) == RECIPIENT


RECIPIENT = "age1s7c2sjnrvncrr8ph6ztz7xftsd2yzy5mmr3fequp9sq58fhdzdvsyv7hd0"


def test_it_is_24_words() -> None:
    """Four lines of six, each with its check, and read back to the same number."""
    number = recovery_key(b"\xff" * 27)
    assert group_count(WORDS, CodeType.RECOVERY) == 4
    assert decode(WORDS, CodeType.RECOVERY, encode(WORDS, CodeType.RECOVERY, number)) == number


def test_what_is_no_key_is_refused() -> None:
    """A secret of another length, a number of a later format."""
    with pytest.raises(BadInput, match="27"):
        recovery_key(b"short")
    with pytest.raises(BadCode, match="newer format"):
        identity_of(1 << SECRET_BITS)
