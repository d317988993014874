"""Holders as 32 bytes, and the references under which the ledger knows them."""

import pytest

from calvox.common.errors import BadInput
from calvox.core.holders import LONGEST_NAME, holder_of, reference_of
from calvox.core.products import CalType


def test_a_name_is_one_holder_however_it_is_written() -> None:
    """Case and surrounding spaces do not matter."""
    assert {holder_of(CalType.USER, text) for text in ("Alice", "ALICE", " alice ")} == {
        holder_of(CalType.USER, "alice")
    }
    assert holder_of(CalType.USER, "STRASSE") == holder_of(CalType.USER, "straße")


def test_holders_do_not_meet() -> None:
    """Another name or another type is another holder."""
    found = {holder_of(kind, name) for kind in CalType for name in ("a", "b", "a b")}
    assert len(found) == 9
    assert all(len(holder) == 32 for holder in found)


def test_holders_never_change() -> None:
    """Tokens that are out bear them."""
    expected = "c740ea9f5e73c365"
    assert holder_of(CalType.DEVICE, "pc-1").hex()[:16] == expected


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\0b", "x" * (LONGEST_NAME + 1), "\u202e"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    """Empty, too long, or with signs that are not shown."""
    with pytest.raises(BadInput):
        holder_of(CalType.USER, name)


def test_the_longest_name_is_taken() -> None:
    """Up to the limit and not beyond."""
    assert len(holder_of(CalType.USER, "x" * LONGEST_NAME)) == 32


def test_a_reference_depends_on_its_salt() -> None:
    """So that erasing the salt erases who it was."""
    holder = holder_of(CalType.USER, "alice")
    references = {reference_of(bytes([n]) * 16, holder) for n in range(8)}
    assert len(references) == 8
    assert holder not in references
    assert reference_of(bytes(16), holder) == reference_of(bytes(16), holder)
