"""Who signs a journal's batches.

The label and the layout are those of the tokens (CALVOX-TOKEN-1), so that a token can show the very signature that its
batch carries; another journal signs under another label.
"""

from typing import Protocol

from calvox.trust.keys import SigningKey, verify


class Sealer(Protocol):
    """Signs batches, and checks what was signed."""

    @property
    def context(self) -> bytes:
        """Whose journal this is now; stored with each batch."""

    def sign(self, position: int, head: bytes, size: int, root: bytes) -> bytes:
        """Sign a batch in the present context."""

    def check(self, context: bytes, position: int, head: bytes, size: int, root: bytes, signature: bytes) -> None:
        """Verify a batch in the context that it was signed in.

        Raises:
            BadSignature: it was not signed by this journal's key.
        """


class LabelledSealer:
    """An Ed25519 key under a label."""

    def __init__(self, label: bytes, context: bytes, key: SigningKey) -> None:
        self._label = label
        self._key = key
        self.context = context

    def _message(self, context: bytes, position: int, head: bytes, size: int, root: bytes) -> bytes:
        numbers = position.to_bytes(8, "big") + head + size.to_bytes(4, "big")
        return b"".join((self._label, context, numbers, root))

    def sign(self, position: int, head: bytes, size: int, root: bytes) -> bytes:
        """Sign label, context, position, head, size and root."""
        return self._key.sign(self._message(self.context, position, head, size, root))

    def check(self, context: bytes, position: int, head: bytes, size: int, root: bytes, signature: bytes) -> None:
        """Verify against the same key's public half."""
        verify(self._key.public, self._message(context, position, head, size, root), signature)
