"""What an activation centre measures, and what it needs, in its own words."""

from pathlib import Path

import pytest
from prometheus_client import generate_latest

from calvox.apps.centre.metrics import CentreMetrics, centre_checks
from calvox.centre.agreements import NewLine
from calvox.centre.calls import Prepared
from calvox.centre.signing import SignCall, sign_call
from calvox.common.clock import DAY
from tests.apps.operating import value
from tests.centre.world import BrokenSigner, Centre, PowerCut, device


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """Make a centre with one agreement, whose key nobody has unlocked yet."""
    made = Centre(tmp_path / "centre")
    made.found()
    made.agree(NewLine(0, 7, 100))
    return made


def test_what_is_in_the_way_is_named(centre: Centre) -> None:
    """A locked key, a call registered and not signed, a certificate that ends; and nothing when nothing is."""
    context, ends = centre.context, [centre.now + 7 * DAY]

    def found() -> dict[str, bool]:
        return {check.name: check.good for check in centre_checks(context, lambda: ends[0])}

    good = dict.fromkeys(("register", "key", "signed", "certificate"), True)
    assert found() == good | {"key": False, "certificate": False}
    prepared = centre.ask(device(20, 1))
    assert isinstance(prepared, Prepared)
    context._unlock = BrokenSigner
    with pytest.raises(PowerCut):
        sign_call(context, SignCall(prepared.call), "op")
    assert found() == good | {"signed": False, "certificate": False}
    ends[0] += 1
    assert found() == good | {"signed": False}


def test_what_it_measures(centre: Centre) -> None:
    """Calls by what became of them, a call that waited too long no more, and the key."""
    metrics = CentreMetrics(centre.context, lambda: centre.now + 5 * DAY)

    def told(name: str) -> float:
        return value(generate_latest(metrics.registry).decode(), name)

    assert told("calvox_key_locked") == 1
    first = centre.ask(device(20, 1))
    assert isinstance(first, Prepared)
    assert (told("calvox_calls_pending"), told("calvox_calls_signed_total")) == (1, 0)
    sign_call(centre.context, SignCall(first.call), "op")
    assert (told("calvox_calls_pending"), told("calvox_calls_signed_total")) == (0, 1)
    centre.ask(device(20, 2))
    centre.now += 90 * DAY
    assert told("calvox_calls_pending") == 0
    for _ in range(2):
        centre.ask(device(1000, 3))
    assert told('calvox_calls_refused_total{reason="more-than-left"}') == 2
    assert told('calvox_servers{state="active"}') == 1
    assert told("calvox_key_locked") == 0
    assert told("calvox_certificate_seconds") == 5 * DAY
