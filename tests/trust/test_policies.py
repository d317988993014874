"""A host takes policy, revocation list and voucher from its own licence server alone, and never an older one."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadInput, BadSignature
from calvox.trust import policies
from calvox.trust.keys import SigningKey
from calvox.trust.statements import sign_statement
from calvox.trust.tokens import Pinned

KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(32))
OWN = Pinned(b"S" * 18, 1, KEY.public)
HOST = b"H" * 16
ABOUT: dict[str, Any] = {"server_id": OWN.server_id, "epoch": 1, "generation": 0, "issued": 1_000}
POLICY = policies.Policy(**ABOUT, mode="user", servers=("https://a:1", "https://b:2"), outage_hours=8)
REVOKED = policies.Revoked(**ABOUT, host=HOST, cal_ids=(b"1" * 16, b"2" * 16))
VOUCHER = policies.Voucher(**ABOUT, voucher=b"v" * 16, host=HOST, count=3, hours=8, until=9_000)


def test_what_was_signed_is_read() -> None:
    """Each body comes back as it was, with its number."""
    assert policies.open_policy(policies.sign(policies.POLICY, 4, POLICY, KEY), OWN) == (4, POLICY)
    assert policies.open_revoked(policies.sign(policies.REVOKED, 5, REVOKED, KEY), OWN, HOST) == (5, REVOKED)
    assert policies.open_voucher(policies.sign(policies.VOUCHER, 6, VOUCHER, KEY), OWN, HOST) == (6, VOUCHER)


def test_another_server_key_kind_or_host_is_refused() -> None:
    """Another key, epoch, server, label or host proves nothing here."""
    with pytest.raises(BadSignature):
        policies.open_policy(policies.sign(policies.POLICY, 1, POLICY, OTHER), OWN)
    changes: tuple[dict[str, Any], ...] = ({"epoch": 2}, {"server_id": b"T" * 18})
    for change in changes:
        with pytest.raises(BadSignature):
            policies.open_policy(policies.sign(policies.POLICY, 1, msgspec.structs.replace(POLICY, **change), KEY), OWN)
    with pytest.raises(BadSignature):
        policies.open_policy(policies.sign(policies.REVOKED, 1, REVOKED, KEY), OWN)
    with pytest.raises(BadSignature):
        policies.open_revoked(policies.sign(policies.REVOKED, 1, REVOKED, KEY), OWN, b"J" * 16)
    with pytest.raises(BadSignature):
        policies.open_voucher(policies.sign(policies.VOUCHER, 1, VOUCHER, KEY), OWN, b"J" * 16)


def test_an_older_number_is_refused() -> None:
    """A lower number than the one held is refused; the same one is taken."""
    data = policies.sign(policies.POLICY, 4, POLICY, KEY)
    assert policies.open_policy(data, OWN, at_least=4)[0] == 4
    with pytest.raises(BadSignature):
        policies.open_policy(data, OWN, at_least=5)


def test_an_unknown_key_is_ignored_and_a_wrong_type_refused() -> None:
    """A newer server may say more; it may not say the same otherwise."""
    told = msgspec.to_builtins(POLICY, builtin_types=(bytes,))
    newer = sign_statement(policies.POLICY, 1, {**told, "later": 1}, KEY)
    assert policies.open_policy(newer, OWN) == (1, POLICY)
    wrongs: tuple[dict[str, Any], ...] = ({"mode": 3}, {"servers": "a"}, {"server_id": "S" * 18})
    for wrong in wrongs:
        with pytest.raises(BadInput):
            policies.open_policy(sign_statement(policies.POLICY, 1, {**told, **wrong}, KEY), OWN)


@given(st.binary(max_size=300))
def test_garbage_raises_our_own_errors(data: bytes) -> None:
    """Whatever comes, it is a statement or one of two errors."""
    with pytest.raises((BadInput, BadSignature)):
        policies.open_policy(data, OWN)
