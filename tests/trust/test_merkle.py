"""Merkle trees: the published roots, every path of every small tree, and paths that must not climb."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadToken
from calvox.trust.merkle import leaf_hash, path, paths, root, root_from_path

# The inputs and roots that Certificate Transparency's own code tests with.
CT_INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_LEAVES = [sha256(b"\x00" + bytes.fromhex(given)).digest() for given in CT_INPUTS]


def leaves_of(size: int) -> list[bytes]:
    """Invent leaves."""
    return [sha256(b"%d" % number).digest() for number in range(size)]


def defined_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """Follow RFC 9162 §2.1.3.1 to the letter."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if index < k:
        return [*defined_path(index, leaves[:k]), root(leaves[k:])]
    return [*defined_path(index - k, leaves[k:]), root(leaves[:k])]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    """Eight published trees."""
    assert root(CT_LEAVES[:size]).hex() == CT_ROOTS[size - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    """RFC 9162 §2.1.1."""
    assert root([]) == sha256(b"").digest()
    assert paths([]) == []


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65, 100, 127, 128, 129])
def test_every_leaf_climbs_to_the_root(size: int) -> None:
    """Each path is the RFC's, and leads from its leaf to the root."""
    leaves = leaves_of(size)
    every = paths(leaves)
    assert len(every) == size
    for index, found in enumerate(every):
        assert found == path(leaves, index) == tuple(defined_path(index, leaves))
        assert root_from_path(leaves[index], index, size, found) == root(leaves)


@pytest.mark.parametrize("size", range(1, 18))
def test_no_other_index_or_length_climbs(size: int) -> None:
    """A path fits its own index, and exactly its own length."""
    leaves = leaves_of(size)
    top = root(leaves)
    for index, found in enumerate(paths(leaves)):
        for wrong in (found[:-1] if found else (top,), (*found, top), (top, *found), (*found, *found, top)):
            with pytest.raises(BadToken):
                root_from_path(leaves[index], index, size, wrong)
        for other in range(size):
            if other != index:
                assert not climbs(leaves[index], other, size, found, top)


def climbs(leaf: bytes, index: int, size: int, steps: tuple[bytes, ...], top: bytes) -> bool:
    """Try a path."""
    try:
        return root_from_path(leaf, index, size, steps) == top
    except BadToken:
        return False


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (1, 1), (2, 1), (0, 0), (0, -1), (1 << 40, 3)])
def test_an_index_outside_the_batch_is_refused(index: int, size: int) -> None:
    """The index lies below the size."""
    with pytest.raises(BadToken):
        root_from_path(bytes(32), index, size, ())
    with pytest.raises(BadToken):
        path(leaves_of(max(size, 0)), index)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(-1, 1 << 64),
    st.integers(-1, 1 << 64),
    st.lists(st.binary(max_size=33) | st.just(bytes(32)), max_size=70),
)
def test_garbage_raises_only_its_own_error(index: int, size: int, steps: list[bytes]) -> None:
    """Any index, size and path give a hash or a BadToken."""
    try:
        assert len(root_from_path(bytes(32), index, size, steps)) == 32
    except BadToken:
        return


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_of_another_length_is_refused(length: int) -> None:
    """Else a neighbour could borrow bytes from a leaf."""
    with pytest.raises(BadToken):
        root_from_path(bytes(32), 0, 2, (bytes(length),))


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_salt_of_another_length_is_refused(length: int) -> None:
    """Else a salt could borrow bytes from the claims."""
    with pytest.raises(BadToken):
        leaf_hash(bytes(length), b"claims")


def test_a_node_never_passes_for_a_leaf() -> None:
    """Leaves and nodes are hashed under different first bytes."""
    salt, claims = bytes(range(16)), bytes(range(16, 64))
    assert leaf_hash(salt, claims) == sha256(b"\x00" + salt + claims).digest()
    assert leaf_hash(salt, claims) != root([salt + claims[:16], claims[16:]])
