"""Tokens: the signature, the check that a session host makes, the tree over a batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.lines import Group, Lap, Line, Scale, Unit
from bench.timing import rate
from calvox.trust import merkle
from calvox.trust.keys import SigningKey, verify
from calvox.trust.tokens import Claims, Pinned, Token, check_token, pack_claims, seal_batch

SEED, NOW = bytes(range(32)), 1_800_000_000
LEAVES = 512
MESSAGE = bytes(106)
"""As long as what is signed for a batch."""


def _claims(number: int) -> bytes:
    holder = sha256(number.to_bytes(4, "big")).digest()
    return pack_claims(Claims(holder[:16], 0, 8, holder, bytes(16), NOW, NOW + 86_400, True, 0))


def _token(index: int) -> tuple[bytes, Pinned]:
    """Make a token of a full batch."""
    key, salt, server_id = SigningKey(SEED), bytes(16), bytes(18)
    packed = [_claims(number) for number in range(LEAVES)]
    leaves = [merkle.leaf_hash(salt, claims) for claims in packed]
    seal = seal_batch(leaves, key, server_id=server_id, epoch=1, generation=1, position=LEAVES, head=bytes(32))
    token = Token(packed[index], salt, index, merkle.path(leaves, index), seal)
    return token.to_bytes(), Pinned(server_id, 1, key.public)


@contextmanager
def _signatures(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    bare, ours = Ed25519PrivateKey.from_private_bytes(SEED), SigningKey(SEED)
    signature, public = ours.sign(MESSAGE), bare.public_key()
    token, pinned = _token(LEAVES // 3)

    def check() -> None:
        check_token(token, pinned, at=NOW, host=None, holder=None, host_version=None)

    yield [
        rate(lambda: bare.sign(MESSAGE), scale.seconds),
        rate(lambda: ours.sign(MESSAGE), scale.seconds),
        rate(lambda: public.verify(signature, MESSAGE), scale.seconds),
        rate(lambda: verify(ours.public, MESSAGE, signature), scale.seconds),
        rate(check, scale.seconds),
    ]


@contextmanager
def _tree(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    leaves, node = [sha256(number.to_bytes(4, "big")).digest() for number in range(LEAVES)], bytes(65)

    def hashes() -> None:
        for _ in range(LEAVES - 1):
            sha256(node).digest()

    yield [rate(hashes, scale.seconds), rate(lambda: merkle.root(leaves), scale.seconds)]


SIGN, VERIFY = "Ed25519 signature, cryptography alone", "Ed25519 verification, cryptography alone"
HASHES = f"{LEAVES - 1} SHA-256"
GROUPS = (
    Group(
        "tokens",
        (
            Line(SIGN, Unit.RATE),
            Line("Ed25519 signature", Unit.RATE, (SIGN,)),
            Line(VERIFY, Unit.RATE),
            Line("Ed25519 verification", Unit.RATE, (VERIFY,)),
            Line(f"token of a batch of {LEAVES} checked", Unit.RATE, (VERIFY,)),
        ),
        _signatures,
    ),
    Group("tokens", (Line(HASHES, Unit.RATE), Line(f"Merkle root of {LEAVES}", Unit.RATE, (HASHES,))), _tree),
)
