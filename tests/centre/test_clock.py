"""An activation centre on a machine without a battery: nothing is founded, prepared or signed at a wrong time."""

from pathlib import Path

import pytest

from calvox.centre.signing import Signed
from calvox.common.clock import DAY, day_of
from calvox.common.errors import ClockWrong
from tests.centre.world import START, Centre, device


def test_no_centre_is_made_in_1970(tmp_path: Path) -> None:
    """Its certificates would have ended before anybody saw them."""
    with pytest.raises(ClockWrong):
        Centre(tmp_path / "centre", now=60).found()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_signed_at_a_wrong_time(centre: Centre) -> None:
    """The prepared call waits; once the clock is right it is signed with the right day."""
    prepared = centre.prepared(device(5, 1))
    before = len(centre.facts())
    centre.now = 3 * DAY
    for work in (lambda: centre.sign(prepared.call), lambda: centre.prepared(device(5, 2))):
        with pytest.raises(ClockWrong):
            work()
    assert len(centre.facts()) == before
    centre.now = START + 60
    signed = centre.sign(prepared.call)
    assert isinstance(signed, Signed)
    assert signed.issue_day == day_of(START)
