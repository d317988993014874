"""What a licence server signs for its hosts: the policy, the revocation list, the outage voucher.

Decides what the bodies of these statements say; how they are signed and numbered is `calvox.trust.statements`. A body names
the server and epoch that signed it, and one of another is refused. An unknown key is ignored, so that a host and a server a
version apart work together; a known one of another type is refused.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from calvox.common.errors import BadInput, BadSignature
from calvox.common.i18n import t
from calvox.trust.keys import SigningKey
from calvox.trust.statements import open_statement, sign_statement
from calvox.trust.tokens import Pinned

POLICY, REVOKED, VOUCHER = "CALVOX-POLICY-1", "CALVOX-REVOKED-1", "CALVOX-VOUCHER-1"
LIMIT = 1 << 20
"""Bytes of a statement, at most."""
ID_SIZE = 16


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every body."""

    server_id: bytes
    """18 bytes."""
    epoch: int
    generation: int
    issued: int
    """When it was signed, seconds UTC."""


class Policy(Body, frozen=True, kw_only=True):
    """How hosts are to behave, the same for every host of a group."""

    mode: str = ""
    """device, user or session; empty: as the host's own settings say."""
    servers: tuple[str, ...] = ()
    """Addresses of licence servers in the order in which to ask; empty: as the host's own settings say."""
    fail_open: bool = True
    """Whether somebody is let in when neither a CAL nor a refusal can be had."""
    outage_hours: int = 0
    """Hours for which a CAL from a voucher is good; 0: no vouchers."""
    restored_position: int = 0
    """Position at which the last restore began; 0 = none."""
    restored: int = 0
    """When that was, seconds UTC."""
    next_server_id: bytes = b""
    """Signed under the ID of an earlier epoch: the server's ID now, 18 bytes, of the same key; empty: it is still this one."""
    next_epoch: int = 0
    """The epoch of that ID."""


class Revoked(Body, frozen=True, kw_only=True):
    """CALs that this host must not honour any more."""

    host: bytes
    """16 bytes."""
    cal_ids: tuple[bytes, ...] = ()
    """Revoked and not yet expired, 16 bytes each."""


class Voucher(Body, frozen=True, kw_only=True):
    """What a host may give out while no licence server answers."""

    voucher: bytes
    """16 bytes."""
    host: bytes
    """16 bytes."""
    count: int
    """CALs, at most."""
    hours: int
    """For how long each is good."""
    until: int
    """Last second at which one may be given out, UTC."""


def sign(label: str, number: int, body: Body, key: SigningKey) -> bytes:
    """Sign a body; `number` is above that of every earlier one under this label."""
    return sign_statement(label, number, msgspec.to_builtins(body, builtin_types=(bytes,)), key)


def open_policy(data: bytes, pinned: Pinned, *, at_least: int = 0) -> tuple[int, Policy]:
    """Verify and read a policy; give its number too.

    Raises:
        BadInput: it is none.
        BadSignature: another server, epoch or key signed it, or its number is below the one held.
    """
    return _open(POLICY, data, pinned, at_least, Policy)


def open_revoked(data: bytes, pinned: Pinned, host: bytes, *, at_least: int = 0) -> tuple[int, Revoked]:
    """Verify and read a revocation list of this host; raises as `open_policy`."""
    number, body = _open(REVOKED, data, pinned, at_least, Revoked)
    _check_host(body.host, host)
    return number, body


def open_voucher(data: bytes, pinned: Pinned, host: bytes, *, at_least: int = 0) -> tuple[int, Voucher]:
    """Verify and read an outage voucher of this host; raises as `open_policy`."""
    number, body = _open(VOUCHER, data, pinned, at_least, Voucher)
    _check_host(body.host, host)
    if len(body.voucher) != ID_SIZE or min(body.count, body.hours, body.until) < 0:
        raise BadInput(t("This is not a signed statement"))
    return number, body


def _open(label: str, data: bytes, pinned: Pinned, at_least: int, kind: Any) -> tuple[int, Any]:
    number, content = open_statement(label, data, pinned.public_key, at_least=at_least, limit=LIMIT)
    body = _read(content, kind)
    if (body.server_id, body.epoch) != (pinned.server_id, pinned.epoch):
        raise BadSignature(t("This statement is of another licence server than the one this host is enrolled with"))
    return number, body


def _read(content: Mapping[Any, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(content, kind, builtin_types=(bytes,))
    except (msgspec.ValidationError, RecursionError) as error:
        raise BadInput(t("The statement is not well formed: {why}", why=str(error))) from error


def _check_host(told: bytes, own: bytes) -> None:
    if told != own:
        raise BadSignature(t("This statement is for another session host"))
