"""An entry and its place in the hash chain.

The hash covers everything that the entry holds and the hash before it, so that changing, removing or reordering one entry
shows at that entry. All fields but the last have a fixed length or a length in front, so no two entries share their bytes.
"""

import hashlib
from dataclasses import dataclass

LABEL = b"CALVOX-JOURNAL-1 entry"
GENESIS = bytes(32)
"""The hash before the first entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded fact."""

    sequence: int
    """Position in the chain, from 1."""
    time: int
    """Seconds since 1970-01-01 UTC."""
    kind: str
    """The kind of fact, in the past tense; ASCII, 255 bytes at most."""
    version: int
    """Version of that kind's body, 1 to 65535."""
    body: bytes
    """The fact in canonical bytes."""
    leaf: bytes
    """32 bytes that go into the batch's Merkle tree, or none."""
    hash: bytes
    """Hash of this entry, which covers the one before, 32 bytes."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The entries of one commit, under one signature."""

    first: int
    """Sequence of the first entry."""
    last: int
    """Sequence of the last entry: the position that was signed."""
    head: bytes
    """Hash of the last entry, 32 bytes."""
    context: bytes
    """Whose journal it is, as its sealer writes it (a ledger: server ID, epoch, generation)."""
    leaves: tuple[bytes, ...]
    """The leaves of its entries, in order."""
    root: bytes
    """Merkle root of the leaves, 32 bytes."""
    signature: bytes
    """The sealer's signature over all of it."""


def entry_hash(previous: bytes, sequence: int, time: int, kind: str, version: int, leaf: bytes, body: bytes) -> bytes:
    """Chain an entry to the one before."""
    name = kind.encode("ascii")
    return hashlib.sha256(
        b"".join(
            (
                LABEL,
                previous,
                sequence.to_bytes(8, "big"),
                time.to_bytes(8, "big"),
                version.to_bytes(2, "big"),
                bytes((len(name),)),
                name,
                bytes((len(leaf),)),
                leaf,
                body,
            )
        )
    ).digest()
