"""The centre's keys and signatures."""

import pytest
from py_ecc.bls.ciphersuites import G2Basic

from calvox.centre import bls
from calvox.centre.bls import ORDER, keygen, public_key, sign
from calvox.common.errors import BadInput, BadSignature
from calvox.trust.confirmations import check_public_key, verify
from tests.wire.phone.vectors import PUBLIC_KEY, SECRET_KEY


@pytest.mark.parametrize("seed", [bytes(32), bytes(range(48)), b"\xff" * 64])
@pytest.mark.parametrize("info", [b"", b"centre"])
def test_keygen_agrees_with_an_independent_library(seed: bytes, info: bytes) -> None:
    """KeyGen is the draft's, versions 4 and later."""
    assert keygen(seed, info) == G2Basic.KeyGen(seed, info)


def test_keys_are_good_ones() -> None:
    """A made key is in range, and its public key is a point of the group."""
    secret = keygen(b"s" * 32)
    assert 0 < secret < ORDER
    check_public_key(public_key(secret))
    assert len(public_key(secret)) == 96
    assert keygen(b"t" * 32) != secret


def test_signatures_verify_and_are_deterministic() -> None:
    """The same message always has the same 48 bytes, of any length."""
    for message in (b"", b"x", bytes(10_000)):
        assert sign(SECRET_KEY, message) == sign(SECRET_KEY, message)
        verify(PUBLIC_KEY, message, sign(SECRET_KEY, message))


@pytest.mark.parametrize("secret", [0, -1, ORDER, ORDER + 5, 1 << 300])
def test_impossible_secrets_are_refused(secret: int) -> None:
    """Zero would sign with the identity."""
    with pytest.raises(BadInput):
        public_key(secret)
    with pytest.raises(BadInput):
        sign(secret, b"x")


def test_a_short_seed_is_refused() -> None:
    """Fewer than 32 bytes are no secret."""
    with pytest.raises(BadInput):
        keygen(bytes(31))


def test_nothing_leaves_that_the_receivers_would_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """If signing and verifying disagree, the signature is not given out."""
    monkeypatch.setattr(bls, "DST", b"another suite")
    with pytest.raises(BadSignature):
        sign(SECRET_KEY, b"x")
