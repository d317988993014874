"""Ed25519: published vectors, and signatures that must not verify."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadInput, BadSignature
from calvox.trust.keys import SigningKey, new_private_key, public_key, sign, verify

# RFC 8032 §7.1, tests 1 to 3: private key, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
PRIVATE = new_private_key(bytes(range(32)))
PUBLIC = public_key(PRIVATE)


@pytest.mark.parametrize(("private", "public", "message", "signature"), RFC_8032)
def test_the_published_vectors_hold(private: str, public: str, message: str, signature: str) -> None:
    """RFC 8032, through both ways of signing."""
    key = SigningKey(bytes.fromhex(private))
    assert key.public.hex() == public_key(bytes.fromhex(private)).hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert sign(bytes.fromhex(private), bytes.fromhex(message)).hex() == signature
    verify(key.public, bytes.fromhex(message), bytes.fromhex(signature))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=64), st.integers(0, 511))
def test_a_changed_signature_never_verifies(message: bytes, place: int) -> None:
    """Any one bit matters."""
    signature = bytearray(sign(PRIVATE, message))
    signature[place // 8] ^= 1 << place % 8
    with pytest.raises(BadSignature):
        verify(PUBLIC, message, bytes(signature))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80), st.binary(max_size=80))
def test_garbage_raises_only_a_bad_signature(public: bytes, signature: bytes) -> None:
    """Keys and signatures of any length are refused by the same error."""
    with pytest.raises(BadSignature):
        verify(public, b"message", signature)


def test_another_message_or_key_is_refused() -> None:
    """A signature belongs to one key and one message."""
    signature = sign(PRIVATE, b"this")
    with pytest.raises(BadSignature):
        verify(PUBLIC, b"that", signature)
    with pytest.raises(BadSignature):
        verify(public_key(bytes(32)), b"this", signature)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(size: int) -> None:
    """A private key is 32 bytes, never stretched and never cut."""
    with pytest.raises(BadInput):
        new_private_key(bytes(size))
    with pytest.raises(BadInput):
        SigningKey(bytes(size))


def test_a_key_does_not_show_itself() -> None:
    """A private key that reaches a log by accident stays unread."""
    assert PRIVATE.hex() not in repr(SigningKey(PRIVATE))
