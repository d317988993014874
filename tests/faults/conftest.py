"""What the tests of faults share."""

from functools import cache

import pytest

from calvox.server import keys, retire
from calvox.wire.phone.identity import retirement_secret


@pytest.fixture(autouse=True)
def _remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute a server's ID once for the same secrets: it is slow on purpose, and a start computes it again."""
    remembered = cache(retirement_secret)
    monkeypatch.setattr(keys, "retirement_secret", remembered)
    monkeypatch.setattr(retire, "retirement_secret", remembered)
