"""Merkle trees shaped as in RFC 9162 §2.1: a short path proves that a leaf stands in a signed batch.

Rules:
- Leaf = SHA-256(00 ‖ salt ‖ what is proven), node = SHA-256(01 ‖ left ‖ right); the root of no leaves is SHA-256 of
  nothing. The two first bytes keep a node from passing for a leaf.
- A path has exactly the length that index and size give, and each of its hashes exactly 32 bytes.

Trees are built level by level: a node without a right neighbour rises unchanged, which gives the shape that the RFC
defines by splitting at the largest power of two. Who signs the root is left to `tokens`.
"""

from collections.abc import Sequence
from hashlib import sha256

from calvox.common.errors import BadToken
from calvox.common.i18n import t

HASH_SIZE = 32
"""Bytes of a leaf, a node, a root."""
SALT_SIZE = 16
"""Bytes of a leaf's salt."""


def leaf_hash(salt: bytes, claims: bytes) -> bytes:
    """Hash what is proven, with its salt of exactly 16 bytes."""
    if len(salt) != SALT_SIZE:
        raise BadToken(t("The salt has not {size} bytes", size=SALT_SIZE))
    return sha256(b"\x00" + salt + claims).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Build the tree: the leaves first, the root last."""
    levels = [list(leaves)]
    while len(below := levels[-1]) > 1:
        above = [_node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        levels.append([*above, below[-1]] if len(below) % 2 else above)
    return levels


def root(leaves: Sequence[bytes]) -> bytes:
    """Compute the root of a batch."""
    return _levels(leaves)[-1][0] if leaves else sha256(b"").digest()


def path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Compute one leaf's path, nearest neighbour first."""
    if not 0 <= index < len(leaves):
        raise BadToken(t("There is no leaf {index} in a batch of {size}", index=index, size=len(leaves)))
    return _path(_levels(leaves), index)


def paths(leaves: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """Compute every leaf's path from one tree."""
    levels = _levels(leaves)
    return [_path(levels, index) for index in range(len(leaves))]


def _path(levels: list[list[bytes]], index: int) -> tuple[bytes, ...]:
    found: list[bytes] = []
    for level in levels:
        if (neighbour := index ^ 1) < len(level):
            found.append(level[neighbour])
        index >>= 1
    return tuple(found)


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Climb from a leaf to the root that its path claims (RFC 9162 §2.1.3.2).

    Raises:
        BadToken: The index lies outside the batch, or the path has another length than index and size give.
    """
    if not 0 <= index < size:
        raise BadToken(t("There is no leaf {index} in a batch of {size}", index=index, size=size))
    here, last, climbed = index, size - 1, leaf
    for neighbour in path:
        if last == 0 or len(neighbour) != HASH_SIZE:
            raise BadToken(t("The path to the root is not well formed"))
        while here == last and not here & 1:  # This node has no right neighbour: it rises unchanged.
            here, last = here >> 1, last >> 1
        climbed = _node(neighbour, climbed) if here & 1 else _node(climbed, neighbour)
        here, last = here >> 1, last >> 1
    if last:
        raise BadToken(t("The path to the root is not well formed"))
    return climbed
