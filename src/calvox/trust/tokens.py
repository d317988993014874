"""CALVOX-TOKEN-1: the bytes that prove a CAL to a session host which asks nobody.

Decides how a token is written, signed and checked. One Ed25519 signature covers a batch of the ledger; each token
proves by a Merkle path that its claims stand in that batch.

Rules:
- Claims travel as bytes and are hashed as received; they are read only after the signature has been verified.
- A token has at most `TOKEN_LIMIT` bytes, one version, thirteen fields of exact types and lengths, in canonical bytes.
- Whatever is wrong with a token is a `BadToken`, with a text for each reason, in bounded time.

It leaves to its callers: licensing time (the high-water rule), revocation against the last list, generations after a
restore, and that only committed entries are signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from calvox.common.errors import BadInput, BadSignature, BadToken
from calvox.common.i18n import t
from calvox.trust import canonical, keys, merkle

LABEL = b"CALVOX-TOKEN-1"
TOKEN_LIMIT = 2048
"""Bytes of a token, at most: what an RDP client can keep."""
CLAIMS_LIMIT = 512
"""Bytes of claims, at most; real ones have about 120."""
SERVER_ID_SIZE = 18

_VERSION = 1
_MOMENT_END = 1 << 63


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says of one CAL."""

    cal_id: bytes
    """The CAL's identifier, 16 bytes."""
    cal_type: int
    """0 per device, 1 per user, 2 per session."""
    version: int
    """Product version that the CAL serves, as spoken in a request (8 = 2025)."""
    holder: bytes
    """SHA-256 that stands for the device or user, 32 bytes."""
    host: bytes
    """The session host it was made for, 16 bytes."""
    valid_from: int
    """First second at which it is valid, UTC."""
    valid_until: int
    """Last second at which it is valid, UTC."""
    temporary: bool
    """Whether this is the one temporary CAL of a device's life."""
    pack: int
    """Sequence of the request that bought its pack; 0 = from no pack."""


@dataclass(frozen=True, slots=True)
class Seal:
    """The signature over a batch, and everything it covers."""

    server_id: bytes
    """The licence server's ID, 18 bytes."""
    epoch: int
    """Its epoch, in full: 1 to 255."""
    generation: int
    """The ledger's generation: one more after each restore."""
    position: int
    """Sequence of the batch's last entry."""
    head: bytes
    """Hash of the batch's last entry, 32 bytes."""
    size: int
    """Number of leaves in the batch."""
    root: bytes
    """Merkle root of the batch, 32 bytes."""
    signature: bytes
    """Ed25519 signature over `seal_message`, 64 bytes."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """The licence server that a session host was enrolled with."""

    server_id: bytes
    """Its ID, 18 bytes."""
    epoch: int
    """Its epoch, in full."""
    public_key: bytes
    """Its Ed25519 key, 32 bytes."""


@dataclass(frozen=True, slots=True)
class Token:
    """Claims, and the proof that they stand in a signed batch."""

    claims: bytes
    """Packed claims, exactly as they were hashed."""
    salt: bytes
    """The leaf's salt, 16 bytes."""
    index: int
    """The leaf's place in the batch, from 0."""
    path: tuple[bytes, ...]
    """Hashes from the leaf's neighbour up to below the root, 32 bytes each."""
    seal: Seal
    """The batch's signature."""

    def to_bytes(self) -> bytes:
        """Write the token."""
        s = self.seal
        sealed = [s.server_id, s.epoch, s.generation, s.position, s.head, s.size, s.root, s.signature]
        return canonical.encode([_VERSION, self.claims, self.salt, self.index, self.path, *sealed])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Token":
        """Read a token; only its form is checked.

        Raises:
            BadToken: These bytes are no token.
        """
        fields = _decoded(data, TOKEN_LIMIT)
        if not isinstance(fields, list) or len(fields) != 13 or type(fields[0]) is not int:
            raise BadToken(t("This is not a token"))
        if fields[0] != _VERSION:
            raise BadToken(t("A token of an unknown version"))
        _, claims, salt, index, path, server_id, epoch, generation, position, head, size, root, signature = fields
        _check_lengths((salt, 16), (server_id, SERVER_ID_SIZE), (head, 32), (root, 32), (signature, 64))
        _check_ranges((epoch, 1, 1 << 8), (generation, 0, 1 << 32), (position, 0, 1 << 64), (size, 1, 1 << 32))
        _check_ranges((index, 0, size))
        if not isinstance(claims, bytes) or not isinstance(path, list):
            raise BadToken(t("This is not a token"))
        _check_lengths(*((step, 32) for step in path))
        seal = Seal(server_id, epoch, generation, position, head, size, root, signature)
        return cls(claims, salt, index, tuple(path), seal)


def _decoded(data: bytes, limit: int) -> Any:
    try:
        return canonical.decode(data, limit=limit)
    except BadInput as error:
        raise BadToken(error.message) from error


def _check_lengths(*fields: tuple[object, int]) -> None:
    for value, length in fields:
        if not isinstance(value, bytes) or len(value) != length:
            raise BadToken(t("A field of {length} bytes is not well formed", length=length))


def _check_ranges(*fields: tuple[object, int, int]) -> None:
    for value, first, end in fields:
        if isinstance(value, bool) or not isinstance(value, int) or not first <= value < end:
            raise BadToken(t("A number in the token is out of range"))


def pack_claims(claims: Claims) -> bytes:
    """Write claims as canonical bytes."""
    _check_claims(claims)
    values = (
        claims.cal_id,
        int(claims.cal_type),
        int(claims.version),
        claims.holder,
        claims.host,
        claims.valid_from,
        claims.valid_until,
        claims.temporary,
        claims.pack,
    )
    return canonical.encode_in_order(dict(enumerate(values, start=1)))


def unpack_claims(data: bytes) -> Claims:
    """Read claims, whoever wrote them.

    Raises:
        BadToken: A key, type, length or range is not exactly as it must be.
    """
    fields = _decoded(data, CLAIMS_LIMIT)
    if not isinstance(fields, dict) or list(fields) != list(range(1, 10)):
        raise BadToken(t("The token's claims are not well formed"))
    claims = Claims(*fields.values())
    _check_claims(claims)
    return claims


def _check_claims(claims: Claims) -> None:
    _check_lengths((claims.cal_id, 16), (claims.holder, 32), (claims.host, 16))
    _check_ranges((claims.cal_type, 0, 3), (claims.version, 0, 64), (claims.pack, 0, 1024))
    _check_ranges((claims.valid_from, 0, _MOMENT_END), (claims.valid_until, 0, _MOMENT_END))
    if not isinstance(claims.temporary, bool):
        raise BadToken(t("The token's claims are not well formed"))


def seal_message(
    server_id: bytes, epoch: int, generation: int, position: int, head: bytes, size: int, root: bytes
) -> bytes:
    """Lay out what is signed for a batch."""
    _check_lengths((server_id, SERVER_ID_SIZE), (head, 32), (root, 32))
    _check_ranges((epoch, 1, 1 << 8), (generation, 0, 1 << 32), (position, 0, 1 << 64), (size, 1, 1 << 32))
    numbers = generation.to_bytes(4) + position.to_bytes(8)
    return LABEL + server_id + epoch.to_bytes(1) + numbers + head + size.to_bytes(4) + root


def seal_batch(
    leaves: Sequence[bytes],
    key: keys.SigningKey,
    *,
    server_id: bytes,
    epoch: int,
    generation: int,
    position: int,
    head: bytes,
) -> Seal:
    """Sign a committed batch of at least one leaf; the tokens take their paths from `merkle.paths`."""
    size, root = len(leaves), merkle.root(leaves)
    signature = key.sign(seal_message(server_id, epoch, generation, position, head, size, root))
    return Seal(server_id, epoch, generation, position, head, size, root, signature)


def check_token(
    data: bytes,
    pinned: Pinned,
    *,
    at: int,
    host: bytes | None,
    holder: bytes | None,
    host_version: int | None,
) -> Claims:
    """Verify a token as a session host does, alone.

    Args:
        data: The token, as received.
        pinned: The licence server that must have signed it.
        at: Licensing time.
        host: The host that it must have been made for; None = any.
        holder: Whom it must belong to; None = anybody.
        host_version: The version that it must serve; None = any.

    Raises:
        BadToken: Its text says what is wrong.
    """
    token = Token.from_bytes(data)
    check_seal(token.seal, pinned)
    leaf = merkle.leaf_hash(token.salt, token.claims)
    if merkle.root_from_path(leaf, token.index, token.seal.size, token.path) != token.seal.root:
        raise BadToken(t("The token does not stand in the signed batch"))
    claims = unpack_claims(token.claims)
    _check_fit(claims, host=host, holder=holder, host_version=host_version)
    _check_dates(claims, at)
    return claims


def check_seal(seal: Seal, pinned: Pinned) -> None:
    """Verify that the pinned licence server signed a batch.

    Raises:
        BadToken: Another server or epoch, or not its signature.
    """
    if seal.server_id != pinned.server_id:
        raise BadToken(t("The token comes from another licence server"))
    if seal.epoch != pinned.epoch:
        raise BadToken(t("The token comes from another epoch of the licence server"))
    message = seal_message(seal.server_id, seal.epoch, seal.generation, seal.position, seal.head, seal.size, seal.root)
    try:
        keys.verify(pinned.public_key, message, seal.signature)
    except BadSignature as error:
        raise BadToken(t("The token's signature is not valid")) from error


def _check_fit(claims: Claims, *, host: bytes | None, holder: bytes | None, host_version: int | None) -> None:
    if holder is not None and claims.holder != holder:
        raise BadToken(t("The token belongs to another holder"))
    if host is not None and claims.host != host:
        raise BadToken(t("The token was made for another session host"))
    if host_version is not None and claims.version < host_version:
        raise BadToken(t("The token's CAL is for an older version than this session host"))


def _check_dates(claims: Claims, at: int) -> None:
    if at < claims.valid_from:
        raise BadToken(t("The token is not valid yet"))
    if at > claims.valid_until:
        raise BadToken(t("The token has expired"))
