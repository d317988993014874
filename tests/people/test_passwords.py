"""Passwords: bounds, and that nothing fits what is not there."""

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from calvox.common.errors import BadInput, Tampered
from calvox.people.passwords import LONGEST, SHORTEST, hash_password, password_fits


def test_the_right_password_fits_and_no_other() -> None:
    """Nor one that only begins like it, nor the hash itself."""
    hashed = hash_password("x" * LONGEST)
    assert password_fits(hashed, "x" * LONGEST)
    for wrong in ("", "x" * (LONGEST - 1), "x" * (LONGEST + 1), "X" * LONGEST, hashed):
        assert not password_fits(hashed, wrong)


def test_passwords_have_bounds() -> None:
    """Twelve characters are enough, eleven are not; so is an end to it."""
    hash_password("x" * SHORTEST)
    for bad in ("", "x" * (SHORTEST - 1), "x" * (LONGEST + 1)):
        with pytest.raises(BadInput, match="A password has at"):
            hash_password(bad)


def test_it_is_argon2id_with_memory() -> None:
    """And salted: the same password twice is two hashes."""
    one, other = hash_password("x" * SHORTEST), hash_password("x" * SHORTEST)
    chosen = extract_parameters(one)
    assert (chosen.type, chosen.memory_cost >= 19 * 1024) == (Type.ID, True)
    assert one != other


def test_nothing_fits_no_hash() -> None:
    """Not even what it was compared with to pass the time."""
    assert not password_fits("", "nobody's")
    assert not password_fits("", "")


@pytest.mark.parametrize("damaged", ["no hash", "$argon2id$v=19$", "$argon2id$v=19$m=65536,t=3,p=4$", "$2b$12$"])
def test_a_damaged_hash_is_told(damaged: str) -> None:
    """Whatever is typed."""
    with pytest.raises(Tampered):
        password_fits(damaged, "abc")
