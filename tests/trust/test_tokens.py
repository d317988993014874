"""Tokens: the vectors, every reason of refusal, and garbage."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadToken
from calvox.trust import merkle
from calvox.trust.keys import SigningKey
from calvox.trust.tokens import (
    TOKEN_LIMIT,
    Claims,
    Pinned,
    Token,
    check_token,
    pack_claims,
    seal_batch,
    seal_message,
    unpack_claims,
)

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "tokens.json").read_text(encoding="utf-8"))
PINNED = Pinned(bytes.fromhex(VECTORS["server_id"]), VECTORS["epoch"], bytes.fromhex(VECTORS["public_key"]))
KEY = SigningKey(bytes.fromhex(VECTORS["private_key"]))
HOST = bytes.fromhex(VECTORS["host"])
AT = VECTORS["at"]
TOKENS = [bytes.fromhex(token) for batch in VECTORS["batches"] for token in batch["tokens"]]
REASONS = {
    "version": "A token of an unknown version",
    "server": "The token comes from another licence server",
    "epoch": "The token comes from another epoch of the licence server",
    "signature": "The token's signature is not valid",
    "batch": "The token does not stand in the signed batch",
    "path": "The path to the root is not well formed",
}
CLAIMS = st.builds(
    Claims,
    cal_id=st.binary(min_size=16, max_size=16),
    cal_type=st.integers(0, 2),
    version=st.integers(0, 63),
    holder=st.binary(min_size=32, max_size=32),
    host=st.binary(min_size=16, max_size=16),
    valid_from=st.integers(0, (1 << 63) - 1),
    valid_until=st.integers(0, (1 << 63) - 1),
    temporary=st.booleans(),
    pack=st.integers(0, 1023),
)
BOUNDED = settings(max_examples=200, deadline=None)


def check(data: bytes, **changes: Any) -> Claims:
    """Check as the host of the vectors does."""
    wanted = {"at": AT, "host": HOST, "holder": None, "host_version": VECTORS["host_version"]} | changes
    return check_token(data, PINNED, **wanted)


def refusal(data: bytes, **changes: Any) -> str:
    """Tell why a token is refused."""
    with pytest.raises(BadToken) as caught:
        check(data, **changes)
    assert type(caught.value) is BadToken
    return str(caught.value)


@pytest.mark.parametrize("batch", VECTORS["batches"], ids=lambda batch: f"size {batch['size']}")
def test_every_token_of_the_vectors_is_made_anew(batch: dict[str, Any]) -> None:
    """Leaves, root, signed message, signature and bytes are those of the independent maker."""
    claims, salts = ([bytes.fromhex(item) for item in batch[name]] for name in ("claims", "salts"))
    leaves = [merkle.leaf_hash(*pair) for pair in zip(salts, claims, strict=True)]
    assert [leaf.hex() for leaf in leaves] == batch["leaves"]
    head = bytes.fromhex(batch["head"])
    place: dict[str, Any] = {"server_id": PINNED.server_id, "epoch": PINNED.epoch}
    seal = seal_batch(leaves, KEY, **place, generation=VECTORS["generation"], position=batch["position"], head=head)
    assert (seal.root.hex(), seal.signature.hex()) == (batch["root"], batch["signature"])
    message = seal_message(seal.server_id, seal.epoch, seal.generation, seal.position, seal.head, seal.size, seal.root)
    assert message.hex() == batch["message"]
    for index, steps in enumerate(merkle.paths(leaves)):
        token = Token(claims[index], salts[index], index, steps, seal)
        assert token.to_bytes().hex() == batch["tokens"][index]
        assert Token.from_bytes(token.to_bytes()) == token
        assert pack_claims(check(token.to_bytes())) == claims[index]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["case"])
def test_refused_vectors_are_refused_for_their_reason(case: dict[str, str]) -> None:
    """Whatever is wrong is a BadToken, whose text names the reason."""
    text = refusal(bytes.fromhex(case["token"]))
    assert text == REASONS.get(case["reason"], text)
    if case["reason"] in ("form", "claims"):
        assert text not in REASONS.values()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"holder": bytes(32)}, "The token belongs to another holder"),
        ({"host": bytes(16)}, "The token was made for another session host"),
        ({"host_version": 8}, "The token's CAL is for an older version than this session host"),
        ({"at": VECTORS["at"] - 86_401}, "The token is not valid yet"),
        ({"at": VECTORS["at"] - 86_400 + 5_184_001}, "The token has expired"),
    ],
)
def test_a_good_token_in_the_wrong_place_is_refused(changes: dict[str, Any], text: str) -> None:
    """Holder, host, version and dates each have their own text."""
    assert refusal(TOKENS[0], **changes) == text


def test_first_and_last_second_are_valid() -> None:
    """Both dates belong to the time of validity."""
    claims = check(TOKENS[0])
    assert check(TOKENS[0], at=claims.valid_from) == check(TOKENS[0], at=claims.valid_until) == claims


def test_what_the_host_does_not_ask_is_not_compared() -> None:
    """None stands for any; a newer CAL serves an older host; the right holder is accepted."""
    claims = check(TOKENS[0], host=None, holder=None, host_version=None)
    assert check(TOKENS[0], holder=claims.holder, host_version=claims.version - 1) == claims


def test_another_key_under_the_same_name_is_refused() -> None:
    """The pinned key decides, not the name in the token."""
    stranger = replace(PINNED, public_key=SigningKey(bytes(32)).public)
    with pytest.raises(BadToken, match="signature is not valid"):
        check_token(TOKENS[0], stranger, at=AT, host=None, holder=None, host_version=None)


def test_no_token_of_another_batch_borrows_a_seal() -> None:
    """A path and a seal of different batches do not go together."""
    one, two = Token.from_bytes(TOKENS[1]), Token.from_bytes(TOKENS[3])
    assert refusal(replace(one, seal=two.seal).to_bytes())


@BOUNDED
@given(CLAIMS)
def test_claims_survive(claims: Claims) -> None:
    """Packing and unpacking is identity, and there is one packing."""
    data = pack_claims(claims)
    assert unpack_claims(data) == claims
    assert pack_claims(unpack_claims(data)) == data


@settings(max_examples=50, deadline=None)
@given(st.lists(CLAIMS, min_size=1, max_size=20), st.data())
def test_any_batch_gives_tokens_that_check(batch: list[Claims], data: st.DataObject) -> None:
    """From claims to token to claims."""
    packed, salt = [pack_claims(claims) for claims in batch], bytes(range(16))
    leaves = [merkle.leaf_hash(salt, one) for one in packed]
    place: dict[str, Any] = {"server_id": PINNED.server_id, "epoch": PINNED.epoch}
    seal = seal_batch(leaves, KEY, **place, generation=0, position=(1 << 64) - 1, head=bytes(32))
    index = data.draw(st.integers(0, len(batch) - 1))
    token = Token(packed[index], salt, index, merkle.path(leaves, index), seal).to_bytes()
    assert Token.from_bytes(token).to_bytes() == token
    claims = batch[index]
    if claims.valid_from <= claims.valid_until:
        assert check(token, at=claims.valid_from, host=claims.host, host_version=claims.version) == claims


@BOUNDED
@given(st.sampled_from(TOKENS), st.data())
def test_no_changed_bit_is_accepted(token: bytes, data: st.DataObject) -> None:
    """One flipped bit anywhere is a BadToken."""
    place = data.draw(st.integers(0, len(token) * 8 - 1))
    changed = bytearray(token)
    changed[place // 8] ^= 1 << place % 8
    assert refusal(bytes(changed), host=None, host_version=None)


@BOUNDED
@given(st.sampled_from(TOKENS), st.data())
def test_no_part_of_a_token_is_accepted(token: bytes, data: st.DataObject) -> None:
    """A token cut anywhere is a BadToken."""
    assert refusal(token[: data.draw(st.integers(0, len(token) - 1))])


@BOUNDED
@given(st.binary(max_size=3000))
def test_garbage_is_a_bad_token(data: bytes) -> None:
    """Garbage raises its own error only, whether read as a token or as claims."""
    assert refusal(data)
    with pytest.raises(BadToken):
        unpack_claims(data)


def test_the_largest_batch_fits_an_rdp_client() -> None:
    """Even a path of 32 hashes leaves the token below its limit."""
    token = Token.from_bytes(TOKENS[0])
    large = replace(token, path=(bytes(32),) * 32, seal=replace(token.seal, size=(1 << 32) - 1, position=(1 << 64) - 1))
    assert len(large.to_bytes()) <= TOKEN_LIMIT
    assert Token.from_bytes(large.to_bytes()) == large


@pytest.mark.parametrize(
    "changes", [{"cal_id": bytes(15)}, {"cal_type": 3}, {"cal_type": True}, {"temporary": 1}, {"pack": -1}]
)
def test_wrong_claims_are_not_packed(changes: dict[str, Any]) -> None:
    """The maker is held to the same rules as the reader."""
    with pytest.raises(BadToken):
        pack_claims(replace(check(TOKENS[0]), **changes))


@pytest.mark.parametrize("changes", [{"epoch": 0}, {"epoch": 256}, {"server_id": bytes(17)}, {"head": bytes(31)}])
def test_a_wrong_seal_is_not_signed(changes: dict[str, Any]) -> None:
    """Nothing out of range reaches the key."""
    place: dict[str, Any] = {
        "server_id": PINNED.server_id,
        "epoch": 1,
        "generation": 0,
        "position": 1,
        "head": bytes(32),
    }
    with pytest.raises(BadToken):
        seal_batch([bytes(32)], KEY, **(place | changes))
    with pytest.raises(BadToken):
        seal_batch([], KEY, **place)
