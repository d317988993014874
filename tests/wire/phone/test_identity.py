"""Server ID and retirement proof, beyond the published cases."""

import pytest

from calvox.common.errors import BadCode, BadInput
from calvox.wire.phone.identity import retirement_matches, retirement_secret, server_id, server_id_fields

ROOT, KEY = bytes(range(32)), bytes(32)


def test_every_stored_part_changes_the_proof() -> None:
    """Another root, key, fingerprint or epoch is another server."""
    secrets = {
        retirement_secret(*stored)
        for stored in ((ROOT, KEY, b"", 1), (KEY, KEY, b"", 1), (ROOT, ROOT, b"", 1), (ROOT, KEY, b"x", 1))
    }
    assert len(secrets | {retirement_secret(ROOT, KEY, b"", 2), retirement_secret(ROOT, KEY, b"", 17)}) == 6


def test_epochs_16_apart_differ_in_the_digest_alone() -> None:
    """The ID shows four bits of the epoch; the proof takes it whole."""
    one, other = (server_id(retirement_secret(ROOT, KEY, b"", e), epoch=e) for e in (1, 17))
    assert server_id_fields(one).epoch == server_id_fields(other).epoch == 1
    assert one != other


@pytest.mark.parametrize(
    ("root", "key", "epoch"), [(b"", KEY, 1), (ROOT, KEY[:-1], 1), (ROOT, KEY, 0), (ROOT, KEY, 256), (ROOT, KEY, -1)]
)
def test_bad_parts_are_refused(root: bytes, key: bytes, epoch: int) -> None:
    """Lengths and the epoch's bounds are kept."""
    with pytest.raises(BadInput):
        retirement_secret(root, key, b"", epoch)


def test_a_wrong_proof_is_refused() -> None:
    """One bit off is another secret."""
    data = server_id(99, epoch=3)
    retirement_matches(data, 99)
    for wrong in (98, 99 | 1 << 109):
        with pytest.raises(BadCode):
            retirement_matches(data, wrong)
    with pytest.raises(BadInput):
        retirement_matches(data, 1 << 110)


def test_unknown_formats_and_products_are_refused_by_name() -> None:
    """A later format or another product is said to be just that."""
    data = server_id(99, epoch=3)
    with pytest.raises(BadCode, match="format 2"):
        server_id_fields(bytes([2]) + data[1:])
    with pytest.raises(BadCode, match="product 3"):
        server_id_fields(bytes([0, 0x33]) + data[2:])
    with pytest.raises(BadCode, match="product 2"):
        server_id(99, product=2, epoch=3)
    for bad in (b"", data[1:], data + b"\0", b"\xff" * 18):
        with pytest.raises(BadInput):
            server_id_fields(bad)
