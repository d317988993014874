"""Listening: an address that cannot be used is named."""

import pytest

from calvox.apps.serving import bind
from calvox.common.errors import BadInput


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "256.1.1.1:1"])
def test_an_address_that_cannot_be_used_is_refused(address: str) -> None:
    """In words; no bare error of the system."""
    with pytest.raises(BadInput):
        bind(address)
