"""Signed statements of a licence server to its hosts: policy, revocation list, outage voucher.

Decides how a numbered statement is written and accepted.

Rules:
- Signed is the label ("CALVOX-POLICY-1") followed by the canonical bytes of [number, body]; sent are those bytes and
  the signature, in one canonical list. A statement of one kind can therefore never pass for one of another.
- The signature is verified before the content is read.
- A lower number than the one already held is never accepted.

It leaves to its callers what a body says, which number they hold, and whether it names the right server and epoch.
"""

from collections.abc import Mapping
from re import fullmatch
from typing import Any

from calvox.common.errors import BadInput, BadSignature
from calvox.common.i18n import t
from calvox.trust import canonical, keys

_NUMBER_END = 1 << 63


def sign_statement(label: str, number: int, body: Mapping[Any, Any], key: keys.SigningKey) -> bytes:
    """Write and sign a statement.

    Args:
        label: Kind and version, as "CALVOX-POLICY-1".
        number: Above that of every earlier statement of this kind.
        body: What canonical bytes can hold.
        key: The licence server's key.
    """
    if not 0 <= number < _NUMBER_END:
        raise BadInput(t("The statement's number is out of range"))
    content = canonical.encode([number, dict(body)])
    return canonical.encode([content, key.sign(_prefix(label) + content)])


def open_statement(
    label: str, data: bytes, public_key: bytes, *, at_least: int, limit: int
) -> tuple[int, dict[Any, Any]]:
    """Verify a statement and read its number and body.

    Args:
        label: The kind awaited here.
        data: The statement, as received.
        public_key: The licence server's key, as pinned.
        at_least: The number already held.
        limit: Bytes it may have.

    Raises:
        BadInput: These bytes are no statement.
        BadSignature: Another key, another kind, changed, or a lower number than the one held.
    """
    match canonical.decode(data, limit=limit):
        case [bytes() as content, bytes() as signature]:
            keys.verify(public_key, _prefix(label) + content, signature)
        case _:
            raise BadInput(t("This is not a signed statement"))
    match canonical.decode(content, limit=limit):
        case [int() as number, dict() as body] if not isinstance(number, bool) and 0 <= number < _NUMBER_END:
            _check_number(number, at_least)
            return number, body
    raise BadInput(t("This is not a signed statement"))


def _check_number(number: int, at_least: int) -> None:
    if number < at_least:
        raise BadSignature(
            t("Statement number {number} is older than number {held}, already held", number=number, held=at_least)
        )


def _prefix(label: str) -> bytes:
    if not fullmatch(r"CALVOX-[A-Z-]+-[1-9][0-9]*", label):
        raise BadInput(t("{label} is not the label of a statement", label=label))
    return label.encode()
